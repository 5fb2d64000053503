"""Turns a product of an opportunity (`OpportunityLineItem`) into a line of it; pure.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunitylineitem.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tieout.columns import day_of, money_of, months_of, text_of
from tieout.facts.opportunity import OpportunityLine
from tieout.money import Money
from tieout.periods import months_later
from tieout.systems.salesforce.fields import currency_of
from tieout.systems.salesforce.options import LineFields


def opportunity_line(
    row: Mapping[str, Any], default_currency: str, fields: LineFields, close_date: date | None
) -> OpportunityLine:
    """One line: what it adds to the opportunity, what recurs of it, how long it runs and when it is renewed.

    Args:
        row: as Salesforce answers it.
        default_currency: for organisations with one currency, whose rows name none.
        fields: the account's own fields of what recurs.
        close_date: of the opportunity, where a line that states no date of its own begins.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    currency = currency_of(row, default_currency)
    recurring, months = _recurring(row, currency, fields)
    term = months_of(row, fields.term_months) if fields.term_months else None
    start = day_of(row, "ServiceDate") or close_date
    return OpportunityLine(
        line_id=str(row["Id"]),
        product=text_of(row, "Product2Id"),
        amount=money_of(row, "TotalPrice", currency),
        recurring=recurring,
        recurring_months=months,
        term_months=term,
        renewal_date=months_later(start, term) if start and term and recurring else None,
    )


def _recurring(row: Mapping[str, Any], currency: str, fields: LineFields) -> tuple[Money | None, int | None]:
    """What is paid each period, and how many months that is: one where nobody says."""
    payment = money_of(row, fields.recurring_amount, currency) if fields.recurring_amount else None
    if payment is None:
        return None, None
    stated = months_of(row, fields.recurring_months) if fields.recurring_months else None
    return payment, stated or 1
