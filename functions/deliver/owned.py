"""Reads what owned master data asks of members: called by codes of its owners, with the names and parents they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tieout.facts.master_data import TABLES
from tieout.landscape import Landscape
from tieout.ledger.masters import MasterLedger
from tieout.ledger.table import Table
from tieout.masters import Conflict, conflicts, masters_of, members
from tieout.members import Member
from tieout.ownership import Ownership


class Owned(NamedTuple):
    """What the records of some kinds come to: the members they ask for, and where others contradict an owner."""

    kinds: frozenset[str] = frozenset()
    members: Sequence[Member] = ()
    conflicts: Sequence[Conflict] = ()


def owned_of(landscape: Landscape, table: Table, mapping_table: str) -> Owned:
    """What the owners of what a mapping table names say of it; nothing where nobody owns it. Raises as the table does."""
    owned = {kind for owner in landscape.owners for kind in owner.facts}
    named = [kind for kind, named_by in TABLES.items() if named_by == mapping_table and kind.__name__ in owned]
    companies = {each.name: each.legal_entity for each in landscape.connections}
    ownership = Ownership(landscape.owners)
    ledger = MasterLedger(table=table, legal_entities=companies, ownership=ownership)
    masters = [master for kind in named for master in masters_of(ledger.records(kind))]
    kinds = frozenset(kind.__name__ for kind in named)
    return Owned(kinds, members(masters, ownership), list(conflicts(masters, ownership)))
