"""Marks of cells, receipts and outcomes, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, V2, committed, dirty, lineage, place, planned, statement
from tests.support.memory_table import MemoryTable
from tests.support.short_pages import ShortPages
from tieout.arriving.envelope import Envelope
from tieout.ledger import cells as cells_module
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger, Pause
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import intersection_state
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.receipts import Closing, End, ReceiptLedger, ReceiptRow, receipt_rows
from tieout.ledger.table import Item, Put, Table, Usage


def test_a_mark_that_was_overtaken_leaves_its_cell_dirty(table: Table) -> None:
    """Of many cells written those that changed meanwhile stay to be written again; the others are done."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, *(planned(facts, statement(number, V1), {f"C{number}": 10}) for number in range(20)))
    seen, read_only = cells.dirty(TARGET, 100).found, place("C3").intersection_id()
    sent = dirty(table)
    receipt = cells.open_receipt(TARGET, "r-1", NOW, sent)
    committed(facts, planned(facts, statement(7, V2), {"C7": 11}))
    cells.mark_written(seen, sent, receipt, {f"{read_only}:Amount": "read only"}, NOW)
    cells.close_receipt(receipt, NOW, Closing(end=End.WRITTEN, answer="20 written"))
    assert [state.total_minor for state in dirty(table)] == [11]
    refused = table.index("cells_by_state", keys.refused(TARGET)).items
    assert [key for key, _ in refused] == [keys.cell_key(TARGET, read_only)]
    assert cells.stale_receipts(TARGET, NOW + timedelta(hours=1)) == ()


def test_the_cells_of_a_receipt_left_open_are_written_again(table: Table) -> None:
    """A writer that vanished leaves a receipt whose cells become dirty once more, though they were marked."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    seen, sent = cells.dirty(TARGET, 100).found, dirty(table)
    stalled = cells.open_receipt(TARGET, "r-1", NOW, sent)
    cells.mark_written(seen, sent, replace(stalled, receipt_id="r-2"), {}, NOW)
    assert dirty(table) == []
    [found] = cells.stale_receipts(TARGET, NOW + timedelta(minutes=20))
    cells.dirty_again(found, NOW)
    cells.close_receipt(found, NOW, Closing(end=End.ABANDONED, answer="none"))
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


def test_no_more_than_twenty_receipts_left_open_are_told_at_once(table: Table) -> None:
    """Oldest first; the others are found when these are closed."""
    cells = CellLedger(table)
    opened = [cells.open_receipt(TARGET, "r", NOW + timedelta(seconds=second), ()) for second in range(21)]
    later = NOW + timedelta(hours=1)
    assert cells.stale_receipts(TARGET, later) == tuple(opened[:20])
    assert cells.stale_receipts(TARGET, later, limit=2) == tuple(opened[:2])
    for receipt in opened[:20]:
        cells.close_receipt(receipt, later, Closing(end=End.ABANDONED, answer="none"))
    assert cells.stale_receipts(TARGET, later) == (opened[20],)


def test_a_closed_receipt_says_what_was_written_what_was_answered_and_when(table: Table) -> None:
    """Under the name it had while it was open, and as often as it is closed; people and auditors read it there."""
    facts, cells = FactLedger(table), CellLedger(table, 36)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    receipt = cells.open_receipt(TARGET, "r-1", NOW, dirty(table))
    later = NOW + timedelta(seconds=7)
    done_key = ("RECEIPT#planning", "DONE#2026-03-02T09:00:00.000Z#r-1")
    for _ in range(2):
        cells.close_receipt(receipt, later, Closing(end=End.WRITTEN, answer="1 written"))
        assert table.query("RECEIPT#planning").items == (
            (
                done_key,
                {
                    "cells": receipt.cells,
                    "end": "written",
                    "answer": "1 written",
                    "closed_at": "2026-03-02T09:00:07.000Z",
                    "expires_at": int(later.timestamp()) + 36 * 86_400,
                },
            ),
        )


def test_a_receipt_tells_of_each_cell_what_planning_was_given_before_and_what_now(table: Table) -> None:
    """Nothing known before is told from a zero; cells of one measure share its name."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5, "Beta": 7}))
    first = dirty(table)
    cells.mark_written(cells.dirty(TARGET, 10).found, first, cells.open_receipt(TARGET, "r-1", NOW, first), {}, NOW)
    committed(facts, planned(facts, statement(1, V2), {"Acme": 6}))
    committed(facts, planned(facts, statement(2, V1), {"Gamma": 9}))
    receipt = cells.open_receipt(TARGET, "r-2", NOW, dirty(table))
    told = {row.intersection_id: row for row in receipt_rows(receipt.cells)}
    assert told == {
        place(name).intersection_id(): ReceiptRow(place(name).intersection_id(), "Amount", before, after)
        for name, before, after in (("Acme", 5, 6), ("Beta", 7, 0), ("Gamma", None, 9))
    }


def test_receipts_are_read_a_few_at_a_time(table: Table, usages: list[Usage]) -> None:
    """Each may be large, and whoever looks for the newest is not kept waiting by the others."""
    cells = CellLedger(table)
    opened = [cells.open_receipt(TARGET, "r", NOW + timedelta(seconds=second), ()) for second in range(26)]
    usages.clear()
    newest = ReceiptLedger(table).newest(TARGET)
    assert next(newest) == opened.pop()
    assert [usage.items for usage in usages] == [25, 0]  # of those that are open, and of those that are done
    assert list(newest) == opened[::-1]


def test_a_mark_says_when_planning_was_written_and_under_which_receipt(table: Table) -> None:
    """What is then lacking is lacking since it changes again, not since it first did."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    key = keys.cell_key(TARGET, place("Acme").intersection_id())
    assert table.get([key])[key]["dirty_since"] == "2026-03-02T09:00:00.000Z"
    sent, later = dirty(table), NOW + timedelta(seconds=7)
    receipt = cells.open_receipt(TARGET, "r-1", NOW, sent)
    cells.mark_written(cells.dirty(TARGET, 10).found, sent, receipt, {}, later)
    marked = table.get([key])[key]
    assert (marked["written_at"], marked["last_receipt"]) == ("2026-03-02T09:00:07.000Z", receipt.name)
    assert not {"dirty_since", "cell_state"} & marked.keys()


def test_a_place_says_what_was_last_written_and_since_when_it_lacks_something(table: Table) -> None:
    """Nothing of what never was."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    [state] = cells.dirty(TARGET, 10).found
    assert (state.written_at, state.last_receipt, state.dirty_since) == ("", "", "2026-03-02T09:00:00.000Z")
    receipt = cells.open_receipt(TARGET, "r-1", NOW, state.cells)
    cells.mark_written([state], state.cells, receipt, {}, NOW + timedelta(seconds=7))
    marked = intersection_state(state.key, table.get([state.key])[state.key])
    assert (marked.written_at, marked.last_receipt) == ("2026-03-02T09:00:07.000Z", receipt.name)
    assert marked.dirty_since == ""


def test_every_refused_cell_is_offered_again_once_its_cause_is_mended(table: Table) -> None:
    """On whichever page of the index it stands, and once each."""
    facts, cells = FactLedger(table), CellLedger(ShortPages(table))
    committed(facts, planned(facts, statement(1, V1), {f"C{number}": 10 for number in range(5)}))
    seen, sent = CellLedger(table).dirty(TARGET, 10).found, dirty(table)
    refused = {cell.cell_id: "no such member" for cell in sent}
    cells.mark_written(seen, sent, cells.open_receipt(TARGET, "r-1", NOW, sent), refused, NOW)
    assert dirty(table) == []
    assert cells.retry_refused(TARGET, NOW) == 5
    assert [cell.total_minor for cell in dirty(table)] == [10] * 5
    assert cells.retry_refused(TARGET, NOW) == 0


@pytest.mark.parametrize(("limit", "found"), [(1, 1), (4, 4), (5, 5), (6, 5)])
def test_a_writer_is_given_no_more_places_than_it_asks_for(table: Table, limit: int, found: int) -> None:
    """It has time for so many; those behind them come when these are written."""
    facts = FactLedger(table)
    committed(facts, planned(facts, statement(1, V1), {f"C{number}": 10 for number in range(5)}))
    assert len(CellLedger(table).dirty(TARGET, limit).found) == found


def test_few_places_of_a_cube_come_beside_many_of_another(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many of each cube as are asked for, of those that are looked at at once; the others come behind these."""
    monkeypatch.setattr(cells_module, "_LOOKED_AT", 6)
    for name in "abcdefgh":
        cube = "Few" if name in "eh" else "Many"
        members: Item = {
            "cube": cube,
            "members": "[]",
            "generation": 1,
            keys.CURRENCY + "M": "EUR",
            keys.TOTAL + "M": 1,
        }
        state: Item = {"cell_state": keys.dirty(TARGET), "dirty_since": "2026-03-02T09:00:00.000Z"}
        table.write([Put(keys.cell_key(TARGET, name), {**members, **state})])
    cells = CellLedger(table)
    found, behind = cells.dirty(TARGET, 2)
    assert [each.cells[0].intersection_id for each in found] == ["a", "b", "e"]
    found, behind = cells.dirty(TARGET, 2, behind)
    assert ([each.cells[0].intersection_id for each in found], behind) == (["g", "h"], "")
    assert cells.dirty(TARGET, 2, keys.cell_key(TARGET, "h")[0]) == ((), "")


def test_a_writer_finds_places_behind_those_that_were_written_just_now() -> None:
    """The index still names these, and would keep it from all others, on its first page or on the next."""
    table = MemoryTable()
    facts = FactLedger(table)
    committed(facts, planned(facts, statement(1, V1), {f"C{number}": 10 for number in range(7)}))
    stands = keys.cell_key(TARGET, place("C0").intersection_id())
    table.write([Put(keys.cell_key(TARGET, "z"), {**table.get([stands])[stands], "cube": "Few"})])
    *many, few = CellLedger(table).dirty(TARGET, 10).found
    assert (few.cube, len(many)) == ("Few", 7)
    table.index_lag = 100
    cells = CellLedger(table)
    written = [*many[:3], few]
    sent = [cell for each in written for cell in each.cells]
    cells.mark_written(written, sent, cells.open_receipt(TARGET, "r-1", NOW, sent), {}, NOW)
    assert cells.dirty(TARGET, 3).found == tuple(many[3:6])
    assert CellLedger(ShortPages(table)).dirty(TARGET, 3).found == tuple(many[3:4])


def test_a_target_lacks_changes_since_its_oldest_one(table: Table) -> None:
    """A place that changes again while it waits has waited since the first time; another target's are its own."""
    facts, cells = FactLedger(table), CellLedger(table)
    assert cells.oldest_dirty(TARGET) is None
    for minutes, (number, version, name) in enumerate([(1, V1, "Beta"), (2, V1, "Acme"), (1, V2, "Beta")]):
        plan = planned(facts, statement(number, version), {name: 5 + minutes})
        origin = replace(lineage(plan.key), recorded_at=NOW + timedelta(minutes=minutes))
        assert facts.commit([(plan, origin)]) == {}
    assert cells.oldest_dirty(TARGET) == NOW
    assert cells.oldest_dirty("elsewhere") is None


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
    cells.mark_written(cells.dirty(TARGET, 10).found, sent, receipt, {}, NOW)
    note()
    cells.dirty_again(receipt, NOW)
    note()
    assert generations == [1, 2, 2, 3]


def test_a_pause_is_known_with_its_reason_until_somebody_lifts_it(table: Table) -> None:
    """Lifting it leaves nothing behind, and may be done to a target that never had one."""
    cells = CellLedger(table)
    cells.resume(TARGET)
    assert cells.pause_of(TARGET) is None
    cells.pause(TARGET, NOW, "UnavailableError", NOW)
    assert cells.pause_of(TARGET) == Pause(NOW, "UnavailableError", NOW, 1)
    later = NOW + timedelta(minutes=1)
    cells.pause(TARGET, later, "AccessDeniedError", later)
    assert cells.pause_of(TARGET) == Pause(later, "AccessDeniedError", NOW, 2)
    assert cells.paused_until(TARGET) == later
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
