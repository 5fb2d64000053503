"""Two stages of a value are compared: every difference is one break, and breaks come to exactly what the stages differ by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.stages_compared import (
    AS_OF,
    BY_NUMBER,
    DECLARED,
    INVOICE,
    added,
    amount,
    compared,
    declared,
    item,
    only_break,
    place,
)
from tieout.reconciliations import Shape, Tolerance
from tieout.reconciling.breaks import Break, BreakKind
from tieout.reconciling.items import NOTHING, Amount, Item, Place
from tieout.reconciling.matching import Link
from tieout.reconciling.reconcile import reconcile

PLACES = st.builds(
    place,
    legal_entity=st.sampled_from(["EMEA", "NA"]),
    period=st.sampled_from(["2026-02", "2026-03"]),
    currency=st.sampled_from(["EUR", "USD"]),
    customer=st.sampled_from(["C_1", "C_2"]),
)
AMOUNTS = st.integers(-500, 500).map(amount)
DAYS = st.dates(date(2026, 2, 20), AS_OF)
SHAPES: Sequence[Shape] = ("one_to_one", "one_to_many", "many_to_one", "many_to_many")


def items(side: str) -> st.SearchStrategy[list[Item]]:
    """Records of a side, many of which have a number in common."""
    some = st.builds(
        item,
        side=st.just(side),
        number=st.sampled_from(["", "A-1", "A-2", "A-3"]),
        amounts=st.dictionaries(PLACES, AMOUNTS, min_size=1, max_size=2),
        day=st.none() | DAYS,
        record=st.integers(1, 99).map(str),
        waits_for=st.sampled_from(["", "", "", "customer 7"]),
    )
    return st.lists(some, max_size=8, unique_by=lambda each: each.record)


@settings(max_examples=150)
@given(
    left=items("billing"), right=items("books"), shape=st.sampled_from(SHAPES), links=st.integers(0, 1), data=st.data()
)
def test_the_same_facts_give_the_same_in_whichever_order_they_came(
    left: list[Item], right: list[Item], shape: Shape, links: int, data: st.DataObject
) -> None:
    """Byte for byte; and breaks come, place by place, to what the left has more than the right."""
    compared = declared(replace(BY_NUMBER, shape=shape), DECLARED.matchings[1])
    linked = [Link(one.record, other.record) for one, other in zip(left, right, strict=False)][:links]
    found = reconcile(compared, left, right, AS_OF, linked)
    lefts, rights = (data.draw(st.permutations(side)) for side in (left, right))
    again = reconcile(compared, lefts, rights, AS_OF, linked)
    assert repr(again.breaks) == repr(found.breaks)
    assert _added_up(found.breaks) == _off(added(left), added(right))
    assert len({each.name for each in found.breaks}) == len(found.breaks)


def _off(left: dict[Place, Amount], right: dict[Place, Amount]) -> dict[Place, Amount]:
    both = {where: left.get(where, NOTHING).plus(right.get(where, NOTHING), -1) for where in left.keys() | right.keys()}
    return {where: off for where, off in both.items() if off != NOTHING}


def _added_up(breaks: Sequence[Break]) -> dict[Place, Amount]:
    sums: dict[Place, Amount] = {}
    for each in breaks:
        for where, some in each.residuals.items():
            sums[where] = sums.get(where, NOTHING).plus(some)
    return {where: some for where, some in sums.items() if some != NOTHING}


def test_what_both_sides_have_ties_out() -> None:
    """And counts as one group each."""
    found = compared([item("billing", "A-1", INVOICE)], [item("books", "A-1", INVOICE)])
    assert (found.breaks, found.tied_out) == ((), 6)


@settings(max_examples=60)
@given(minor=st.integers(6, 10**9), sign=st.sampled_from([1, -1]), data=st.data())
def test_a_planted_discrepancy_is_exactly_one_break_of_its_kind_and_amount(
    minor: int, sign: int, data: st.DataObject
) -> None:
    """Of whatever kind and amount it is, and nothing else breaks."""
    kind = data.draw(st.sampled_from(sorted(PLANTED)))
    left, right, expected = PLANTED[kind](sign * minor)
    assert only_break(compared(left, right)) == (kind, expected)


Planted = tuple[list[Item], list[Item], dict[Place, Amount]]


def _missing_there(minor: int) -> Planted:
    return [item("billing", "A-1", {place(): amount(minor)})], [], {place(): amount(minor)}


def _missing_here(minor: int) -> Planted:
    worth = amount(minor)
    return [], [item("books", "A-1", {place(): worth})], {place(): NOTHING.plus(worth, -1)}


def _timing(minor: int) -> Planted:
    late = AS_OF - timedelta(days=9)
    return [item("billing", "A-1", {place(): amount(minor)}, late)], [], {place(): amount(minor)}


def _held(minor: int) -> Planted:
    return (
        [item("billing", "A-1", {place(): amount(minor)}, waits_for="customer 7")],
        [],
        {place(): amount(minor)},
    )


def _duplicate(minor: int) -> Planted:
    worth = {place(): amount(minor)}
    twice = [item("billing", "A-1", worth, record="1"), item("billing", "A-1", worth, record="2")]
    return twice, [item("books", "A-1", worth)], worth


def _cut_off(minor: int) -> Planted:
    worth, april = amount(minor), place(period="2026-04")
    left, right = item("billing", "A-1", {place(): worth}), item("books", "A-1", {april: worth})
    return [left], [right], {place(): worth, april: NOTHING.plus(worth, -1)}


def _mapping(minor: int) -> Planted:
    worth, other = amount(minor), place(customer="C_9")
    left, right = item("billing", "A-1", {place(): worth}), item("books", "A-1", {other: worth})
    return [left], [right], {place(): worth, other: NOTHING.plus(worth, -1)}


def _rate(minor: int) -> Planted:
    left = item("billing", "A-1", {place(): amount(10_000, 10_842)})
    right = item("books", "A-1", {place(): amount(10_000, 10_842 - minor)})
    return [left], [right], {place(): Amount(0, minor)}


def _rounding(minor: int) -> Planted:
    off = minor % 5 + 1
    left, right = item("billing", "A-1", {place(): amount(10_000 + off)}), item("books", "A-1", INVOICE)
    return [left], [right], {place(): Amount(off, amount(10_000 + off).reporting - amount(10_000).reporting)}


def _unexplained(minor: int) -> Planted:
    left, right = item("billing", "A-1", {place(): amount(10_000 + minor)}), item("books", "A-1", INVOICE)
    return [left], [right], {place(): Amount(minor, amount(10_000 + minor).reporting - amount(10_000).reporting)}


PLANTED: dict[BreakKind, Callable[[int], Planted]] = {
    BreakKind.MISSING_THERE: _missing_there,
    BreakKind.MISSING_HERE: _missing_here,
    BreakKind.TIMING: _timing,
    BreakKind.HELD: _held,
    BreakKind.DUPLICATE: _duplicate,
    BreakKind.CUT_OFF: _cut_off,
    BreakKind.MAPPING: _mapping,
    BreakKind.RATE: _rate,
    BreakKind.ROUNDING: _rounding,
    BreakKind.UNEXPLAINED: _unexplained,
}


def test_every_kind_of_break_is_planted() -> None:
    """So that none is only declared."""
    assert set(PLANTED) == set(BreakKind)


def test_what_may_still_follow_is_missing_on_the_tenth_day() -> None:
    """As long as the landscape lets the other side take."""
    tenth = item("billing", "A-1", INVOICE, AS_OF - timedelta(days=10))
    assert only_break(compared([tenth], []))[0] is BreakKind.MISSING_THERE


def test_a_difference_within_tolerance_hides_no_cut_off() -> None:
    """In sum they differ by a cent; but each period is off by all of it."""
    april = place(period="2026-04")
    left = item("billing", "A-1", INVOICE)
    right = item("books", "A-1", {april: amount(10_001)})
    kind, found = only_break(compared([left], [right]))
    assert (kind, set(found)) == (BreakKind.CUT_OFF, {place(), april})


def test_what_is_taken_back_in_a_later_period_is_not_missing_but_in_another() -> None:
    """Planning keeps what is gone in closed books, and takes it back in April; a side that comes to anything is missing."""
    kept = {place(): amount(10_000), place(period="2026-04"): amount(-10_000)}
    assert only_break(compared([], [item("books", "A-1", kept)]))[0] is BreakKind.CUT_OFF
    left = {place(): amount(10_000), place(period="2026-04"): amount(-9_999)}
    assert only_break(compared([], [item("books", "A-1", left)]))[0] is BreakKind.MISSING_HERE
    assert only_break(compared([item("billing", "A-1", kept)], []))[0] is BreakKind.MISSING_THERE


def test_a_cent_in_each_of_two_places_is_tolerated_in_each() -> None:
    """A tolerance is for a place, not for what happens to cancel out."""
    april = place(period="2026-04")
    left = item("billing", "A-1", {place(): amount(103), april: amount(98)})
    right = item("books", "A-1", {place(): amount(100), april: amount(101)})
    assert only_break(compared([left], [right]))[0] is BreakKind.ROUNDING


@pytest.mark.parametrize(
    ("off", "kind"), [(10, BreakKind.ROUNDING), (11, BreakKind.UNEXPLAINED)], ids=["as declared", "more"]
)
def test_of_two_limits_the_smaller_counts(off: int, kind: BreakKind) -> None:
    """A tenth of a percent of 100.00, though a whole unit were tolerated."""
    both = declared(BY_NUMBER, tolerance=Tolerance(minor_units={"EUR": 100}, percent="0.1"))
    found = reconcile(
        both, [item("billing", "A-1", INVOICE)], [item("books", "A-1", {place(): amount(10_000 - off)})], AS_OF
    )
    assert only_break(found)[0] is kind


@pytest.mark.parametrize(
    ("reporting", "kind"),
    [(10_842 - 4 - 2, BreakKind.ROUNDING), (10_842 - 4 - 3, BreakKind.RATE)],
    ids=["as many", "more"],
)
def test_a_tolerated_difference_explains_as_much_of_the_reporting_currency_as_it_comes_to(
    reporting: int, kind: BreakKind
) -> None:
    """Four minor units at that rate, and one for rounding each of the two records; what is more was converted otherwise."""
    left = item("billing", "A-1", {place(): amount(10_000, 10_842)})
    right = item("books", "A-1", {place(): amount(9_996, reporting)})
    assert only_break(compared([left], [right]))[0] is kind


def test_nothing_is_tolerated_where_nothing_is_declared() -> None:
    """Not a minor unit."""
    strict = declared(BY_NUMBER, tolerance=Tolerance())
    found = reconcile(
        strict, [item("billing", "A-1", INVOICE)], [item("books", "A-1", {place(): amount(9_999)})], AS_OF
    )
    assert only_break(found)[0] is BreakKind.UNEXPLAINED


def test_what_was_said_of_a_break_is_out_of_date_when_it_comes_to_something_else() -> None:
    """Its name stays, for it concerns the same records."""
    left = item("billing", "A-1", INVOICE)
    breaks = [compared([left], [item("books", "A-1", {place(): amount(minor)})]).breaks[0] for minor in (9_000, 9_001)]
    assert breaks[0].name == breaks[1].name
    assert breaks[0].state != breaks[1].state


def test_a_percentage_is_of_what_the_left_side_has_in_the_place() -> None:
    """Of nothing it is nothing, so that what stands in a period of its own is no rounding."""
    april = place(period="2026-04")
    loose = declared(BY_NUMBER, tolerance=Tolerance(percent="50"))
    found = reconcile(
        loose, [item("billing", "A-1", INVOICE)], [item("books", "A-1", {**INVOICE, april: amount(1)})], AS_OF
    )
    assert only_break(found)[0] is BreakKind.CUT_OFF
