"""Reads master data out of the ledger: the facts of a kind, each with what planning calls it, and who has said so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tieout.arriving.notice import RecordKey
from tieout.facts.master_data import ENTITIES, TABLES, MasterData
from tieout.facts.recalling import fact_of_text
from tieout.ledger import keys
from tieout.ledger.items import statement_text
from tieout.ledger.mappings import LINK, MappingEntry, MappingLedger
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.table import Table
from tieout.masters import MasterRecord
from tieout.ownership import Ownership
from tieout.planning.mapping import LEGAL_ENTITY
from tieout.planning.validity import member_in

OWNER = "owner:"
"""Where an entry comes from that nobody has stored: the numbers of an owner's records imply it."""


@dataclass(frozen=True, kw_only=True)
class MasterLedger:
    """The part of the ledger that has master data, by way of an index that is a moment behind.

    Attributes:
        legal_entities: connection to the company whose records it has where they do not say.
    """

    table: Table
    legal_entities: Mapping[str, str]
    ownership: Ownership

    def records(self, kind: type[MasterData]) -> list[MasterRecord]:
        """Every record of a kind that any connection has, in order of their keys; deleted ones are none."""
        return sorted(
            (each for connection in self.legal_entities for each in self._of_connection(connection, kind)),
            key=lambda each: each.record,
        )

    def _of_connection(self, connection: str, kind: type[MasterData]) -> Iterator[MasterRecord]:
        facts = dict(self._facts(connection, kind))
        if not facts:
            return
        stored = MappingLedger(self.table)
        entries = {each.key.key: each for each in stored.entries(connection, TABLES[kind])}
        companies = {each.key.key: each.member for each in stored.entries(connection, LEGAL_ENTITY)}
        for record, fact in facts.items():
            said, origin = self._said(connection, kind, fact.number, entries)
            above, _ = self._said(connection, kind, fact.parent, entries) if fact.parent else (None, "")
            company = companies.get(fact.legal_entity or "", self.legal_entities[connection])
            yield MasterRecord(
                record=record,
                fact=fact,
                company=company,
                code=None if said is None else member_in(said, None),
                said=said or "",
                origin=origin,
                linked_with=origin.removeprefix(LINK) if origin.startswith(LINK) else "",
                parent=None if above is None else member_in(above, None),
            )

    def _said(
        self, connection: str, kind: type[MasterData], number: str, entries: Mapping[str, MappingEntry]
    ) -> tuple[str | None, str]:
        """All that planning calls a record, and who has said so."""
        if number in entries:
            return entries[number].member, entries[number].origin
        implied = self.ownership.implied(connection, TABLES[kind], number)
        return implied, "" if implied is None else f"{OWNER}{connection}"

    def _facts(self, connection: str, kind: type[MasterData]) -> Iterator[tuple[RecordKey, MasterData]]:
        catalogue = FactCatalogue(self.table)
        for entity in ENTITIES[kind]:
            for key, item in catalogue.items(connection, entity):
                if item["kind"] == kind.__name__:
                    yield keys.record_of(key), fact_of_text(kind, statement_text(item))
