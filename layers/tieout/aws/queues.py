"""Queues in SQS: implements `tieout.ports.Queue` and `tieout.ports.FlushQueue`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from tieout.aws.failures import asked
from tieout.aws.flushing import deduplication_id, flush_request
from tieout.errors import MalformedError, TieoutError
from tieout.ports import Clock

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_CONTENT_REFUSALS = ("InvalidMessageContents", "InvalidParameterValue", "InvalidAttributeValue")
_STALE_RECEIPTS = ("MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue")


class SqsQueue:
    """One standard queue. Its client may retry: a message sent twice is what the line expects of a queue anyway."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, attributes: Mapping[str, str] | None = None, delay_seconds: int = 0) -> None:
        """Return once the queue has the message durably.

        Raises:
            TransientError: the queue may not have it.
            MalformedError: the queue takes no such message.
        """
        request: dict[str, Any] = {"QueueUrl": self._url, "MessageBody": body}
        if attributes:
            request["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()
            }
        if delay_seconds:
            request["DelaySeconds"] = delay_seconds
        asked(lambda: self._client.send_message(**request), _content_refusals())

    def waiting(self) -> int:
        """About how many messages nobody has begun to work on.

        Raises:
            TransientError: the queue does not say.
        """
        name: Literal["ApproximateNumberOfMessages"] = "ApproximateNumberOfMessages"
        answer = asked(lambda: self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name]))
        return int(answer["Attributes"][name])

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Let a received message be received again after so many seconds; without effect where it is no longer ours.

        Raises:
            TransientError: the message may come back when it would have anyway.
        """
        with suppress(_StaleReceiptError):
            asked(
                lambda: self._client.change_message_visibility(
                    QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
                ),
                dict.fromkeys(_STALE_RECEIPTS, _StaleReceiptError()),
            )


class FifoFlushQueue:
    """The flush queues of several targets: a group per target, and one message per target and bucket of time.

    Args:
        urls: target to its queue.
        bucket_seconds: by how much the queues delay their messages.
    """

    def __init__(self, client: SQSClient, urls: Mapping[str, str], clock: Clock, bucket_seconds: int) -> None:
        self._client = client
        self._urls = urls
        self._clock = clock
        self._bucket_seconds = bucket_seconds

    def ask(self, target: str) -> None:
        """Return once a flush of `target` is asked for that begins after now.

        Nothing is asked of a target that the stage has no more: a fact that was planned there still names it.

        Raises:
            TransientError: it may not have been asked for.
        """
        if target not in self._urls:
            return
        wanted = deduplication_id(target, self._clock.now(), self._bucket_seconds)
        asked(
            lambda: self._client.send_message(
                QueueUrl=self._urls[target],
                MessageBody=flush_request(target),
                MessageGroupId=target,
                MessageDeduplicationId=wanted,
            ),
            _content_refusals(),
        )


class _StaleReceiptError(TieoutError):
    """The message was received again, deleted, or became visible: it is no longer ours."""


def _content_refusals() -> dict[str, TieoutError]:
    return dict.fromkeys(_CONTENT_REFUSALS, MalformedError("message_refused"))
