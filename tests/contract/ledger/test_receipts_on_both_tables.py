"""Receipts of the tasks that a target goes on with, and those of a span of time, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW, TARGET
from tests.support.short_pages import ShortPages
from tieout.ledger.cells import CellLedger
from tieout.ledger.receipts import Closing, End, ReceiptLedger
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
