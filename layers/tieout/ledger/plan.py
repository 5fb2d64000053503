"""Decides what a statement changes in the ledger, and writes it down as one plan: pure.

The version gate stands here. A plan is built from what the ledger held when the source was read, and is committed only if
the ledger still holds that (`revision`), so the differences it adds to the cells are exact whoever else commits meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.closing import Books
from tieout.facts.family import HistoricFact
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.ledger.late import Protected
from tieout.ledger.late_rows import LateKind, LateRow
from tieout.ledger.part import Part
from tieout.ledger.table import Check
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import MappingKey, Used

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """How a notice ended. Every accepted notice has exactly one."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    IGNORED = "ignored"
    HELD = "held"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """What the ledger holds of a record.

    Attributes:
        revision: counts our commits of this record.
        readings: counts our commits and the readings that confirmed one (duplicates); the condition of the next commit.
        parts: intersection id to contribution; for an unfinished commit the intersections it touches, whatever they hold by now.
        held_for: the mapping entry the fact waits for.
        or_for: the other one that would release it, too.
        unfinished: a commit in several transactions was begun and not finished: the next one starts over.
        late: what came after books were closed.
        late_flow: the one whose rules hold for that.
        told_until: when the newest change occurred that it was told of.
        history: the fact itself, where it is one that what is stated next is joined with.
    """

    revision: int
    source_version: str
    digest: str
    parts: Mapping[str, Part]
    held_for: MappingKey | None = None
    or_for: MappingKey | None = None
    unfinished: bool = False
    readings: int = 0
    late: tuple[LateRow, ...] = ()
    late_flow: str = ""
    told_until: datetime = _NEVER
    history: HistoricFact | None = None

    def rules_for(self, statement: Statement, flow: str) -> str:
        """The flow whose rules hold for what comes late of a statement: of a version that is late already, the one it came by.

        Else a record that several flows tell of would be put off by one of them, and booked when the next tells of it again.
        """
        is_new = statement.source_version > self.source_version
        return self.late_flow if self.late and not is_new else flow

    def is_news(self, occurred_at: datetime) -> bool:
        """Whether a change that occurred then is one it does not hold: what is told again, or out of order, is none.

        Of a commit that was not finished, what is left is as old as it was.
        """
        return occurred_at > self.told_until or (self.unfinished and occurred_at == self.told_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What closed books leave of a fact's contributions.

    Attributes:
        flow: the one whose rules hold for what comes late.
        gate: the check that books are as they were when that was worked out; None where nobody closes any.
        approvals: of closed books that are restated, who asked for it and who approved it, as JSON.
    """

    protected: Protected
    flow: str = ""
    gate: Check | None = None
    approvals: Mapping[Books, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one statement changes.

    Attributes:
        outcome: of the notice that led here.
        stored: what the ledger held when the plan was made; None for a record it did not know.
        waits_for: the missing mapping entry of a held fact.
        alternative: another that is missing, and leads to what would stand in for it.
        guard: what it contributes, and what stays as it is because its books are closed.
    """

    statement: Statement
    outcome: Outcome
    stored: StoredFact | None
    source_version: str
    digest: str
    waits_for: MappingKey | None = None
    alternative: MappingKey | None = None
    used: Used = field(default_factory=dict)
    guard: Guard

    @property
    def key(self) -> RecordKey:
        """The record."""
        return self.statement.key

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """The fact's new contributions; those of an absence or a held fact are none but what is booked late."""
        return self.guard.protected.contributions

    @property
    def changes_ledger(self) -> bool:
        """Whether there is anything to commit.

        A record that is not in the books is ignored, but remembered where it has a version: an older reading of it, under
        way elsewhere, must not be committed after this one.
        """
        remembered = self.outcome is Outcome.IGNORED and self.source_version != ""
        return remembered or self.outcome in {Outcome.APPLIED, Outcome.HELD}

    def targets(self) -> frozenset[str]:
        """The targets whose cells the fact touches or touched."""
        before = {part.target for part in self.stored.parts.values()} if self.stored else set()
        return frozenset(before | {each.intersection.target for each in self.contributions})

    def new_parts(self) -> dict[str, Part]:
        """Intersection id to what the fact is to contribute there."""
        return self.guard.protected.parts()

    def rates(self) -> Sequence[str] | None:
        """The identities of the rates the fact would be converted with now; None where its contributions say them."""
        if self.waits_for is not None and self.statement.fact is not None:
            return sorted(self.statement.fact.rates())
        return self.guard.protected.other_rates

    def cell_count(self) -> int:
        """How many cells the fact is to contribute to."""
        return sum(len(part.shares) for part in self.new_parts().values())

    def passes_gate(self) -> bool:
        """Whether it moves cells that somebody may be about to close."""
        before = self.stored.parts if self.stored else {}
        return bool(before or self.contributions or self.guard.protected.late)


def decide(
    statement: Statement,
    stored: StoredFact | None,
    planned: tuple[Contribution, ...] | Unmapped,
    used: Used,
    guard: Guard | None = None,
) -> Plan:
    """What a statement, read from the source after `stored` was read from the ledger, changes.

    A version older than the stored one changes nothing. At an equal version the contents decide: equal ones are a
    duplicate; different ones (an association or a mapping changed, neither of which moves the source's stamp) are
    applied, which is safe because the source was read after the ledger, and because a duplicate counts as a reading of
    its own. A source that no longer knows the record states an absence without a version: it keeps the stored one, as
    tombstones do.
    """
    waits_for, alternative = (planned.key, planned.alternative) if isinstance(planned, Unmapped) else (None, None)
    allowed = guard or Guard(protected=Protected(() if isinstance(planned, Unmapped) else planned))
    version = statement.source_version or (stored.source_version if stored else "")
    digest = _digest(statement, allowed.protected, waits_for, alternative)

    def plan(outcome: Outcome) -> Plan:
        return Plan(
            statement=statement,
            outcome=outcome,
            stored=stored,
            source_version=version,
            digest=digest,
            waits_for=waits_for,
            alternative=alternative,
            used=used,
            guard=allowed,
        )

    if stored is not None:
        if version < stored.source_version:
            return plan(Outcome.SUPERSEDED)
        if version == stored.source_version and digest == stored.digest and not stored.unfinished:
            return plan(Outcome.DUPLICATE)
    if statement.absence is Absence.NOT_POSTED and not _is_in_the_books(stored):
        return plan(Outcome.IGNORED)
    waits = waits_for is not None or any(row.kind is not LateKind.BOOKED for row in allowed.protected.late)
    return plan(Outcome.HELD if waits else Outcome.APPLIED)


def _is_in_the_books(stored: StoredFact | None) -> bool:
    known = stored is not None and (stored.parts or stored.held_for or stored.unfinished or stored.late)
    return bool(known)


def _digest(
    statement: Statement, allowed: Protected, waits_for: MappingKey | None, alternative: MappingKey | None
) -> str:
    """Equal for equal contents: the statement, where it goes, what came too late, and what it waits for."""
    parts = [[name, part.shares] for name, part in sorted(allowed.parts().items())]
    late = [row.plain() for row in allowed.late]
    closed = [late, allowed.other_rates] if late or allowed.other_rates else []
    other = [str(alternative)] if alternative is not None else []
    text = strict_json.dump([canonical_text(statement), parts, str(waits_for), *other, *closed])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
