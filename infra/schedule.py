"""What runs by the clock: a rule, a place for the runs that could not be started, and the alarm for when they stop."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.alarms import Alarms, Runbook
from infra.python_function import PythonFunction
from infra.route import admit, target_of_rule
from infra.work_queue import DeadLetterQueue, Parking

_RUNS = 5  # that are counted together
_MISSED = 3  # of them, twice in a row, before it is somebody's business


class Schedule(Construct):
    """Runs a function again and again; what one run does not do, the next one does, so a late one is worth little.

    Args:
        what: the function, as a sentence begins with it ("The sweeper").
        silence: what it means when it does not run.
        every: how often it runs: whole minutes.
    """

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: PythonFunction,
        every: Duration,
        what: str,
        silence: str,
        runbook: Runbook,
        key: kms.IKey,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, construct_id)
        self.undelivered = DeadLetterQueue(
            self,
            "Undelivered",
            key=key,
            alarms=alarms,
            parking=Parking(
                meaning=f"{what} could not be started by its schedule.", runbook=Runbook.UNDELIVERED_EVENTS
            ),
        ).queue
        self.rule = self._rule(function, every, what)
        runs = function.function.metric_invocations(period=self._counted_over(every), statistic="Sum")
        alarms.raise_when(
            self,
            "Silent",
            metric=cloudwatch.MathExpression(
                expression=f"{_RUNS} - runs",
                using_metrics={"runs": runs},
                period=self._counted_over(every),
                label="Missed runs",
            ),
            above=_MISSED,
            periods=2,
            silence_is_fine=False,
            meaning=f"{what} does not run: {silence}",
            runbook=runbook,
        )

    def _rule(self, function: PythonFunction, every: Duration, what: str) -> events.CfnRule:
        minutes = int(every.to_minutes())
        rule = events.CfnRule(
            self,
            "Rule",
            description=f"{what} runs every {minutes} minutes." if minutes > 1 else f"{what} runs every minute.",
            schedule_expression=f"rate({minutes} minutes)" if minutes > 1 else "rate(1 minute)",
            state="ENABLED",
            targets=[
                target_of_rule(
                    "Function", function.live.function_arn, undelivered=self.undelivered, retries=2, retry_seconds=120
                )
            ],
        )
        admit(self.undelivered, rule)
        function.live.add_permission(
            "Schedule", principal=iam.ServicePrincipal("events.amazonaws.com"), source_arn=rule.attr_arn
        )
        return rule

    @staticmethod
    def _counted_over(every: Duration) -> Duration:
        return Duration.minutes(_RUNS * int(every.to_minutes()))
