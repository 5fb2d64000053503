"""What an error of AWS is to the line: something to wait for, something that may have happened, or nothing of the kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)

from tieout.aws.failures import asked, code_of, transient_failure
from tieout.errors import (
    LostAnswerError,
    MalformedError,
    ThrottledError,
    TieoutError,
    TransientError,
    UnavailableError,
)

REFUSALS = {"InvalidMessageContents": MalformedError("message_refused")}


def said(code: str | None, status: int | None = 400) -> ClientError:
    """An answer of AWS that is an error; without a code or a status where there is none."""
    answer: dict[str, Mapping[str, object]] = {}
    if code is not None:
        answer["Error"] = {"Code": code}
    if status is not None:
        answer["ResponseMetadata"] = {"HTTPStatusCode": status}
    return ClientError(cast("Any", answer), "Operation")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"Error": {"Code": "NoSuchKey", "Message": "The key does not exist."}}, "NoSuchKey"),
        ({"Error": {"Code": "AWS.SimpleQueueService.NonExistentQueue"}}, "NonExistentQueue"),
        ({"Error": {"Code": 404}}, "404"),
        ({"Error": {"Message": "No code"}}, ""),
        ({}, ""),
    ],
)
def test_an_error_is_named_by_its_code_alone(answer: Mapping[str, Any], code: str) -> None:
    """Whatever namespace a service puts before it; a proxy's answer may have none."""
    assert code_of(ClientError(cast("Any", answer), "Operation")) == code


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        *(
            (said(code), ThrottledError)
            for code in ("ThrottlingException", "SlowDown", "ProvisionedThroughputExceeded")
        ),
        (said("SlowDown", 503), ThrottledError),  # nothing was done, whatever the status
        (said("TransactionInProgressException"), LostAnswerError),
        (said("InternalServerError", 500), LostAnswerError),
        (said("Anything", 599), LostAnswerError),
        (said(None, 502), LostAnswerError),
        (said("ValidationException", 499), None),
        (said("ValidationException", None), None),
        (said(None, None), None),
        (ClientError({"ResponseMetadata": {}}, "Operation"), None),  # type: ignore[typeddict-item]  # an answer without a status
        (ParamValidationError(report="a text too long"), None),
        (ReadTimeoutError(endpoint_url="u"), LostAnswerError),
        (ConnectionClosedError(endpoint_url="u"), LostAnswerError),
        (ResponseStreamingError(error="broken"), LostAnswerError),
        (
            SSLError(endpoint_url="u", error=OSError("bad record mac")),
            LostAnswerError,
        ),  # of the answer, as well as of the greeting
        (ConnectTimeoutError(endpoint_url="u"), UnavailableError),
        (EndpointConnectionError(endpoint_url="u"), UnavailableError),
        (ProxyConnectionError(proxy_url="u"), UnavailableError),
        (NoCredentialsError(), UnavailableError),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), UnavailableError),
    ],
    ids=repr,
)
def test_an_error_is_waited_for_or_open_or_the_requests_own(
    error: ClientError | BotoCoreError, meaning: type[TransientError] | None
) -> None:
    """What was sent and not answered may have happened; what could not be sent has not."""
    failure = transient_failure(error)
    assert (None if failure is None else type(failure)) is meaning


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (said("InvalidMessageContents"), MalformedError),
        (said("InvalidMessageContents", 500), MalformedError),
        (said("RequestThrottled"), ThrottledError),
        (said("InternalError", 500), LostAnswerError),
        (said("NonExistentQueue"), UnavailableError),
        (ConnectTimeoutError(endpoint_url="u"), UnavailableError),
        (ReadTimeoutError(endpoint_url="u"), LostAnswerError),
    ],
    ids=repr,
)
def test_a_call_fails_with_what_its_error_means_or_what_the_caller_says_it_means(
    error: Exception, meaning: type[TieoutError]
) -> None:
    """The caller knows some codes better; any other refusal may be a deploy's, and is tried again."""

    def fail() -> None:
        raise error

    with pytest.raises(meaning) as failure:
        asked(fail, REFUSALS)
    assert type(failure.value) is meaning
    assert failure.value.__cause__ is error
    assert asked(lambda: 7, REFUSALS) == 7


def test_a_request_that_botocore_does_not_send_is_a_bug() -> None:
    """It is no fact about the record, and would be the same the next time."""

    def fail() -> None:
        raise ParamValidationError(report="a text too long")

    with pytest.raises(ParamValidationError):
        asked(fail, REFUSALS)
