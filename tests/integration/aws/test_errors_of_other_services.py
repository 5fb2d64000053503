"""What the adapters make of the errors of SQS, S3 and Secrets Manager, answered by botocore's stubber."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber

from tests.support.clock import ManualClock
from tests.support.unreachable_aws import unreachable_client
from tieout.aws.queues import FifoFlushQueue, SqsQueue
from tieout.aws.secrets import JsonSecrets
from tieout.aws.store import S3ObjectStore
from tieout.errors import (
    AccessDeniedError,
    LostAnswerError,
    MalformedError,
    ThrottledError,
    UnavailableError,
    UnreadableRecordError,
)

URL = "https://sqs.eu-central-1.amazonaws.com/1/queue"


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("AWS.SimpleQueueService.NonExistentQueue", 400, UnavailableError),
        ("RequestThrottled", 403, ThrottledError),
        ("KmsThrottled", 400, ThrottledError),
        ("InvalidMessageContents", 400, MalformedError),
        ("InternalError", 500, LostAnswerError),
    ],
)
def test_a_message_that_is_not_taken_says_why(code: str, status: int, error: type[Exception]) -> None:
    """Only what the queue refuses for its content is permanent."""
    sqs = unreachable_client("sqs")
    with Stubber(sqs) as stub:
        stub.add_client_error("send_message", code, http_status_code=status)
        with pytest.raises(error):
            SqsQueue(sqs, URL).send("a", attributes={"b": "c"}, delay_seconds=3)
        stub.add_client_error("send_message", code, http_status_code=status)
        with pytest.raises(error):
            FifoFlushQueue(sqs, {"plan": URL}, ManualClock(), 5).ask("plan")


@pytest.mark.parametrize("code", ["MessageNotInflight", "ReceiptHandleIsInvalid", "InvalidParameterValue"])
def test_putting_off_a_message_that_is_no_longer_ours_does_nothing(code: str) -> None:
    """Its time ran out, or somebody else has it: there is nothing to put off."""
    sqs = unreachable_client("sqs")
    with Stubber(sqs) as stub:
        stub.add_client_error("change_message_visibility", code)
        SqsQueue(sqs, URL).change_visibility("handle", 60)
        stub.add_client_error("change_message_visibility", "RequestThrottled")
        with pytest.raises(ThrottledError):
            SqsQueue(sqs, URL).change_visibility("handle", 60)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("NoSuchKey", 404, UnreadableRecordError),
        ("AccessDenied", 403, AccessDeniedError),
        ("SlowDown", 503, ThrottledError),
        ("InternalError", 500, LostAnswerError),
        ("NoSuchBucket", 404, UnavailableError),
    ],
)
def test_an_object_that_cannot_be_read_says_why(code: str, status: int, error: type[Exception]) -> None:
    """A missing object is a fact about the record, a slow service is not."""
    s3 = unreachable_client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(error):
            S3ObjectStore(s3, "archive").get("overflow/1")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceNotFoundException", AccessDeniedError),
        ("AccessDeniedException", AccessDeniedError),
        ("ThrottlingException", ThrottledError),
    ],
)
def test_a_secret_that_cannot_be_read_says_why(code: str, error: type[Exception]) -> None:
    """A secret that is missing or empty waits for a person; nothing of it is in the error."""
    secrets = unreachable_client("secretsmanager")
    with Stubber(secrets) as stub:
        stub.add_client_error("get_secret_value", code)
        with pytest.raises(error):
            JsonSecrets(secrets, ManualClock()).get("api")


@pytest.mark.parametrize("text", ["canary-9f31", '"canary-9f31"', '{"token":["canary-9f31"]}', '{"token":'])
def test_a_secret_of_another_shape_is_not_quoted(text: str) -> None:
    """What is wrong with it is said without saying what it is, in the causes too."""
    secrets = unreachable_client("secretsmanager")
    with Stubber(secrets) as stub:
        stub.add_response("get_secret_value", {"SecretString": text})
        with pytest.raises(MalformedError) as failure:
            JsonSecrets(secrets, ManualClock()).get("api")
    assert "canary" not in repr(failure.value) + repr(failure.value.__cause__)
