"""The values that what is in a Zuora tenant takes by chance, among them those that are easily misread."""

from __future__ import annotations

from datetime import date, timedelta

# Customers by their ids, each billed in one currency; not all of them in every world: planning has no rates of the last month.
ACCOUNTS = {f"{number:032x}": currency for number, currency in enumerate(("USD", "EUR", "JPY", "KWD", "USD"), 0xACC1)}
RATED_UNTIL = date(2026, 6, 1)
PRODUCTS = (f"{0xB001:032x}", f"{0xB002:032x}", None)
BOOKED = ("zuora_bank",)
_MONTHS = ((date(2026, 3, 1), date(2026, 5, 31)), (date(2026, 11, 1), date(2026, 11, 30)))

ITEMS = (  # amount without tax, tax beside it, what is taken off
    *(("10", "0", "0"), ("10.5", "2", "1"), ("120", "22.8", "12"), ("-3", "0", "0"), ("5", "0", "5"), ("0", "0", "0")),
    *(("33.335", "6.33", "0.005"), ("1200", "0", "0")),
)
AMOUNTS = ("10", "9.99", "1200", "0.05", "3")
PRICES = ("100", "49", "3.33", "1000", "12.5")
PERIODS = ("Month", "Month", "Quarter", "Semi_Annual", "Annual")
QUANTITIES = (None, 1, 2, 10)
TYPES = ("Recurring", "Recurring", "Recurring", "Recurring", "OneTime", "Usage")
PERCENTAGES = ("10", "33.3", "100")
DAYS_AHEAD = (0, 0, 0, 0, -2, 2, 9, 20)


def planned_day(today: date, days: int) -> str:
    """A day so many days from today, of a month that planning has."""
    [(first, last)] = [each for each in _MONTHS if each[0] <= today <= each[1]]
    return min(max(today + timedelta(days=days), first), last).isoformat()
