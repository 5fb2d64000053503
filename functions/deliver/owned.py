"""Reads which members owned master data asks for: called by codes of its owners, with the names and parents they say."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.facts.master_data import TABLES
from tieout.landscape import Landscape
from tieout.ledger.masters import MasterLedger
from tieout.ledger.table import Table
from tieout.masters import masters_of, members
from tieout.members import Member
from tieout.ownership import Ownership


def owned_members(landscape: Landscape, table: Table, mapping_table: str) -> Iterator[Member]:
    """What the owners of what a mapping table names say of it; nothing where nobody owns it. Raises as the table does."""
    kinds = {kind for owner in landscape.owners for kind in owner.facts}
    companies = {each.name: each.legal_entity for each in landscape.connections}
    ownership = Ownership(landscape.owners)
    ledger = MasterLedger(table=table, legal_entities=companies, ownership=ownership)
    for kind, named_by in TABLES.items():
        if named_by == mapping_table and kind.__name__ in kinds:
            yield from members(masters_of(ledger.records(kind)), ownership)
