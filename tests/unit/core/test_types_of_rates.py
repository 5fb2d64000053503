"""Rates of planning: each of a type and a time, direct or by way of the one declared currency, and never turned round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.planning_model import sandbox_model
from tieout.facts.documents import AccountClass, Bill, LedgerLine
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import Found, MappingKey
from tieout.planning.model import PlanningModel
from tieout.rate_types import RateType

ERP = "some-erp"
MARCH = PostingPeriod(period_id="3", name="March", first_day=date(2026, 3, 1), last_day=date(2026, 3, 31))
LINE = LedgerLine(
    line_id="1",
    account="6000",
    account_class=AccountClass.EXPENSE,
    transaction=Money(10_001, "GBP"),
    functional=Money(10_001, "GBP"),
)
BILL = Bill(number="1", document_date=date(2026, 2, 27), posting_period=MARCH, lines=(LINE,))
ACCOUNT = {MappingKey(ERP, "account", "6000"): "6000"}
DIRECT = MappingKey.rate("average", "GBP", "USD", "2026-03")
INTO_EUROS = MappingKey.rate("average", "GBP", "EUR", "2026-03")
OUT_OF_EUROS = MappingKey.rate("average", "EUR", "USD", "2026-03")
LEGS = {INTO_EUROS: "1.1653", OUT_OF_EUROS: "1.0851"}
POSITIVE = st.decimals(min_value="0.000001", max_value="99999", places=6)


def model_by(kind: RateType, through: str = "") -> PlanningModel:
    """The model that ships, its expenses by rates of a type."""
    model = sandbox_model({ERP: "EMEA"})
    feeds = tuple(replace(each, rates=kind) for each in model.feeds)
    return replace(model, feeds=feeds, through=through)


def reported(model: PlanningModel, rates: Found, bill: Bill = BILL) -> tuple[int, str]:
    """A bill's expense in the reporting currency in minor units, and the identity of its rate."""
    [contribution] = _planned(model, rates, bill)
    [amount] = [each for each in contribution.amounts if each.measure == "Expense USD"]
    return amount.amount_minor, amount.rate


def waits_for(model: PlanningModel, rates: Found, bill: Bill = BILL) -> Unmapped:
    """What a bill waits for."""
    unmapped = model.contributions(ERP, bill, ACCOUNT | dict(rates))
    assert isinstance(unmapped, Unmapped)
    return unmapped


@pytest.mark.parametrize("kind", get_args(RateType))
def test_a_feed_goes_by_rates_of_its_own_type_and_time(kind: RateType) -> None:
    """A spot rate is one of the document's day, every other one of the period it is posted to; none stands in for another."""
    when = "2026-02-27" if kind == "spot" else "2026-03"
    right = MappingKey.rate(kind, "GBP", "USD", when)
    others = {
        MappingKey.rate(other, "GBP", "USD", time): "9"
        for other in get_args(RateType)
        for time in ("2026-02", "2026-03", "2026-04", "2026-02-27", "2026-03-31")
    }
    model = model_by(kind)
    assert reported(model, others | {right: "1.25"}) == (12_501, f"{right.key}=1.25")
    del others[right]
    assert waits_for(model, others) == Unmapped(right)
    assert right in model.mapping_keys(ERP, BILL, ACCOUNT)


def test_a_spot_rate_of_what_has_no_day_is_one_of_its_period() -> None:
    """Which day of it would be a guess; somebody says."""
    right = MappingKey.rate("spot", "GBP", "USD", "2026-03")
    assert waits_for(model_by("spot"), {}, replace(BILL, document_date=None)) == Unmapped(right)
    assert reported(model_by("spot"), {right: "2"}, replace(BILL, document_date=None))[0] == 20_002


def test_two_rates_through_the_declared_currency_stand_in_for_one() -> None:
    """Both are named, and the amount is rounded once: 100.01 x 1.1653 x 150 = 17481.24795, from whole cents 17481.00."""
    identity = "average:GBP>EUR@2026-03=1.1653*average:EUR>USD@2026-03=150"
    assert reported(model_by("average", "EUR"), LEGS | {OUT_OF_EUROS: "150"}) == (1_748_125, identity)


@given(st.integers(-(10**12), 10**12).filter(bool), POSITIVE, POSITIVE)
def test_an_amount_is_rounded_once_whatever_the_rates(minor: int, first: Decimal, second: Decimal) -> None:
    """As if it were reckoned to the last digit."""
    line = replace(LINE, transaction=Money(minor, "GBP"), functional=Money(minor, "GBP"))
    exact = Context(prec=80).multiply(Context(prec=80).multiply(Decimal(minor), first), second)
    wanted = int(exact.to_integral_value(ROUND_HALF_UP, Context(prec=80)))
    rates = {INTO_EUROS: str(first), OUT_OF_EUROS: str(second)}
    contributions = _planned(model_by("average", "EUR"), rates, replace(BILL, lines=(line,)))
    amounts = {amount.measure: amount.amount_minor for each in contributions for amount in each.amounts}
    assert amounts.get("Expense USD", 0) == wanted


def test_the_rate_itself_goes_before_those_that_stand_in_for_it() -> None:
    """Somebody has said it."""
    assert reported(model_by("average", "EUR"), {**LEGS, DIRECT: "2"}) == (20_002, f"{DIRECT.key}=2")


@pytest.mark.parametrize(
    "rates",
    [
        {MappingKey.rate("average", "USD", "GBP", "2026-03"): "0.8"},
        {MappingKey.rate("average", "EUR", "GBP", "2026-03"): "0.8", OUT_OF_EUROS: "1.1"},
        {INTO_EUROS: "1.1", MappingKey.rate("average", "USD", "EUR", "2026-03"): "0.9"},
        {
            MappingKey.rate("average", "GBP", "CHF", "2026-03"): "1",
            MappingKey.rate("average", "CHF", "USD", "2026-03"): "1",
        },
        {INTO_EUROS: "1.1", MappingKey.rate("budget", "EUR", "USD", "2026-03"): "1.1"},
        {INTO_EUROS: "1.1", MappingKey.rate("average", "EUR", "USD", "2026-04"): "1.1"},
    ],
    ids=["turned round", "its first", "its second", "by way of another", "of two types", "of two periods"],
)
def test_nothing_else_stands_in_for_a_rate(rates: Found) -> None:
    """No rate is turned round, none goes by way of a currency that is not declared, and two are of one type and time."""
    model = model_by("average", "EUR")
    missing = next(each for each in LEGS if each not in rates)
    assert waits_for(model, rates) == Unmapped(DIRECT, missing)
    assert waits_for(model_by("average"), rates) == Unmapped(DIRECT)


def test_without_a_declared_currency_two_rates_stand_in_for_nothing() -> None:
    """A landscape that names none wants each rate said."""
    assert waits_for(model_by("average"), LEGS) == Unmapped(DIRECT)
    assert model_by("average").mapping_keys(ERP, BILL, ACCOUNT).isdisjoint(LEGS)


def test_what_is_in_the_declared_currency_itself_has_one_way_alone() -> None:
    """Euros into dollars are one rate, whatever goes by way of euros."""
    euros = replace(BILL, lines=(replace(LINE, transaction=Money(1, "EUR"), functional=Money(1, "EUR")),))
    assert waits_for(model_by("average", "EUR"), {INTO_EUROS: "1.1"}, euros) == Unmapped(OUT_OF_EUROS)


def test_a_fact_is_planned_with_the_rate_that_is_not_there_too() -> None:
    """As one that says nothing: so it is outdated as soon as somebody stores it."""
    model = model_by("average", "EUR")
    found = ACCOUNT | LEGS
    assert {*LEGS, DIRECT} <= model.mapping_keys(ERP, BILL, found)
    assert model.used(found) == {**found, DIRECT: None}
    assert model.used({**found, DIRECT: "2"}) == {**found, DIRECT: "2"}
    assert model.used({**ACCOUNT, OUT_OF_EUROS: "1.1"}) == {**ACCOUNT, OUT_OF_EUROS: "1.1"}
    assert model_by("average").used(found) == found


def _planned(model: PlanningModel, rates: Found, bill: Bill) -> tuple[Contribution, ...]:
    contributions = model.contributions(ERP, bill, ACCOUNT | dict(rates))
    assert not isinstance(contributions, Unmapped), contributions
    return contributions
