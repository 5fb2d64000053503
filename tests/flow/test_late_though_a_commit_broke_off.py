"""What came late is known for what it is though a commit of it broke off half-way."""

from __future__ import annotations

import pytest

from tests.support.books_desk import FLOWS, BooksDesk
from tests.support.faults import no_fault
from tieout.errors import UnavailableError

MARCH, APRIL, MAY = ("2026-03", "2026-04", "2026-05")
VERSION = "2026-07-02T08:00:00.000Z"
NEXT = FLOWS["next_open"]

MANY = {(f"C{number:03}", APRIL): 1 for number in range(60)}  # too many for a transaction
MORE = dict.fromkeys(MANY, 2)


@pytest.fixture
def desk() -> BooksDesk:
    """March is closed, with 100 of record 1."""
    return BooksDesk.with_march_closed()


def _break_off(desk: BooksDesk, number: int, said: dict[tuple[str, str], int], flow: str, nth: int) -> None:
    """A commit of many cells breaks off before its n-th write: mark, cells, and end."""
    plan = desk.plan(number, said, flow)
    writes = 0

    def strike(point: str) -> None:
        nonlocal writes
        writes += point == "before ledger.write"
        if writes == nth:
            desk.table.io = no_fault
            raise UnavailableError("broken off")

    desk.table.io = strike
    with pytest.raises(UnavailableError):
        desk.commit(plan, flow)


@pytest.mark.parametrize(("before", "begun"), [(130, 100), (100, 130), (130, 150), (130, 130)])
def test_what_is_late_is_listed_as_it_is_though_a_commit_broke_off(desk: BooksDesk, before: int, begun: int) -> None:
    """Neither does anything stay listed that is not late any more, nor is anything late that is not listed."""
    desk.say(1, MANY | {("Acme", MARCH): before})
    said = MORE | {("Acme", MARCH): begun}
    _break_off(desk, 1, said, FLOWS["hold"], nth=2)
    desk.say(1, said)
    assert desk.late() == ({("Acme", MARCH, "held", ""): begun - 100} if begun != 100 else {})
    assert desk.totals() == said | {("Acme", MARCH): 100}


@pytest.mark.parametrize("begun", [150, 100])
def test_after_a_commit_that_broke_off_what_is_late_goes_by_the_flow_it_came_by(desk: BooksDesk, begun: int) -> None:
    """It is not booked because another flow tells of the same version, even if less of it was late on the way."""
    desk.version = VERSION
    desk.say(1, MANY | {("Acme", MARCH): 130}, FLOWS["hold"])
    _break_off(desk, 1, MORE | {("Acme", MARCH): begun}, NEXT, nth=2)
    desk.say(1, MORE | {("Acme", MARCH): 150}, NEXT)
    assert desk.late() == {("Acme", MARCH, "held", ""): 50}


def test_what_was_booked_before_a_commit_broke_off_is_known_as_booked() -> None:
    """When the period it is booked to closes meanwhile: the rest goes to the next, and nothing is taken back."""
    desk = BooksDesk()
    desk.close(MARCH)
    said = {(customer, MARCH): 10 for customer, _ in MANY}
    _break_off(desk, 1, said, NEXT, nth=3)
    desk.close(APRIL)
    desk.say(1, said, NEXT)
    late = desk.late()
    assert sorted({(what, into, minor) for (_, _, what, into), minor in late.items()}) == [
        ("booked", APRIL, 10),
        ("booked", MAY, 10),
    ]
    assert len(late) == len(said)
    assert sum(desk.totals().values()) == sum(said.values())


@pytest.mark.parametrize("says", [{}, {("Beta", MARCH): 3}])
def test_what_was_booked_before_a_commit_broke_off_is_taken_back_by_a_record_that_says_otherwise(
    says: dict[tuple[str, str], int],
) -> None:
    """Where it came from is known by what is booked alone: no list of what is late was written yet."""
    desk = BooksDesk()
    desk.close(MARCH)
    _break_off(desk, 1, {(customer, MARCH): 10 for customer, _ in MANY}, NEXT, nth=3)
    assert 0 < len(desk.totals()) < len(MANY)
    desk.say(1, says or None, NEXT)
    assert desk.totals() == {(customer, APRIL): minor for (customer, _), minor in says.items()}
    assert desk.late() == {(customer, MARCH, "booked", APRIL): minor for (customer, _), minor in says.items()}


def test_what_was_booked_before_a_commit_broke_off_stays_in_a_period_that_closes(desk: BooksDesk) -> None:
    """And is taken back in the next one by a record that is gone: each with the period that it is late for."""
    _break_off(desk, 2, {(customer, MARCH): 10 for customer, _ in MANY}, NEXT, nth=3)
    booked = {at: minor for at, minor in desk.totals().items() if at[1] == APRIL}
    assert 0 < len(booked) < len(MANY)
    desk.close(APRIL)
    desk.say(2, None, NEXT)
    taken_back = {(customer, MAY): -minor for (customer, _), minor in booked.items()}
    assert desk.totals() == booked | taken_back | {("Acme", MARCH): 100}
    assert desk.late() == {
        (customer, MARCH, "booked", into): minor for (customer, into), minor in (booked | taken_back).items()
    }
