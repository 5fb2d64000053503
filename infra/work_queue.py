"""Queues that lose nothing: encrypted, TLS only, each with a dead-letter queue, each dead-letter queue with an alarm."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledged import acknowledge
from infra.alarms import FIVE_MINUTES, Alarms, Runbook

MAX_RECEIVE_COUNT = 15  # more than the record step tries a notice: only what kills functions gets so far
BATCH_SIZE = 10
# A source may ask for eleven hours each time: what outlives the queue would vanish before it is parked.
WORK_RETENTION = Duration.days(7)
# Longer than the work queue's, because a message keeps its first age when it moves.
DEAD_LETTER_RETENTION = Duration.days(14)
_DATA_KEY_REUSE = Duration.hours(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parking:
    """What a message in a dead-letter queue means, for whoever is called because of it."""

    meaning: str
    runbook: Runbook


class DeadLetterQueue(Construct):
    """A queue nobody consumes: whatever lies in it waits for a person, who is alarmed by the first message."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        alarms: Alarms,
        parking: Parking,
        fifo: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = _queue(self, key, fifo=fifo, retention_period=DEAD_LETTER_RETENTION)
        for rule in ("AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"):
            acknowledge(self.queue, rule, "It is a dead-letter queue itself; an alarm watches its depth.")
        alarms.raise_when(
            self,
            "NotEmpty",
            metric=self.queue.metric_approximate_number_of_messages_visible(period=FIVE_MINUTES, statistic="Maximum"),
            above=0,
            meaning=parking.meaning,
            runbook=parking.runbook,
        )


class WorkQueue(Construct):
    """A queue one function works off, with the dead-letter queue for what it cannot work off."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        alarms: Alarms,
        parking: Parking,
        visibility_timeout: Duration,
        fifo: bool = False,
        delivery_delay: Duration | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = DeadLetterQueue(
            self, "DeadLetters", key=key, alarms=alarms, parking=parking, fifo=fifo
        ).queue
        self.queue = _queue(
            self,
            key,
            fifo=fifo,
            delivery_delay=delivery_delay,
            retention_period=WORK_RETENTION,
            visibility_timeout=visibility_timeout,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=MAX_RECEIVE_COUNT),
        )

    def trigger(
        self, scope: Construct, consumer: lambda_.IFunction, *, max_concurrency: int | None = None
    ) -> lambda_.EventSourceMapping:
        """Let the queue invoke a function, which answers for each message alone."""
        trigger = lambda_.EventSourceMapping(
            scope,
            "Trigger",
            target=consumer,
            event_source_arn=self.queue.queue_arn,
            batch_size=BATCH_SIZE,
            max_concurrency=max_concurrency,
            report_batch_item_failures=True,
        )
        acknowledge(
            trigger,
            "Serverless-LambdaEventSourceMappingDestination",
            "Lambda has failure destinations for streams; a queue's own dead-letter queue keeps what failed.",
        )
        return trigger

    def raise_when_late(
        self, scope: Construct, alarms: Alarms, *, minutes: int, waiting: str, runbook: Runbook
    ) -> None:
        """Alarm once what waits longest, which `waiting` names, has waited for so many minutes."""
        alarms.raise_when(
            scope,
            "Late",
            metric=self.queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(1), statistic="Maximum"),
            above=60 * minutes,
            periods=3,
            meaning=f"{waiting} waits longer than {minutes} minutes.",
            runbook=runbook,
        )

    def consume(self) -> iam.PolicyStatement:
        """What Lambda does with the queue in the name of the function that works it off."""
        return iam.PolicyStatement(
            actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            resources=[self.queue.queue_arn],
        )

    def put_off(self) -> iam.PolicyStatement:
        """Leave to say when a message that was not worked off comes back."""
        return iam.PolicyStatement(actions=["sqs:ChangeMessageVisibility"], resources=[self.queue.queue_arn])


def send_to(*queues: sqs.IQueue) -> iam.PolicyStatement:
    """Leave to send to these queues and no others."""
    return iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn for queue in queues])


def _queue(
    scope: Construct,
    key: kms.IKey,
    *,
    fifo: bool,
    retention_period: Duration,
    delivery_delay: Duration | None = None,
    visibility_timeout: Duration | None = None,
    dead_letter_queue: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    """What all queues have in common: they are encrypted with our key, and whoever speaks to them does it over TLS."""
    return sqs.Queue(
        scope,
        "Queue",
        # CloudFormation wants the property absent, not false, for a standard queue.
        fifo=True if fifo else None,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        data_key_reuse=_DATA_KEY_REUSE,
        enforce_ssl=True,
        retention_period=retention_period,
        delivery_delay=delivery_delay,
        visibility_timeout=visibility_timeout,
        dead_letter_queue=dead_letter_queue,
    )
