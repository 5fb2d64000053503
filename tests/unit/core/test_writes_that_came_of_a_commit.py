"""Which writes gave planning what a notice moved: each the first behind its commit that had the commit's total."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.books_desk import TARGET, Said, place
from tests.support.clock import ManualClock
from tests.support.faults import CrashError, crash_at
from tests.support.told_history import ToldHistory
from tests.support.traced import Journal, backwards, traced, written
from tieout.ledger.cells import CellLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.journal import text_of_second
from tieout.ledger.journal_lines import line_of, partition_of
from tieout.ledger.receipts import Closing, DoneReceipt, End
from tieout.ledger.tracing import CellWrite

MARCH = "2026-03"
ACME = ("Acme", MARCH)


@pytest.fixture
def history() -> ToldHistory:
    """Nothing was said yet."""
    return ToldHistory(ManualClock())


def writes(journal: Journal, delivery_id: str, position: int | None = None) -> list[CellWrite]:
    """The writes of what a delivery moved."""
    tracing = traced(journal, delivery_id, position)
    return [each for version in tracing.versions() for each in tracing.writes(version)]


def commit_as_one(history: ToldHistory, said: Mapping[int, Said]) -> None:
    """Have notices of the delivery `pack` committed in one transaction, each recorded a moment behind the one before."""
    came = history.delivered[0]
    plans = [history.plan(number, each) for number, each in said.items()]
    lineages = [
        replace(
            came,
            delivery_id="pack",
            notice=came.notice._replace(key=plan.key, position=position),
            recorded_at=history.now(),
        )
        for position, plan in enumerate(plans)
    ]
    assert FactLedger(history.table).commit(list(zip(plans, lineages, strict=True))) == {}


def mark_in_part(history: ToldHistory, receipt_id: str, measure: str) -> None:
    """Give planning one measure of what it lacks."""
    ledger = CellLedger(history.table)
    found = ledger.dirty(TARGET, 100).found
    cells = [cell for each in found for cell in each.lacking() if cell.measure == measure]
    receipt = ledger.open_receipt(TARGET, receipt_id, history.now(), cells)
    ledger.mark_written(found, cells, receipt, {}, history.now())
    ledger.close_receipt(receipt, history.now(), Closing(end=End.WRITTEN, answer="1 sent"))


def told_at_another_second(journal: Journal, prefix: str, later: timedelta) -> dict[str, list[bytes]]:
    """The journal, in which the changes of some partitions are told of another second."""
    return {key: list(_shifted(some, prefix, later)) for key, some in journal.items()}


def _shifted(lines: Iterable[bytes], prefix: str, later: timedelta) -> Iterable[bytes]:
    for text in lines:
        is_meant = partition_of(text).startswith(prefix)
        at = text_of_second(line_of(text).at + later)
        yield json.dumps(json.loads(text) | {"at": at}, separators=(",", ":")).encode() if is_meant else text


def test_the_same_amount_twice_within_a_second_is_put_down_to_the_write_of_each(history: ToldHistory) -> None:
    """As when a price list is loaded: planning was given the second only after it was given the first."""
    history.seconds = 0.05
    for number in (1, 2, 3):
        history.say(number, {ACME: 100})
        history.deliver(f"r{number}")
    assert [written(history.lines(), f"d-{number}") for number in (1, 2, 3)] == [["r1"], ["r2"], ["r3"]]


def test_two_that_were_given_together_are_put_down_to_one_write(history: ToldHistory) -> None:
    """One came just behind a write that had the same amount, the other while planning lacked that; the next has its own again."""
    history.seconds = 0.05
    history.say(1, {ACME: 100})
    history.deliver("r1")
    history.say(2, {ACME: 100})
    history.say(3, {ACME: 100})
    history.deliver("r2")
    history.say(4, {ACME: 100})
    history.deliver("r3")
    assert [written(history.lines(), f"d-{number}") for number in (1, 2, 3, 4)] == [["r1"], ["r2"], ["r2"], ["r3"]]


def test_facts_that_were_committed_as_one_change_just_behind_a_write_are_not_put_down_to_it(
    history: ToldHistory,
) -> None:
    """What they added together is the amount of none of them; the write before had neither."""
    history.seconds = 0.05
    history.say(3, {ACME: 100})
    history.deliver("r1")
    commit_as_one(history, {1: {ACME: 10}, 2: {ACME: 20}})
    history.deliver("r2")
    assert written(history.lines(), "pack") == ["r2", "r2"]


def test_what_was_to_be_written_again_is_no_commit_of_anything(history: ToldHistory) -> None:
    """It changes the cell in the same second, and adds nothing to it, other than the facts committed behind it."""
    history.seconds = 0.05
    history.say(3, {ACME: 100})
    CellLedger(history.table).write_again(TARGET, {place(*ACME).intersection_id(): ["Amount"]}, history.now())
    history.deliver("r1")
    commit_as_one(history, {1: {ACME: 10}, 2: {ACME: 20}})
    history.deliver("r2")
    assert written(history.lines(), "pack") == ["r2", "r2"]


def test_facts_that_cancelled_out_within_one_change_went_with_the_next_write(history: ToldHistory) -> None:
    """Planning lacked something of the cell anyhow, and the write that brought it held both of them."""
    history.say(3, {ACME: 5})
    commit_as_one(history, {1: {ACME: 10}, 2: {ACME: -10}})
    history.deliver("r1")
    assert written(history.lines(), "pack") == ["r1", "r1"]


def test_facts_that_cancelled_out_went_with_no_write_where_planning_lacked_nothing(history: ToldHistory) -> None:
    """The cell was struck from those that planning lacks: a later write has what came later."""
    history.say(3, {ACME: 5})
    history.deliver("r1")
    commit_as_one(history, {1: {ACME: 10}, 2: {ACME: -10}})
    history.deliver("r2")
    history.say(4, {ACME: 1})
    history.deliver("r3")
    assert written(history.lines(), "pack") == []


def test_what_planning_was_given_of_a_commit_that_another_finished_is_not_all_that_it_moved(
    history: ToldHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write between the two had what the first had come to, which is neither the total before nor the one after."""
    many = {(f"Customer {number}", MARCH): 100 for number in range(90)}
    history.say(1, many)
    history.deliver("r1")
    with monkeypatch.context() as context:
        context.setattr(history.told, "io", crash_at("before ledger.write", 3))
        with pytest.raises(CrashError):
            history.say(1, dict.fromkeys(many, 200))
    history.deliver("r2")
    history.clock.advance(3600)
    history.say(1, dict.fromkeys(many, 300))
    history.deliver("r3")
    found = writes(history.lines(), "d-3")
    assert {(each.receipt.receipt_id, each.row.after_minor) for each in found} == {("r3", 300)}
    assert len(found) == 90


def test_what_followed_before_anything_was_written_is_not_put_down_to_the_write_before(history: ToldHistory) -> None:
    """A change that names an old write among what it leaves as it was has not been made by that write."""
    history.seconds = 0.05
    history.say(1, {ACME: 100})
    history.deliver("r1")
    history.say(2, {ACME: 7})
    history.say(3, {ACME: 20})
    history.deliver("r2")
    assert [written(history.lines(), f"d-{number}") for number in (1, 2, 3)] == [["r1"], ["r2"], ["r2"]]


def test_a_refused_write_is_told_with_the_one_that_was_taken(history: ToldHistory) -> None:
    """Planning holds what was moved since the second; what was given after that is none of it."""
    history.say(1, {ACME: 100})
    history.deliver("r1", refused={"Acme": "locked"})
    history.say(2, {ACME: 7})
    history.deliver("r2")
    history.say(3, {ACME: 1})
    history.deliver("r3")
    found = writes(history.lines(), "d-1")
    assert [(each.receipt.receipt_id, each.row.refused) for each in found] == [("r1", "locked"), ("r2", None)]
    assert [(each.version.lineage.delivery_id, each.move.after_minor) for each in found] == [("d-1", 100)] * 2


def test_each_measure_of_an_intersection_went_with_its_own_write(history: ToldHistory) -> None:
    """A write of one measure is none of the other's, and ends what is told of its own though planning lacks the other still."""
    history.dollars = {MARCH: 2}
    history.say(1, {ACME: 100})
    mark_in_part(history, "r1", "Amount")
    mark_in_part(history, "r2", "Amount USD")
    history.say(1, {ACME: 300})
    history.deliver("r3")
    found = writes(history.lines(), "d-1")
    assert [(each.move.measure, each.receipt.receipt_id, each.row.after_minor) for each in found] == [
        ("Amount", "r1", 100),
        ("Amount USD", "r2", 200),
    ]


@pytest.mark.parametrize("seconds", [-1, 1])
def test_a_cell_may_be_told_of_a_second_beside_its_facts(history: ToldHistory, seconds: int) -> None:
    """One transaction is told of in two seconds where it was made between them."""
    history.seconds = 5
    for number in (1, 2, 3):
        history.say(number, {ACME: 100})
        history.deliver(f"r{number}")
    journal = told_at_another_second(history.lines(), "CELL#", timedelta(seconds=seconds))
    assert [written(journal, f"d-{number}") for number in (1, 2, 3)] == [["r1"], ["r2"], ["r3"]]


def test_a_commit_whose_cells_the_journal_has_lost_is_put_down_to_no_write(history: ToldHistory) -> None:
    """Nobody can say then which write had it first; that it moved the cell is told all the same."""
    history.say(1, {ACME: 100})
    history.deliver("r1")
    journal = told_at_another_second(history.lines(), "CELL#", timedelta(days=1))
    [version] = traced(journal, "d-1").versions()
    assert [move.moved_minor for move in version.moves] == [100]
    assert written(journal, "d-1") == []


def test_what_changed_back_before_it_was_written_went_with_no_write(history: ToldHistory) -> None:
    """Planning was never given it, whatever was written to the cell later."""
    history.say(1, {ACME: 5})
    history.deliver("r1")
    history.say(2, {ACME: 100})
    history.say(2, None)
    history.deliver("r2")
    history.say(3, {ACME: 100})
    history.deliver("r3")
    assert [written(history.lines(), f"d-{number}") for number in (1, 2, 3, 4)] == [["r1"], [], [], ["r3"]]


def test_a_receipt_says_what_was_known_of_it_last(history: ToldHistory) -> None:
    """In whatever order the journal is read: its end once it has one, before that the task by which the target knows it."""
    history.say(1, {ACME: 100})
    ledger = CellLedger(history.table)
    found = ledger.dirty(TARGET, 100).found
    cells = [cell for each in found for cell in each.lacking()]
    generations = {cells[0].intersection_id: found[0].generation}
    [receipt] = ledger.open_task_receipts(TARGET, [("r1", cells)], history.now(), generations)
    history.now()
    ledger.note_reference([receipt], "task-7")
    ledger.mark_written(found, cells, receipt, {}, history.now())
    for journal in (history.lines(), backwards(history.lines())):
        assert [each.receipt.reference for each in writes(journal, "d-1")] == ["task-7"]
    ledger.close_receipt(receipt, history.now(), Closing(end=End.WRITTEN, answer="1 sent", reference="task-7"))
    for journal in (history.lines(), backwards(history.lines())):
        assert [type(each.receipt) for each in writes(journal, "d-1")] == [DoneReceipt]
