"""Books that are closed hold for every function, whoever closes others at the same moment; and what came late is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.books_desk import FLOWS, BooksDesk, books
from tests.support.faults import no_fault
from tests.support.ledger_scenes import NOW, record
from tests.support.memory_table import MemoryTable
from tests.support.short_pages import ShortPages
from tieout.closing import Books, BooksState
from tieout.errors import ConflictError
from tieout.ledger.closing import BooksLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import SHARDS, Gate
from tieout.ledger.table import ConditionFailedError, Usage

FEBRUARY, MARCH, APRIL = ("2026-02", "2026-03", "2026-04")


@pytest.mark.parametrize("closed_before", [False, True])
def test_no_function_commits_what_it_planned_before_whichever_count_it_goes_by(*, closed_before: bool) -> None:
    """Closing counts up all of them, the first time and every time."""
    desk = BooksDesk()
    if closed_before:
        desk.close(FEBRUARY)
    before = [FactLedger(desk.table, Gate(desk.table, shard)).open([])[1].check for shard in range(SHARDS)]
    desk.close(MARCH)
    for check in before:
        with pytest.raises(ConditionFailedError):
            desk.table.write([check])


def _once(desk: BooksDesk, point: str, happens: Callable[[], None]) -> Callable[[str], None]:
    """Has something happen the first time that a point is passed."""

    def strike(here: str) -> None:
        if here == point:
            desk.table.io = no_fault
            happens()

    return strike


@pytest.mark.parametrize("closed_before", [False, True])
def test_of_two_who_close_books_of_a_company_at_once_one_is_told(*, closed_before: bool) -> None:
    """Neither opens what the other closed, without a word."""
    desk = BooksDesk()
    if closed_before:
        desk.close(FEBRUARY)
    desk.table.io = _once(desk, "before ledger.write", lambda: desk.close(APRIL))
    with pytest.raises(ConflictError):
        desk.close(MARCH)
    assert desk.books.changes()[books(APRIL)].state is BooksState.CLOSED
    desk.close(MARCH)
    assert {books(APRIL), books(MARCH)} <= desk.books.changes().keys()


@pytest.mark.parametrize(("conflicts", "is_done"), [(0, True), (49, True), (50, False)])
def test_a_count_that_commits_are_just_checking_is_tried_again(*, conflicts: int, is_done: bool) -> None:
    """Some seconds long, and where that is in vain it is told, and the closing counts as one that broke off."""
    desk = BooksDesk()
    pauses: list[float] = []
    met = 0

    def check(point: str) -> None:
        nonlocal met
        if point == "before ledger.write_each" and met < conflicts:
            met += 1
            raise ConflictError("a commit is checking it")

    desk.table.io = check
    ledger = BooksLedger(desk.table, pauses.append)
    if is_done:
        ledger.change(books(MARCH), BooksState.CLOSED, "controller", "month end", desk.now())
    else:
        with pytest.raises(ConflictError):
            ledger.change(books(MARCH), BooksState.CLOSED, "controller", "month end", desk.now())
    assert len(pauses) == min(conflicts, 49)
    assert ledger.changes()[books(MARCH)].is_done is is_done


def test_what_came_late_is_found_on_whichever_page_it_stands_apart_from_what_was_restated() -> None:
    """Of one closed books, or of all; each with the record as its source names it."""
    desk = BooksDesk()
    numbers = ["1", "2", "3#a", "4#b#c", "5"]
    for period in (FEBRUARY, MARCH):
        desk.close(period)
    for number in numbers:
        desk.say(number, {("Acme", MARCH): 5, ("Acme", FEBRUARY): 6}, FLOWS["restate"])
        desk.approve(number, FEBRUARY)
    waiting = {(books(MARCH), record(number), None) for number in numbers}
    ledger = BooksLedger(ShortPages(desk.table), lambda _: None)
    assert {(each.books, each.record, each.approval) for each in ledger.late(books(MARCH))} == waiting
    assert {each.record for each in ledger.late(books(FEBRUARY)) if each.approval} == set(map(record, numbers))
    assert len(list(ledger.late())) == 2 * len(numbers)
    for number in numbers:
        desk.say(number, {("Acme", MARCH): 5, ("Acme", FEBRUARY): 6}, FLOWS["restate"])
        desk.say(number, {("Acme", MARCH): 5, ("Acme", FEBRUARY): 7}, FLOWS["restate"])
    assert [each.record for each in ledger.restated(books(FEBRUARY))] == list(map(record, numbers))
    assert list(ledger.restated(books(MARCH))) == []
    assert [each.record for each in ledger.late(books(FEBRUARY))] == list(map(record, numbers))


def test_all_books_are_known_on_whichever_page_they_stand_and_whatever_the_company_is_called() -> None:
    """A function that missed some would plan into them."""
    desk = BooksDesk()
    closed = [Books(f"E#{number}#", MARCH, "Actual") for number in range(5)]
    for each in closed:
        desk.books.change(each, BooksState.CLOSED, "controller", "month end", desk.now())
    assert list(BooksLedger(ShortPages(desk.table), lambda _: None).changes()) == closed
    assert [Books.of_text(str(each)) for each in closed] == closed


def test_a_function_reads_the_books_again_only_when_some_were_closed_or_opened() -> None:
    """It asks with every batch, and they rarely change."""
    usages: list[Usage] = []
    table = MemoryTable(observe=usages.append)
    ledger = FactLedger(table, Gate(table, 7))
    asked = []
    for state in (None, BooksState.CLOSED, BooksState.OPEN):
        if state:
            BooksLedger(table, lambda _: None).change(books(MARCH), state, "controller", "month end", NOW)
        for _ in range(2):
            usages.clear()
            assert ledger.open([])[1].state_of(books(MARCH)) is (state or BooksState.OPEN)
            asked.append([usage.operation for usage in usages].count("Query"))
    assert asked == [1, 0, 1, 0, 1, 0]
