"""The two behaviours an error can ask for: try again later, or stop and let a person look.

Subclasses are named for what happened and carry data. Decisions are made on the class and its data, never on text.
Anything that is neither a `TransientError` nor a `PermanentError` is a bug and fails only the record it struck.
"""

from __future__ import annotations


class TieoutError(Exception):
    """Every declared error of the project."""


class TransientError(TieoutError):
    """It may succeed later without anybody changing anything: retry.

    Attributes:
        retry_after_seconds: how long the other side asked us to wait, or None where it did not say.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class PermanentError(TieoutError):
    """It will fail in the same way until somebody changes something: hold, reject or park."""


class NotAuthenticError(PermanentError):
    """The delivery does not prove who sent it: answered 401 and rejected.

    Attributes:
        reason: a short code out of a fixed set (`signature_missing`, `signature_mismatch`, `timestamp_stale`, ...), safe to log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MalformedError(PermanentError):
    """Bytes that are not what the sender's contract promises.

    Attributes:
        reason: a short code, safe to log: it never quotes the bytes.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusedInPartError(MalformedError):
    """What was asked for is refused as a whole but for a part that may have taken effect already."""


class UnreadableRecordError(PermanentError):
    """The source answered, but with a record we cannot make a fact of.

    Attributes:
        reason: what is wrong with it, in our own words: told to operators, so it never quotes the record.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AccessDeniedError(PermanentError):
    """A source or target refuses our credentials or our role: a person must change a grant."""


class ThrottledError(TransientError):
    """The other side asks for fewer calls."""


class UnavailableError(TransientError):
    """The other side is down, busy, locked, migrating, or did not answer."""


class LostAnswerError(TransientError):
    """The call may or may not have taken effect: we did not see the answer."""


class StillRunningError(LostAnswerError):
    """What we started has not ended yet: ask again what became of it, and start nothing beside it."""


class ConflictError(TransientError):
    """Somebody else changed what we were about to change: read again and decide again."""
