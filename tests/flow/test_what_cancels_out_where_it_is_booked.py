"""What is booked late may come to nothing where it is booked, but for the rates: the cell there knows nothing of its currency."""

from __future__ import annotations

from tests.support.books_desk import FLOWS, BooksDesk
from tieout.closing import BooksState

MARCH, APRIL = ("2026-03", "2026-04")


def test_what_was_booked_where_it_cancels_out_is_taken_back_when_its_books_are_open_again() -> None:
    """A document that moves to the next period after its own was closed, of the same amount at another rate."""
    desk = BooksDesk()
    desk.dollars = {MARCH: 2, APRIL: 3}
    desk.say(1, {("Acme", MARCH): 7})
    desk.close(MARCH)
    desk.say(1, {("Acme", APRIL): 7}, FLOWS["next_open"])
    assert desk.late() == {("Acme", MARCH, "booked", APRIL): -7 - 14}
    assert desk.totals() == {("Acme", MARCH): 7, ("Acme", APRIL): 7 * 3 - 7 * 2}  # the latter in dollars alone
    desk.close(MARCH, BooksState.OPEN)
    desk.say(1, {("Acme", APRIL): 7}, FLOWS["next_open"])
    assert desk.late() == {}
    assert desk.totals() == {("Acme", APRIL): 7}
