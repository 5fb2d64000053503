"""Looks at dead-letter queues and puts their messages back: sent, confirmed, and only then deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from ops import dropped_files
from ops.place import Place
from ops.told import FlowQueues
from tieout import strict_json
from tieout.errors import MalformedError, UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_HIDDEN_SECONDS = 120  # while a message is looked at or moved, nobody else gets it
_AT_ONCE = 10  # the most messages SQS gives in one answer


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """A dead-letter queue, and the queue its messages go back to, or what is begun with each; neither: they are of no more use."""

    name: str
    meaning: str
    queue_url: str
    back_to_url: str | None
    begin: Callable[[str], None] | None = None


def dead_letter_queues(place: Place) -> tuple[DeadLetters, ...]:
    """Every dead-letter queue: of each relay, two of each flow, of each target, of what runs by the clock, of files."""
    found = []
    for relay in place.relays:
        name, url = f"{relay.name}-relay", relay.dead_letter_queue_url
        meaning = "events of its bus that were not relayed"
        found.append(DeadLetters(name=name, meaning=meaning, queue_url=url, back_to_url=relay.queue_url))
    for flow in place.flows:
        found.append(_of_flow(flow, flow.name, "could not be recorded", flow.dead_letter_queue_url))
        found.append(_of_flow(flow, f"{flow.name}-undelivered", "never reached the flow", flow.undelivered_queue_url))
    for target in place.targets:
        meaning = "flush requests that failed"
        url = target.dead_letter_queue_url
        found.append(DeadLetters(name=target.name, meaning=meaning, queue_url=url, back_to_url=target.flush_queue_url))
    for name, url in place.undelivered_runs.items():
        meaning = f"runs of the {name} that did not start"
        found.append(DeadLetters(name=f"{name}-undelivered", meaning=meaning, queue_url=url, back_to_url=None))
    if place.undelivered_files is not None:
        found.append(_of_files(place, place.undelivered_files))
    return tuple(found)


def depth(sqs: SQSClient, queue_url: str) -> dict[str, int]:
    """About how many messages a queue holds: waiting, being worked, and delayed."""
    names: Any = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    counts = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    waiting, worked, delayed = (int(counts.get(name, "0")) for name in names)
    return {"waiting": waiting, "in_work": worked, "delayed": delayed}


def shown(sqs: SQSClient, queue_url: str, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` messages, each with why it is here and which records it names; all of them stay in the queue."""
    messages = list(_taken(sqs, queue_url, limit))
    try:
        return [_row(message) for message in messages]
    finally:
        for message in messages:
            sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )


def redrive(sqs: SQSClient, letters: DeadLetters, limit: int) -> int:
    """Put up to `limit` messages back where they came from, or delete them where that is nowhere; how many went.

    A message is deleted only after the other queue has confirmed the body it stored. Stopping anywhere leaves a message in
    at least one of the queues, at worst in both: working it twice changes nothing.

    Raises:
        UnavailableError: the other queue did not confirm; the message stays here.
    """
    moved = 0
    for message in _taken(sqs, letters.queue_url, limit):
        if letters.begin is not None:
            letters.begin(message["Body"])
        elif letters.back_to_url is not None:
            _send(sqs, letters.back_to_url, message)
        sqs.delete_message(QueueUrl=letters.queue_url, ReceiptHandle=message["ReceiptHandle"])
        moved += 1
    return moved


def _of_flow(flow: FlowQueues, name: str, meaning: str, queue_url: str) -> DeadLetters:
    return DeadLetters(name=name, meaning=meaning, queue_url=queue_url, back_to_url=flow.queue_url)


def _of_files(place: Place, queue_url: str) -> DeadLetters:
    meaning, begin = "dropped files that nobody was told of", partial(dropped_files.begin, place)
    return DeadLetters(name="files-undelivered", meaning=meaning, queue_url=queue_url, back_to_url=None, begin=begin)


def _taken(sqs: SQSClient, queue_url: str, limit: int) -> Iterator[MessageTypeDef]:
    """Messages hidden from others for a while, each once."""
    seen: set[str] = set()
    while len(seen) < limit:
        answer = sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=min(_AT_ONCE, limit - len(seen)),
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId"],
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not fresh:
            return
        for message in fresh:
            seen.add(message["MessageId"])
            yield message


def _send(sqs: SQSClient, queue_url: str, message: MessageTypeDef) -> None:
    body = message["Body"]
    order: dict[str, Any] = {}
    if queue_url.endswith(".fifo"):
        group = message["Attributes"]["MessageGroupId"]
        order = {"MessageGroupId": group, "MessageDeduplicationId": f"redrive-{message['MessageId']}"}
    try:
        answer = sqs.send_message(QueueUrl=queue_url, MessageBody=body, **order)
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(f"the message was not put back: {type(error).__name__}") from error
    if answer["MD5OfMessageBody"] != _md5(body):
        raise UnavailableError("the queue confirmed another body than was sent")


def _md5(body: str) -> str:
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def _row(message: MessageTypeDef) -> dict[str, Any]:
    attributes = {name: value.get("StringValue") for name, value in message.get("MessageAttributes", {}).items()}
    return {
        "message": message["MessageId"],
        "error": attributes.get("error") or attributes.get("ERROR_CODE") or "worked too often without an end",
        "reason": attributes.get("reason"),
        "seen": int(
            message["Attributes"]["ApproximateReceiveCount"]
        ),  # how often it was taken out here, this look included
        "records": _records(message["Body"]),
    }


def _records(body: str) -> list[str]:
    """The records a message names, without what else it says."""
    try:
        detail = strict_json.parse(body.encode())["detail"]
        if "pointer" in detail:
            return [f"{detail['connection']}: see {detail['pointer']}"]
        return [f"{detail['connection']}#{each['entity']}#{each['record_id']}" for each in detail["notices"]]
    except (MalformedError, KeyError, TypeError):
        return []
