"""Decides what a statement changes in the ledger, and writes it down as one plan: pure.

The version gate stands here. A plan is built from what the ledger held when the source was read, and is committed only if
the ledger still holds that (`revision`), so the differences it adds to the cells are exact whoever else commits meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.planning.cells import Amount, Contribution, Unmapped
from tieout.planning.mapping import MappingKey


class Outcome(StrEnum):
    """How a notice ended. Every accepted notice has exactly one."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    IGNORED = "ignored"
    HELD = "held"
    PARKED = "parked"


Share = tuple[str, int, str]  # a measure, what a fact adds to it in minor units, the identity of the rate


@dataclass(frozen=True, slots=True)
class Part:
    """What a fact contributes to an intersection, as the ledger keeps it: a share of each measure it touches, in their order."""

    target: str
    shares: tuple[Share, ...] = ()

    def minor_by_measure(self) -> dict[str, int]:
        """Measure to minor units."""
        return {measure: amount_minor for measure, amount_minor, _ in self.shares}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFact:
    """What the ledger holds of a record.

    Attributes:
        revision: counts our commits of this record.
        readings: counts our commits and the readings that confirmed one (duplicates); the condition of the next commit.
        parts: intersection id to contribution; for an unfinished commit the intersections it touches, whatever they hold by now.
        held_for: the mapping entry the fact waits for.
        unfinished: a commit in several transactions was begun and not finished: the next one starts over.
    """

    revision: int
    source_version: str
    digest: str
    parts: Mapping[str, Part]
    held_for: MappingKey | None = None
    unfinished: bool = False
    readings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one statement changes.

    Attributes:
        outcome: of the notice that led here.
        stored: what the ledger held when the plan was made; None for a record it did not know.
        contributions: the fact's new contributions; empty for an absence or a held fact.
        waits_for: the missing mapping entry of a held fact.
    """

    statement: Statement
    outcome: Outcome
    stored: StoredFact | None
    source_version: str
    digest: str
    contributions: tuple[Contribution, ...] = ()
    waits_for: MappingKey | None = None
    used: Mapping[MappingKey, str] = field(default_factory=dict)

    @property
    def key(self) -> RecordKey:
        """The record."""
        return self.statement.key

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
        return {
            each.intersection.intersection_id(): Part(
                each.intersection.target, tuple(_share(amount) for amount in each.amounts)
            )
            for each in self.contributions
        }

    def cell_count(self) -> int:
        """How many cells the fact is to contribute to."""
        return sum(len(each.amounts) for each in self.contributions)


def decide(
    statement: Statement,
    stored: StoredFact | None,
    planned: tuple[Contribution, ...] | Unmapped,
    used: Mapping[MappingKey, str],
) -> Plan:
    """What a statement, read from the source after `stored` was read from the ledger, changes.

    A version older than the stored one changes nothing. At an equal version the contents decide: equal ones are a
    duplicate; different ones (an association or a mapping changed, neither of which moves the source's stamp) are
    applied, which is safe because the source was read after the ledger, and because a duplicate counts as a reading of
    its own. A source that no longer knows the record states an absence without a version: it keeps the stored one, as
    tombstones do.
    """
    waits_for = planned.key if isinstance(planned, Unmapped) else None
    contributions = () if isinstance(planned, Unmapped) else planned
    version = statement.source_version or (stored.source_version if stored else "")
    digest = _digest(statement, contributions, waits_for)

    def plan(outcome: Outcome) -> Plan:
        return Plan(
            statement=statement,
            outcome=outcome,
            stored=stored,
            source_version=version,
            digest=digest,
            contributions=contributions,
            waits_for=waits_for,
            used=used,
        )

    if stored is not None:
        if version < stored.source_version:
            return plan(Outcome.SUPERSEDED)
        if version == stored.source_version and digest == stored.digest and not stored.unfinished:
            return plan(Outcome.DUPLICATE)
    if statement.absence is Absence.NOT_POSTED and not _is_in_the_books(stored):
        return plan(Outcome.IGNORED)
    return plan(Outcome.APPLIED if waits_for is None else Outcome.HELD)


def _is_in_the_books(stored: StoredFact | None) -> bool:
    return stored is not None and (bool(stored.parts) or stored.held_for is not None or stored.unfinished)


def _digest(statement: Statement, contributions: tuple[Contribution, ...], waits_for: MappingKey | None) -> str:
    """Equal for equal contents: the statement, where it goes, and what it waits for."""
    parts = [
        [each.intersection.intersection_id(), [_share(amount) for amount in each.amounts]] for each in contributions
    ]
    text = strict_json.dump([canonical_text(statement), parts, str(waits_for)])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _share(amount: Amount) -> Share:
    return amount.measure, amount.amount_minor, amount.rate
