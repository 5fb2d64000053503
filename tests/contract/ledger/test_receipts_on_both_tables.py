"""Receipts of the tasks that a target goes on with, and those of a span of time, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, committed, dirty, planned, statement
from tests.support.short_pages import ShortPages
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.receipts import (
    Closing,
    End,
    OpenReceipt,
    ReceiptLedger,
    ReceiptRow,
    Source,
    receipt_rows,
    rows_text,
)
from tieout.ledger.table import ConditionFailedError, Table, Usage

SECOND = timedelta(seconds=1)


def test_a_receipt_that_was_closed_meanwhile_is_not_opened_again_by_its_reference(table: Table) -> None:
    """Its cells were written again already, and whoever began the task is told."""
    cells = CellLedger(table)
    [receipt] = cells.open_task_receipts(TARGET, [("r-1", ())], NOW, {})
    cells.close_receipt(receipt, NOW, Closing(end=End.ABANDONED, answer="none"))
    with pytest.raises(ConditionFailedError):
        cells.note_reference([receipt], "task 1")
    assert cells.open_tasks(TARGET) == {}
    assert cells.stale_receipts(TARGET, NOW + SECOND) == ()


def test_the_tasks_under_way_are_read_twenty_receipts_at_a_time(table: Table, usages: list[Usage]) -> None:
    """Each may be large; all are found, the oldest first, and those of one task together."""
    cells = CellLedger(table)
    for number in range(21):
        receipts = cells.open_task_receipts(TARGET, [(f"r-{number}", ())], NOW + number * SECOND, {})
        cells.note_reference(receipts, f"task {number % 2}")
    usages.clear()
    tasks = CellLedger(ShortPages(table, 1_000)).open_tasks(TARGET)
    assert [usage.items for usage in usages] == [20, 1]
    assert {task: [each.receipt_id for each in found] for task, found in tasks.items()} == {
        "task 0": [f"r-{number}" for number in range(0, 21, 2)],
        "task 1": [f"r-{number}" for number in range(1, 21, 2)],
    }


def test_a_write_is_of_the_span_in_which_it_was_begun(table: Table) -> None:
    """Spans that follow each other have each write once, and none of what planning did not take."""
    cells = CellLedger(table)
    for number in range(6):
        receipt = cells.open_receipt(TARGET, f"r-{number}", NOW + number * SECOND, ())
        end = End.NOT_WRITTEN if number == 1 else End.WRITTEN
        cells.close_receipt(receipt, NOW + 9 * SECOND, Closing(end=end, answer="0 written"))
    ledger = ReceiptLedger(table)
    spans = [(NOW + since * SECOND, NOW + until * SECOND) for since, until in ((0, 3), (3, 5), (5, 9))]
    found = [[each.receipt_id for each in ledger.written_between(TARGET, *span)] for span in spans]
    assert found == [["r-2", "r-0"], ["r-4", "r-3"], ["r-5"]]


def test_a_receipt_says_what_planning_held_where_it_was_asked(table: Table) -> None:
    """That it has no such cell is told from that nobody asked, and from an amount."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5, "Beta": 7, "Gamma": 9}))
    acme, beta, gamma = sorted(dirty(table), key=lambda cell: cell.total_minor)
    held = {acme.cell_id: None, beta.cell_id: Decimal("0.03")}
    receipt = cells.open_receipt(TARGET, "r-1", NOW, [acme, beta, gamma], held)
    assert [(row.before_minor, row.source) for row in receipt_rows(receipt.cells)] == [
        (None, Source.READ),
        (3, Source.READ),
        (None, Source.LAST_GIVEN),
    ]


def test_a_receipt_keeps_a_hundred_reasons_why_cells_were_refused(table: Table) -> None:
    """So that the table takes it whatever a target says; the others are told of as others, and a cell has its own."""
    rows = [ReceiptRow(f"{number:03}", "Amount", None, 1) for number in range(104)]
    reasons = {f"{number:03}:Amount": f"reason {number}" for number in range(102)} | {"103:Amount": "reason 7"}
    receipt = OpenReceipt(target=TARGET, receipt_id="r-1", opened_at=NOW, cells=rows_text(rows))
    CellLedger(table).close_receipt(receipt, NOW, Closing(end=End.WRITTEN, answer="1 written", refused=reasons))
    [kept] = ReceiptLedger(table).newest(TARGET)
    others = ["another reason, which its cell has"] * 2
    told = [*(f"reason {number}" for number in range(100)), *others, None, "reason 7"]
    assert [row.refused for row in receipt_rows(kept.cells)] == told
