"""What becomes of a file that was dropped: the words for it, and the run that takes an accepted one through the line."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any, NamedTuple, Self

from tieout.errors import PermanentError
from tieout.files import Cause
from tieout.moments import moment_text, parse_moment

INCOMING_PREFIX = "incoming/"
FILES_PREFIX = "files/"


class ChangedObjectError(PermanentError):
    """Where a drop was, there is another object by now, or none."""


class Drop(NamedTuple):
    """An object as its bucket told of it: the same key with another `etag` is another drop."""

    bucket: str
    key: str
    etag: str
    size: int

    def plain(self) -> dict[str, Any]:
        """The drop as JSON values."""
        return self._asdict()


class FileState(StrEnum):
    """What became of a drop."""

    ACCEPTED = "accepted"  # checked whole, and on its way
    DONE = "done"  # all of it is on the bus
    STOPPED = "stopped"  # by somebody
    REPLACED = "replaced"  # a newer file stands for the same
    REFUSED = "refused"  # something in it is wrong
    INCOMPLETE = "incomplete"  # its end is missing
    UNREADABLE = "unreadable"  # its bytes are no text of its encoding
    TOO_LARGE = "too_large"
    NOT_A_FEED = "not_a_feed"  # by its name
    DUPLICATE = "duplicate"  # the same content was accepted before
    OUTDATED = "outdated"  # a newer file was accepted before
    WAITING = "waiting"  # for its marker, or for the period before
    CHANGED = "changed"  # another object stands there by now
    FAILED = "failed"  # it could not be checked

    @property
    def is_refusal(self) -> bool:
        """Whether whoever dropped it has to do something."""
        return self in _REFUSALS

    @property
    def was_accepted(self) -> bool:
        """Whether it was checked whole and found right."""
        return self in _ACCEPTED


_REFUSALS = frozenset({FileState.REFUSED, FileState.INCOMPLETE, FileState.UNREADABLE, FileState.TOO_LARGE})
_ACCEPTED = frozenset({FileState.ACCEPTED, FileState.DONE, FileState.STOPPED, FileState.REPLACED})
REFUSAL_OF = {
    Cause.CUT_OFF: FileState.INCOMPLETE,
    Cause.BYTES: FileState.UNREADABLE,
    Cause.CONTENT: FileState.REFUSED,
}
"""What a file is for which its flaws have this cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRun:
    """A drop and what became of it; of one that was accepted, how it goes through the line.

    Attributes:
        run: the same for the same drop, whoever looks at it and however often.
        name: of the file, behind `incoming/<connection>/`.
        seen_at: when it was looked at first; of an accepted one when its deliveries were received.
        ended_at: when the last of it was on the bus, or when somebody stopped it; None before.
        asked_by: who stopped it or let it go on, for people.
        feed: empty where the name is of none.
        entity: the ledger's entity its records are.
        scope: what it stands for among the files of its feed.
        version: of all its records.
        own_version: without that of the balances it was joined with.
        base_version: of those balances; empty where it was joined with none.
        before: see `tieout.files.Stated`; likewise `after`, `company`, `period`, `rows`, `debit`, `credit`.
        content: digest of its bytes.
        documents: how many records it states.
        gone: how many records it states to be gone, because the file it replaced had them.
        chunks: how many deliveries it makes.
        manifest: the object that lists them.
        replaced: the run it took the place of; empty: of none.
        flaws: how many there are.
        report: the object that tells of them.
        failing: the class of the error that the last try to take it through the line ended with; empty where it did not.
        revision: grows with every change: of two that work on a run, one is told that it is too late.
    """

    run: str
    connection: str
    name: str
    drop: Drop
    state: FileState
    seen_at: datetime
    ended_at: datetime | None = None
    asked_by: str = ""
    feed: str = ""
    entity: str = ""
    scope: str = ""
    own_version: str = ""
    base_version: str = ""
    before: str = ""
    after: str = ""
    company: str = ""
    period: str = ""
    rows: int = 0
    debit: str = ""
    credit: str = ""
    content: str = ""
    documents: int = 0
    gone: int = 0
    chunks: int = 0
    manifest: str = ""
    replaced: str = ""
    flaws: int = 0
    report: str = ""
    failing: str = ""
    revision: int = 0

    @property
    def version(self) -> str:
        """Texts that compare as batches, their reruns, and the balances they are behind."""
        return f"{self.own_version} {self.base_version}".rstrip()

    def plain(self) -> dict[str, Any]:
        """The run as JSON values, but for what its key and its revision say, and for what is empty."""
        return {
            each.name: _plain(value)
            for each in fields(self)
            if (value := getattr(self, each.name)) and each.name not in _IN_THE_ITEM
        }

    @classmethod
    def of_plain(cls, connection: str, run: str, plain: dict[str, Any], revision: int) -> Self:
        """The run `plain` wrote."""
        read: dict[str, Any] = {name: parse_moment(plain[name]) for name in ("seen_at", "ended_at") if name in plain}
        read |= {"drop": Drop(**plain["drop"]), "state": FileState(plain["state"])}
        return cls(**{**plain, **read}, connection=connection, run=run, revision=revision)


_IN_THE_ITEM = frozenset({"connection", "run", "revision"})


def run_of(drop: Drop, base_version: str = "") -> str:
    """The id of the run of a drop, joined with the balances of that version."""
    named = f"{drop.key}\n{drop.etag}\n{base_version}"
    return blake2b(named.encode(), digest_size=12).hexdigest()


def delivery_of(run: str, chunk: int) -> str:
    """The id of the delivery that a chunk is."""
    return f"file-{run}-{chunk:06d}"


def _plain(value: Any) -> Any:  # noqa: ANN401 JSON values
    if isinstance(value, Drop):
        return value.plain()
    if isinstance(value, datetime):
        return moment_text(value)
    return str(value) if isinstance(value, FileState) else value
