"""The values that what is on a Chargebee site takes by chance, among them those that are easily misread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

# Not all of them in every world: planning has no rates of the month that lies after the others.
CURRENCIES = ("EUR", "USD", "JPY", "KWD")
RATED_UNTIL = date(2026, 6, 1)
CUSTOMERS = ("16BA1", "16BA2", "16BA3")
PRICES = ("PRO-M", "TEAM-Y", "SUPPORT-M")
AMOUNTS = (1_000, 999, 50, 120_000, 3)
LINES = (  # amount, discount, and tax
    *((1_000, 0, 0), (1_000, 100, 171), (12_000, 0, 2_000), (12_000, 1_200, 1_800), (-300, 0, 0)),
    *((500, 500, 0), (0, 0, 0), (33, 1, 5)),
)
UNIT_PRICES = (1_000, 4_900, 333, 12_000)
PERIODS = (("month", 1), ("month", 3), ("year", 1), ("week", 1))
QUANTITIES = ((1, 0), (2, 0), (10, 3), (1, 2))  # and how many of them are free
PERCENTAGES = (10, 12.5, 100)
ACCOUNTS = ("chargebee_cash", "chargebee_receivable")
DAYS_AHEAD = (5, 20)
COUPONS: Mapping[str, Mapping[str, Any]] = {
    "TENTH": {"discount_percentage": 10},
    "ONCE": {"discount_percentage": 50, "duration_type": "one_time"},
}
