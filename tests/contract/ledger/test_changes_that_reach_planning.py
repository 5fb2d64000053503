"""Changes whose age is known are counted beside the totals they moved, and once when planning holds these, on both tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, V2, lineage, place, planned, statement
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import intersection_state, undo
from tieout.ledger.lags import Reached, Waiting, lag_count, waiting_in
from tieout.ledger.table import Table, Update

SECOND = timedelta(seconds=1)


def commit(
    table: Table, number: int, lag: float | None, *, version: str = V1, amount: int = 100, after: int = 0
) -> None:
    """A deal is recorded at Acme, so many seconds after it changed and so many after the first was; None: nobody can say."""
    ledger = FactLedger(table)
    plan = planned(ledger, statement(number, version, amount), {"Acme": amount})
    recorded_at = NOW + after * SECOND
    occurred_at = None if lag is None else recorded_at - lag * SECOND
    came = replace(lineage(plan.key), flow=f"flow_{number % 2}", recorded_at=recorded_at, occurred_at=occurred_at)
    assert ledger.commit([(plan, came)]) == {}


def flush(table: Table, after: float, refused: Sequence[str] = ()) -> list[Reached]:
    """Planning is given what it lacks, so many seconds after the first commit; measures it refuses; what has reached it."""
    cells, now = CellLedger(table), NOW + after * SECOND
    found = cells.dirty(TARGET, 10).found
    sent = [cell for each in found for cell in each.lacking()]
    receipt = cells.open_receipt(TARGET, f"r-{after}", now, sent)
    reasons = {cell.cell_id: "no such member" for cell in sent if cell.measure in refused}
    reached = cells.mark_written(found, sent, receipt, reasons, now)
    return [*reached, *cells.strike((each for each in found if not each.lacking()), now)]


def left(table: Table) -> list[str]:
    """What is still counted beside the totals."""
    key = keys.cell_key(TARGET, place("Acme").intersection_id())
    return [name for name in table.get([key])[key] if name.startswith(keys.LAG)]


def test_each_change_counts_when_planning_holds_the_total(table: Table) -> None:
    """By its flow and its own lag, however many were written together; what is given out once is not given out again."""
    for number, lag in ((1, 3), (2, 4), (3, 3), (4, None)):
        commit(table, number, lag, after=number)
    assert flush(table, 11) == [Reached("flow_0", "", 14, 1), Reached("flow_1", "", 13, 2)]
    assert left(table) == []
    commit(table, 1, 1, version=V2, amount=50, after=20)
    assert flush(table, 21) == [Reached("flow_1", "", 2, 1)]


def test_the_one_that_waits_longest_says_how_long_they_waited(table: Table) -> None:
    """Whichever of them was recorded last, and however late it was then: of two the older is never taken for the younger."""
    commit(table, 1, 1)
    commit(table, 3, 224, after=30)
    assert flush(table, 40) == [Reached("flow_1", "", 41, 1), Reached("flow_1", "", 264, 1)]


def test_lags_are_rounded_up_so_that_there_are_few_of_them(table: Table) -> None:
    """By no more than a quarter; what is ahead of our clock has none."""
    for number, lag in ((1, 33), (3, 39.5), (5, 40), (7, 41), (9, -5), (11, 0.001)):
        commit(table, number, lag)
    assert [(each.seconds, each.changes) for each in flush(table, 0)] == [(0, 1), (1, 1), (40, 3), (48, 1)]


def test_a_change_that_came_while_planning_was_written_waits_for_the_next_write(table: Table) -> None:
    """With those before it: nobody can say which of them planning holds now."""
    cells = CellLedger(table)
    commit(table, 1, 5)
    found = cells.dirty(TARGET, 10).found
    sent = found[0].cells
    receipt = cells.open_receipt(TARGET, "r", NOW, sent)
    commit(table, 2, 6, after=1)
    assert cells.mark_written(found, sent, receipt, {}, NOW + 2 * SECOND) == []
    assert [(each.flow, each.seconds) for each in flush(table, 10)] == [("flow_0", 16), ("flow_1", 15)]


def test_changes_that_cancel_each_other_reach_planning_unwritten(table: Table) -> None:
    """It held all along what it was to hold."""
    commit(table, 1, 0)
    flush(table, 1)
    commit(table, 1, 2, version=V2, amount=50, after=10)
    commit(table, 2, 3, amount=50, after=11)
    assert flush(table, 12) == [Reached("flow_0", "", 5, 1), Reached("flow_1", "", 4, 1)]
    assert left(table) == []


def test_what_planning_refuses_is_no_matter_of_time(table: Table) -> None:
    """It counts neither then nor when it is written at last."""
    commit(table, 1, 5)
    assert flush(table, 10, refused=["Amount"]) == []
    assert left(table) == []
    CellLedger(table).retry_refused(TARGET, NOW + 20 * SECOND)
    assert flush(table, 30) == []


def test_what_is_undone_is_no_matter_of_time(table: Table) -> None:
    """Planning holds something else because somebody wants it so."""
    commit(table, 1, 5)
    flush(table, 10)
    key = keys.cell_key(TARGET, place("Acme").intersection_id())
    table.write([undo(intersection_state(key, table.get([key])[key]), {"Amount": 0}, NOW + 20 * SECOND)])
    flush(table, 21)
    commit(table, 2, 5, after=30)
    assert flush(table, 31) == []
    assert left(table) == []


def test_whole_seconds_are_told(table: Table) -> None:
    """Of the time they waited, those that are over."""
    commit(table, 1, 3)
    assert flush(table, 10.75) == [Reached("flow_1", "", 13, 1)]


@pytest.mark.parametrize("flow", ["forecast", "a:b:"])
def test_what_waits_is_read_as_it_was_counted(flow: str) -> None:
    """Whatever its flow is called."""
    counted = lag_count(flow, NOW - 5 * SECOND, NOW)
    assert waiting_in(counted | {"total:Amount": 100}) == (Waiting(flow, 5, 1),)


@pytest.mark.parametrize(("sent", "seconds"), [((), []), (("M",), []), (("M", "Amount"), [15])])
def test_changes_beside_a_refused_cell_reach_planning_only_with_it(
    table: Table, sent: Sequence[str], seconds: list[int]
) -> None:
    """Planning does not hold what it refused, until another writer is not refused it."""
    key = keys.cell_key(TARGET, place("Acme").intersection_id())
    commit(table, 1, 5)
    cells: dict[str, str | int] = {
        keys.TOTAL + "M": 7,
        keys.CURRENCY + "M": "EUR",
        keys.REFUSED + "Amount": "no such member",
    }
    table.write([Update(key, sets=cells if "M" in sent else cells | {keys.WRITTEN + "M": 7})])
    state = intersection_state(key, table.get([key])[key])
    given = [cell for cell in state.cells if cell.measure in sent]
    ledger, now = CellLedger(table), NOW + 10 * SECOND
    receipt = ledger.open_receipt(TARGET, "r", NOW, given)
    reached = ledger.mark_written([state], given, receipt, {}, now) if sent else ledger.strike([state], now)
    assert [each.seconds for each in reached] == seconds
    assert table.get([key])[key].get("cell_state") == (None if seconds else keys.refused(TARGET))
