"""Amounts by a rate of the source itself: it goes before the planning rate, and behind what the source keeps in that currency."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.any_facts import RATES, contracts, deals
from tests.support.planning_model import sandbox_landscape, sandbox_model
from tieout.errors import MalformedError
from tieout.facts.contract import Contract
from tieout.facts.families import lines_of
from tieout.facts.family import SourceRate
from tieout.facts.opportunity import ForecastCategory, Opportunity, OpportunityLine
from tieout.money import Money
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import RATE, MappingKey
from tieout.planning.resolving import Asked

LANDSCAPE = sandbox_landscape()
CRM = "some-crm"
MODEL = sandbox_model({CRM: "EMEA"})
OWN = SourceRate(currency="USD", per_unit=Decimal("1.0842"), identity="salesforce:EUR>USD:2026-03-01=1.0842")
DEAL = Opportunity(
    name="Deal",
    amount=Money(100_000, "EUR"),
    stage="Proposal",
    probability=Decimal("0.5"),
    close_date=date(2026, 3, 31),
    customer="001",
    product="support",
    rate=OWN,
)
LINE = OpportunityLine(line_id="1", product="support", amount=Money(50_000, "EUR"))
WITH_RATES = deals() | contracts()
STATED = Opportunity | Contract
SOURCES_OWN = st.builds(
    SourceRate, currency=st.just("USD"), per_unit=RATES.map(lambda each: each.per_unit), identity=st.just("own")
)
OF_OTHERS = RATES.filter(lambda each: each.currency != "USD")


def found_for(fact: STATED) -> dict[MappingKey, str]:
    """Every entry that planning a fact asks for."""
    members = {"stage": "proposal", RATE: "2"}
    return {key: members.get(key.table, "M") for key in MODEL.mapping_keys(CRM, fact, {})}


def planned(fact: STATED) -> tuple[Contribution, ...]:
    """What is planned of a fact for which every entry is found that it asked for."""
    contributions = MODEL.contributions(CRM, fact, found_for(fact))
    assert not isinstance(contributions, Unmapped)
    return contributions


def in_dollars(fact: STATED) -> dict[str, tuple[int, str]]:
    """Minor units and rate of each measure in the reporting currency."""
    return {
        amount.measure: (amount.amount_minor, amount.rate)
        for each in planned(fact)
        for amount in each.amounts
        if amount.measure.endswith("USD")
    }


def rates_asked(fact: STATED) -> set[str]:
    """The currencies of the planning rates a fact asks for: of each in dollars, by budget and by average."""
    asked = {key for key in found_for(fact) if key.table == RATE}
    currencies = {key.key.partition(":")[2][:3] for key in asked}
    both = itertools.product(("budget", "average"), currencies)
    assert asked <= {MappingKey.rate(kind, each, "USD", "2026-03") for kind, each in both}  # type: ignore[arg-type]
    return currencies


def test_a_deal_is_converted_by_the_rate_its_source_keeps() -> None:
    """And no planning rate is asked for, so that none has to be there."""
    assert in_dollars(DEAL) == {"Amount USD": (108_420, OWN.identity), "Weighted amount USD": (54_210, OWN.identity)}
    assert rates_asked(DEAL) == set()


def test_what_is_in_the_reporting_currency_is_not_converted() -> None:
    """Whatever rate is stated beside it."""
    assert in_dollars(replace(DEAL, amount=Money(100_000, "USD")))["Amount USD"] == (100_000, "par")


def test_a_rate_into_another_currency_converts_nothing() -> None:
    """The planning rate of the month does, as for a source without rates."""
    into_pounds = replace(DEAL, rate=replace(OWN, currency="GBP"))
    assert in_dollars(into_pounds)["Amount USD"] == (200_000, "budget:EUR>USD@2026-03=2")
    assert rates_asked(into_pounds) == {"EUR"}


@pytest.mark.parametrize(
    ("amount", "other", "asked"),
    [
        (Money(100_000, "EUR"), Money(7, "EUR"), set()),
        (Money(100_000, "EUR"), Money(7, "JPY"), {"JPY"}),
        (None, Money(7, "EUR"), set()),
        (None, None, set()),
        (None, Money(7, "JPY"), {"EUR", "JPY"}),
    ],
)
def test_a_deals_rate_is_one_of_its_own_currency(amount: Money | None, other: Money | None, asked: set[str]) -> None:
    """A line in another one is converted by the planning rate; so are all, where nobody can say which is the deal's own."""
    deal = replace(DEAL, amount=amount, lines=(LINE, replace(LINE, line_id="2", amount=other)))
    assert rates_asked(deal) == asked


def test_a_line_that_only_recurs_tells_the_deals_currency_too() -> None:
    """Its amount may be unknown for a subscription without end."""
    recurs = replace(LINE, amount=None, recurring=Money(10_000, "EUR"), recurring_months=1)
    [line] = lines_of(replace(DEAL, amount=None, lines=(recurs,)), Asked(CRM, {}, "EMEA"))
    assert (line.currency, line.rate) == ("EUR", OWN)


@given(fact=WITH_RATES, rate=SOURCES_OWN)
def test_whatever_is_stated_with_a_rate_needs_no_other(fact: STATED, rate: SourceRate) -> None:
    """Each line in the currency of the rate is converted by it, rounded once; nothing else of the fact moves."""
    fact = replace(fact, lines=()) if isinstance(fact, Opportunity) else fact
    stated = replace(fact, rate=rate)
    assert rates_asked(stated) == set()
    for each in planned(stated):
        amounts = {amount.measure: amount for amount in each.amounts}
        for name, amount in amounts.items():
            converted = amounts.get(f"{name} USD")
            if converted is not None:
                own = Money(amount.amount_minor, amount.currency)
                by_hand = own if own.currency == "USD" else own.converted(rate.per_unit, "USD")
                assert converted.amount_minor == by_hand.amount_minor
                assert converted.rate == ("par" if own.currency == "USD" else "own")


@given(fact=WITH_RATES, rate=OF_OTHERS)
def test_a_rate_that_does_not_apply_is_as_none(fact: STATED, rate: SourceRate) -> None:
    """The same entries are asked for, and the same is planned."""
    without, beside = replace(fact, rate=None), replace(fact, rate=rate)
    assert found_for(without) == found_for(beside)
    assert planned(without) == planned(beside)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"per_unit": Decimal(0)}, "rate_not_positive"),
        ({"per_unit": Decimal(-1)}, "rate_not_positive"),
        ({"per_unit": Decimal("NaN")}, "rate_not_positive"),
        ({"per_unit": Decimal("Infinity")}, "rate_not_positive"),
        ({"currency": "usd"}, "currency_not_iso4217"),
    ],
)
def test_a_rate_nothing_can_be_converted_by_is_refused(change: dict[str, object], reason: str) -> None:
    """At once, and not when somebody's plan is reckoned."""
    with pytest.raises(MalformedError, match=f"^{reason}$"):
        replace(OWN, **change)  # type: ignore[arg-type]  # a field


@pytest.mark.parametrize("category", list(ForecastCategory))
def test_a_feed_can_ask_for_what_a_deal_counts_as_in_the_forecast(category: ForecastCategory) -> None:
    """Its sellers' own word, whatever the stage; a deal without one is not asked for."""
    pipeline = next(feed for feed in LANDSCAPE.feeds if feed.name == "pipeline")
    committed = replace(pipeline, where={"status": ("open",), "forecast_category": ("commit",)})
    model = replace(MODEL, feeds=(committed,))
    asked = {None: DEAL, category: replace(DEAL, forecast_category=category)}
    found = found_for(DEAL)
    assert model.contributions(CRM, asked[None], found) == ()
    assert (model.contributions(CRM, asked[category], found) != ()) == (category is ForecastCategory.COMMIT)
