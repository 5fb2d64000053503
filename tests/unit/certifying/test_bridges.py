"""A bridge leads from one stage of a value to the next, to the minor unit, and names who answers for what lies between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.certifying.bridge import NEEDS_NOBODY, DoesNotAddUpError, Leg
from tieout.certifying.chains import chains
from tieout.certifying.subject import Subject
from tieout.reconciling.breaks import Break
from tieout.reconciling.items import Item, Place
from tieout.reconciling.reconcile import reconcile
from tieout.reconciling.tracking import BreakState, TrackedBreak

MARCH = Subject(legal_entity="EMEA", period="2026-03", reporting_currency="USD")
NOW = datetime(2026, 6, 30, 9, tzinfo=UTC)
NOBODY_KNOWS = place(period="")
BILLED = item("billing", "A-1", {place(): amount(10_000)})
PLACES = st.builds(
    place,
    legal_entity=st.sampled_from(["EMEA", "NA"]),
    period=st.sampled_from(["2026-02", "2026-03", ""]),
    currency=st.sampled_from(["EUR", "JPY"]),
)


def items(side: str) -> st.SearchStrategy[list[Item]]:
    """Records of a side, many of which have a number in common."""
    some = st.builds(
        item,
        side=st.just(side),
        number=st.sampled_from(["", "A-1", "A-2"]),
        amounts=st.dictionaries(PLACES, st.integers(-500, 500).map(amount), min_size=1, max_size=2),
        day=st.none() | st.dates(date(2026, 2, 20), AS_OF),
        record=st.integers(1, 99).map(str),
        waits_for=st.sampled_from(["", "", "customer 7"]),
    )
    return st.lists(some, max_size=6, unique_by=lambda each: each.record)


def leg(left: Sequence[Item], right: Sequence[Item], *said: TrackedBreak, name: str = DECLARED.name) -> Leg:
    """Two stages compared, with what people have said of their breaks."""
    return Leg(
        declared=replace(DECLARED, name=name),
        left=left,
        right=right,
        found=reconcile(DECLARED, left, right, AS_OF),
        said={each.found.name: each for each in said},
    )


def only(left: Sequence[Item], right: Sequence[Item] = ()) -> Break:
    """The one break between them."""
    [one] = reconcile(DECLARED, left, right, AS_OF).breaks
    return one


def total(rows: Sequence[dict[str, Any]], name: str, currency: str) -> Decimal:
    """What rows of a currency come to."""
    return sum((Decimal(each[name]) for each in rows if each["currency"] == currency), Decimal(0))


@given(left=items("billing"), right=items("books"), data=st.data())
def test_left_is_right_and_every_break_between_them(left: list[Item], right: list[Item], data: st.DataObject) -> None:
    """In both currencies of every amount, currency by currency; and in whichever order the records come it is the same."""
    plain = leg(left, right).plain(MARCH)
    off = [row for each in plain["breaks"] for row in each["off"]]
    for each in plain["sums"]:
        for name in ("transaction", "reporting"):
            said = {side: Decimal(each[side][name]) for side in ("left", "off", "right")}
            assert said["left"] - said["right"] == said["off"] == total(off, name, each["currency"])
    assert {each["currency"] for each in off} <= {each["currency"] for each in plain["sums"]}
    lefts, rights = (data.draw(st.permutations(side)) for side in (left, right))
    assert leg(lefts, rights).plain(MARCH) == plain


@given(left=items("billing"), middle=items("books"), right=items("planning"))
def test_a_chain_of_legs_adds_up_step_by_step(left: list[Item], middle: list[Item], right: list[Item]) -> None:
    """From the first stage, over each break of each kind, to the last one; what two legs count otherwise is a step, too."""
    first = leg(left, middle[1:]).plain(MARCH)
    second = leg(middle, right).plain(MARCH) | {
        "reconciliation": "books-to-planning",
        "left": "books",
        "right": "planning",
    }
    [chain] = chains([second, first], MARCH)
    assert chain["stages"] == ["billing", "books", "planning"]
    for each in chain["currencies"]:
        reached = Decimal(0)
        for number, step in enumerate(each["steps"]):
            minor = Decimal(step["transaction"])
            if step["step"] == "stage":
                assert number == 0 or reached == minor
                reached = minor
            else:
                reached += minor
        assert {step["currency"] for step in each["steps"]} == {each["currency"]}


@pytest.mark.parametrize(
    ("legs", "stages"),
    [
        (("ab", "bc", "bd", "cb", "xy"), ["a>b>c", "c>b>d", "x>y"]),
        (("cd", "ad", "bc", "bd", "ab"), ["a>b>c>d", "a>d", "b>d"]),
        (("ab", "ab"), ["a>b", "a>b"]),
        (("ab", "ba"), ["a>b", "b>a"]),
        ((), []),
    ],
)
def test_each_leg_is_in_one_chain_the_longest_first(legs: tuple[str, ...], stages: list[str]) -> None:
    """Where legs branch, the longest way is one chain and the others are chains of their own; nothing leads in a circle."""
    empty = leg([], []).plain(MARCH)
    named = [
        empty | {"reconciliation": f"{way}{number}", "left": way[0], "right": way[1]} for number, way in enumerate(legs)
    ]
    found = chains(named, MARCH)
    assert [">".join(each["stages"]) for each in found] == stages
    assert sorted(name for each in found for name in each["legs"]) == sorted(each["reconciliation"] for each in named)


def test_what_comes_to_nothing_is_told_all_the_same() -> None:
    """Whichever side has it: it is something that was compared."""
    nothing, something = ({place(currency=name): amount(minor)} for name, minor in (("JPY", 0), ("EUR", 7)))
    for left, right, come_to in ((nothing, something, -1), (something, nothing, 1)):
        plain = leg([item("billing", "A-1", left)], [item("books", "A-2", right)]).plain(MARCH)
        assert [each["currency"] for each in plain["sums"]] == ["EUR", "JPY"]
        assert [Decimal(each["off"]["transaction"]) for each in plain["sums"]] == [come_to * Decimal("0.07"), 0]


def test_a_break_says_since_when_it_is_and_what_it_may_belong_to() -> None:
    """As far as anybody knows."""
    one = replace(only([replace(BILLED, day=None)]), may_be=(BILLED.record,))
    exact = leg([BILLED], [])
    [row] = replace(exact, found=replace(exact.found, breaks=(one,))).plain(MARCH)["breaks"]
    assert (row["since"], row["may_be"]) == ("", [str(BILLED.record)])
    assert leg([BILLED], []).plain(MARCH)["breaks"][0]["since"] == "2026-03-15"


def test_a_break_that_is_not_what_stages_differ_by_stops_everything() -> None:
    """Nothing is certified that is not exact."""
    exact = leg([BILLED], [])
    [one] = exact.found.breaks
    off = replace(one, residuals={place(): amount(9_999)})
    with pytest.raises(DoesNotAddUpError, match="billing-to-books"):
        replace(exact, found=replace(exact.found, breaks=(off,))).plain(MARCH)


def test_another_companys_and_another_periods_records_are_not_in_it() -> None:
    """Nor are their breaks; of one that lies in two periods, the other part is told as such."""
    others = [
        item("billing", "A-2", {place("NA"): amount(5)}),
        item("billing", "A-3", {place(period="2026-02"): amount(7)}),
    ]
    plain = leg([BILLED, *others], [item("books", "A-1", {place(period="2026-04"): amount(10_000)})]).plain(MARCH)
    [one] = plain["breaks"]
    assert (one["kind"], [each["transaction"] for each in one["off"]]) == ("cut_off", ["100.00"])
    assert [(each["period"], each["transaction"]) for each in one["elsewhere"]] == [("2026-04", "-100.00")]
    assert (plain["left_records"], plain["right_records"], plain["of_no_period"]) == (1, 0, [])


def test_what_may_be_of_the_period_is_told_apart() -> None:
    """A record whose period nobody knows yet may be of this one."""
    waiting = item("billing", "A-9", {NOBODY_KNOWS: amount(70)}, waits_for="period 214")
    plain = leg([waiting], []).plain(MARCH)
    assert (plain["sums"], plain["breaks"]) == ([], [])
    [one] = plain["of_no_period"]
    assert (one["kind"], one["waits_for"], one["state"]) == ("held", ["period 214"], "open")


def test_what_is_compared_across_periods_is_told_of_all_of_them() -> None:
    """It stands in no period, and in chains of its own: it comes to another amount than a period's."""
    ordered = item("books", "A-2", {NOBODY_KNOWS: amount(70)})
    compared = leg([replace(BILLED, amounts={NOBODY_KNOWS: amount(10_000)})], [ordered])
    across = replace(compared, declared=replace(compared.declared, across_periods=True)).plain(MARCH)
    assert [(each["left"]["transaction"], each["right"]["transaction"]) for each in across["sums"]] == [
        ("100.00", "0.70")
    ]
    assert (len(across["breaks"]), across["of_no_period"]) == (2, [])
    of_march = leg([BILLED], []).plain(MARCH) | {"left": "books", "right": "planning"}
    assert [each["stages"] for each in chains([across, of_march], MARCH)] == [
        ["billing", "books"],
        ["books", "planning"],
    ]


def said(found: Break, *words: str) -> TrackedBreak:
    """A break with what people have said of it, in order."""
    tracked = TrackedBreak.begun(found, NOW)
    if "explained" in words:
        tracked = tracked.explained("billed in advance", "ana", NOW)
    if "accepted" in words:
        tracked = tracked.accepted("ben", NOW)
    if "resolved" in words:
        tracked = tracked.gone(NOW)
    return tracked


@pytest.mark.parametrize(
    ("words", "state", "names"),
    [
        ((), "open", ("", "", "")),
        (("explained",), "explained", ("billed in advance", "ana", "")),
        (("explained", "accepted"), "accepted", ("billed in advance", "ana", "ben")),
        (("explained", "accepted", "resolved"), "open", ("", "", "")),
    ],
)
def test_a_break_stands_as_far_as_people_have_come_with_it(
    words: tuple[str, ...], state: str, names: tuple[str, str, str]
) -> None:
    """By name, with the reason; of one that had gone, nobody has said anything."""
    [one] = leg([BILLED], [], said(only([BILLED]), *words)).plain(MARCH)["breaks"]
    assert (one["state"], (one["reason"], one["explained_by"], one["accepted_by"])) == (state, names)


def test_what_was_said_of_another_amount_is_no_word_on_this_one() -> None:
    """It is open, until somebody says it of what it is now."""
    tracked = said(only([BILLED]), "explained", "accepted")
    more = replace(BILLED, amounts={place(): amount(10_001)})
    [one] = leg([more], [], tracked).plain(MARCH)["breaks"]
    assert (tracked.state, one["state"], one["reason"]) == (BreakState.ACCEPTED, "open", "")


def test_what_may_still_follow_or_is_tolerated_needs_nobody() -> None:
    """As long as nobody has said anything of it all the same."""
    late = replace(BILLED, day=AS_OF)
    [one] = leg([late], []).plain(MARCH)["breaks"]
    assert (one["kind"], one["state"]) == ("timing", NEEDS_NOBODY)
    [spoken] = leg([late], [], said(only([late]), "explained")).plain(MARCH)["breaks"]
    assert spoken["state"] == "explained"


def test_a_place_of_another_period_is_not_the_subjects() -> None:
    """Nor one that nobody knows: it may be."""
    known: list[Place] = [place(), place("NA"), place(period="2026-04"), NOBODY_KNOWS]
    assert [(MARCH.has(each), MARCH.may_have(each)) for each in known] == [
        (True, False),
        (False, False),
        (False, False),
        (False, True),
    ]
