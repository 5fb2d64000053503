"""Recurring revenue of customers and products that planning calls otherwise from a month on: it moves with the name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.planning_model import sandbox_model
from tests.support.recurring import FEBRUARY, JANUARY, MARCH, item, version
from tieout.facts.subscription import Subscription, SubscriptionVersion
from tieout.ownership import Owner, Ownership
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.planning.validity import Term, member_in, text_of

BILLING = "some-billing"
MODEL = sandbox_model({BILLING: "EMEA"})
CUSTOMER, SEATS = MappingKey(BILLING, "customer", "cus_1"), MappingKey(BILLING, "product", "seats")
TAKEN_OVER = text_of([Term("", "2026-01", "ACME"), Term("2026-02", "", "GLOBEX")])
RENAMED = text_of([Term("", "2026-01", "SEATS"), Term("2026-02", "", "USERS")])
STARTED, GREW = version(JANUARY, item(1000)), version(MARCH, item(1500))
RATE = {MappingKey.rate("average", "EUR", "USD", f"2026-{month:02}"): f"1.{month}" for month in range(1, 13)}

Row = tuple[str, str, str, str, int]


def moved(
    *versions: SubscriptionVersion,
    customer: str = "ACME",
    product: str = "SEATS",
    measure: str = "Monthly",
    model: PlanningModel = MODEL,
) -> list[Row]:
    """Month, movement, customer, product line and cents of each movement of a measure."""
    found = {CUSTOMER: customer, SEATS: product, **RATE}
    contributions = model.contributions(BILLING, Subscription(versions=versions), found)
    assert isinstance(contributions, tuple), contributions
    return sorted(
        (of["Time"], of["Movement"], of["Customer"], of["Product line"], amount.amount_minor)
        for each in contributions
        for of in [dict(each.intersection.members)]
        for amount in each.amounts
        if amount.measure == measure
    )


def test_a_customer_that_is_taken_over_takes_what_recurs_along() -> None:
    """In the month in which it is, at the rate by which it was put in; what grows and ends later is the other's."""
    over = version(MARCH, item(1500), end=MARCH)
    wanted = [
        ("2026-01", "new", "ACME", "SEATS", 1000),
        ("2026-02", "contraction", "ACME", "SEATS", -1000),
        ("2026-02", "expansion", "GLOBEX", "SEATS", 1000),
        ("2026-03", "expansion", "GLOBEX", "SEATS", 500),
    ]
    assert moved(STARTED, GREW, customer=TAKEN_OVER) == wanted
    assert [row[4] for row in moved(STARTED, GREW, customer=TAKEN_OVER, measure="Monthly USD")] == [
        1100,
        -1100,
        1100,
        550,
    ]
    assert moved(STARTED, over, customer=TAKEN_OVER)[3:] == [("2026-03", "churn", "GLOBEX", "SEATS", -1000)]


def test_a_product_that_is_called_otherwise_moves_alone() -> None:
    """What recurs of another one stays where it is."""
    both = version(JANUARY, item(1000), item(300, "support"))
    found = {SEATS: RENAMED, MappingKey(BILLING, "product", "support"): "HELP", CUSTOMER: "ACME", **RATE}
    contributions = MODEL.contributions(BILLING, Subscription(versions=(both,)), found)
    assert isinstance(contributions, tuple)
    rows = {
        (dict(each.intersection.members)["Time"], dict(each.intersection.members)["Product line"])
        for each in contributions
    }
    assert rows == {("2026-01", "SEATS"), ("2026-01", "HELP"), ("2026-02", "SEATS"), ("2026-02", "USERS")}


def test_a_customer_and_a_product_that_change_at_once_move_once() -> None:
    """From what both were called to what both are."""
    assert moved(STARTED, customer=TAKEN_OVER, product=RENAMED) == [
        ("2026-01", "new", "ACME", "SEATS", 1000),
        ("2026-02", "contraction", "ACME", "SEATS", -1000),
        ("2026-02", "expansion", "GLOBEX", "USERS", 1000),
    ]


def test_one_after_the_other_moves_twice() -> None:
    """The second time from what it has been called meanwhile."""
    later = text_of([Term("", "2026-03", "SEATS"), Term("2026-04", "", "USERS")])
    assert moved(STARTED, customer=TAKEN_OVER, product=later)[3:] == [
        ("2026-04", "contraction", "GLOBEX", "SEATS", -1000),
        ("2026-04", "expansion", "GLOBEX", "USERS", 1000),
    ]


@pytest.mark.parametrize(
    ("versions", "customer"),
    [
        ((version(FEBRUARY, item(1000), start=FEBRUARY),), TAKEN_OVER),  # it began with the other one
        ((STARTED, replace(version(JANUARY, end=JANUARY), version="2026-01-20T#evt")), TAKEN_OVER),  # it was over
        ((STARTED,), text_of([Term("", "2026-01", "ACME"), Term("2026-02", "", "ACME")])),  # it is called as before
    ],
)
def test_nothing_moves_where_nothing_recurs_or_nothing_is_called_otherwise(
    versions: tuple[SubscriptionVersion, ...], customer: str
) -> None:
    """Neither an expansion nor a contraction is told."""
    assert not {row[1] for row in moved(*versions, customer=customer)} & {"expansion", "contraction"}


def test_what_is_called_otherwise_after_a_while_moves_from_what_it_was_called_last() -> None:
    """Of February nobody has said anything, and nothing moved in it."""
    apart = text_of([Term("", "2026-01", "ACME"), Term("2026-03", "", "GLOBEX")])
    assert moved(STARTED, customer=apart)[1:] == [
        ("2026-03", "contraction", "ACME", "SEATS", -1000),
        ("2026-03", "expansion", "GLOBEX", "SEATS", 1000),
    ]


def test_periods_of_another_calendar_move_nothing() -> None:
    """They are for companies that divide time so."""
    weeks = [Term("", "RT2026-P01", "WEEKLY"), Term("RT2026-P02", "", "GLOBEX")]
    assert len(moved(STARTED, customer=text_of([Term("2025-01", "", "ACME"), *weeks]))) == 1


def test_all_that_stands_moves_with_the_name() -> None:
    """What it has grown to, and not what it began with."""
    later = text_of([Term("", "2026-03", "ACME"), Term("2026-04", "", "GLOBEX")])
    assert moved(STARTED, GREW, customer=later)[2:] == [
        ("2026-04", "contraction", "ACME", "SEATS", -1500),
        ("2026-04", "expansion", "GLOBEX", "SEATS", 1500),
    ]


def test_what_both_were_called_is_what_they_were_called_when_both_had_a_name() -> None:
    """The customer had none from February on, and the product one until March."""
    apart = text_of([Term("", "2026-01", "ACME"), Term("2026-04", "", "GLOBEX")])
    later = text_of([Term("", "2026-03", "SEATS"), Term("2026-04", "", "USERS")])
    assert moved(STARTED, customer=apart, product=later)[1:] == [
        ("2026-04", "contraction", "ACME", "SEATS", -1000),
        ("2026-04", "expansion", "GLOBEX", "USERS", 1000),
    ]


def test_it_moves_where_subscriptions_have_an_owner_too() -> None:
    """Who is asked for the names of its own lines alone."""
    owner = Owner(name="subscriptions", connection=BILLING, facts=("Subscription",))
    owned = replace(MODEL, ownership=Ownership((owner,)))
    assert moved(STARTED, GREW, customer=TAKEN_OVER, model=owned) == moved(STARTED, GREW, customer=TAKEN_OVER)


MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
STEPS = st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 2), min_size=1, max_size=6)


@given(steps=STEPS, month=st.sampled_from(MONTHS))
def test_what_recurs_is_that_of_the_member_of_the_month(steps: dict[date, int], month: str) -> None:
    """At the end of every month all that recurs stands with the one name that its customer has in it, in dollars too."""
    start = min(steps)
    versions = [version(day, item(cents), start=start) for day, cents in sorted(steps.items())]
    entry = text_of([Term("", "2026-04", "ACME"), Term("2026-05", "2026-08", "GLOBEX"), Term("2026-09", "", "ACME")])
    for measure in ("Monthly", "Annual USD"):
        rows, called = (moved(*versions, customer=each, measure=measure) for each in ("ACME", entry))
        stands = sum(row[4] for row in rows if row[0] <= month)
        balance = Counter[str]()
        for row in called:
            balance[row[2]] += row[4] if row[0] <= month else 0
        assert {name: cents for name, cents in balance.items() if cents} == (
            {member_in(entry, month): stands} if stands else {}
        )
