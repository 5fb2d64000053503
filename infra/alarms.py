"""Alarms: each says what it means for the business and names the page that says what to do."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from aws_cdk import ArnFormat, Aws, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

FIVE_MINUTES = Duration.minutes(5)


def counted(namespace: str, name: str, **dimension: str) -> cloudwatch.Metric:
    """How often, in five minutes, a function has counted something beside its log lines."""
    return cloudwatch.Metric(
        namespace=namespace, metric_name=name, dimensions_map=dimension, period=FIVE_MINUTES, statistic="Sum"
    )


def counted_of_each(
    namespace: str, name: str, dimension: str, period: Duration = FIVE_MINUTES
) -> cloudwatch.MathExpression:
    """How often each value of a dimension was counted in a period of at most three hours: one alarm watches all of them apart.

    CloudWatch notifies for each value that is above the limit, by its name, and values may come and go without a deploy
    (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/multi-time-series-alarm.html).
    """
    query = f'SELECT SUM("{name}") FROM SCHEMA("{namespace}", {dimension}) GROUP BY {dimension} ORDER BY SUM() DESC'  # noqa: S608 CloudWatch's own words, and names we chose
    return cloudwatch.MathExpression(expression=query, using_metrics={}, period=period, label=name)


class Runbook(StrEnum):
    """The pages under `docs/runbooks/`, one per kind of alarm."""

    PARKED_NOTICES = "parked-notices"
    UNDELIVERED_EVENTS = "undelivered-events"
    UNRELAYED_EVENTS = "unrelayed-events"
    PARKED_FLUSHES = "parked-flushes"
    LATE_FLOW = "late-flow"
    LATE_PLANNING = "late-planning"
    STALE_PLANNING = "stale-planning"
    FAILING_FUNCTION = "failing-function"
    THROTTLED_FUNCTION = "throttled-function"
    FAILING_WEBHOOKS = "failing-webhooks"
    REFUSED_WEBHOOKS = "refused-webhooks"
    SLOW_WEBHOOKS = "slow-webhooks"
    REJECTED_DELIVERIES = "rejected-deliveries"
    MISSING_SECRET = "missing-secret"  # noqa: S105 the name of a page
    MALFORMED_DELIVERIES = "malformed-deliveries"
    DRIFTED_FIELDS = "drifted-fields"
    SPOOLED_DELIVERIES = "spooled-deliveries"
    REFUSED_CELLS = "refused-cells"
    UNFIT_TARGET = "unfit-target"
    THROTTLED_LEDGER = "throttled-ledger"
    SILENT_SWEEPER = "silent-sweeper"
    LATE_JOURNAL = "late-journal"
    ENDING_SUBSCRIPTIONS = "ending-subscriptions"
    UNKEPT_CHANGES = "unkept-changes"
    UNDERIVED_ROWS = "underived-rows"
    UNMERGED_ROWS = "unmerged-rows"
    MISSED_CHANGES = "missed-changes"
    STUCK_LISTINGS = "stuck-listings"
    SILENT_CENSUS = "silent-census"
    SILENT_CONNECTION = "silent-connection"
    DIFFERENT_CELLS = "different-cells"
    LATE_READBACK = "late-readback"
    SILENT_READBACK = "silent-readback"
    NEW_BREAKS = "new-breaks"
    SILENT_RECONCILIATION = "silent-reconciliation"
    REFUSED_FILES = "refused-files"
    STOPPED_FILES = "stopped-files"
    LATE_FILES = "late-files"
    WAITING_FILES = "waiting-files"


class AlarmTopic(Construct):
    """The one topic all alarms of a stage go to."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True, display_name="Tieout alarms")
        # The TLS policy replaces the topic's default policy, so CloudWatch has to be let in by name.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsPublish",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": Stack.of(self).format_arn(
                            service="cloudwatch",
                            resource="alarm",
                            resource_name="*",
                            arn_format=ArnFormat.COLON_RESOURCE_NAME,
                        )
                    },
                },
            )
        )


class Alarms:
    """The alarms of one stack, each of which goes to the stage's topic.

    Attributes:
        raised: the alarms raised so far, in order.
    """

    def __init__(self, topic: sns.ITopic) -> None:
        self.topic = topic
        self.raised: list[cloudwatch.AlarmBase] = []

    def raise_when(  # noqa: PLR0913 an alarm has this many parts, and each has a name
        self,
        scope: Construct,
        construct_id: str,
        *,
        metric: cloudwatch.IMetric,
        above: float,
        meaning: str,
        runbook: Runbook,
        periods: int = 1,
        of_periods: int | None = None,
        silence_is_fine: bool = True,
    ) -> cloudwatch.Alarm:
        """An alarm for a metric that stays above a limit for `periods` (of the last `of_periods`) of its own periods."""
        missing = cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            scope,
            construct_id,
            metric=metric,
            threshold=above,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            datapoints_to_alarm=periods,
            evaluation_periods=of_periods or periods,
            treat_missing_data=missing.NOT_BREACHING if silence_is_fine else missing.BREACHING,
            alarm_description=_described(meaning, runbook),
        )
        self._call(alarm)
        return alarm

    def raise_when_all(
        self,
        scope: Construct,
        construct_id: str,
        *,
        of: Sequence[cloudwatch.Alarm],
        meaning: str,
        runbook: Runbook,
    ) -> cloudwatch.CompositeAlarm:
        """An alarm for a time at which each of several others is raised, which call nobody themselves."""
        alarm = cloudwatch.CompositeAlarm(
            scope,
            construct_id,
            alarm_rule=cloudwatch.AlarmRule.all_of(
                *(cloudwatch.AlarmRule.from_alarm(each, cloudwatch.AlarmState.ALARM) for each in of)
            ),
            alarm_description=_described(meaning, runbook),
        )
        self._call(alarm)
        return alarm

    def _call(self, alarm: cloudwatch.AlarmBase) -> None:
        """Have the topic told when the alarm is raised and when it is over."""
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        self.raised.append(alarm)


def _described(meaning: str, runbook: Runbook) -> str:
    return f"{meaning} Runbook: docs/runbooks/{runbook}.md"
