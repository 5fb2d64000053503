"""The values that documents of a Business Central environment take by chance, among them those that translations stumble over."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


class Ledger(NamedTuple):
    """A company, and how it keeps its books.

    Attributes:
        currency: its own.
        additional: the currency in which its books are kept, too; empty: none.
        rates: what a unit of a foreign currency is worth in its own, such that no amount below has to be rounded.
    """

    company: str
    currency: str
    additional: str
    rates: Mapping[str, Decimal]


# Both count their records and documents from the same number, so that one id, or number, means another in each.
LEDGERS = (
    Ledger(
        "7dbba574-5f69-4167-a43e-fb975045de15", "EUR", "", {"USD": Decimal(2), "JPY": Decimal("0.25")}
    ),  # goes by months
    Ledger(
        "b18aed47-c385-49d2-b954-dbdf8ad71780", "KWD", "USD", {"EUR": Decimal("0.4"), "USD": Decimal("0.3")}
    ),  # by weeks
)
NOT_OURS = "f64eba74-dacd-4854-a584-1834f68cfc3a"  # a company of the environment that plans for itself
FORGED = "0badc0de-0000-4000-8000-000000000000"  # a record that nobody but a forger speaks of
RECEIVABLE, PAYABLE, CASH, TAX, RETAINED = "1300", "2100", "1100", "2400", "3000"
INCOME = ("4000", "4010")
EXPENSES = ("6000", "6100")
GOODS_SOLD, GOODS = "5000", "1400"
UNSORTED = "6999"  # an account to which nobody has given a category yet
CATEGORIES = {
    **dict.fromkeys((RECEIVABLE, CASH, GOODS), "Assets"),
    **dict.fromkeys((PAYABLE, TAX), "Liabilities"),
    **dict.fromkeys(INCOME, "Income"),
    **dict.fromkeys(EXPENSES, "Expense"),
    GOODS_SOLD: "Cost_x0020_of_x0020_Goods_x0020_Sold",
    RETAINED: "Equity",
    UNSORTED: "_x0020_",
}
CUSTOMERS = ("10000", "20000")
VENDORS = ("V-10", "V-20")
DEPARTMENTS = ("ADM", "SALES", None)
PARTNERS = ("TR", None, None)
COST_CENTRE, PARTNER = "DEPARTMENT", "INTERCOMPANY"  # the dimensions by their codes
CLOSING_NUMBER = "CLOSE"
CLOSING_DAY = "C2026-03-31"
DAYS = ("2026-03-28", "2026-03-31", "2026-04-30", "2026-05-02", "2026-05-30")  # where weeks and months end
NET = (Decimal(12), Decimal(100), Decimal(2500), Decimal(64), Decimal(-4))  # in whole units, as the yen wants them
CENTS = {"JPY": (Decimal(0),), "KWD": (Decimal(0), Decimal("0.005"), Decimal("0.25"))}
ANY_CENTS = (Decimal(0), Decimal("0.01"), Decimal("0.50"), Decimal("0.99"))
