"""Rows of dropped files on their whole way: checked, sent, recorded by the real step, planned by the real model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from functions.record.payloads import KeptPayloads
from functions.record.pipeline import record
from functions.record.work import Message, Report
from infra.landscape import read_landscape
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.generic_cases import ROOT
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import INVOICES, JOURNALS, NAME, TO_DATE, balance, entry
from tests.support.memory_queue import MemoryQueue
from tests.support.record_step import record_step
from tieout.closing import Books, BooksState
from tieout.facts.reading import SourceReader
from tieout.ledger.cells import CellLedger
from tieout.ledger.closing import BooksLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

LANDSCAPE = read_landscape(ROOT, "sandbox")
MEMBERS = {
    ("legal_entity", "BR01"): "LATAM",
    ("account", "4000"): "4010",
    ("account", "6000"): "6400",
    ("account", "6001"): "6400",
    ("cost_centre", "CC1"): "CC_SALES",
    ("customer", "C9"): "ACME",
}


class FileLine:
    """A connection that drops files, with the record step behind it."""

    def __init__(self, *feeds: Mapping[str, Any]) -> None:
        self.desk = IntakeDesk(*feeds)
        landscape = replace(LANDSCAPE, connections=(self.desk.connection,))
        self.step = record_step(
            self.desk.table,
            entities={"journal_entry", "invoice"},
            model=PlanningModel.of(landscape),
            reader_of=_nobody,
            payloads=KeptPayloads(landscape.connections, self.desk.store.get),
            dead_letters=MemoryQueue(self.desk.clock, name="dead"),
            fetch=self.desk.store.get,
            clock=self.desk.clock,
            entropy=self.desk.entropy,
        )
        self._worked = 0
        for (table, key), member in MEMBERS.items():
            self.map(MappingKey(NAME, table, key), member)
        self.map(MappingKey.rate("average", "BRL", "USD", "2026-03"), "0.20")
        self.map(MappingKey.rate("average", "BRL", "USD", "2026-02"), "0.20")
        self.map(MappingKey.rate("average", "BRL", "USD", "2026-01"), "0.20")

    def map(self, key: MappingKey, member: str) -> None:
        """Store a mapping entry."""
        MappingLedger(self.desk.table).put(key, member, "test", self.desk.clock.now())

    def take(self, name: str, content: bytes) -> Report:
        """What the record step made of a file that is dropped."""
        self.desk.take(name, content)
        new = self.desk.bus.entries[self._worked :]
        self._worked += len(new)
        bodies = [
            json.dumps({"source": each.source, "detail-type": each.detail_type, "detail": json.loads(each.detail)})
            for each in new
        ]
        return self.work(*bodies)

    def work(self, *bodies: str) -> Report:
        """What the record step made of these messages."""
        return record(
            self.step, [Message(message_id=each, receipt_handle="r", body=each, attempt=1) for each in bodies]
        )

    def planned(self) -> dict[tuple[str, str], int]:
        """Account and period to what is planned of them in reais, in minor units."""
        found: Counter[tuple[str, str]] = Counter()
        for each in CellLedger(self.desk.table).dirty("anaplan", 1000).found:
            for cell in each.cells:
                members = dict(cell.members)
                if not cell.measure.endswith("USD"):
                    found[members["Account"], members["Time"]] += cell.total_minor
        return {place: total for place, total in found.items() if total}


def _nobody(name: str) -> SourceReader:
    """No connection here is read."""
    raise KeyError(name)


def test_rows_of_a_file_are_planned_and_held_one_by_one() -> None:
    """A document whose account nobody has mapped waits alone; its neighbours of the same file are planned."""
    line = FileLine()
    rows = entry("S1", ("1100", "100.00"), ("4000", "-100.00")) + entry("S2", ("4000", "-7.00"), ("6002", "7.00"))
    report = line.take("GL_BR01_202603_1.csv", write_file(JOURNALS, rows, Dropped(1, company="BR01")))
    assert report.outcomes == {Outcome.APPLIED: 1, Outcome.HELD: 1}
    assert line.planned() == {("4010", "2026-03"): 100_00}


def test_a_rerun_moves_what_is_planned() -> None:
    """What the rerun has otherwise is planned otherwise, and what it lacks is planned no more."""
    line = FileLine()
    first = entry("S1", ("1100", "100.00"), ("4000", "-100.00")) + entry("S2", ("1100", "5.00"), ("4000", "-5.00"))
    line.take("GL_BR01_202603_1.csv", write_file(JOURNALS, first, Dropped(1, company="BR01")))
    assert line.planned() == {("4010", "2026-03"): 105_00}
    second = entry("S2", ("1100", "6.00"), ("4000", "-6.00"))
    report = line.take("GL_BR01_202603_1.csv", write_file(JOURNALS, second, Dropped(1, rerun=1, company="BR01")))
    assert report.outcomes == {Outcome.APPLIED: 2}
    assert line.planned() == {("4010", "2026-03"): 6_00}


def test_what_came_late_for_closed_books_goes_in_when_they_open_though_a_rerun_said_it_once_more() -> None:
    """It is sent again as the newest rerun has it: the one it was late with first would be superseded."""
    line = FileLine()
    books, closing = Books("LATAM", "2026-03", "Actual"), BooksLedger(line.desk.table, line.desk.clock.sleep)
    line.take("GL_BR01_202603_1.csv", _journals("100.00", rerun=0))
    closing.change(books, BooksState.CLOSED, "controller", "month end", line.desk.clock.now())
    for rerun in (1, 2):
        assert line.take("GL_BR01_202603_1.csv", _journals("130.00", rerun=rerun)).outcomes == {Outcome.HELD: 1}
    assert line.planned() == {("4010", "2026-03"): 100_00}
    closing.change(books, BooksState.OPEN, "controller", "reopened", line.desk.clock.now())
    [late] = closing.late(books)
    assert line.work(late.lineage.envelope().message()).outcomes == {Outcome.APPLIED: 1}
    assert line.planned() == {("4010", "2026-03"): 130_00}


def _journals(sold: str, rerun: int) -> bytes:
    """A batch with one sale."""
    rows = entry("S1", ("1100", sold), ("4000", f"-{sold}"))
    return write_file(JOURNALS, rows, Dropped(1, rerun=rerun, company="BR01"))


def test_invoices_and_balances_to_date_are_planned_in_their_periods() -> None:
    """Revenue of an invoice by its day, and of each period what its balances moved by, accounts that are gone included."""
    line = FileLine(INVOICES, {**TO_DATE, "account_classes": {"4": "income", "6": "expense", "1": "asset"}})
    sold = {"customer": "C9", "document": "R7", "posting_date": entry("x", ("1", "1"))[0]["posting_date"]}
    amounts = {"amount": entry("x", ("1", "-8.00"))[0]["amount"], "currency": "BRL", "local_currency": "BRL"}
    row = {**sold, **amounts, "local_amount": amounts["amount"]}
    line.take("AR_1.csv", write_file(INVOICES, [row], Dropped(1)))
    assert line.planned() == {("4010", "2026-03"): 8_00}
    for month, cost, other in ((1, "30.00", "2.00"), (2, "50.00", "")):
        rows = [balance("6000", cost, period=(2026, month)), balance("1000", f"-{cost}", period=(2026, month))]
        rows += (
            [balance("6001", other, period=(2026, month)), balance("1001", f"-{other}", period=(2026, month))]
            if other
            else []
        )
        line.take(
            f"YTD_BR01_2026{month:02d}_{month}.txt", write_file(TO_DATE, rows, Dropped(month, period=(2026, month)))
        )
    assert line.planned() == {("4010", "2026-03"): 8_00, ("6400", "2026-01"): 32_00, ("6400", "2026-02"): 18_00}
