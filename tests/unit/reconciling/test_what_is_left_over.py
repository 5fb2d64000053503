"""What is counted twice and what only looks like it, what was converted otherwise, and what is only alike in several ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.support.stages_compared import (
    AS_OF,
    BY_CUSTOMER,
    BY_NUMBER,
    INVOICE,
    amount,
    compared,
    declared,
    item,
    only_break,
    place,
    suggested,
)
from tieout.arriving.notice import RecordKey
from tieout.reconciliations import Matching
from tieout.reconciling.breaks import BreakKind
from tieout.reconciling.items import Amount, Amounts, Item, worth
from tieout.reconciling.reconcile import Reconciled, reconcile

HALF = {place(): amount(5_000)}
APRIL = place(period="2026-04")
SEVERAL_BOOKED = replace(BY_NUMBER, shape="one_to_many")
SEVERAL_BILLED = replace(BY_NUMBER, shape="many_to_one")
SEVERAL = replace(BY_NUMBER, shape="many_to_many")
OF_ONE_AMOUNT = Matching(name="by customer and amount", left=("customer",), right=("customer",), same_amount=True)
NEAR = Matching(name="by customer and day", left=("customer",), right=("customer",), within_days=5)


def alike(side: str, amounts: Amounts, how_many: int) -> list[Item]:
    """Records of one number that say the same."""
    return [item(side, "A-1", amounts, record=str(number)) for number in range(1, how_many + 1)]


def copies(found: Reconciled) -> list[tuple[list[str], list[str], str]]:
    """The ids of what is there too often, on the left and on the right, with what it was matched by; nothing else breaks."""
    assert {each.kind for each in found.breaks} <= {BreakKind.DUPLICATE}
    ids = [([each.record_id for each in some.left], [each.record_id for each in some.right]) for some in found.breaks]
    return [(*both, each.matching) for both, each in zip(ids, found.breaks, strict=True)]


def test_what_something_comes_to_is_added_up_by_currency_wherever_it_counts() -> None:
    """What the right has is taken off, and what comes to nothing is left out."""
    euros = {place(): amount(700), APRIL: amount(50), place(currency="USD"): amount(9)}
    other = {place(customer="C_2"): amount(1_000), place(currency="USD"): amount(9)}
    assert worth([item("billing", "A-1", euros)]) == (("EUR", 750), ("USD", 9))
    assert worth([item("billing", "A-1", euros)], [item("books", "A-1", other)]) == (("EUR", -250),)


def test_what_is_billed_twice_and_booked_once_too_often_are_copies_of_both_sides() -> None:
    """How many are too many on one side follows from one of the other side, not from its copies."""
    found = compared(alike("billing", INVOICE, 2), alike("books", HALF, 3), SEVERAL_BOOKED)
    assert copies(found) == [([], ["3"], "by number"), (["2"], [], "by number")]
    found = compared(alike("billing", HALF, 3), alike("books", INVOICE, 2), SEVERAL_BILLED)
    assert copies(found) == [([], ["2"], "by number"), (["3"], [], "by number")]


def test_as_many_are_copies_as_are_too_many() -> None:
    """Two of four halves, in one break."""
    found = compared(alike("billing", INVOICE, 1), alike("books", HALF, 4), SEVERAL_BOOKED)
    assert copies(found) == [([], ["3", "4"], "by number")]


def test_of_what_is_alike_one_is_no_copy() -> None:
    """Both halves are too many, and each would be a copy of nothing: that is not known to be a duplicate."""
    found = compared(
        alike("billing", INVOICE, 1), [*alike("books", HALF, 2), item("books", "A-1", INVOICE, record="whole")], SEVERAL
    )
    assert only_break(found) == (BreakKind.UNEXPLAINED, {place(): amount(-10_000)})


@pytest.mark.parametrize(
    "nothing",
    [{place(): Amount(0, 250)}, {place(): amount(100), APRIL: amount(-100)}],
    ids=["currency gains", "what is taken back in another period"],
)
def test_what_comes_to_nothing_twice_on_both_sides_ties_out(nothing: Amounts) -> None:
    """Nothing is too many: records alike that have no worth in their currency are no copies of each other."""
    found = compared(alike("billing", nothing, 2), alike("books", nothing, 2), SEVERAL)
    assert (found.breaks, found.tied_out) == ((), 6)


def test_records_of_one_amount_are_matched_one_by_one_and_what_is_too_many_is_missing() -> None:
    """The earliest first; of another amount none, though all are one customer's."""
    days = (date(2026, 3, 20), date(2026, 3, 2))
    lefts = [item("billing", "", INVOICE, day, record=str(day.day)) for day in days]
    others = [item(side, "", {place(): amount(700)}, record="other") for side in ("billing", "books")]
    rights = [item("books", "", INVOICE, record="1"), others[1]]
    [late] = reconcile(declared(BY_NUMBER, OF_ONE_AMOUNT), [*lefts, others[0]], rights, AS_OF).breaks
    assert (late.kind, late.left) == (BreakKind.MISSING_THERE, (RecordKey("billing", "invoice", "20"),))


def test_records_near_each_other_are_matched_one_by_one_whatever_they_come_to() -> None:
    """The difference is told of the two that belong together."""
    lefts = [item("billing", "", {place(): amount(each)}, date(2026, 3, each), record=str(each)) for each in (1, 20)]
    rights = [item("books", "", {place(): amount(each)}, date(2026, 3, each), record=str(each)) for each in (6, 15)]
    breaks = reconcile(declared(BY_NUMBER, NEAR), lefts, rights, AS_OF).breaks
    assert {(each.left[0].record_id, each.right[0].record_id) for each in breaks} == {("1", "6"), ("20", "15")}


def test_what_is_alike_in_one_way_or_in_another_is_suggested_both_times() -> None:
    """Each way in which records may belong together adds its suggestions to those of the others."""
    by_number = replace(BY_CUSTOMER, name="alike by number", left=("number",), right=("number",))
    lefts = [
        item("billing", "A-1", INVOICE, record="1"),
        item("billing", "", {place(customer="C_8"): amount(7)}, record="2"),
    ]
    rights = [
        item("books", "A-1", {place(customer="C_9"): amount(10_000)}, record="1"),
        item("books", "", {place(customer="C_8"): amount(7)}, record="2"),
    ]
    found = reconcile(declared(by_number, BY_CUSTOMER), lefts, rights, AS_OF)
    assert suggested(found) == {("1", "1"), ("2", "2")}


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (Amount(10_000, 10_000), Amount(10_000, 10_002), BreakKind.ROUNDING),
        (Amount(10_000, 10_000), Amount(10_000, 10_003), BreakKind.RATE),
        (Amount(0, 250), Amount(0, 252), BreakKind.ROUNDING),
        (Amount(0, 250), Amount(0, 247), BreakKind.RATE),
    ],
    ids=["as rounding", "more than rounding", "a gain, as rounding", "a gain, more than rounding"],
)
def test_rounding_each_record_explains_a_minor_unit_of_each(left: Amount, right: Amount, kind: BreakKind) -> None:
    """Of two records two; a third was converted otherwise, also where the transaction comes to nothing."""
    found = compared([item("billing", "A-1", {place(): left})], [item("books", "A-1", {place(): right})])
    assert only_break(found)[0] is kind


@pytest.mark.parametrize("swapped", [False, True], ids=["right", "left"])
def test_a_tolerated_amount_that_one_side_alone_has_in_a_place_is_by_no_other_rate(*, swapped: bool) -> None:
    """Five cents in April: what they are in the reporting currency follows from them, and nobody has converted them otherwise."""
    one = item("billing", "A-1", INVOICE)
    other = item("books", "A-1", {**INVOICE, APRIL: amount(5)})
    if swapped:
        one, other = replace(other, record=one.record), replace(one, record=other.record)
    assert only_break(compared([one], [other]))[0] is BreakKind.ROUNDING


def test_a_gain_that_one_side_alone_has_is_by_another_rate() -> None:
    """No transaction explains it."""
    found = compared([item("billing", "A-1", INVOICE)], [item("books", "A-1", {**INVOICE, APRIL: Amount(0, 3)})])
    assert only_break(found) == (BreakKind.RATE, {APRIL: Amount(0, -3)})


def test_a_gain_that_planning_alone_has_is_missing_and_not_in_another_period() -> None:
    """It comes to nothing in its currency, and was taken back in no other period; one that was is cut off."""
    assert only_break(compared([], [item("books", "A-1", {place(): Amount(0, 250)})]))[0] is BreakKind.MISSING_HERE
    taken_back = {place(): Amount(0, 250), APRIL: Amount(0, -250)}
    assert only_break(compared([], [item("books", "A-1", taken_back)]))[0] is BreakKind.CUT_OFF


def test_a_break_goes_by_sixteen_hexadecimal_digits() -> None:
    """People read it out to each other, and commands take it."""
    [found] = compared([item("billing", "A-1", INVOICE)], []).breaks
    for each in (found.name, found.state):
        assert (len(each), set(each) <= set("0123456789abcdef")) == (16, True)
