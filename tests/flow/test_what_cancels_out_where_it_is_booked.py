"""What is booked late may come to nothing where it is booked, in all currencies or in some: the cell there knows nothing of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tests.flow.test_closed_books import UNMAPPED
from tests.flow.test_nothing_moves_closed_books_unseen import adds_up, said_by
from tests.support.books_desk import FLOWS, MODEL, BooksDesk, Said
from tests.support.clock import ManualClock
from tests.support.told_history import ToldHistory
from tieout.closing import BooksState
from tieout.lake.places import Places, addressed_dimensions
from tieout.lake.rows import intersections_in, rows_by_table
from tieout.ledger.journal import packed, unpacked
from tieout.planning.cells import Unmapped

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


@pytest.mark.parametrize("dollars", [{}, {MARCH: 2, APRIL: 2}, {MARCH: 2, APRIL: 3}], ids=["no", "the same", "other"])
@pytest.mark.parametrize("is_closed", [False, True], ids=["April is open", "April is closed"])
@pytest.mark.parametrize("rules", ["next_open", "hold", "restate"])
@pytest.mark.parametrize("says", [None, UNMAPPED, {("Acme", APRIL): 9}, {("Bolt", MARCH): 7}])
def test_a_document_that_moved_to_the_next_period_with_its_amount_can_still_change(
    says: Said | Unmapped | None, *, rules: str, is_closed: bool, dollars: Mapping[str, int]
) -> None:
    """Where it cancels out in every currency no cell knows of it: what it comes to is said by the record alone."""
    desk = BooksDesk()
    desk.dollars = dollars
    desk.say(1, {("Acme", MARCH): 7})
    desk.close(MARCH)
    desk.say(1, {("Acme", APRIL): 7}, FLOWS["next_open"])
    if is_closed:
        desk.close(APRIL)
    before = desk.totals()
    desk.say(1, says, FLOWS[rules])
    after = desk.totals()
    closed = [MARCH, *([APRIL] if is_closed else [])]
    assert {at: minor for at, minor in after.items() if at[1] in closed} == {
        at: minor for at, minor in before.items() if at[1] in closed
    }
    if not dollars:
        assert adds_up(desk) == said_by({1: says if isinstance(says, dict) else {}})


def test_the_lake_has_every_row_of_a_document_that_moved_with_its_amount() -> None:
    """What it adds to no cell is no row, and keeps no other of the same seconds from being one."""
    desk = ToldHistory(ManualClock(datetime(2026, 6, 1, tzinfo=UTC)))
    desk.say(1, {("Acme", MARCH): 7})
    desk.close(MARCH)
    desk.say(1, {("Acme", APRIL): 7}, FLOWS["next_open"])
    rows: list[dict[str, object]] = []
    for lines in desk.lines().values():
        places = Places(desk.table, addressed_dimensions(MODEL.feeds)).of(intersections_in(lines))
        rows += [json.loads(row) for row in unpacked(rows_by_table(lines, places).get("contributions", packed([])))]
    assert [(row["period"], row["amount"], row["is_removed"]) for row in rows] == [(MARCH, "0.07", False)]
