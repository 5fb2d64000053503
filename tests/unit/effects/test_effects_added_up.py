"""What becomes of facts adds up to one effect: its counts, names, cells, sums, books, what comes late, and its digest."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.arriving.notice import RecordKey
from tieout.closing import Books, BooksState, Treatment
from tieout.effects.effect import FAILING, HELD, LATE, MOST_NAMED, MOVED, RELEASED, UNCHANGED, Adding, Move, Replanned
from tieout.ledger.late_rows import LateKind, LateRow
from tieout.planning.cells import Amount, Intersection

MARCH, APRIL = (Books("UK", period, "Actual") for period in ("2026-03", "2026-04"))
PLACE, OTHER = (Intersection("anaplan", "Revenue", (("Customer", name),)) for name in ("C_7", "C_8"))


def replanned(number: int, became: str = MOVED, revision: int = 1, **told: Any) -> Replanned:  # noqa: ANN401 as `Replanned`
    """A fact of an invoice, planned again."""
    return Replanned(record=RecordKey("erp", "invoice", f"{number:05}"), revision=revision, became=became, **told)


def late(minor: int, kind: LateKind = LateKind.HELD, into: Books | None = None, currency: str = "JPY") -> LateRow:
    """What came too late for March."""
    amounts = (Amount("Revenue", currency, minor, "par"),)
    return LateRow(intersection=PLACE, books=MARCH, kind=kind, amounts=amounts, into=into)


def told(*facts: Replanned, totals: dict[tuple[str, str], int] | None = None, checked: int = 0) -> dict[str, Any]:
    """The effect of facts, of which March is closed."""
    adding = Adding(checked)
    for each in facts:
        adding.add(each)
    return adding.result((), totals or {}, state_of, only_names=False).told()


def state_of(books: Books) -> BooksState:
    """March is closed."""
    return BooksState.CLOSED if books == MARCH else BooksState.OPEN


def digest(*facts: Replanned) -> str:
    """What an approval would name."""
    found = told(*facts)["facts"]["of"]
    assert isinstance(found, str)
    return found


def test_what_every_measure_comes_to_is_said_with_why_it_is_another_sum() -> None:
    """In its own currency, of a place and of all places: what stood there, what is released, held, and late."""
    moved = replanned(1, RELEASED, moves=(Move(PLACE, "Revenue", "JPY", 500),))
    gone = replanned(2, HELD, moves=(Move(OTHER, "Revenue", "JPY", -200),))
    comes_late = replanned(3, LATE, waits=(late(30), late(4)))
    at = {(PLACE.intersection_id(), "Revenue"): 1_000, (OTHER.intersection_id(), "Revenue"): 200}
    effect = told(moved, gone, comes_late, totals=at)
    assert effect["sums"] == [
        {
            "target": "anaplan",
            "cube": "Revenue",
            "measure": "Revenue",
            "currency": "JPY",
            "before": "1200",
            "after": "1500",
            "difference": "300",
            "released": "500",
            "held": "-200",
            "late": "-34",
            "revalued": "34",
        }
    ]
    assert sorted((each["before"], each["after"]) for each in effect["cells"]) == [("1000", "1500"), ("200", "0")]


def test_what_comes_late_is_told_by_what_becomes_of_it() -> None:
    """What waited already is taken off; what comes to nothing is left out."""
    booked = late(70, LateKind.BOOKED, into=APRIL)
    effect = told(replanned(1, LATE, waited=(late(20),), waits=(late(50), late(5), booked)))
    assert [(each["becomes"], each["into"], each["amount"]) for each in effect["late"]] == [
        ("booked", "2026-04", "70"),
        ("held", "", "35"),
    ]
    assert effect["late"][0] == {
        "period": "2026-03",
        "legal_entity": "UK",
        "version": "Actual",
        "becomes": "booked",
        "into": "2026-04",
        "target": "anaplan",
        "cube": "Revenue",
        "measure": "Revenue",
        "members": ["C_7"],
        "currency": "JPY",
        "amount": "70",
    }
    assert told(replanned(1, LATE, waited=(late(20),), waits=(late(20),)))["late"] == []


def test_books_are_told_with_their_state_and_every_rule_that_late_changes_of_them_go_by() -> None:
    """And with how many facts concern them."""
    first = replanned(1, books={MARCH: Treatment.NEXT_OPEN, APRIL: Treatment.ACCEPT})
    effect = told(first, replanned(2, books={MARCH: Treatment.HOLD}))
    assert effect["periods"] == [
        {
            "period": "2026-03",
            "legal_entity": "UK",
            "version": "Actual",
            "state": "closed",
            "policy": ", ".join(sorted((str(Treatment.HOLD), str(Treatment.NEXT_OPEN)))),
            "facts": 2,
        },
        {
            "period": "2026-04",
            "legal_entity": "UK",
            "version": "Actual",
            "state": "open",
            "policy": str(Treatment.ACCEPT),
            "facts": 1,
        },
    ]


def test_the_digest_of_facts_is_the_same_in_every_order_and_of_no_others() -> None:
    """Of all of them: neither fewer, nor another revision, nor another end of one, nor what it waits for is the same."""
    one, other, third = (replanned(number) for number in (1, 2, 3))
    assert digest(one, other, third) == digest(third, one, other)
    assert digest() == "0"
    others = [
        (other, third),
        (one, third),
        (one, other),
        (replanned(1, revision=2), other, third),
        (replanned(1, HELD), other, third),
        (replanned(1, waits_for="erp#customer#7"), other, third),
    ]
    digests = [digest(one, other, third), *(digest(*some) for some in others)]
    assert len(set(digests)) == len(digests)
    assert all(not each.startswith("-") and len(each) <= 33 for each in digests)  # of 128 bits each, added up


def test_facts_that_stay_as_they_are_are_counted_and_not_named() -> None:
    """All others are named, with what they wait for then."""
    effect = told(replanned(1, UNCHANGED), replanned(3, FAILING), replanned(2, HELD, waits_for="erp#customer#7"))
    assert effect["named"] == [["erp#invoice#00002", "held", "erp#customer#7"], ["erp#invoice#00003", "failing", ""]]
    assert {name: effect["facts"][name] for name in (UNCHANGED, FAILING, HELD, MOVED)} == {
        "unchanged": 1,
        "failing": 1,
        "held": 1,
        "moved": 0,
    }


@pytest.mark.parametrize("more", [0, 1, MOST_NAMED, MOST_NAMED + 1, 2 * MOST_NAMED])
def test_of_very_many_facts_the_first_thousand_are_named_and_all_counted(more: int) -> None:
    """In whichever order they come."""
    effect = told(*(replanned(number) for number in reversed(range(MOST_NAMED + more))))
    assert [each[0] for each in effect["named"]] == [f"erp#invoice#{number:05}" for number in range(MOST_NAMED)]
    assert effect["facts"]["moved"] == MOST_NAMED + more


@pytest.mark.parametrize(("facts", "is_checked"), [(2, True), (3, False)])
def test_facts_are_checked_while_they_are_few(facts: int, is_checked: bool) -> None:  # noqa: FBT001 a case
    """As many as may be; of more, none."""
    adding, known = Adding(2), [replanned(number) for number in range(facts)]
    for each in known:
        adding.add(each)
    found = adding.result((), {}, state_of, only_names=True).revisions
    assert found == ({each.record: each.revision for each in known} if is_checked else None)


def test_an_effect_that_nobody_approves_checks_nothing() -> None:
    """What a landscape would do is shown alone."""
    adding = Adding()
    adding.add(replanned(1))
    assert adding.result((), {}, state_of, only_names=False).revisions is None
