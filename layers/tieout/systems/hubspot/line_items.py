"""Turns a HubSpot line item into a line of an opportunity; pure.

Properties: https://knowledge.hubspot.com/properties/hubspots-default-line-item-properties. HubSpot works `hs_tcv`, `hs_acv`,
`hs_arr` and `hs_mrr` out itself, by the rules it works the deal's amount out by; here nothing is priced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tieout.facts.opportunity import OpportunityLine
from tieout.money import Money
from tieout.periods import months_later
from tieout.systems.hubspot.properties import day_of, money_of, text_of, unreadable

LINE_ITEM_PROPERTIES = (
    "amount",
    "hs_acv",
    "hs_arr",
    "hs_line_item_currency_code",
    "hs_mrr",
    "hs_product_id",
    "hs_recurring_billing_period",
    "hs_recurring_billing_start_date",
    "hs_sku",
    "hs_tcv",
    "recurringbillingfrequency",
)

# How many payments of a frequency there are in how many months: a week is no part of a month, but 52 are a year.
PAYMENTS_IN_MONTHS: Mapping[str, tuple[int, int]] = {
    "weekly": (52, 12),
    "biweekly": (26, 12),
    "monthly": (1, 1),
    "quarterly": (1, 3),
    "per_six_months": (1, 6),
    "annually": (1, 12),
    "per_two_years": (1, 24),
    "per_three_years": (1, 36),
    "per_four_years": (1, 48),
    "per_five_years": (1, 60),
}
_PERIOD = re.compile(
    "P(?:(?P<years>[0-9]{1,3})Y)?(?:(?P<months>[0-9]{1,4})M)?(?:(?P<weeks>[0-9]{1,4})W)?(?:(?P<days>[0-9]{1,5})D)?"
)


def opportunity_line(item: Mapping[str, Any], deal_currency: str, worth: str) -> OpportunityLine:
    """One line: what it adds to the deal, what recurs of it, how long it runs and when it is renewed.

    Args:
        item: as HubSpot answers it.
        deal_currency: for accounts with one currency, whose line items name none.
        worth: which of HubSpot's values of a line add up to the deal's amount: `tcv`, `acv`, `arr` or `mrr`.

    Raises:
        UnreadableRecordError: naming the property that cannot be read, never its value.
    """
    currency = text_of(item, "hs_line_item_currency_code") or deal_currency
    recurring, months = _recurring(item, currency)
    term = _term_months(item)
    start = day_of(item, "hs_recurring_billing_start_date")
    return OpportunityLine(
        line_id=str(item["id"]),
        product=text_of(item, "hs_product_id") or text_of(item, "hs_sku"),
        amount=money_of(item, f"hs_{worth}", currency) or money_of(item, "amount", currency),
        recurring=recurring,
        recurring_months=months,
        term_months=term,
        renewal_date=months_later(start, term) if start and term and recurring else None,
    )


def _recurring(item: Mapping[str, Any], currency: str) -> tuple[Money | None, int | None]:
    """The net price of one payment (`amount` is price times quantity less discounts) and how many months lie between two."""
    frequency = text_of(item, "recurringbillingfrequency")
    payment = money_of(item, "amount", currency)
    if frequency is None or payment is None:
        return None, None
    if frequency not in PAYMENTS_IN_MONTHS:
        raise unreadable("recurringbillingfrequency", "not_known")
    payments, months = PAYMENTS_IN_MONTHS[frequency]
    return Money(payment.amount_minor * payments, payment.currency), months


def _term_months(item: Mapping[str, Any]) -> int | None:
    """The term in whole months; None where there is none, or where it is counted in days or weeks."""
    text = text_of(item, "hs_recurring_billing_period")
    if text is None:
        return None
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise unreadable("hs_recurring_billing_period", "period_not_iso8601")
    years, months, weeks, days = (int(each or 0) for each in match.groups())
    return years * 12 + months or None if not weeks and not days else None
