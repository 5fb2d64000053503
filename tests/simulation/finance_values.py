"""The values that postings of a Dynamics 365 Finance environment take by chance, among them those that are easily misread."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


class Period(NamedTuple):
    """A period of a fiscal calendar; one that is not operating has the days of another."""

    name: str
    kind: str
    first_day: str
    last_day: str


_MONTHS = (
    Period("Period 3", "Operating", "2026-03-01", "2026-03-31"),
    Period("Period 4", "Operating", "2026-04-01", "2026-04-30"),
    Period("Period 5", "Operating", "2026-05-01", "2026-05-31"),
)
_WEEKS = (
    Period("P2", "Operating", "2026-03-01", "2026-03-28"),
    Period("P3", "Operating", "2026-03-29", "2026-05-02"),
    Period("P4", "Operating", "2026-05-03", "2026-05-30"),
)
_BESIDE_MONTHS = (  # what an audit finds; and what carries a year on
    Period("Period 13", "Operating", "2026-03-31", "2026-03-31"),
    Period("Closing", "Closing", "2026-03-01", "2026-03-31"),
    Period("Opening", "Opening", "2026-03-01", "2026-03-31"),
)
_BESIDE_WEEKS = (
    Period("Period 13", "Operating", "2026-03-31", "2026-03-31"),
    Period("Closing", "Closing", "2026-03-29", "2026-05-02"),
    Period("Opening", "Opening", "2026-03-29", "2026-05-02"),
)


class Ledger(NamedTuple):
    """A company, and how it keeps its books.

    Attributes:
        currency: its own, the accounting currency.
        reporting: the currency in which its books are kept, too; empty: none.
        rates: what a unit of each currency is worth in its own.
        onwards: what a unit of its own is worth in the reporting currency.
        beside: its periods that are none of its calendar's.
    """

    company: str
    currency: str
    reporting: str
    rates: Mapping[str, Decimal]
    onwards: Decimal
    periods: tuple[Period, ...]
    beside: tuple[Period, ...]

    def period_of(self, day: str) -> Period:
        """The ordinary period a day lies in."""
        [found] = [each for each in self.periods if each.first_day <= day <= each.last_day]
        return found


# All number their vouchers and documents alike, so that one number means another thing in each.
LEDGERS = (
    Ledger("usmf", "USD", "", {"USD": Decimal(1), "JPY": Decimal("0.0067")}, Decimal(0), _MONTHS, _BESIDE_MONTHS),
    Ledger("demf", "EUR", "USD", {"EUR": Decimal(1), "USD": Decimal("0.9")}, Decimal("1.0833"), _WEEKS, _BESIDE_WEEKS),
    Ledger("jpmf", "JPY", "", {"JPY": Decimal(1), "EUR": Decimal(160)}, Decimal(0), _MONTHS, _BESIDE_MONTHS),
)
FOREIGN = Ledger("ukmf", "EUR", "", {"EUR": Decimal(1)}, Decimal(0), _MONTHS, _BESIDE_MONTHS)  # it plans for itself
DEFAULT_COMPANY = "usmf"  # whose rows alone are shown to whoever does not ask for those of all
RECEIVABLE, PAYABLE, BANK, TILL = "130100", "200100", "110110", "110180"
TAX, ACCRUED, RETAINED, GOODS = "202150", "200140", "300160", "140200"
INCOME = ("401100", "401200")
EXPENSES = ("606300", "618900")
GOODS_SOLD = "510100"
UNSORTED = "699900"  # an account of which nobody has said more than on which statement it stands
TYPES = {
    **dict.fromkeys((RECEIVABLE, BANK, TILL, GOODS), "Asset"),
    **dict.fromkeys((PAYABLE, TAX, ACCRUED), "Liability"),
    **dict.fromkeys(INCOME, "Revenue"),
    **dict.fromkeys(EXPENSES, "Expense"),
    GOODS_SOLD: "Cost",
    RETAINED: "Equity",
    UNSORTED: "ProfitAndLoss",
}
POSTED_AS = {RECEIVABLE: "CustBalance", PAYABLE: "VendBalance", BANK: "Bank", TAX: "Tax"}  # the others as a journal's
CUSTOMERS = ("US-001", "US-002")
VENDORS = ("V/10", "V/20")
SEGMENT, COST_CENTRE, PARTNER, CUSTOMER = "segment", "cost_centre", "partner", "customer"
DIMENSIONS = ("account", SEGMENT, COST_CENTRE, "unused", PARTNER, CUSTOMER)  # in the order in which accounts show them
COST_CENTRES = ("ADM", "C-1", None)
HALF_A_SIGN = "\ud83d"  # the name of a cost centre that no parser takes, before somebody gives it another
MENDED = "C-2"
PARTNERS = ("demf", None, None)
DAYS = ("2026-03-28", "2026-03-31", "2026-04-30", "2026-05-02", "2026-05-30")  # where weeks and months end
LAST_DAY = "2026-03-31"
NET = (Decimal(12), Decimal(100), Decimal(2500), Decimal(64), Decimal(-4))
CENTS = (
    Decimal(0),
    Decimal("0.01"),
    Decimal("0.50"),
    Decimal("0.99"),
)  # of yen, too: two decimals are kept of everything
