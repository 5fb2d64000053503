"""The facts of a connection, one after the other, and which of them were planned with a mapping that has changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched

from tieout.arriving.notice import RecordKey
from tieout.ledger import keys
from tieout.ledger.items import Lineage, held_for_of, stored_lineage, used_of
from tieout.ledger.table import Item, Key, Table, pages
from tieout.ownership import Ownership
from tieout.planning.mapping import MappingKey, Used

_FACTS_AT_ONCE = 200  # an item may have 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFact:
    """What the ledger holds of a record, as far as it takes to send its notice through the line again.

    Attributes:
        kind: the fact's canonical name, or why there is none.
        used: the mapping entries that planning it asked for, each with the member found, None where others stood in for it;
            empty for an absence.
        waits_for: the entry a held fact waits for.
        or_for: the other one that would release it, too.
    """

    record: RecordKey
    kind: str
    outcome: str
    source_version: str
    used: Used
    waits_for: MappingKey | None
    lineage: Lineage
    or_for: MappingKey | None = None

    def entries(self) -> frozenset[MappingKey]:
        """What it was planned with, and what it waits for."""
        return frozenset((*self.used, *(each for each in (self.waits_for, self.or_for) if each)))


class FactCatalogue:
    """Every fact of a connection, found by an index that is a moment behind: one recorded just now may be missed."""

    def __init__(self, table: Table, ownership: Ownership | None = None) -> None:
        self._table, self._ownership = table, ownership or Ownership()

    def fact(self, record: RecordKey) -> RecordedFact | None:
        """The fact of one record, read consistently; None where the ledger knows no such record."""
        key = keys.fact_key(record)
        item = self._table.get([key]).get(key)
        return None if item is None else _recorded_fact(key, item)

    def facts(self, connection: str, entity: str) -> Iterator[RecordedFact]:
        """The facts of one entity of a connection, each as it stands in the table when it is reached."""
        for key, item in self.items(connection, entity):
            yield _recorded_fact(key, item)

    def items(self, connection: str, entity: str) -> Iterator[tuple[Key, Item]]:
        """The item of each of these facts."""
        wanted = keys.facts_of(connection, entity)
        for page in pages(lambda after: self._table.index("catalogue", wanted, limit=_FACTS_AT_ONCE, after=after)):
            yield from sorted(self._table.get([key for key, _ in page.items]).items())

    def outdated(
        self, facts: Iterable[RecordedFact], among: Collection[MappingKey] | None = None
    ) -> Iterator[RecordedFact]:
        """Of these facts those whose mapping entries say something else by now; `among`: only these entries count.

        A held fact counts like any other, although nothing is planned of it: the entries that were found decide what it
        waits for (a company its periods, a period its rates, a stage whether anything is planned at all), and where one of
        them was replaced nobody may ever store what it waits for now. Nor does anybody store what an owner's numbers imply since
        the landscape says so: then what waited for it is outdated, too.
        """
        for some in batched(facts, _FACTS_AT_ONCE, strict=False):
            used = [(fact, fact.entries() if among is None else fact.entries() & set(among)) for fact in some]
            members = self._members({entry for _, entries in used for entry in entries})
            for fact, entries in used:
                if any(members.get(entry) != fact.used.get(entry) for entry in entries):
                    yield fact

    def _members(self, entries: Collection[MappingKey]) -> dict[MappingKey, str | None]:
        """What each entry says by now: what is stored, else what its owner's number implies."""
        wanted = {keys.mapping_key(entry): entry for entry in entries}
        stored = {wanted[key]: str(item["member"]) for key, item in self._table.get(list(wanted)).items()}
        implied = (self._ownership.implied(each.connection, each.table, each.key) for each in entries)
        return dict(zip(entries, implied, strict=True)) | stored


def _recorded_fact(key: Key, item: Item) -> RecordedFact:
    record = keys.record_of(key)
    return RecordedFact(
        record=record,
        kind=str(item["kind"]),
        outcome=str(item["outcome"]),
        source_version=str(item["source_version"]),
        used=used_of(item),
        waits_for=held_for_of(item),
        lineage=stored_lineage(record.connection, item),
        or_for=held_for_of(item, "or_for"),
    )
