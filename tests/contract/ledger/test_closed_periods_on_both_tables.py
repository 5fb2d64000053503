"""The cells of a period with everything that adds up to them, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.ledger_scenes import TARGET, V1, committed, lineage, place, planned, statement
from tests.support.short_pages import ShortPages
from tieout.arriving.notice import RecordKey
from tieout.closing import NO_BOOKS, Books
from tieout.ledger import keys
from tieout.ledger.closed_period import Contributed, PeriodLedger, UnevenCellError
from tieout.ledger.facts import FactLedger
from tieout.ledger.part import Part
from tieout.ledger.table import Put, Table, Update

NAMES = ("Acme", "Beta", "Gamma")
RECORDS = tuple(RecordKey("crm", "opportunity", each) for each in ("1", "2#b", "3"))
THESE = frozenset({NO_BOOKS})


def fill(table: Table) -> None:
    """Three deals in each of three places."""
    ledger = FactLedger(table)
    for record in RECORDS:
        stated = replace(statement(1, V1), key=record)
        committed(ledger, planned(ledger, stated, dict.fromkeys(NAMES, 5)))


def test_every_cell_of_a_period_is_told_with_what_adds_up_to_it(table: Table) -> None:
    """However many pages they take, with the notice that each amount came in; of this target, and of these books."""
    fill(table)
    found = list(PeriodLedger(ShortPages(table)).places(["another", TARGET], THESE))
    ids = sorted(place(name).intersection_id() for name in NAMES)
    assert [each.state.intersection_id for each in found] == ids
    for each in found:
        part = Part(TARGET, (("Amount", 5, "par"),))
        assert each.contributed == tuple(
            Contributed(record=record, source_version=V1, part=part, lineage=lineage(record)) for record in RECORDS
        )
    assert list(PeriodLedger(table).places([TARGET], frozenset({Books("EMEA", "2031-01", "Actual")}))) == []


def test_what_does_not_add_up_is_not_certified(table: Table) -> None:
    """Neither a total that is off, nor an amount of a measure that the cell does not have."""
    fill(table)
    at = keys.cell_key(TARGET, place("Acme").intersection_id())
    for name, said in (("Amount", "is not its total"), ("Other", "that it does not have")):
        total = dict(table.get([at])[at])
        part_key = (at[0], f"{keys.PART_PREFIX}{RECORDS[0]}")
        part = dict(table.get([part_key])[part_key])
        table.write([Update(part_key, sets={"shares": f'[["{name}",6,"par"]]'})])
        table.write([Update(at, sets={f"{keys.TOTAL}Amount": 15 if name == "Amount" else 10})])
        with pytest.raises(UnevenCellError, match=said):
            list(PeriodLedger(table).places([TARGET], THESE))
        table.write([Put(at, total)])
        table.write([Put(part_key, part)])
    assert len(list(PeriodLedger(table).places([TARGET], THESE))) == 3
