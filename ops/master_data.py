"""Master data of a stage: what its systems say of it, which records may be the same, and the links that somebody has confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ops.governed_tables import refuse_governed
from ops.mapping_tables import Entry
from ops.place import Place
from tieout.crosswalk import Suggestion, evidence_of, suggestions
from tieout.errors import PermanentError
from tieout.facts.master_data import TABLES, MasterData
from tieout.ledger.mappings import LINK, MappingEntry, MappingLedger
from tieout.ledger.masters import MasterLedger
from tieout.masters import MasterRecord
from tieout.planning.mapping import MappingKey
from tieout.planning.validity import terms_of

KINDS: dict[str, type[MasterData]] = {table: kind for kind, table in TABLES.items()}
"""Each kind by what it is called on the command line: as its mapping table."""


class NothingToLinkError(PermanentError):
    """No suggestion, or more than one, fits what was said, or there is no such link; nothing was changed."""


def records_of(place: Place, kind: type[MasterData]) -> list[MasterRecord]:
    """Every record of a kind, as far as the index tells: one recorded just now may be missing."""
    ledger = MasterLedger(table=place.table, legal_entities=place.legal_entities, ownership=place.ownership)
    return ledger.records(kind)


def suggested(place: Place, kind: type[MasterData]) -> list[Suggestion]:
    """The links that wait for somebody to confirm them."""
    return suggestions(records_of(place, kind), place.ownership)


class Link(NamedTuple):
    """A link that somebody has confirmed.

    Attributes:
        record: what is linked; None where there is no such record any more.
        linked_with: the record it is linked with, likewise.
        evidence: the ids both have.
    """

    entry: MappingEntry
    record: MasterRecord | None
    linked_with: MasterRecord | None
    evidence: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether planning calls the one as it does the other."""
        return self.linked_with is not None and self.linked_with.said == self.entry.member


def links(place: Place, kind: type[MasterData], records: Iterable[MasterRecord]) -> Iterator[Link]:
    """The links of a kind that somebody has confirmed, `records` being all of it (`records_of`)."""
    known = {"/".join(each.record): each for each in records}
    numbered = {(each.record.connection, each.fact.number): each for each in known.values()}
    ledger = MappingLedger(place.table)
    for connection in place.connections:
        for entry in ledger.entries(connection, TABLES[kind]):
            if entry.origin.startswith(LINK):
                record, other = numbered.get((connection, entry.key.key)), known.get(entry.origin.removeprefix(LINK))
                yield Link(entry, record, other, evidence_of(record, other) if record and other else ())


def confirmed(place: Place, kind: type[MasterData], connection: str, number: str, owners: str = "") -> list[Entry]:
    """The mapping entry that a suggestion comes to once it is confirmed, member by member; it is not stored.

    In every period it says what that of the owner's record does.

    Args:
        place: the stage.
        kind: of the record.
        connection: whose record it is that has no name yet.
        number: of that record.
        owners: the number of the owner's record; needed where there are several suggestions.

    Raises:
        NothingToLinkError: saying what there is.
    """
    found = [
        each
        for each in suggested(place, kind)
        if (each.record.record.connection, each.record.fact.number) == (connection, number)
    ]
    fitting = [each for each in found if owners in ("", each.owner.fact.number)]
    if len(fitting) != 1:
        known = ", ".join(f"{each.owner.fact.number} ({'; '.join(each.evidence)})" for each in found)
        says = f"it may be {known}: say which with --with" if found else "nothing is suggested for it"
        raise NothingToLinkError(f"{TABLES[kind]} {number} of {connection}: {says}")
    [suggestion] = fitting
    return [
        Entry(
            MappingKey(connection, TABLES[kind], number),
            term.member,
            origin=f"{LINK}{'/'.join(suggestion.owner.record)}",
            first=term.first,
            last=term.last,
            alone=True,
        )
        for term in terms_of(suggestion.owner.said)
    ]


def take_back(place: Place, kind: type[MasterData], connection: str, number: str) -> Entry:
    """Have a record called what it was before it was linked; the entry as it is now, its member empty where there is none.

    Raises:
        NothingToLinkError: it is not linked.
        ConditionFailedError: somebody has stored something else meanwhile; nothing was changed.
        NeedsApprovalError: what it is called changes only by a proposal.
    """
    key = MappingKey(connection, TABLES[kind], number)
    refuse_governed(place, [key])
    ledger = MappingLedger(place.table)
    link = ledger.entry(key)
    if link is None or not link.origin.startswith(LINK):
        raise NothingToLinkError(f"{TABLES[kind]} {number} of {connection} is not linked: tieout crosswalk list")
    ledger.take_back(link, place.who, datetime.now(UTC))
    before = link.before[0].member if link.before else place.ownership.implied(connection, TABLES[kind], number)
    return Entry(key, before or "")
