"""What SQS, S3 and Secrets Manager are asked, and which words of theirs are passed on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.stub import Stubber

from tests.support.clock import DEFAULT_START, ManualClock
from tests.support.unreachable_aws import unreachable_client
from tieout.aws.flushing import deduplication_id
from tieout.aws.queues import FifoFlushQueue, SqsQueue
from tieout.aws.secrets import JsonSecrets
from tieout.aws.store import S3ObjectStore
from tieout.errors import AccessDeniedError, MalformedError, UnreadableRecordError

URL = "https://sqs.eu-central-1.amazonaws.com/1/queue"


def test_a_message_has_the_queues_own_delay_unless_it_says_another() -> None:
    """A delay of nothing would take the queue's away; a message without attributes names none."""
    sqs = unreachable_client("sqs")
    plain = {"QueueUrl": URL, "MessageBody": "a"}
    more = {"MessageAttributes": {"b": {"DataType": "String", "StringValue": "c"}}, "DelaySeconds": 3}
    with Stubber(sqs) as stub:
        stub.add_response("send_message", {}, plain)
        stub.add_response("send_message", {}, plain | more)
        SqsQueue(sqs, URL).send("a")
        SqsQueue(sqs, URL).send("a", attributes={"b": "c"}, delay_seconds=3)
        stub.assert_no_pending_responses()


def test_a_flush_is_asked_for_in_the_targets_queue_and_group_once_per_bucket() -> None:
    """The group has one flush of a target at a time, the id has one message of a bucket."""
    sqs = unreachable_client("sqs")
    request = {
        "QueueUrl": URL,
        "MessageBody": '{"target":"plan"}',
        "MessageGroupId": "plan",
        "MessageDeduplicationId": deduplication_id("plan", DEFAULT_START, 5),
    }
    with Stubber(sqs) as stub:
        stub.add_response("send_message", {}, request)
        FifoFlushQueue(sqs, {"plan": URL, "report": "https://other"}, ManualClock(), 5).ask("plan")
        stub.assert_no_pending_responses()


def test_nothing_is_asked_of_a_target_that_the_stage_has_no_more() -> None:
    """Facts that were planned in it go on being recorded."""
    sqs = unreachable_client("sqs")
    with Stubber(sqs):
        FifoFlushQueue(sqs, {"plan": URL}, ManualClock(), 5).ask("report")


def test_a_received_message_is_put_off_by_so_many_seconds() -> None:
    """It is named by the handle of this receive, which an earlier one's is not."""
    sqs = unreachable_client("sqs")
    request = {"QueueUrl": URL, "ReceiptHandle": "handle", "VisibilityTimeout": 60}
    with Stubber(sqs) as stub:
        stub.add_response("change_message_visibility", {}, request)
        SqsQueue(sqs, URL).change_visibility("handle", 60)
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("code", ["InvalidMessageContents", "InvalidParameterValue", "InvalidAttributeValue"])
def test_what_a_queue_refuses_for_its_content_is_malformed(code: str) -> None:
    """It would be refused as often as it is sent."""
    sqs = unreachable_client("sqs")
    for send in (SqsQueue(sqs, URL).send, FifoFlushQueue(sqs, {"plan": URL}, ManualClock(), 5).ask):
        with Stubber(sqs) as stub:
            stub.add_client_error("send_message", code)
            with pytest.raises(MalformedError, match=r"^message_refused$"):
                send("plan")


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("put_object", lambda store: store.put("spool/1", b"x")),
        ("get_object", lambda store: store.get("spool/1")),
        ("list_objects_v2", lambda store: store.keys("spool/1", 10)),
        ("delete_object", lambda store: store.delete("spool/1")),
    ],
)
@pytest.mark.parametrize("code", ["AccessDenied", "403"])
def test_an_object_that_is_refused_is_named(operation: str, call: Callable[[S3ObjectStore], object], code: str) -> None:
    """Whoever changes the grant must know which one."""
    s3 = unreachable_client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error(operation, code, http_status_code=403)
        with pytest.raises(AccessDeniedError, match=r"^no access to spool/1$"):
            call(S3ObjectStore(s3, "archive"))


@pytest.mark.parametrize("code", ["NoSuchKey", "404"])
def test_an_object_that_is_missing_is_named(code: str) -> None:
    """Its notice is parked with this reason."""
    s3 = unreachable_client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=404)
        with pytest.raises(UnreadableRecordError) as failure:
            S3ObjectStore(s3, "archive").get("spool/1")
    assert failure.value.reason == "no object spool/1"


def test_keys_are_listed_a_thousand_a_call_until_there_are_enough_or_no_more() -> None:
    """S3 gives no more a call; the place in the list goes from answer to request, and stands for `after` from then on."""
    s3 = unreachable_client("s3")
    common = {"Bucket": "archive", "Prefix": "spool/"}
    names = [f"spool/{number:04}" for number in range(1200)]
    contents = [{"Key": name} for name in names]
    more = {"IsTruncated": True, "NextContinuationToken": "place"}
    with Stubber(s3) as stub:
        first = {**common, "MaxKeys": 1000, "StartAfter": "spool/0"}
        second = {**common, "MaxKeys": 200, "ContinuationToken": "place"}
        stub.add_response("list_objects_v2", {"Contents": contents[:1000], **more}, first)
        stub.add_response("list_objects_v2", {"Contents": contents[1000:], **more}, second)
        assert S3ObjectStore(s3, "archive").keys("spool/", 1200, after="spool/0") == names
        stub.add_response("list_objects_v2", {"IsTruncated": False}, {**common, "MaxKeys": 7})
        assert S3ObjectStore(s3, "archive").keys("spool/", 7) == []
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"SecretString": '{"token":'}, "secret_not_json"),
        ({}, "secret_not_json"),
        ({"SecretBinary": b"{}"}, "secret_not_json"),
        ({"SecretString": '"token"'}, "secret_not_an_object_of_texts"),
        ({"SecretString": '["token"]'}, "secret_not_an_object_of_texts"),
        ({"SecretString": '{"token":1,"user":"u"}'}, "secret_not_an_object_of_texts"),
        ({"SecretString": '{"user":"u","token":null}'}, "secret_not_an_object_of_texts"),
    ],
)
def test_a_secret_of_another_shape_is_malformed_and_asked_for_again(answer: dict[str, object], reason: str) -> None:
    """Once a person has corrected it, it is used at once."""
    client = unreachable_client("secretsmanager")
    secrets = JsonSecrets(client, ManualClock())
    with Stubber(client) as stub:
        stub.add_response("get_secret_value", answer, {"SecretId": "api"})
        with pytest.raises(MalformedError) as failure:
            secrets.get("api")
        assert failure.value.reason == reason
        stub.add_response("get_secret_value", {"SecretString": '{"token":"t","user":"u"}'}, {"SecretId": "api"})
        assert secrets.get("api") == {"token": "t", "user": "u"}


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "DecryptionFailure"])
def test_a_secret_that_a_person_must_grant_is_named(code: str) -> None:
    """By its ARN or name, which is no secret."""
    client = unreachable_client("secretsmanager")
    with Stubber(client) as stub:
        stub.add_client_error("get_secret_value", code)
        with pytest.raises(AccessDeniedError, match="secret api has no value"):
            JsonSecrets(client, ManualClock()).get("api")


def test_each_secret_is_kept_and_forgotten_by_itself() -> None:
    """Forgetting one that was never read is no error, and costs no other one its five minutes."""
    client = unreachable_client("secretsmanager")
    secrets = JsonSecrets(client, ManualClock())
    with Stubber(client) as stub:
        for name in ("api", "webhook", "api"):
            stub.add_response("get_secret_value", {"SecretString": f'{{"of":"{name}"}}'}, {"SecretId": name})
        secrets.forget("api")
        assert secrets.get("api") == secrets.get("api") == {"of": "api"}
        assert secrets.get("webhook") == {"of": "webhook"}
        secrets.forget("api")
        assert secrets.get("webhook") == {"of": "webhook"}
        assert secrets.get("api") == {"of": "api"}
        stub.assert_no_pending_responses()
