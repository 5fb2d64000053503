"""A reconciliation is about some companies and some periods: what belongs to what it is about is compared whole, and no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.reconciliations import Periods
from tieout.reconciling.breaks import BreakKind
from tieout.reconciling.items import Item, Place
from tieout.reconciling.reconcile import reconcile

FEBRUARY, MARCH = "2026-02", "2026-03"


def of(side: str, number: str, where: Place, minor: int = 100) -> Item:
    """A record that has an amount in one place."""
    return item(side, number, {where: amount(minor)})


@pytest.mark.parametrize(
    ("periods", "inside", "outside"),
    [
        (Periods(), (MARCH, "FY2026-P03", ""), ()),
        (Periods(first=MARCH), (MARCH, "2027-01"), (FEBRUARY, "", "FY2026-P04")),
        (Periods(last=MARCH), (FEBRUARY, MARCH), ("2026-04", "", "FY2020-P01")),
        (Periods(first=FEBRUARY, last=MARCH), (FEBRUARY, MARCH), ("2026-01", "2026-04")),
        (Periods(first="FY2026-P02", last="FY2026-P10"), ("FY2026-P02", "FY2026-P09"), ("FY2026-P11", "RT2026-P03")),
    ],
)
def test_periods_are_those_of_one_calendar_from_the_first_to_the_last(
    periods: Periods, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    """Both included; what has no period is in none, where any is named."""
    assert [each for each in (*inside, *outside) if periods.has(each)] == [*inside]


def test_what_it_is_not_about_neither_counts_nor_breaks() -> None:
    """Another company, another period, on either side."""
    asked = replace(DECLARED, legal_entities=("EMEA",), periods=Periods(first=MARCH, last=MARCH))
    both = [of(side, "A-1", place()) for side in ("billing", "books")]
    others = [of("billing", "B-1", place("NA")), of("billing", "B-2", place(period=FEBRUARY))]
    found = reconcile(asked, [both[0], *others], [both[1], of("books", "B-3", place("NA"))], AS_OF)
    assert (found.breaks, found.tied_out) == ((), 1)
    assert found.left == found.right == {place(): amount(100)}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("where", "kind"), [(place(period=FEBRUARY), BreakKind.CUT_OFF), (place("NA"), BreakKind.MAPPING)]
)
def test_what_the_other_side_has_elsewhere_is_found_there(where: Place, kind: BreakKind, *, swapped: bool) -> None:
    """And not missing: it belongs to what is asked for, whichever side has it there."""
    asked = replace(DECLARED, legal_entities=("EMEA",), periods=Periods(first=MARCH))
    places = (where, place()) if swapped else (place(), where)
    left, right = of("billing", "A-1", places[0]), of("books", "A-1", places[1])
    [one] = reconcile(asked, [left], [right], AS_OF).breaks
    assert (one.kind, set(one.residuals)) == (kind, {place(), where})
