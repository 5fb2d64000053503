"""Comparing a source's own lists with the ledger: the words for what is compared, how far it has come, and what differs.

Poll, backfill and census are the same walk over a source's listing: whatever is not here as it is there is sent through the
line. A poll looks at what has changed since the last one, a backfill at a past that nobody told of, and a census at what
webhooks should have told of: it alone keeps what it finds, and asks whether the source still has what is here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from tieout.arriving.notice import RecordKey
from tieout.facts.listing import Listed, Step, Window
from tieout.moments import moment_text, parse_moment


class Purpose(StrEnum):
    """Why a source's records are listed, the most urgent first."""

    POLL = "poll"
    CENSUS = "census"
    BACKFILL = "backfill"


def is_our_own(delivery_id: str, arrivals: Collection[str]) -> bool:
    """Whether no source sent a delivery, but a run found it: of a source that tells of its changes, also what a poll did."""
    is_told_of = any(each != Purpose.POLL for each in arrivals)
    found_by = Purpose if is_told_of else (Purpose.CENSUS, Purpose.BACKFILL)
    return delivery_id.startswith(tuple(f"{each}-" for each in found_by))


class Phase(StrEnum):
    """How far a run has come."""

    LISTING = "listing"  # what the source has, window by window
    CHECKING = "checking"  # whether the source still has what is here
    DONE = "done"
    STOPPED = "stopped"  # by somebody

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done of it."""
        return self in {Phase.DONE, Phase.STOPPED}


class Difference(StrEnum):
    """What the ledger holds of a record otherwise than its source."""

    NEVER_RECEIVED = "never_received"
    OLDER_HERE = "older_here"
    DELETED_THERE = "deleted_there"
    UNKNOWN_THERE = "unknown_there"  # it is here, and the source does not know it any more
    OUTDATED_RATE = "outdated_rate"  # it was converted at a rate that its source has replaced since
    STEP_UNKNOWN = "step_unknown"  # it is here, but not all that it has been
    TO_BE_READ = "to_be_read"  # something happened to it of which nobody tells, or no list says what it is since then

    @property
    def was_missed(self) -> bool:
        """Whether something should have told of it: nothing ever tells that a rate was replaced, and what is read may be known."""
        return self not in {Difference.OUTDATED_RATE, Difference.TO_BE_READ}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds of a record, as far as a list can be compared with it.

    Attributes:
        is_gone: it is held as deleted, or as living on in another record.
        rates: the identities of the rates its contributions were converted by.
        steps: what names all that it has been, where it has a history.
    """

    source_version: str
    is_gone: bool
    rates: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()


class Tally(NamedTuple):
    """What was counted over some records: how many, what they are worth there by currency, and what differs."""

    listed: int = 0
    worth_minor: Mapping[str, int] = MappingProxyType({})
    differences: Mapping[Difference, int] = MappingProxyType({})

    def with_page(self, listed: Iterable[Listed], found: Iterable[Difference]) -> Self:
        """The tally after one page more."""
        count, worth, differences = self.listed, dict(self.worth_minor), dict(self.differences)
        for each in listed:
            count += 1
            if each.amount is not None and not each.deleted:
                worth[each.amount.currency] = worth.get(each.amount.currency, 0) + each.amount.amount_minor
        for difference in found:
            differences[difference] = differences.get(difference, 0) + 1
        return self._replace(listed=count, worth_minor=worth, differences=differences)

    def and_also(self, other: Self) -> Self:
        """Both tallies as one."""
        worth, differences = dict(self.worth_minor), dict(self.differences)
        for currency, minor in other.worth_minor.items():
            worth[currency] = worth.get(currency, 0) + minor
        for difference, count in other.differences.items():
            differences[difference] = differences.get(difference, 0) + count
        return self._replace(listed=self.listed + other.listed, worth_minor=worth, differences=differences)

    def plain(self) -> dict[str, Any]:
        """The tally as JSON values."""
        differences = {str(each): count for each, count in sorted(self.differences.items())}
        return {
            "listed": self.listed,
            "worth_minor": dict(sorted(self.worth_minor.items())),
            "differences": differences,
        }

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The tally `plain` wrote."""
        differences = {Difference(name): int(count) for name, count in plain["differences"].items()}
        return cls(listed=plain["listed"], worth_minor=plain["worth_minor"], differences=differences)


class Run(NamedTuple):
    """One walk over what a source lists of an entity: where it is to go, where it is, and what it has counted.

    Attributes:
        asked_by: who asked, for people; empty where the schedule did.
        span: which changes are listed, by the source's own clock.
        reached: where the window begins that is being listed: everything before it is complete.
        cursor: where in the window, or in what is here, the next page begins.
        pages: how many were asked for.
        window: what was counted of the window under way.
        total: what was counted of the windows that are complete, and of what is here.
        advanced_at: when a page was last done.
        waits_until: the source is not asked before; None where nothing is in the way.
        failing: the class of the error the last try ended with; empty where it did not.
        mark: from where its source knows what has changed, where it keeps count of that; the next run of the purpose goes on there.
        listed_before: before this moment the runs before it of its purpose had left nothing unlisted; None: there was none.
        revision: grows with every change: of two that work on a run, one is told that it is too late.
    """

    connection: str
    entity: str
    purpose: Purpose
    started_at: datetime
    span: Window
    reached: datetime
    advanced_at: datetime
    asked_by: str = ""
    phase: Phase = Phase.LISTING
    cursor: str = ""
    pages: int = 0
    window: Tally = Tally()
    total: Tally = Tally()
    waits_until: datetime | None = None
    failing: str = ""
    mark: str = ""
    listed_before: datetime | None = None
    revision: int = 0

    @property
    def listed_until(self) -> datetime:
        """Before this moment no run of its purpose has left anything unlisted: there the next one is to go on.

        What was not reached when somebody stopped it is left, and what lies between the runs before and a span that somebody
        asked for.
        """
        if self.listed_before is None:
            return self.reached
        return max(self.listed_before, self.reached) if self.span.since <= self.listed_before else self.listed_before

    @classmethod
    def begun(
        cls,
        *,
        connection: str,
        entity: str,
        purpose: Purpose,
        span: Window,
        now: datetime,
        asked_by: str = "",
        mark: str = "",
    ) -> Self:
        """A run of which nothing is done yet."""
        return cls(
            connection=connection,
            entity=entity,
            purpose=purpose,
            started_at=now,
            span=span,
            reached=span.since,
            advanced_at=now,
            asked_by=asked_by,
            mark=mark,
        )

    def plain(self) -> dict[str, Any]:
        """The run as JSON values, but for what its key and its revision say."""
        return {
            "started_at": moment_text(self.started_at),
            "since": moment_text(self.span.since),
            "until": moment_text(self.span.until),
            "reached": moment_text(self.reached),
            "advanced_at": moment_text(self.advanced_at),
            "asked_by": self.asked_by,
            "phase": str(self.phase),
            "cursor": self.cursor,
            "pages": self.pages,
            "window": self.window.plain(),
            "total": self.total.plain(),
            "waits_until": moment_text(self.waits_until) if self.waits_until else None,
            "failing": self.failing,
            "mark": self.mark,
            "listed_before": moment_text(self.listed_before) if self.listed_before else None,
        }

    @classmethod
    def of_plain(cls, connection: str, entity: str, purpose: Purpose, plain: Mapping[str, Any], revision: int) -> Self:
        """The run `plain` wrote."""
        waits_until, listed_before = plain["waits_until"], plain.get("listed_before")
        return cls(
            connection=connection,
            entity=entity,
            purpose=purpose,
            started_at=parse_moment(plain["started_at"]),
            span=Window(parse_moment(plain["since"]), parse_moment(plain["until"])),
            reached=parse_moment(plain["reached"]),
            advanced_at=parse_moment(plain["advanced_at"]),
            asked_by=plain["asked_by"],
            phase=Phase(plain["phase"]),
            cursor=plain["cursor"],
            pages=plain["pages"],
            window=Tally.of_plain(plain["window"]),
            total=Tally.of_plain(plain["total"]),
            waits_until=parse_moment(waits_until) if waits_until else None,
            failing=plain["failing"],
            mark=plain.get("mark", ""),
            listed_before=parse_moment(listed_before) if listed_before else None,
            revision=revision,
        )


def difference_of(listed: Listed, known: Known | None) -> Difference | None:
    """What is here otherwise than a source lists it; None where it is the same, or newer here than when it was listed."""
    if listed.deleted:
        return Difference.DELETED_THERE if known is not None and not known.is_gone else None
    if known is None:
        return Difference.NEVER_RECEIVED
    is_older = known.is_gone or known.source_version < listed.version
    if not is_older:
        return None
    return Difference.OLDER_HERE if listed.is_told else Difference.TO_BE_READ


def difference_of_step(step: Step, known: Known | None) -> Difference | None:
    """What is here otherwise than a source's events tell; None where the step is here, or whatever came of it must be."""
    if known is not None and known.is_gone:
        return None
    if step.said:
        return Difference.STEP_UNKNOWN if known is None or step.version not in known.steps else None
    return Difference.TO_BE_READ if known is None or known.source_version < step.version else None


def missing_of(known: Mapping[RecordKey, Known], there: Mapping[RecordKey, Listed]) -> dict[RecordKey, Difference]:
    """What the source does not know any more of what is here, or lists as gone."""
    return {
        key: Difference.UNKNOWN_THERE if key not in there else Difference.DELETED_THERE
        for key, each in known.items()
        if not each.is_gone and (key not in there or there[key].deleted)
    }


def outdated_of(known: Mapping[RecordKey, Known], outdated: Collection[str]) -> dict[RecordKey, Difference]:
    """What was converted by one of these rates."""
    return {key: Difference.OUTDATED_RATE for key, each in known.items() if not each.rates.isdisjoint(outdated)}
