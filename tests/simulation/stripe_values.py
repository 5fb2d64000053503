"""The values that what is in a Stripe account takes by chance, among them those that are easily misread."""

from __future__ import annotations

from datetime import date

# Not all of them in every world: planning has no rates of the month that lies after the others.
CURRENCIES = ("usd", "eur", "jpy", "kwd")
RATED_UNTIL = date(2026, 6, 1)
CUSTOMERS = ("cus_A1", "cus_A2", "cus_A3", None)
PRODUCTS = ("prod_A1", "prod_A2", None)
AMOUNTS = (1_000, 999, 50, 120_000, 3, 0)
LINES = (  # amount, discount, tax in the price, tax on top
    *((1_000, 0, 0, 0), (1_000, 100, 0, 171), (12_000, 0, 2_000, 0), (12_000, 1_200, 1_800, 0), (-300, 0, 0, 0)),
    *((500, 500, 0, 0), (0, 0, 0, 0), (33, 1, 5, 0)),
)
PRICES = (1_000, 4_900, 333, 12_000)  # whole units of the three decimals' last one but zero, too
INTERVALS = (("month", 1), ("month", 3), ("year", 1), ("week", 1))
QUANTITIES = (1, 2, 10)
ACCOUNTS = ("stripe_balance", "stripe_bank", "stripe_fees")
SECONDS_TO_AN_END = (5 * 86_400, 20 * 86_400)
