"""Marks of cells, receipts and outcomes, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, V2, committed, dirty, place, planned, statement
from tieout.arriving.envelope import Envelope
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger, Pause
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import intersection_state
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Table


def test_a_mark_that_was_overtaken_leaves_its_cell_dirty(table: Table) -> None:
    """Of many cells written those that changed meanwhile stay to be written again; the others are done."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, *(planned(facts, statement(number, V1), {f"C{number}": 10}) for number in range(20)))
    seen, read_only = cells.dirty(TARGET, 100), place("C3").intersection_id()
    sent = dirty(table)
    receipt = cells.open_receipt(TARGET, "r-1", NOW, sent)
    committed(facts, planned(facts, statement(7, V2), {"C7": 11}))
    cells.mark_written(seen, sent, receipt, {f"{read_only}:Amount": "read only"}, NOW)
    cells.close_receipt(receipt, NOW, "20 written")
    assert [state.total_minor for state in dirty(table)] == [11]
    refused = table.index("cells_by_state", keys.refused(TARGET)).items
    assert [key for key, _ in refused] == [keys.cell_key(TARGET, read_only)]
    assert cells.stale_receipts(TARGET, NOW + timedelta(hours=1)) == ()


def test_the_cells_of_a_receipt_left_open_are_written_again(table: Table) -> None:
    """A writer that vanished leaves a receipt whose cells become dirty once more, though they were marked."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    seen, sent = cells.dirty(TARGET, 100), dirty(table)
    stalled = cells.open_receipt(TARGET, "r-1", NOW, sent)
    cells.mark_written(seen, sent, replace(stalled, receipt_id="r-2"), {}, NOW)
    assert dirty(table) == []
    [found] = cells.stale_receipts(TARGET, NOW + timedelta(minutes=20))
    cells.dirty_again(found, NOW)
    cells.close_receipt(found, NOW, "abandoned")
    assert [state.total_minor for state in dirty(table)] == [5]
    assert cells.stale_receipts(TARGET, NOW + timedelta(hours=1)) == ()


@pytest.mark.parametrize("receipt_id", ["r-1", "0#1#", "#"])
def test_a_receipt_left_open_is_found_as_it_was_opened(table: Table, receipt_id: str) -> None:
    """Whatever the writer called it; one opened at the moment asked about, or under way for another target, is not among them."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5, "Beta": 7}))
    opened = cells.open_receipt(TARGET, receipt_id, NOW, dirty(table))
    cells.open_receipt("elsewhere", receipt_id, NOW, dirty(table))
    assert cells.stale_receipts(TARGET, NOW + timedelta(milliseconds=1)) == (opened,)
    assert cells.stale_receipts(TARGET, NOW) == ()
    assert opened.measures() == {place(name).intersection_id(): ["Amount"] for name in ("Acme", "Beta")}


def test_whatever_changes_in_a_place_is_one_more_generation_of_it(table: Table) -> None:
    """A change of its totals is, and that nobody can say any more what planning holds; a mark is not."""
    facts, cells = FactLedger(table), CellLedger(table)
    generations = []

    def note() -> None:
        key = keys.cell_key(TARGET, place("Acme").intersection_id())
        generations.append(intersection_state(key, table.get([key])[key]).generation)

    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    note()
    committed(facts, planned(facts, statement(1, V2), {"Acme": 6}))
    note()
    sent = dirty(table)
    receipt = cells.open_receipt(TARGET, "r-1", NOW, sent)
    cells.mark_written(cells.dirty(TARGET, 10), sent, receipt, {}, NOW)
    note()
    cells.dirty_again(receipt, NOW)
    note()
    assert generations == [1, 2, 2, 3]


def test_a_pause_is_known_with_its_reason_until_somebody_lifts_it(table: Table) -> None:
    """Lifting it leaves nothing behind, and may be done to a target that never had one."""
    cells = CellLedger(table)
    cells.resume(TARGET)
    assert cells.pause_of(TARGET) is None
    cells.pause(TARGET, NOW, "UnavailableError")
    assert cells.pause_of(TARGET) == Pause(NOW, "UnavailableError")
    assert cells.paused_until(TARGET) == NOW
    cells.resume(TARGET)
    assert cells.pause_of(TARGET) is None
    assert cells.paused_until(TARGET) is None
    assert not table.get([keys.target_key(TARGET)]).get(keys.target_key(TARGET))


def test_a_final_outcome_strikes_a_waiting_one_and_stays(table: Table) -> None:
    """The outcomes of a delivery of 250 notices add up, however often its messages are worked."""
    outcomes = OutcomeLedger(table)
    envelope = Envelope(delivery_id="d", connection="crm", flow="forecast", received_at=NOW, notices=())
    outcomes.keep(envelope, dict.fromkeys(range(250), Outcome.HELD))
    outcomes.keep(envelope, {})
    outcomes.keep(envelope, dict.fromkeys(range(240), Outcome.APPLIED))
    outcomes.keep(envelope, dict.fromkeys(range(100), Outcome.DUPLICATE))
    counted = outcomes.count("crm", NOW.date())
    assert counted == {("forecast", Outcome.APPLIED): 240, ("forecast", Outcome.HELD): 10}
