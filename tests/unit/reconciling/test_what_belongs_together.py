"""Records of two stages belong together by what they go by, as many as may; what is only alike waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from tests.support.stages_compared import (
    AS_OF,
    BY_NUMBER,
    DECLARED,
    INVOICE,
    amount,
    compared,
    declared,
    item,
    place,
    suggested,
)
from tieout.arriving.notice import RecordKey
from tieout.reconciliations import Matching, Shape
from tieout.reconciling.breaks import BreakKind
from tieout.reconciling.matching import Link
from tieout.reconciling.reconcile import reconcile

SHAPES: Sequence[Shape] = ("one_to_one", "one_to_many", "many_to_one", "many_to_many")


def test_several_records_tie_out_with_one_where_they_may() -> None:
    """Two deliveries of one order, billed apart."""
    half = {place(): amount(5_000)}
    parts = [item("books", "A-1", half, record="1"), item("books", "A-1", half, record="2")]
    by_order = replace(BY_NUMBER, shape="one_to_many")
    assert compared([item("billing", "A-1", INVOICE)], parts, by_order).breaks == ()
    assert {each.kind for each in compared([item("billing", "A-1", INVOICE)], parts).breaks} == {
        BreakKind.DUPLICATE,
        BreakKind.UNEXPLAINED,
    }


def test_one_delivery_billed_once_too_often_is_a_copy() -> None:
    """Of three alike, where two tie out."""
    half = {place(): amount(5_000)}
    parts = [item("books", "A-1", half, record=str(number)) for number in (1, 2, 3)]
    found = compared([item("billing", "A-1", INVOICE)], parts, replace(BY_NUMBER, shape="one_to_many"))
    [one] = found.breaks
    assert (one.kind, one.right) == (BreakKind.DUPLICATE, (RecordKey("books", "invoice", "3"),))


def test_what_is_only_alike_waits_for_somebody() -> None:
    """Customer, amount and day are no proof: both stay breaks until a person has linked them."""
    left = item("billing", "", INVOICE, record="1")
    right = item("books", "", INVOICE, date(2026, 3, 18), record="2")
    found = compared([left], [right])
    assert {(each.kind, each.may_be) for each in found.breaks} == {
        (BreakKind.MISSING_HERE, (left.record,)),
        (BreakKind.MISSING_THERE, (right.record,)),
    }
    assert reconcile(DECLARED, [left], [right], AS_OF, [Link(left.record, right.record)]).breaks == ()


def test_what_is_too_far_apart_is_not_even_suggested() -> None:
    """Six days, where five are allowed."""
    left = item("billing", "", INVOICE, date(2026, 3, 1), record="1")
    right = item("books", "", INVOICE, date(2026, 3, 7), record="2")
    assert suggested(compared([left], [right])) == set()


def test_as_many_are_suggested_as_there_can_be() -> None:
    """The nearest of one is left to another that has no other."""
    lefts = [item("billing", "", INVOICE, date(2026, 3, day), record=str(day)) for day in (1, 5)]
    rights = [item("books", "", INVOICE, date(2026, 3, day), record=str(day)) for day in (4, 9)]
    assert suggested(compared(lefts, rights)) == {("1", "4"), ("5", "9")}


@pytest.mark.parametrize(("lefts", "rights"), [((1, 12), (14,)), ((14,), (1, 12))], ids=["left", "right"])
def test_what_has_no_other_near_it_keeps_no_other_from_one(lefts: tuple[int, ...], rights: tuple[int, ...]) -> None:
    """The earliest is passed over."""
    one = [item("billing", "", INVOICE, date(2026, 3, day), record=str(day)) for day in lefts]
    other = [item("books", "", INVOICE, date(2026, 3, day), record=str(day)) for day in rights]
    assert suggested(compared(one, other)) == {(str(lefts[-1]), str(rights[-1]))}


def test_a_link_of_which_one_record_is_not_there_has_no_effect() -> None:
    """Whichever side lacks it."""
    left, right = item("billing", "A-1", INVOICE), item("books", "B-2", INVOICE)
    nobody = RecordKey("books", "invoice", "nobody")
    for link in (Link(left.record, nobody), Link(nobody, right.record)):
        assert len(reconcile(DECLARED, [left], [right], AS_OF, [link]).breaks) == 2


def test_records_of_one_amount_are_matched_whenever_they_were() -> None:
    """Where no days are declared; and records near each other, whatever they come to, where no amount is."""
    left = item("billing", "A-1", INVOICE, date(2026, 1, 1), record="1")
    late = item("books", "A-1", INVOICE, date(2026, 6, 1), record="2")
    by_customer = Matching(name="c", left=("customer",), right=("customer",), same_amount=True)
    assert reconcile(declared(by_customer), [left], [late], AS_OF).tied_out == 1
    near = item("books", "A-1", {place(): amount(9_000)}, date(2026, 1, 3), record="3")
    by_day = replace(by_customer, same_amount=False, within_days=5)
    [one] = reconcile(declared(by_day), [left], [near], AS_OF).breaks
    assert (one.kind, one.matching) == (BreakKind.UNEXPLAINED, "c")


@pytest.mark.parametrize("side", ["left", "right"])
def test_what_was_entered_twice_is_a_copy_where_several_may_belong_to_one(side: str) -> None:
    """On the side that has one, by its shape alone; on the other as far as both tie out then."""
    once, twice = [item("books", "A-1", INVOICE)], [item("billing", "A-1", INVOICE, record=each) for each in "12"]
    left, right = (twice, once) if side == "left" else (once, twice)
    for shape in SHAPES:
        [one] = reconcile(declared(replace(BY_NUMBER, shape=shape)), left, right, AS_OF).breaks
        assert (one.kind, one.left or one.right) == (BreakKind.DUPLICATE, (twice[1].record,))


def test_what_comes_to_something_else_is_not_alike() -> None:
    """Same customer, same day, a cent less."""
    left = item("billing", "", INVOICE, record="1")
    right = item("books", "", {place(): amount(9_999)}, record="2")
    assert suggested(compared([left], [right])) == set()


def test_what_is_just_near_enough_is_suggested() -> None:
    """Five days, where five are allowed."""
    left = item("billing", "", INVOICE, date(2026, 3, 1), record="1")
    right = item("books", "", INVOICE, date(2026, 3, 6), record="2")
    assert suggested(compared([left], [right])) == {("1", "2")}


@pytest.mark.parametrize(("shape", "kinds"), [("one_to_one", 3), ("many_to_one", 1)])
def test_two_of_one_number_that_say_different_things_belong_to_one_only_where_several_may(
    shape: Shape, kinds: int
) -> None:
    """Else nobody can tell which of them it is, and all are told."""
    left = [item("billing", "A-1", {place(): amount(minor)}, record=str(minor)) for minor in (4_000, 5_000)]
    found = compared(left, [item("books", "A-1", INVOICE)], replace(BY_NUMBER, shape=shape))
    assert len(found.breaks) == kinds
