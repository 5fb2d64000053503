"""A year of a company as its accountants book it, in their words: the same documents for every ERP.

Alpha sells subscriptions and services, and keeps its books in euro. Its parent keeps them in US dollars, in which the group
reports. What planning must show of it stands in `planned.py`; how each ERP books it, in the module of its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Month:
    """A posting period, and what currencies are worth in it.

    Attributes:
        name: as NetSuite calls it; the others know it by the days in it.
        euro_in_dollars: at which whatever is posted in it is translated for the group.
        at_its_end: the same on its last day, at which NetSuite translates what is in the bank.
        pound_in_euro: at which pounds are posted in it.
        pound_in_dollars: the product of both.
    """

    name: str
    euro_in_dollars: str
    at_its_end: str
    pound_in_euro: str
    pound_in_dollars: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of an invoice, credit or bill: positive, before tax, with the tax on it."""

    account: str
    net: str
    tax: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, kw_only=True)
class Trade:
    """An invoice to a customer, a credit for one, or a bill of a supplier.

    Attributes:
        dated: the day on the paper, which decides nothing.
        party: the customer or the supplier.
        total: tax included, positive.
        rounding: what Alpha's books need to balance in euro once every line has been converted; a debit.
    """

    number: str
    posted_on: str
    dated: str
    party: str
    currency: str = "EUR"
    lines: tuple[Line, ...]
    total: str
    rounding: str = ""


@dataclass(frozen=True, kw_only=True)
class Journal:
    """A journal in euro: account, amount (debit positive) and cost centre of each line."""

    number: str
    posted_on: str
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Money of a customer.

    Attributes:
        amount: what reached the bank.
        settles: the invoice it is for; empty: nobody knows yet.
        settled: how much of that it settles, tax included.
        unapplied: what is left of the amount, and waits for an invoice.
        booked_at: what the settled part stood at in the books, in euro, where the invoice was in a foreign currency.
        worth: what it is worth in euro on the day it came.
        gain: the difference, in euro.
        gain_in_dollars: the same in the group's currency, for ERPs that settle receivables in it too.
    """

    number: str
    posted_on: str
    party: str
    amount: str
    currency: str = "EUR"
    settles: str = ""
    settled: str = ""
    unapplied: str = ""
    booked_at: str = ""
    worth: str = ""
    gain: str = ""
    gain_in_dollars: str = ""


class Books(Protocol):
    """What accountants do in an ERP; each posts as that ERP does it."""

    def begin(self, month: Month) -> None:
        """Let what is posted from now on be of this month, at its rates."""

    def invoice(self, sale: Trade) -> None:
        """Invoice a customer."""

    def credit(self, sale: Trade) -> None:
        """Credit a customer some of what was invoiced."""

    def cancel(self, sale: Trade, day: str) -> None:
        """Take back a whole invoice in a later month."""

    def void(self, sale: Trade, day: str) -> None:
        """Undo an invoice that should never have been, in its own month."""

    def sell_within_the_group(self, sale: Trade, cost: Trade) -> None:
        """Invoice the parent, in whose books it is a bill of Alpha's."""

    def journal(self, entry: Journal) -> None:
        """Post a journal."""

    def reverse(self, entry: Journal, day: str) -> None:
        """Reverse a journal, in another month."""

    def receive(self, receipt: Receipt) -> None:
        """Book money of a customer."""

    def bounce(self, receipt: Receipt, day: str) -> None:
        """Take a payment back, in a later month, since the bank did."""

    def adjust(self, entry: Journal) -> None:
        """Post a journal after the last month of the year, in a period for adjustments where there is one."""

    def close_year(self, entry: Journal) -> None:
        """Bring what was earned in the year to equity, where somebody has to."""

    def reopen_for(self, bill: Trade) -> None:
        """Open a month that was closed, and post a bill that came late."""


FEBRUARY = Month(
    name="Feb 2026", euro_in_dollars="1.05", at_its_end="1.06", pound_in_euro="1.14", pound_in_dollars="1.197"
)
MARCH = Month(
    name="Mar 2026", euro_in_dollars="1.10", at_its_end="1.12", pound_in_euro="1.15", pound_in_dollars="1.265"
)
APRIL = Month(name="Apr 2026", euro_in_dollars="1.20", at_its_end="1.22", pound_in_euro="1.20", pound_in_dollars="1.44")
DECEMBER = Month(
    name="Dec 2026", euro_in_dollars="1.25", at_its_end="1.27", pound_in_euro="1.16", pound_in_dollars="1.45"
)

SALES, MARKETING = "sales", "marketing"  # cost centres

INVOICE = Trade(
    number="invoice", posted_on="2026-03-02", dated="2026-02-27", party="Acme", total="12376.00",
    lines=(
        Line(account="subscriptions", net="10000.00", tax="1900.00", cost_centre=SALES),
        Line(account="services", net="400.00", tax="76.00"),
    ),
)  # fmt: skip
PARTIAL_CREDIT = Trade(
    number="partial credit", posted_on="2026-04-15", dated="2026-04-15", party="Acme", total="1190.00",
    lines=(Line(account="subscriptions", net="1000.00", tax="190.00", cost_centre=SALES),),
)  # fmt: skip
CANCELLED = Trade(
    number="cancelled", posted_on="2026-03-09", dated="2026-03-09", party="Acme", total="833.00",
    lines=(Line(account="services", net="700.00", tax="133.00"),),
)  # fmt: skip
VOIDED = Trade(
    number="voided", posted_on="2026-03-23", dated="2026-03-23", party="Acme", total="396.27",
    lines=(Line(account="subscriptions", net="333.00", tax="63.27", cost_centre=SALES),),
)  # fmt: skip
IN_POUNDS = Trade(
    number="in pounds", posted_on="2026-03-10", dated="2026-03-10", party="Globex", currency="GBP", total="1000.00",
    lines=(Line(account="services", net="1000.00"),),
)  # fmt: skip
# At 1.15, 100.10 pounds are 115.115 euro, posted as 115.12, twice; the 200.20 pounds owed are 230.23. A cent is too much.
WITH_ROUNDING = Trade(
    number="with rounding", posted_on="2026-03-11", dated="2026-03-11", party="Globex", currency="GBP", total="200.20",
    rounding="0.01",
    lines=(
        Line(account="subscriptions", net="100.10", cost_centre=SALES),
        Line(account="services", net="100.10"),
    ),
)  # fmt: skip
SOLD_TO_PARENT = Trade(
    number="to the parent", posted_on="2026-03-31", dated="2026-03-31", party="the parent", total="500.00",
    lines=(Line(account="group revenue", net="500.00"),),
)  # fmt: skip
BOUGHT_OF_ALPHA = Trade(
    number="of Alpha", posted_on="2026-03-31", dated="2026-03-31", party="Alpha", total="500.00",
    lines=(Line(account="group cost", net="500.00"),),
)  # fmt: skip
ACCRUAL = Journal(
    number="accrual", posted_on="2026-03-31",
    lines=(("marketing", "300.00", MARKETING), ("accrued", "-300.00", "")),
)  # fmt: skip
OVERPAID = Receipt(
    number="overpaid", posted_on="2026-03-26", party="Acme", amount="12500.00", settles="invoice", settled="12376.00",
    unapplied="124.00",
)  # fmt: skip
UNAPPLIED = Receipt(number="unapplied", posted_on="2026-03-27", party="Globex", amount="5000.00", unapplied="5000.00")
BOUNCED = Receipt(number="bounced", posted_on="2026-03-30", party="Acme", amount="444.00", unapplied="444.00")
POUNDS_RECEIVED = Receipt(
    number="pounds received", posted_on="2026-04-10", party="Globex", amount="1000.00", currency="GBP",
    settles="in pounds", settled="1000.00", booked_at="1150.00", worth="1200.00", gain="50.00", gain_in_dollars="175.00",
)  # fmt: skip
AUDIT = Journal(
    number="audit", posted_on="2026-12-31",
    lines=(("marketing", "80.00", MARKETING), ("accrued", "-80.00", "")),
)  # fmt: skip
CLOSING = Journal(
    number="closing", posted_on="2026-12-31",
    lines=(("subscriptions", "9115.12", ""), ("services", "1665.12", ""), ("earnings", "-10780.24", "")),
)  # fmt: skip
LATE_BILL = Trade(
    number="late bill", posted_on="2026-02-27", dated="2026-03-05", party="the agency", total="120.00",
    lines=(Line(account="marketing", net="120.00", cost_centre=MARKETING),),
)  # fmt: skip


def book_the_year(books: Books) -> Iterator[None]:
    """Everything, in the order in which it was booked; it stops wherever the line is to hear of what was booked so far."""
    books.begin(MARCH)
    for sale in (INVOICE, CANCELLED, VOIDED, IN_POUNDS, WITH_ROUNDING):
        books.invoice(sale)
    books.sell_within_the_group(SOLD_TO_PARENT, BOUGHT_OF_ALPHA)
    yield  # the invoice that is voided next is in planning by now
    books.void(VOIDED, "2026-03-24")
    books.receive(OVERPAID)
    books.receive(UNAPPLIED)
    books.receive(BOUNCED)
    books.journal(ACCRUAL)
    yield
    books.begin(APRIL)
    books.reverse(ACCRUAL, "2026-04-01")
    books.cancel(CANCELLED, "2026-04-02")
    books.bounce(BOUNCED, "2026-04-07")
    books.receive(POUNDS_RECEIVED)
    books.credit(PARTIAL_CREDIT)
    yield
    books.begin(DECEMBER)
    books.adjust(AUDIT)
    books.close_year(CLOSING)
    yield
    books.begin(FEBRUARY)
    books.reopen_for(LATE_BILL)
    yield


def opposite(amount: str) -> str:
    """The amount with the other sign."""
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
