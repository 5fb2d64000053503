"""The life of a break: found, given to somebody, explained, accepted by somebody else; or gone by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from tieout.errors import PermanentError
from tieout.people import is_same_person
from tieout.reconciling.breaks import Break


class BreakState(StrEnum):
    """How far people have come with a break."""

    OPEN = "open"
    EXPLAINED = "explained"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"  # both stages tie out there by now


class NotAllowedError(PermanentError):
    """What was asked of a break cannot be done with it as it is; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that happened to a break.

    Attributes:
        by: who did it; empty where it followed from newer facts.
        what: `found`, `assigned`, `explained`, `accepted`, `reopened` or `resolved`.
        note: what was said of it.
    """

    at: datetime
    by: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedBreak:
    """A break with what has happened to it.

    Attributes:
        found: as the last run found it; of a resolved one, as it was found last.
        owner: who looks after it; empty: nobody does.
        due: until when.
        remarks: in the order of time.
    """

    found: Break
    state: BreakState
    remarks: tuple[Remark, ...]
    owner: str = ""
    due: date | None = None

    @classmethod
    def begun(cls, found: Break, now: datetime) -> Self:
        """A break that no run has found before."""
        return cls(found=found, state=BreakState.OPEN, remarks=(Remark(at=now, by="", what="found"),))

    @property
    def found_at(self) -> datetime:
        """When it was found first."""
        return self.remarks[0].at

    @property
    def explained_by(self) -> str:
        """Who explained it last; empty where nobody did."""
        return next((each.by for each in reversed(self.remarks) if each.what == "explained"), "")

    @property
    def waits(self) -> bool:
        """Whether somebody has to look at it, and nobody has."""
        return self.state is BreakState.OPEN and self.found.needs_somebody

    def seen(self, found: Break, now: datetime, because: str = "") -> Self:
        """The break as a later run finds it: open again if it has come to something else, or had gone.

        `because`: why, where more is known of that.
        """
        if found.state == self.found.state and self.state is not BreakState.RESOLVED:
            return self if found == self.found else replace(self, found=found)
        same = replace(self, found=found)
        if self.state is BreakState.OPEN:
            return same
        why = "it is back" if self.state is BreakState.RESOLVED else "it has come to something else"
        return _moved(same, BreakState.OPEN, Remark(at=now, by="", what="reopened", note=because or why))

    def gone(self, now: datetime) -> Self:
        """The break once no run finds it any more."""
        if self.state is BreakState.RESOLVED:
            return self
        return _moved(self, BreakState.RESOLVED, Remark(at=now, by="", what="resolved"))

    def assigned(self, owner: str, due: date | None, by: str, now: datetime) -> Self:
        """The break in somebody's hands."""
        given = replace(self, owner=owner, due=due)
        return _moved(given, self.state, Remark(at=now, by=by, what="assigned", note=owner))

    def explained(self, note: str, by: str, now: datetime) -> Self:
        """The break with a reason; said again, the later reason stands.

        Raises:
            NotAllowedError: it is resolved, or no reason is given.
        """
        if self.state is BreakState.RESOLVED:
            raise NotAllowedError("it is resolved: there is nothing to explain any more")
        if not note.strip():
            raise NotAllowedError("an explanation says why")
        return _moved(self, BreakState.EXPLAINED, Remark(at=now, by=by, what="explained", note=note))

    def accepted(self, by: str, now: datetime) -> Self:
        """The break as somebody answers for it who has not explained it.

        Raises:
            NotAllowedError: it was not explained, or by the same person.
        """
        if self.state is not BreakState.EXPLAINED:
            raise NotAllowedError(f"it is {self.state}: what is explained can be accepted")
        if is_same_person(self.explained_by, by):
            raise NotAllowedError("somebody else has to accept what you have explained")
        return _moved(self, BreakState.ACCEPTED, Remark(at=now, by=by, what="accepted"))


def _moved[T: TrackedBreak](tracked: T, state: BreakState, remark: Remark) -> T:
    return replace(tracked, state=state, remarks=(*tracked.remarks, remark))
