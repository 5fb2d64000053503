"""Facts of any kind with any content that a translation could make, for what must hold of all of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tieout.facts import documents
from tieout.facts.contract import Contract, ContractStatus
from tieout.facts.documents import ACCOUNT_ROLES, AccountClass, DocumentState, LedgerLine, PostedDocument
from tieout.facts.family import Fact, SourceRate
from tieout.facts.opportunity import ForecastCategory, Opportunity, OpportunityLine
from tieout.money import Money
from tieout.periods import PostingPeriod

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY"])
NAMES = st.sampled_from(["a", "b", "c"])
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
MONEY = st.builds(Money, st.integers(-(10**9), 10**9), CURRENCIES)
PROBABILITIES = st.integers(0, 10**6).map(lambda each: Decimal(each).scaleb(-6))
RATES = st.builds(
    SourceRate,
    currency=CURRENCIES,
    per_unit=st.integers(1, 10**9).map(lambda each: Decimal(each).scaleb(-6)),
    identity=NAMES,
)
POSTING_PERIODS = st.builds(
    PostingPeriod,
    period_id=NAMES,
    name=NAMES,
    first_day=st.none() | DAYS,
    last_day=st.none() | DAYS,
)


@st.composite
def opportunity_lines(draw: st.DrawFn, currency: str) -> OpportunityLine:
    """One line of a deal, all of it in one currency."""
    money = st.builds(Money, st.integers(-(10**9), 10**9), st.just(currency))
    recurring = draw(st.none() | money)
    return OpportunityLine(
        line_id=draw(st.uuids().map(str) | NAMES),  # two lines may have one: not every source counts them
        product=draw(st.none() | NAMES),
        amount=draw(st.none() | money),
        recurring=recurring,
        recurring_months=draw(st.integers(1, 60)) if recurring else None,
        renewal_date=draw(st.none() | DAYS),
    )


@st.composite
def deals(draw: st.DrawFn, *, one_currency: bool = False) -> Opportunity:
    """A deal with any lines, its amount often not their sum; in one currency throughout, or each line in any."""
    currency = draw(CURRENCIES)
    currencies = st.just(currency) if one_currency else CURRENCIES
    lines = draw(st.lists(currencies.flatmap(opportunity_lines), max_size=5).map(tuple))
    amount = draw(st.none() | st.builds(Money, st.integers(-(10**9), 10**9), st.just(currency)))
    return Opportunity(
        name=None,
        amount=amount,
        stage=draw(NAMES),
        probability=draw(st.none() | PROBABILITIES),
        close_date=draw(st.none() | DAYS),
        customer=draw(st.none() | NAMES),
        product=draw(st.none() | NAMES),
        lines=lines,
        forecast_category=draw(st.none() | st.sampled_from(ForecastCategory)),
        rate=draw(st.none() | RATES),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract of any state, its amounts in one currency; its renewal may be worth more or less than it, or nobody knows."""
    money = st.builds(Money, st.integers(-(10**9), 10**9), st.just(draw(CURRENCIES)))
    start, end = sorted([draw(DAYS), draw(DAYS)])
    return Contract(
        number=draw(NAMES),
        name=draw(st.none() | NAMES),
        customer=draw(st.none() | NAMES),
        status=draw(st.sampled_from(ContractStatus)),
        value=draw(st.none() | money),
        start_date=draw(st.none() | st.just(start)),
        end_date=draw(st.none() | st.just(end)),
        renewal_date=draw(st.none() | DAYS),
        renewal_amount=draw(st.none() | money),
        probability=draw(st.none() | PROBABILITIES),
        product=draw(st.none() | NAMES),
        rate=draw(st.none() | RATES),
    )


def ledger_lines(posting_dates: st.SearchStrategy[date | None]) -> st.SearchStrategy[LedgerLine]:
    """A posted line that says all it may say, or little."""
    named = ("customer", "supplier", "cost_centre", "profit_centre", "segment", "location", "partner", "product")
    return st.builds(
        LedgerLine,
        line_id=NAMES,
        account=NAMES,
        account_class=st.sampled_from(AccountClass),
        account_role=st.none() | st.sampled_from(ACCOUNT_ROLES),
        transaction=MONEY,
        functional=MONEY,
        legal_entity=st.none() | NAMES,
        group=st.none() | MONEY,
        posting_date=posting_dates,
        **{each: st.none() | NAMES for each in named},
    )


@st.composite
def posted[D: PostedDocument](draw: st.DrawFn, kind: type[D]) -> D:
    """A document of a kind, posted to a period of its ERP, or each of its lines to a day."""
    period = draw(st.none() | POSTING_PERIODS)
    lines = ledger_lines(DAYS if period is None else st.none() | DAYS)
    return kind(
        number=draw(NAMES),
        document_date=draw(st.none() | DAYS),
        posting_period=period,
        state=draw(st.sampled_from(DocumentState)),
        lines=tuple(draw(st.lists(lines, max_size=5))),
        reverses=draw(st.none() | NAMES),
        closing=draw(st.booleans()),
    )


_KNOWN: dict[type, st.SearchStrategy[Any]] = {
    Opportunity: deals(),
    Contract: contracts(),
    **{kind: posted(kind) for kind in documents.FAMILY.kinds},
    PostingPeriod: POSTING_PERIODS,
    Money: MONEY,
    date: DAYS,
}


def facts(kind: type[Fact]) -> st.SearchStrategy[Any]:
    """Facts of one kind: as said above, else made of its fields by their types."""
    for known, strategy in _KNOWN.items():
        st.register_type_strategy(known, strategy)
    return st.from_type(kind)
