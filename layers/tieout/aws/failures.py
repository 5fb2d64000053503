"""What AWS's errors mean to the line, and which of them a call may meet by simply being made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError, SSLError

from tieout.errors import LostAnswerError, ThrottledError, TieoutError, TransientError, UnavailableError
from tieout.ports import Clock, Entropy

_THROTTLES = frozenset(
    {
        "KmsThrottled",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "SlowDown",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_IN_PROGRESS = "TransactionInProgressException"  # the same transaction, sent before, is still at work
_SERVER_FAULT = 500
_ATTEMPTS = 4
_FIRST_PAUSE_SECONDS = 0.05
_NO_REFUSALS: Mapping[str, TieoutError] = MappingProxyType({})


def code_of(error: ClientError) -> str:
    """AWS's name for an error, without the namespace SQS puts before it."""
    return str(error.response.get("Error", {}).get("Code", "")).rpartition(".")[2]


def transient_failure(error: ClientError | BotoCoreError) -> TransientError | None:
    """The error the line knows for it; None where the request itself is refused, by AWS or before it is sent."""
    if isinstance(error, ClientError):
        code = code_of(error)
        if is_throttle(code):
            return ThrottledError(code)
        if code == _IN_PROGRESS or _status_of(error) >= _SERVER_FAULT:
            return LostAnswerError(code)
        return None
    if isinstance(error, ParamValidationError):
        return None
    if isinstance(error, HTTPClientError | SSLError):  # TLS may break off before the request, but behind it too
        return LostAnswerError(type(error).__name__)
    return UnavailableError(type(error).__name__)


def is_throttle(code: str) -> bool:
    """Whether an error or the reason of a cancelled transaction asks for fewer calls."""
    return code in _THROTTLES or code == "ProvisionedThroughputExceeded"


def refusal(error: ClientError) -> UnavailableError:
    """A refusal that says nothing of the content: a grant or a resource that is missing, perhaps for the time of a deploy."""
    return UnavailableError(code_of(error))


def asked[Answer](ask: Callable[[], Answer], refusals: Mapping[str, TieoutError] = _NO_REFUSALS) -> Answer:
    """The answer of a call whose client makes it again by itself; `refusals` are the errors that AWS's codes stand for.

    Raises what `refusals` has for a code, else a `TransientError`: a missing grant or resource, too, may be a deploy's.
    """
    try:
        return ask()
    except ClientError as error:
        raise refusals.get(code_of(error)) or transient_failure(error) or refusal(error) from error
    except BotoCoreError as error:
        failure = transient_failure(error)
        if failure is None:
            raise
        raise failure from error


class Patience:
    """Makes calls again after short pauses with full jitter, where that cannot do anything twice."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy

    def call[Answer](self, make: Callable[[], Answer], *, repeatable: bool) -> Answer:
        """The answer of `make`, tried up to four times; a call that is not repeatable only while it had no effect.

        Raises:
            ClientError: AWS refused the request itself.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return make()
            except (ClientError, BotoCoreError) as error:
                failure = transient_failure(error)
                if failure is None:
                    raise
                if attempt == _ATTEMPTS or (isinstance(failure, LostAnswerError) and not repeatable):
                    raise failure from error
            self.pause(attempt)
        raise AssertionError("unreachable")

    def pause(self, attempt: int) -> None:
        """Wait before the attempt after this one."""
        self._clock.sleep(_FIRST_PAUSE_SECONDS * 2**attempt * self._entropy.fraction())


def _status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
