"""Cells of which planning holds something else, and when they were written again, in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, committed, dirty, place, planned, statement
from tests.support.memory_table import MemoryTable
from tests.support.short_pages import ShortPages
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.differences import CellDifference
from tieout.ledger.facts import FactLedger
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.table import Put, Table

LATER = NOW + timedelta(hours=1)
FOUND = CellDifference(
    target=TARGET,
    intersection_id="0f3a",
    measure="Amount: net",
    cube="Pipeline",
    members=(("Customer", "Acme"), ("Time", "2026-03")),
    currency="EUR",
    wanted_minor=7_00,
    held=Decimal("6.5"),
    last_receipt="2026-03-02T08:00:00.000Z#r-1",
    written_at="2026-03-02T08:00:09.000Z",
    since=NOW,
    found_at=NOW + timedelta(minutes=1),
)
OTHERS = [replace(FOUND, intersection_id=name) for name in ("1a", "2b", "3c", "4d")]


@pytest.mark.parametrize("held", [Decimal("6.5"), Decimal("-1E+3"), None])
def test_a_difference_is_kept_as_it_was_found(table: Table, held: Decimal | None) -> None:
    """What the ledger and what planning holds, of which cell, under which receipt, and since when."""
    ledger = ReadbackLedger(table)
    ledger.keep([replace(FOUND, held=held)])
    assert list(ledger.standing(TARGET)) == [replace(FOUND, held=held)]


@pytest.mark.parametrize(("before", "now"), [(Decimal("6.5"), None), (None, Decimal("6.5"))])
def test_a_difference_that_is_found_again_is_as_it_is_now(
    table: Table, before: Decimal | None, now: Decimal | None
) -> None:
    """A cell that was altered may be removed altogether; since when it differs stays what it was."""
    ledger = ReadbackLedger(table)
    ledger.keep([replace(FOUND, held=before)])
    ledger.keep([replace(FOUND, held=now, since=LATER, found_at=LATER)])
    assert list(ledger.standing(TARGET)) == [replace(FOUND, held=now, found_at=LATER)]


def test_of_old_differences_no_more_are_struck_than_asked_for(table: Table) -> None:
    """The others are struck the next time, and what was found since stays."""
    ledger = ReadbackLedger(table)
    ledger.keep([*OTHERS, replace(FOUND, found_at=LATER)])
    assert [ledger.forget(TARGET, LATER, 3) for _ in range(3)] == [3, 1, 0]
    assert list(ledger.standing(TARGET)) == [replace(FOUND, found_at=LATER)]


def test_a_difference_that_is_found_again_meanwhile_is_not_struck() -> None:
    """Between the look at what is old and the strike: else nobody would be told of it any more."""
    table = MemoryTable()
    ledger = ReadbackLedger(table)
    ledger.keep([FOUND])
    found_again = replace(FOUND, found_at=LATER)

    def find_again(point: str) -> None:
        if point == "before ledger.write_each":
            table.io = lambda _: None
            ledger.keep([found_again])

    table.io = find_again
    ledger.forget(TARGET, LATER, 10)
    assert list(ledger.standing(TARGET)) == [found_again]


@pytest.mark.parametrize(("milliseconds", "is_since"), [(-1, True), (0, True), (1, False)])
def test_a_cell_counts_as_repaired_from_the_moment_on_at_which_it_was(
    table: Table, milliseconds: int, *, is_since: bool
) -> None:
    """It is not written again by itself twice within a day."""
    ledger = ReadbackLedger(table)
    ledger.repair([FOUND], "controller", NOW)
    since = NOW + timedelta(milliseconds=milliseconds)
    assert ledger.repaired_since([FOUND, *OTHERS], since) == ({FOUND.cell_id} if is_since else frozenset())


def test_all_that_differ_are_found_on_whichever_page_they_stand(table: Table) -> None:
    """In the order of their ids, and of one target alone."""
    ReadbackLedger(table).keep([*OTHERS, FOUND, replace(FOUND, target="elsewhere")])
    ledger = ReadbackLedger(ShortPages(table))
    assert list(ledger.standing(TARGET)) == [FOUND, *OTHERS]


def test_places_are_told_in_their_order_no_more_than_asked_for_at_once(table: Table) -> None:
    """Whoever is given the last one is told that there are no more; another target's are not among them."""
    facts, ledger = FactLedger(table), ReadbackLedger(table)
    committed(facts, planned(facts, statement(1, V1), {f"C{number}": 10 for number in range(5)}))
    table.write([Put(keys.cell_key("zanother", "0"), {"catalogue": keys.cells_of("zanother"), "members": "[]"})])
    found, behind = [], ""
    for count in (2, 2, 1):
        some = ledger.places_behind(TARGET, behind, 2)
        assert len(some.found) == count
        found += [each.intersection_id for each in some.found]
        behind = some.behind
    assert behind == ""
    assert found == sorted(place(f"C{number}").intersection_id() for number in range(5))


def test_every_cell_of_a_write_under_way_is_known_on_whichever_page_its_receipt_stands(table: Table) -> None:
    """What such a write may still change is not compared."""
    facts, cells = FactLedger(table), CellLedger(table)
    committed(facts, planned(facts, statement(1, V1), {f"C{number}": 10 for number in range(5)}))
    written = dirty(table)
    for number, cell in enumerate(written):
        cells.open_receipt(TARGET, f"r-{number}", NOW, [cell])
    assert ReadbackLedger(ShortPages(table)).being_written(TARGET) == {cell.cell_id for cell in written}
