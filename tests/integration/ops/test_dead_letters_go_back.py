"""Putting dead letters back: sent, confirmed, and only then deleted, against SQS as moto has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops import queues
from ops.queues import DeadLetters
from tieout.errors import UnavailableError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

MESSAGE = {
    "source": "tieout.hubspot-emea",
    "detail-type": "forecast_to_plan",
    "detail": {"connection": "hubspot-emea", "notices": [{"entity": "opportunity", "record_id": "7"}]},
}


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[SQSClient]:
    """SQS in an account that is nobody's."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("sqs", region_name="eu-central-1")
        yield client
        client.close()


def letters_of(sqs: SQSClient, *, fifo: bool = False) -> DeadLetters:
    """A dead-letter queue and the queue its messages go back to."""
    ending, attributes = (".fifo", {"FifoQueue": "true"}) if fifo else ("", {})
    dead, work = (
        sqs.create_queue(QueueName=f"{name}{ending}", Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
        for name in ("dead", "work")
    )
    return DeadLetters(name="flow", meaning="could not be recorded", queue_url=dead, back_to_url=work)


def work_of(letters: DeadLetters) -> str:
    """The queue the letters go back to."""
    assert letters.back_to_url is not None
    return letters.back_to_url


def bodies(sqs: SQSClient, url: str) -> list[str]:
    """What a queue holds."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sorted(message["Body"] for message in answer.get("Messages", []))


def test_every_message_goes_back_and_none_stays(sqs: SQSClient) -> None:
    """More messages than one receive gives are all moved, each body unchanged."""
    letters = letters_of(sqs)
    for number in range(23):
        sqs.send_message(QueueUrl=letters.queue_url, MessageBody=json.dumps({**MESSAGE, "number": number}))
    assert queues.redrive(sqs, letters, 1000) == 23
    assert queues.depth(sqs, letters.queue_url) == {"waiting": 0, "in_work": 0, "delayed": 0}
    assert queues.depth(sqs, work_of(letters))["waiting"] == 23


def test_a_limit_is_kept(sqs: SQSClient) -> None:
    """An operator may try a few first."""
    letters = letters_of(sqs)
    for number in range(5):
        sqs.send_message(QueueUrl=letters.queue_url, MessageBody=str(number))
    assert queues.redrive(sqs, letters, 2) == 2
    assert queues.depth(sqs, work_of(letters))["waiting"] == 2


def test_a_flush_request_keeps_its_group(sqs: SQSClient) -> None:
    """The queues of targets are ordered: a request goes back into the group it came from."""
    letters = letters_of(sqs, fifo=True)
    sqs.send_message(QueueUrl=letters.queue_url, MessageBody="{}", MessageGroupId="anaplan", MessageDeduplicationId="1")
    assert queues.redrive(sqs, letters, 10) == 1
    answer = sqs.receive_message(QueueUrl=work_of(letters), MessageSystemAttributeNames=["MessageGroupId"])
    assert answer["Messages"][0]["Attributes"]["MessageGroupId"] == "anaplan"


@pytest.mark.parametrize("fault", ["refused", "another_body"])
def test_a_message_the_other_queue_does_not_confirm_stays(
    sqs: SQSClient, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Nothing is deleted before the other queue has said that it holds just this body."""
    letters = letters_of(sqs)
    sqs.send_message(QueueUrl=letters.queue_url, MessageBody="precious")

    def send(**_request: object) -> dict[str, Any]:
        if fault == "refused":
            raise ClientError({"Error": {"Code": "OverLimit", "Message": ""}}, "SendMessage")
        return {"MD5OfMessageBody": "0" * 32}

    monkeypatch.setattr(sqs, "send_message", send)
    with pytest.raises(UnavailableError):
        queues.redrive(sqs, letters, 10)
    assert queues.depth(sqs, letters.queue_url)["in_work"] == 1


def test_looking_at_dead_letters_leaves_them(sqs: SQSClient) -> None:
    """Showing a queue names the records of each message and why it is there, and every message is still to be had."""
    letters = letters_of(sqs)
    attributes: Any = {"error": {"DataType": "String", "StringValue": "UnreadableRecordError"}}
    sqs.send_message(QueueUrl=letters.queue_url, MessageBody=json.dumps(MESSAGE), MessageAttributes=attributes)
    sqs.send_message(QueueUrl=letters.queue_url, MessageBody="none of ours")
    shown = queues.shown(sqs, letters.queue_url, 10)
    assert {row["error"] for row in shown} == {"UnreadableRecordError", "worked too often without an end"}
    assert sorted(row["records"] for row in shown) == [[], ["hubspot-emea#opportunity#7"]]
    assert len(bodies(sqs, letters.queue_url)) == 2


def test_what_is_of_no_more_use_is_deleted(sqs: SQSClient) -> None:
    """A run of the sweeper that could not be started needs no second one: the next minute's did the work."""
    letters = replace(letters_of(sqs), back_to_url=None)
    for number in range(3):
        sqs.send_message(QueueUrl=letters.queue_url, MessageBody=str(number))
    assert queues.redrive(sqs, letters, 10) == 3
    assert queues.depth(sqs, letters.queue_url) == {"waiting": 0, "in_work": 0, "delayed": 0}
