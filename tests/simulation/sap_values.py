"""The values that documents of an S/4HANA tenant take by chance, among them those that translations stumble over."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


class Company(NamedTuple):
    """A company code, and how it keeps its books.

    Attributes:
        currency: its own.
        group: the currency in which its lines have a further amount, the group's; empty: none.
        rates: what a unit of a foreign currency is worth in its own, such that no amount below has to be rounded.
        periods: its fiscal years and periods, with the special ones.
    """

    code: str
    currency: str
    group: str
    rates: Mapping[str, Decimal]
    periods: tuple[tuple[str, str], ...]


# Both count their entries from the same number, so that one number means another entry in each, and in each fiscal year.
EUROPE = Company(
    "1010",
    "EUR",
    "USD",
    {"USD": Decimal(2), "JPY": Decimal("0.25")},
    (("2026", "003"), ("2026", "004"), ("2026", "005"), ("2025", "013"), ("2025", "016")),
)  # its year is the calendar's
GULF = Company(
    "2710",
    "KWD",
    "",
    {"EUR": Decimal("0.4"), "USD": Decimal("0.3")},
    (("2025", "012"), ("2026", "001"), ("2026", "002"), ("2025", "014")),
)  # its year begins in April, and planning counts its weeks
COMPANIES = (EUROPE, GULF)
OPENING = ("2026", "000")  # the period that only holds what a year begins with
GROUP_RATE = 3  # what a unit of a company's own currency is worth in the group's
# Where a controller has said that periods go which are no days of the company's own calendar, the special ones among them.
ODD_PERIODS = {
    ("1010", "2025", "013"): "2026-03",
    ("1010", "2025", "016"): "2026-04",
    ("1010", "2026", "000"): "2026-03",
    ("2710", "2025", "012"): "RT2026-P02",
    ("2710", "2026", "001"): "RT2026-P03",
    ("2710", "2026", "002"): "RT2026-P04",
    ("2710", "2025", "014"): "RT2026-P02",
    ("2710", "2026", "000"): "RT2026-P03",
}

LEADING, OTHER_LEDGER = "0L", "2L"
RECEIVABLE, PAYABLE, CASH, TAX, RETAINED = "12100000", "21100000", "11001000", "22000000", "33000000"
INCOME = ("41000000", "70100000")
EXPENSES = ("61000000", "72500000")
GOODS_SOLD, GOODS = "51600000", "13600000"
UNCLASSED = "90000000"  # an account that the options give no class
KINDS_OF_ACCOUNT = {RECEIVABLE: "D", PAYABLE: "K"}  # every other one belongs to no ledger of customers or suppliers

INVOICE, DEBIT_NOTE, CREDIT, COLLECTION, JOURNAL = "RV", "DR", "DG", "DZ", "SA"
OWN_SUPPLIER_TYPE, CLOSING_TYPE = "ZB", "YC"  # a tenant's own, of which the options tell
BOUGHT = ("KR", "KG", "RE", OWN_SUPPLIER_TYPE)

CUSTOMERS = ("17100001", "17100002")
SUPPLIERS = ("10300001", "10300080")
MATERIALS = ("TG11", "000000000000004711", "")
COST_CENTRES = ("10101101", "10101201", "")
PARTNERS = ("2710", "", "")
DAYS = ("2026-03-28", "2026-03-31", "2026-04-30", "2026-05-02", "2026-05-30")  # where weeks and months end
NET = (Decimal(12), Decimal(100), Decimal(2500), Decimal(64), Decimal(-4))  # in whole units, as the yen wants them
CENTS = {"JPY": (Decimal(0),), "KWD": (Decimal(0), Decimal("0.005"), Decimal("0.25"))}
ANY_CENTS = (Decimal(0), Decimal("0.01"), Decimal("0.50"), Decimal("0.99"))
FORGED = "6660000666"  # a document that nobody but a forger speaks of
