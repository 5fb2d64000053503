"""What recurring revenue comes to in the reporting currency: a balance too, whatever rates do meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.support.any_facts import subscriptions
from tests.support.planning_model import sandbox_model
from tests.support.recurring import FEBRUARY, JANUARY, MARCH, item, version
from tieout.facts.subscription import Subscription, SubscriptionVersion
from tieout.planning.cells import Contribution
from tieout.planning.mapping import Found, MappingKey
from tieout.planning.model import PlanningModel
from tieout.rate_types import RateType

BILLING = "some-billing"
MODEL = sandbox_model({BILLING: "EMEA"})
NAMES = {
    MappingKey(BILLING, "customer", "cus_1"): "ACME",
    **{MappingKey(BILLING, "product", each): each.upper() for each in ("seats", "support")},
}


def rate(when: str, value: str, kind: RateType = "average", currency: str = "EUR") -> dict[MappingKey, str]:
    """A rate into the reporting currency."""
    return {MappingKey.rate(kind, currency, "USD", when): value}


RATES = rate("2026-01", "1.10") | rate("2026-02", "1.25") | rate("2026-03", "0.90")


def moved(*versions: SubscriptionVersion, rates: Found = RATES, model: PlanningModel = MODEL) -> list[tuple[str, ...]]:
    """Period, movement, product and dollars of a month, of each movement; an error where it waits for anything."""
    return sorted(
        (members["Time"], members["Movement"], members["Product line"], str(amount.amount_minor))
        for each in planned(*versions, rates=rates, model=model)
        for members in [dict(each.intersection.members)]
        for amount in each.amounts
        if amount.measure == "Monthly USD"
    )


def planned(
    *versions: SubscriptionVersion, rates: Found = RATES, model: PlanningModel = MODEL
) -> tuple[Contribution, ...]:
    """What a subscription contributes, with just the entries that planning asks for."""
    fact = Subscription(versions=versions)
    known = NAMES | dict(rates)
    asked = {key: known[key] for key in model.mapping_keys(BILLING, fact, known) if key in known}
    contributions = model.contributions(BILLING, fact, asked)
    assert isinstance(contributions, tuple), contributions
    return contributions


def test_what_ends_takes_out_what_it_has_put_in() -> None:
    """The euro has moved since; nothing of a customer who is gone is left in dollars, and movements go by one rate."""
    ended = version(MARCH, item(1500), end=MARCH)
    assert moved(version(JANUARY, item(1000)), version(FEBRUARY, item(1500)), ended) == [
        ("2026-01", "new", "SEATS", "1100"),
        ("2026-02", "expansion", "SEATS", "550"),
        ("2026-03", "churn", "SEATS", "-1650"),
    ]


def test_an_end_to_come_asks_for_no_rate_of_its_month() -> None:
    """Cancelled at the end of a term of years: until then nobody knows that rate, and all of it would wait for it."""
    ending = version(JANUARY, item(1000), end=date(2029, 1, 10))
    assert moved(ending, rates=rate("2026-01", "1.10")) == [
        ("2026-01", "new", "SEATS", "1100"),
        ("2029-01", "churn", "SEATS", "-1100"),
    ]
    keys = MODEL.mapping_keys(BILLING, Subscription(versions=(ending,)), NAMES)
    assert {each.key for each in keys if each.table == "rate"} == {"average:EUR>USD@2026-01"}


def test_what_begins_again_goes_by_the_rate_it_had() -> None:
    """It may have been paused, until a month to come even, whose rate nobody knows yet."""
    paused = version(FEBRUARY, item(1000), start=MARCH)
    assert moved(version(JANUARY, item(1000)), paused, rates=rate("2026-01", "1.10")) == [
        ("2026-01", "new", "SEATS", "1100"),
        ("2026-02", "churn", "SEATS", "-1100"),
        ("2026-03", "new", "SEATS", "1100"),
    ]


def test_another_currency_goes_by_the_rate_of_the_day_it_was_changed_to() -> None:
    """What recurred in the first one is taken out by that of its beginning."""
    rates = RATES | rate("2026-02", "0.01", currency="JPY")
    assert moved(version(JANUARY, item(1000)), version(FEBRUARY, item(2000, currency="JPY")), rates=rates) == [
        ("2026-01", "new", "SEATS", "1100"),
        ("2026-02", "churn", "SEATS", "-1100"),
        ("2026-02", "new", "SEATS", "2000"),
    ]


def test_a_rate_of_a_day_is_that_of_the_beginning() -> None:
    """Where the feed goes by those."""
    model = replace(MODEL, feeds=tuple(replace(each, rates="spot") for each in MODEL.feeds))
    versions = version(JANUARY, item(1000)), version(FEBRUARY, item(1500))
    assert moved(*versions, rates=rate("2026-01-10", "2", "spot"), model=model) == [
        ("2026-01", "new", "SEATS", "2000"),
        ("2026-02", "expansion", "SEATS", "1000"),
    ]


def test_roundings_do_not_add_up() -> None:
    """Half a cent is rounded up twice, and would be taken out once."""
    versions = version(JANUARY, item(1)), version(FEBRUARY, item(2)), version(MARCH, item(2), end=MARCH)
    assert moved(*versions, rates=rate("2026-01", "1.5")) == [
        ("2026-01", "new", "SEATS", "2"),
        ("2026-02", "expansion", "SEATS", "1"),
        ("2026-03", "churn", "SEATS", "-3"),
    ]


@given(subscription=subscriptions(), value=st.decimals("0.01", "9", places=4))
def test_nothing_is_left_of_what_has_ended(subscription: Subscription, value: Decimal) -> None:
    """Whatever it has been, each product's movements in dollars add up to nothing, by whatever rates it went."""
    *_, last = subscription.versions
    over = replace(last, version=f"{last.version}z", end_date=last.start_date)
    fact = Subscription(versions=(*subscription.versions, over))
    asked: dict[MappingKey, str] = {}
    for key in MODEL.mapping_keys(BILLING, fact, {}):
        asked[key] = str(value * (1 + len(asked))) if key.table == "rate" else "ONE"
    contributions = MODEL.contributions(BILLING, fact, asked)
    assert isinstance(contributions, tuple)
    left: Counter[tuple[str, str]] = Counter()
    for each in contributions:
        for amount in each.amounts:
            left[amount.measure, amount.currency] += amount.amount_minor
    assert not +left
    assert not -left
