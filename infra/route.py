"""Step 2: what is published becomes work: a rule, a queue, a dead-letter queue and a place for the undeliverable, per flow."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from functions.record.settings import UNSEEN_SECONDS
from infra.alarms import Alarms, Runbook
from infra.work_queue import DeadLetterQueue, Parking, WorkQueue
from tieout.arriving.envelope import SOURCE_PREFIX
from tieout.landscape import Flow

# EventBridge's own limits, written down: for a day it tries, then the event goes to the undelivered queue.
EVENT_RETRIES = 185
EVENT_RETRY_SECONDS = 86_400


class Route(Construct):
    """The way of one flow's events from the bus to the queue its record function works off."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        flow: Flow,
        detail_type: object,
        bus: events.IEventBus,
        key: kms.IKey,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, construct_id)
        self.flow = flow
        self.work = WorkQueue(
            self,
            "Work",
            key=key,
            alarms=alarms,
            parking=Parking(
                meaning=f"Flow {flow.name} ({flow.owner}): notices are parked because nobody could record them.",
                runbook=Runbook.PARKED_NOTICES,
            ),
            visibility_timeout=Duration.seconds(UNSEEN_SECONDS),
        )
        self.undelivered = DeadLetterQueue(
            self,
            "Undelivered",
            key=key,
            alarms=alarms,
            parking=Parking(
                meaning=f"Flow {flow.name} ({flow.owner}): the bus could not put events on the flow's queue.",
                runbook=Runbook.UNDELIVERED_EVENTS,
            ),
        ).queue
        self.rule = self._rule(bus, detail_type)
        for queue in (self.work.queue, self.undelivered):
            admit(queue, self.rule)
        self._watch(alarms)

    def _rule(self, bus: events.IEventBus, detail_type: object) -> events.CfnRule:
        pattern: Mapping[str, object] = {"source": [{"prefix": SOURCE_PREFIX}], "detail-type": detail_type}
        return events.CfnRule(
            self,
            "Rule",
            event_bus_name=bus.event_bus_name,
            description=f"Flow {self.flow.name}, owned by {self.flow.owner}.",
            event_pattern=pattern,
            state="ENABLED",
            targets=[
                target_of_rule(
                    "Work",
                    self.work.queue.queue_arn,
                    undelivered=self.undelivered,
                    retries=EVENT_RETRIES,
                    retry_seconds=EVENT_RETRY_SECONDS,
                )
            ],
        )

    def _watch(self, alarms: Alarms) -> None:
        alarms.raise_when(
            self,
            "Late",
            metric=self.work.queue.metric_approximate_age_of_oldest_message(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            above=60 * self.flow.freshness_minutes,
            periods=3,
            meaning=f"Flow {self.flow.name} ({self.flow.owner}): the oldest notice waits longer than"
            f" {self.flow.freshness_minutes} minutes.",
            runbook=Runbook.LATE_FLOW,
        )


def target_of_rule(
    target_id: str, arn: str, *, undelivered: sqs.Queue, retries: int, retry_seconds: int
) -> events.CfnRule.TargetProperty:
    """What a rule puts its events on, and the queue that gets those it could not put there, whichever limit ends first."""
    return events.CfnRule.TargetProperty(
        id=target_id,
        arn=arn,
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
        retry_policy=events.CfnRule.RetryPolicyProperty(
            maximum_retry_attempts=retries, maximum_event_age_in_seconds=retry_seconds
        ),
    )


def admit(queue: sqs.Queue, rule: events.CfnRule) -> None:
    """Let one rule, and no other, put events on the queue."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="RuleSends",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
        )
    )
