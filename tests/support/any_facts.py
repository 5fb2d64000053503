"""Facts of any kind with any content that a translation could make, for what must hold of all of them.

Each strategy is made once: to make one costs more than to draw from it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tieout.facts import documents, master_data
from tieout.facts.contract import Contract, ContractStatus
from tieout.facts.documents import ACCOUNT_ROLES, AccountClass, DocumentState, LedgerLine, PostedDocument
from tieout.facts.family import Fact, SourceRate
from tieout.facts.master_data import MasterData, external_ids
from tieout.facts.opportunity import ForecastCategory, Opportunity, OpportunityLine
from tieout.facts.subscription import RecurringItem, Subscription, SubscriptionStatus, SubscriptionVersion
from tieout.money import Money
from tieout.periods import PostingPeriod


@cache
def maybe[T](strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    """What a source says or leaves out."""
    return st.none() | strategy


CURRENCIES = st.sampled_from(["EUR", "USD", "JPY"])
NAMES = st.sampled_from(["a", "b", "c"])
TEXTS = st.text(st.characters(exclude_categories=["C"]))  # without what no sender's JSON may have
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
MONEY = st.builds(Money, st.integers(-(10**9), 10**9), CURRENCIES)
STATUSES = st.sampled_from(ContractStatus)
CATEGORIES = st.sampled_from(ForecastCategory)
STATES = st.sampled_from(DocumentState)
TERMS = st.integers(1, 60)
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
    first_day=maybe(DAYS),
    last_day=maybe(DAYS),
)


LINE_IDS = st.uuids().map(str) | NAMES  # two lines may have one: not every source counts them


@cache
def money_in(currency: str) -> st.SearchStrategy[Money]:
    """Amounts of a currency."""
    return st.builds(Money, st.integers(-(10**9), 10**9), st.just(currency))


@st.composite
def opportunity_lines(draw: st.DrawFn, currency: str) -> OpportunityLine:
    """One line of a deal, all of it in one currency."""
    money = money_in(currency)
    recurring = draw(maybe(money))
    return OpportunityLine(
        line_id=draw(LINE_IDS),
        product=draw(maybe(NAMES)),
        amount=draw(maybe(money)),
        recurring=recurring,
        recurring_months=draw(TERMS) if recurring else None,
        renewal_date=draw(maybe(DAYS)),
    )


@cache
def _lines_of_deals(currency: str | None) -> st.SearchStrategy[tuple[OpportunityLine, ...]]:
    currencies = CURRENCIES if currency is None else st.just(currency)
    return st.lists(currencies.flatmap(opportunity_lines), max_size=5).map(tuple)


@st.composite
def deals(draw: st.DrawFn, *, one_currency: bool = False) -> Opportunity:
    """A deal with any lines, its amount often not their sum; in one currency throughout, or each line in any."""
    currency = draw(CURRENCIES)
    lines = draw(_lines_of_deals(currency if one_currency else None))
    amount = draw(maybe(money_in(currency)))
    return Opportunity(
        name=None,
        amount=amount,
        stage=draw(NAMES),
        probability=draw(maybe(PROBABILITIES)),
        close_date=draw(maybe(DAYS)),
        customer=draw(maybe(NAMES)),
        product=draw(maybe(NAMES)),
        lines=lines,
        forecast_category=draw(maybe(CATEGORIES)),
        rate=draw(maybe(RATES)),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract of any state, its amounts in one currency; its renewal may be worth more or less than it, or nobody knows."""
    money = money_in(draw(CURRENCIES))
    start, end = sorted([draw(DAYS), draw(DAYS)])
    return Contract(
        number=draw(NAMES),
        name=draw(maybe(NAMES)),
        customer=draw(maybe(NAMES)),
        status=draw(STATUSES),
        value=draw(maybe(money)),
        start_date=start if draw(st.booleans()) else None,
        end_date=end if draw(st.booleans()) else None,
        renewal_date=draw(maybe(DAYS)),
        renewal_amount=draw(maybe(money)),
        probability=draw(maybe(PROBABILITIES)),
        product=draw(maybe(NAMES)),
        rate=draw(maybe(RATES)),
    )


@cache
def recurring_items(currency: str) -> st.SearchStrategy[RecurringItem]:
    """Something that recurs, often of the same product as another."""
    amounts = st.builds(Money, st.integers(0, 10**9), st.just(currency))
    return st.builds(RecurringItem, item_id=LINE_IDS, product=maybe(NAMES), monthly=amounts, annual=amounts)


@cache
def _items_of_subscriptions(currency: str) -> st.SearchStrategy[tuple[RecurringItem, ...]]:
    return st.lists(recurring_items(currency), max_size=3).map(tuple)


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscription:
    """A subscription with any history of told versions, some of one day, some of another currency."""
    versions = []
    for place, day in enumerate(sorted(draw(st.lists(DAYS, min_size=1, max_size=5)))):
        start, end = sorted([draw(DAYS), draw(DAYS)])
        versions.append(
            SubscriptionVersion(
                version=f"{day}T00:00:00.000Z#{place}",
                day=day,
                status=draw(st.sampled_from(SubscriptionStatus)),
                customer=draw(maybe(NAMES)),
                start_date=start,
                end_date=end if draw(st.booleans()) else None,
                renewal_date=draw(maybe(DAYS)),
                items=draw(_items_of_subscriptions(draw(CURRENCIES))),
                legal_entity=draw(maybe(NAMES)),
            )
        )
    return Subscription(versions=tuple(versions))


def ledger_lines(posting_dates: st.SearchStrategy[date | None]) -> st.SearchStrategy[LedgerLine]:
    """A posted line that says all it may say, or little."""
    named = ("customer", "supplier", "cost_centre", "profit_centre", "segment", "location", "partner", "product")
    return st.builds(
        LedgerLine,
        line_id=NAMES,
        account=NAMES,
        account_class=st.sampled_from(AccountClass),
        account_role=maybe(st.sampled_from(ACCOUNT_ROLES)),
        transaction=MONEY,
        functional=MONEY,
        legal_entity=maybe(NAMES),
        group=maybe(MONEY),
        posting_date=posting_dates,
        **{each: maybe(NAMES) for each in named},
    )


_ON_DAYS = st.lists(ledger_lines(DAYS), max_size=5)
_IN_PERIODS = st.lists(ledger_lines(maybe(DAYS)), max_size=5)


@st.composite
def posted[D: PostedDocument](draw: st.DrawFn, kind: type[D]) -> D:
    """A document of a kind, posted to a period of its ERP, or each of its lines to a day."""
    period = draw(maybe(POSTING_PERIODS))
    lines = _IN_PERIODS if period else _ON_DAYS
    return kind(
        number=draw(NAMES),
        document_date=draw(maybe(DAYS)),
        posting_period=period,
        state=draw(STATES),
        lines=tuple(draw(lines)),
        reverses=draw(maybe(NAMES)),
        closing=draw(st.booleans()),
    )


@st.composite
def masters[M: MasterData](draw: st.DrawFn, kind: type[M]) -> M:
    """A record of master data, below another or at the top."""
    number, parent = draw(st.lists(NAMES, min_size=2, max_size=2, unique=True))
    stated = draw(st.dictionaries(NAMES, TEXTS, max_size=2))
    return kind(
        number=number,
        name=draw(maybe(TEXTS)),
        parent=parent if draw(st.booleans()) else None,
        external_ids=external_ids(stated),
        is_active=draw(st.booleans()),
        valid_from=draw(maybe(DAYS)),
        valid_until=draw(maybe(DAYS)),
        legal_entity=draw(maybe(NAMES)),
    )


_KNOWN: dict[type, st.SearchStrategy[Any]] = {
    Opportunity: deals(),
    Contract: contracts(),
    Subscription: subscriptions(),
    **{kind: posted(kind) for kind in documents.FAMILY.kinds},
    **{kind: masters(kind) for kind in master_data.FAMILY.kinds},
    PostingPeriod: POSTING_PERIODS,
    Money: MONEY,
    date: DAYS,
    str: TEXTS,
}


def facts(kind: type[Fact]) -> st.SearchStrategy[Any]:
    """Facts of one kind: as said above, else made of its fields by their types."""
    for known, strategy in _KNOWN.items():
        st.register_type_strategy(known, strategy)
    return st.from_type(kind)
