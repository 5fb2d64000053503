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
_RETRIES = 185
_RETRY_SECONDS = 86_400


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
        self.rule = rule_onto(
            self,
            self.work.queue,
            undelivered=self.undelivered,
            bus_name=bus.event_bus_name,
            pattern={"source": [{"prefix": SOURCE_PREFIX}], "detail-type": detail_type},
            description=f"Flow {flow.name}, owned by {flow.owner}.",
        )
        self.work.raise_when_late(
            self,
            alarms,
            minutes=flow.freshness_minutes,
            waiting=f"Flow {flow.name} ({flow.owner}): the oldest notice",
            runbook=Runbook.LATE_FLOW,
        )


def rule_onto(
    scope: Construct,
    queue: sqs.Queue,
    *,
    undelivered: sqs.Queue,
    bus_name: str,
    pattern: Mapping[str, object],
    description: str,
) -> events.CfnRule:
    """A rule that puts the events of a bus on a queue, and for a day tries again; it alone may fill the two queues."""
    rule = events.CfnRule(
        scope,
        "Rule",
        event_bus_name=bus_name,
        description=description,
        event_pattern=pattern,
        state="ENABLED",
        targets=[target_of_rule("Work", queue.queue_arn, undelivered=undelivered)],
    )
    for each in (queue, undelivered):
        admit(each, rule)
    return rule


def target_of_rule(  # noqa: PLR0913 keyword-only parts of one target
    target_id: str,
    arn: str,
    *,
    undelivered: sqs.Queue,
    retries: int = _RETRIES,
    retry_seconds: int = _RETRY_SECONDS,
    role_arn: str | None = None,
    input_transformer: events.CfnRule.InputTransformerProperty | None = None,
    event_input: str | None = None,
) -> events.CfnRule.TargetProperty:
    """What a rule puts its events on, and the queue that gets those it could not put there, whichever limit ends first."""
    return events.CfnRule.TargetProperty(
        id=target_id,
        arn=arn,
        role_arn=role_arn,
        input_transformer=input_transformer,
        input=event_input,
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
