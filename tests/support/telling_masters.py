"""Master data as the record step leaves it in a ledger: facts of which nothing is planned."""

from __future__ import annotations

from tests.support.ledger_scenes import committed
from tieout.arriving.notice import RecordKey
from tieout.facts.master_data import ENTITIES, MasterData
from tieout.facts.statement import Absence, Statement
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import decide
from tieout.ledger.table import Table


def tell(table: Table, connection: str, fact: MasterData, *, version: str = "1", deleted: bool = False) -> RecordKey:
    """Record that a connection says so of a record, or that it was deleted; its key."""
    key = RecordKey(connection, ENTITIES[type(fact)][-1], fact.number)
    stated = Statement(
        key=key,
        source_version=version,
        fact=None if deleted else fact,
        absence=Absence.DELETED if deleted else None,
    )
    ledger = FactLedger(table)
    assert not committed(ledger, decide(stated, ledger.load([key]).get(key), (), {}))
    return key
