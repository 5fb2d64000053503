"""Turns Dataverse's rows into statements: the pure middle of the record step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tieout.arriving.notice import RecordKey
from tieout.columns import day_of, money_of, number_of, share_of, text_of, unreadable
from tieout.facts.family import SourceRate
from tieout.facts.opportunity import ForecastCategory, Opportunity, OpportunityLine
from tieout.facts.statement import Absence, Statement
from tieout.money import Money
from tieout.systems.dynamics_sales.options import Options

STATES = {0: "open", 1: "won", 2: "lost"}
_CERTAINTY = {"won": Decimal(1), "lost": Decimal(0)}
_VERSION_DIGITS = 19  # of a whole number of 64 bits
_LARGEST_VERSION = 2**63
_ENTITY_OF = "{}@Microsoft.Dynamics.CRM.lookuplogicalname"

Row = Mapping[str, Any]


def opportunity_statement(key: RecordKey, row: Row, products: Sequence[Row], options: Options) -> Statement:
    """What an opportunity is, at its own row version; its lines in order of their ids, its rate the one that it was saved by.

    A change of a product need not change the opportunity: then the version is the same and the content another, which the
    ledger applies.

    Raises:
        UnreadableRecordError: naming the column that cannot be read, never its value.
    """
    currency, state = currency_of(row), _state(row)
    opportunity = Opportunity(
        name=text_of(row, "name") if "name" in row else None,
        amount=worth_of(row),
        stage=_stage(row, state, options),
        probability=share_of(row, "closeprobability") if state == "open" else _CERTAINTY[state],
        close_date=close_date_of(row),
        customer=_customer(row),
        product=_choice(row, options.product_column) if options.product_column else None,
        owner=text_of(row, "_ownerid_value"),
        lines=tuple(sorted((_line(each, options) for each in products), key=lambda line: line.line_id)),
        forecast_category=_category(row, options),
        rate=_rate(row, currency, options.base_currency),
    )
    return Statement(key=key, source_version=version_of(row), fact=opportunity)


def part_statement(key: RecordKey, related: Sequence[RecordKey]) -> Statement:
    """What a product of an opportunity is, or what the options leave out: nothing that is recorded; others are read for it."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.NOT_POSTED, related=tuple(related))


def unknown_statement(key: RecordKey) -> Statement:
    """What a row is that Dataverse does not show: deleted, never there, or hidden from our app; at no version."""
    return Statement(key=key, source_version="", fact=None, absence=Absence.DELETED)


def version_of(row: Row) -> str:
    """The row version (`versionnumber`), by which no two writes are alike, as a text that sorts as the number does."""
    number = row.get("versionnumber")
    if isinstance(number, str) and number.isascii() and number.isdigit():
        number = int(number)  # as whoever asks for numbers that fit into a float is answered
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < _LARGEST_VERSION:
        raise unreadable("versionnumber", "not_a_row_version")
    return f"{number:0{_VERSION_DIGITS}d}"


def worth_of(row: Row) -> Money | None:
    """What it was won for, where that is said, else what it is estimated to be worth."""
    currency = currency_of(row)
    actual = money_of(row, "actualvalue", currency) if _state(row) == "won" else None
    return actual if actual is not None else money_of(row, "estimatedvalue", currency)


def close_date_of(row: Row) -> date | None:
    """When it was closed, where that is said, else when it is estimated to be."""
    actual = day_of(row, "actualclosedate") if _state(row) != "open" else None
    return actual or day_of(row, "estimatedclosedate")


def currency_of(row: Row) -> str:
    """What its amounts are in: the row names a currency's own row, which is answered with it."""
    currency = row.get("transactioncurrencyid")
    code = text_of(currency, "isocurrencycode") if isinstance(currency, Mapping) else None
    if code is None:
        raise unreadable("transactioncurrencyid", "not_answered")
    return code


def _state(row: Row) -> str:
    state = number_of(row, "statecode")
    if state is None or state not in STATES:
        raise unreadable("statecode", "not_known")
    return STATES[int(state)]


def _stage(row: Row, state: str, options: Options) -> str:
    """The state and, as long as that is open, the stage: a closed one keeps that in which it was closed."""
    stage = _choice(row, options.stage_column) if state == "open" else None
    return f"{state}/{stage or '-'}"


def _choice(row: Row, column: str) -> str | None:
    """A text, or the number of a choice, which nobody translates as its label."""
    value = row.get(column)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text_of(row, column)


def _customer(row: Row) -> str | None:
    """The account; where there is none, the contact who buys, said to be one."""
    account = text_of(row, "_parentaccountid_value")
    if account is not None:
        return account
    customer = text_of(row, "_customerid_value")
    is_contact = row.get(_ENTITY_OF.format("_customerid_value")) == "contact"
    return f"contact:{customer}" if customer is not None and is_contact else customer


def _category(row: Row, options: Options) -> ForecastCategory | None:
    if not options.category_column:
        return None
    stated = _choice(row, options.category_column)
    if stated is None:
        return None
    if stated not in options.forecast_categories:
        raise unreadable(options.category_column, "not_known")
    return ForecastCategory(options.forecast_categories[stated])


def _rate(row: Row, currency: str, base_currency: str) -> SourceRate | None:
    """The rate that was current when the row was saved: units of its currency for one of the base currency."""
    if not base_currency or currency == base_currency:
        return None
    units = number_of(row, "exchangerate")
    if units is None:
        return None
    if units <= 0:
        raise unreadable("exchangerate", "not_positive")
    identity = f"dynamics_sales:{currency}>{base_currency}:1/{units.normalize():f}"
    return SourceRate.inverted(base_currency, units, identity)


def _line(row: Row, options: Options) -> OpportunityLine:
    """One product; one that was written in for this opportunity has none of the catalogue's."""
    return OpportunityLine(
        line_id=text_of(row, "opportunityproductid") or "",
        product=text_of(row, "_productid_value"),
        amount=money_of(row, options.line_amount_column, currency_of(row)),
    )
