"""A queue of the emulated SQS that is driven like the queue in memory, and by the same clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from unittest import mock

from botocore.exceptions import ClientError

from tests.support.memory_queue import Received
from tieout.aws.queues import SqsQueue
from tieout.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@contextmanager
def sqs_lives_by(clock: Clock) -> Iterator[None]:
    """Within it the emulated SQS takes the time from `clock`."""
    with (
        mock.patch("moto.sqs.models.unix_time", side_effect=lambda: clock.now().timestamp()),
        mock.patch("moto.sqs.models.unix_time_millis", side_effect=lambda: clock.now().timestamp() * 1000),
    ):
        yield


class MotoQueue:
    """One queue; what it sends goes through the adapter, what it receives comes straight from the client."""

    def __init__(self, client: SQSClient, url: str, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._clock = clock
        self._adapter = SqsQueue(client, url)
        self.send, self.waiting = self._adapter.send, self._adapter.waiting

    def send_in_group(self, body: str, group: str, deduplication_id: str) -> None:
        """Send to a FIFO queue."""
        self._client.send_message(
            QueueUrl=self._url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=deduplication_id
        )

    def receive(self, limit: int = 10) -> list[Received]:
        """Up to ten messages."""
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=limit,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [
            Received(
                message_id=each["MessageId"],
                handle=each["ReceiptHandle"],
                body=each["Body"],
                attributes={name: text["StringValue"] for name, text in each.get("MessageAttributes", {}).items()},
                receive_count=int(each["Attributes"]["ApproximateReceiveCount"]),
                sent_at=self._clock.now(),
                group=each["Attributes"].get("MessageGroupId"),
            )
            for each in answer.get("Messages", [])
        ]

    def delete(self, handle: str) -> None:
        """Delete a message; the emulation refuses handles of messages that went to the dead letters."""
        try:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=handle)
        except ClientError as error:
            assert "ReceiptHandle" in error.response["Error"]["Code"]  # noqa: PT017 any other is a failure

    def change_visibility(self, handle: str, seconds: int) -> None:
        """Change the visibility through the adapter."""
        self._adapter.change_visibility(handle, seconds)
