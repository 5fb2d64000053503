"""What the journal tells of notices adds up to the ledger, and names the writes that planning was given it by."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.books_desk import TARGET
from tests.support.clock import ManualClock
from tests.support.faults import CrashError, crash_at
from tests.support.told_history import ToldHistory
from tests.support.traced import searched, traced, versions, written
from tieout.arriving.envelope import Envelope
from tieout.closing import BooksState
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.intersections import intersection_state
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.receipts import DoneReceipt, ReceiptLedger
from tieout.ledger.undoing import UndoLedger

PERIODS = ("2026-03", "2026-04")
_AMOUNTS = st.dictionaries(
    st.sampled_from(list(product(("Acme", "Bolt"), PERIODS))), st.sampled_from((-5, 20, 100)), max_size=3
)
_SAYS = st.tuples(st.just("says"), st.integers(1, 3), st.none() | _AMOUNTS)
_CLOSES = st.tuples(st.just("closes"), st.just(PERIODS[0]), st.sampled_from(list(BooksState)))
_DELIVERS = st.tuples(st.just("delivers"), st.none(), st.none())


def totals(history: ToldHistory) -> dict[str, int]:
    """Cell to the ledger's total."""
    states = [intersection_state(key, item) for key, item in history.items("CELL#").items() if key[1] == keys.STATE]
    return {cell.cell_id: cell.total_minor for each in states for cell in each.cells}


@settings(max_examples=16)
@given(st.lists(_SAYS | _SAYS | _CLOSES | _DELIVERS, min_size=4, max_size=14), st.sampled_from((0.05, 2)))
def test_what_notices_moved_adds_up_and_was_written_when_it_was(
    acts: list[tuple[str, object, object]], seconds: float
) -> None:
    """Each total is the sum of its cell's moves; each move went with the next write there, unless nothing was left to write."""
    history = ToldHistory(ManualClock())
    history.seconds = seconds
    waiting: list[tuple[str, str]] = []  # delivery and cell that planning was not given yet
    wanted: dict[tuple[str, str], str] = {}
    given_to: dict[str, int] = {}
    for number, (act, first, second) in enumerate(acts):
        before = totals(history)
        if act == "says":
            history.say(int(str(first)), second, "spending")  # type: ignore[arg-type]
            after = totals(history)
            waiting += [
                (history.delivered[-1].delivery_id, name) for name in after if after[name] != before.get(name, 0)
            ]
        elif act == "closes":
            history.close(str(first), BooksState(str(second)))
        else:
            history.deliver(f"r{number}")
            wanted |= {each: f"r{number}" for each in waiting if before[each[1]] != given_to.get(each[1])}
            given_to, waiting = before, []
    journal = history.lines()
    found = {each.delivery_id: traced(journal, each.delivery_id) for each in history.delivered}
    moved: Counter[str] = Counter()
    for tracing in found.values():
        moved.update({move.cell_id: move.moved_minor for each in tracing.versions() for move in each.moves})
    assert {name: minor for name, minor in moved.items() if minor} == {n: m for n, m in totals(history).items() if m}
    assert {
        (name, write.move.cell_id): write.receipt.receipt_id
        for name, tracing in found.items()
        for version in tracing.versions()
        for write in tracing.writes(version)
    } == wanted


def test_a_commit_in_many_steps_is_one_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stopped it between: what the next notice finishes it has brought, compared with what was before both."""
    history = ToldHistory(ManualClock())
    many = {(f"Customer {number}", PERIODS[0]): 100 for number in range(120)}
    history.say(1, many)
    with monkeypatch.context() as context:
        context.setattr(history.told, "io", crash_at("before ledger.write", 3))
        with pytest.raises(CrashError):
            history.say(1, dict.fromkeys(many, 200))
    history.clock.advance(3600)
    history.say(1, dict.fromkeys(many, 300))
    history.deliver("r1")
    journal = history.lines()
    first, second = versions(journal, 1)
    assert [(len(each.moves), each.lineage.delivery_id) for each in (first, second)] == [(120, "d-1"), (120, "d-3")]
    assert {(move.before_minor, move.after_minor) for move in second.moves} == {(100, 300)}
    assert traced(journal, "d-2").versions() == []
    tracing = traced(journal, "d-3")
    assert tracing.versions() == [second]
    assert [write.receipt.receipt_id for write in tracing.writes(second)] == ["r1"] * 100  # as many as a delivery takes


def test_facts_that_were_committed_as_one_change_are_told_apart() -> None:
    """Their cell was moved once; each notice has its own share, and the write that had both."""
    history = ToldHistory(ManualClock())
    said = {("Acme", PERIODS[0]): 100}
    history.say(3, said)
    history.deliver("r1")
    plans = [history.plan(number, {("Acme", PERIODS[0]): number * 10}) for number in (1, 2)]
    [lineage] = history.delivered
    came = [
        replace(lineage, delivery_id="d-2", notice=lineage.notice._replace(key=plan.key, position=position))
        for position, plan in enumerate(plans)
    ]
    history.now()
    assert FactLedger(history.table).commit(list(zip(plans, came, strict=True))) == {}
    history.deliver("r2")
    journal = history.lines()
    for position, minor in ((0, 10), (1, 20)):
        tracing = traced(journal, "d-2", position)
        [version] = tracing.versions()
        assert [move.moved_minor for move in version.moves] == [minor]
        assert [
            (each.receipt.receipt_id, each.row.before_minor, each.row.after_minor) for each in tracing.writes(version)
        ] == [("r2", 100, 130)]
    assert len(traced(journal, "d-2").versions()) == 2


def test_what_happens_within_a_second_is_told_apart_by_what_it_adds() -> None:
    """Two notices about one cell, each written before the next: neither is put down to the other's write."""
    history = ToldHistory(ManualClock())
    history.seconds = 0
    for number, minor in ((1, 100), (2, 7)):
        history.say(number, {("Acme", PERIODS[0]): minor})
        history.deliver(f"r{number}")
    journal = history.lines()
    assert [written(journal, f"d-{number}") for number in (1, 2)] == [["r1"], ["r2"]]


def test_the_same_amount_once_more_is_another_move() -> None:
    """A notice that goes through the line again and brings the record back was written twice, each time by its own write."""
    history = ToldHistory(ManualClock())
    history.say(1, {("Acme", PERIODS[0]): 100})
    history.deliver("r1")
    history.say(1, None)
    history.deliver("r2")
    history.say_again(1, {("Acme", PERIODS[0]): 100}, history.delivered[0])
    history.deliver("r3")
    journal = history.lines()
    assert [written(journal, f"d-{number}") for number in (1, 2)] == [["r1", "r3"], ["r2"]]


def test_an_undo_that_left_a_cell_as_it_was_has_not_undone_it() -> None:
    """It came too late for the cell, and its receipt says so."""
    history = ToldHistory(ManualClock())
    history.say(1, {("Acme", PERIODS[0]): 100, ("Bolt", PERIODS[0]): 5})
    history.deliver("r1")
    [receipt] = ReceiptLedger(history.table).newest(TARGET)
    assert isinstance(receipt, DoneReceipt)
    undoing = UndoLedger(history.table)
    effect = undoing.effect(receipt)
    history.say(2, {("Acme", PERIODS[0]): 1})
    undoing.undo(effect, "operator", "u1", history.now())
    tracing = traced(history.lines(), "d-1")
    [version] = tracing.versions()
    undone = {write.row.after_minor: [each.receipt_id for each in write.undone_by] for write in tracing.writes(version)}
    assert undone == {100: [], 5: ["u1"]}


def test_an_outcome_stands_since_it_was_first_kept() -> None:
    """Not since that of another notice of the delivery was; and what waited has the outcome that followed."""
    history = ToldHistory(ManualClock())
    outcomes, moments = OutcomeLedger(history.table), []
    envelope = Envelope(delivery_id="d", connection="crm", flow="f", received_at=history.now(), notices=())
    for kept in ({0: Outcome.APPLIED, 1: Outcome.HELD}, {2: Outcome.IGNORED}, {1: Outcome.APPLIED}):
        moments.append(history.now())
        outcomes.keep(envelope, kept)
    first, second, third = moments
    assert [(each.position, each.outcome, each.at) for each in searched(history.lines(), "d").ends()] == [
        (0, Outcome.APPLIED, first),
        (1, Outcome.APPLIED, third),
        (2, Outcome.IGNORED, second),
    ]
