"""What the entries of a Dynamics 365 Finance environment put into planning's cells, by what stands in its ledgers at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tests.simulation.finance import Finance
from tests.simulation.finance_records import CATEGORIES, CUSTOMER_INVOICE, PAYMENT, SUPPLIER_INVOICE, Entry, Line
from tests.simulation.finance_values import (
    BANK,
    COST_CENTRE,
    CUSTOMER,
    PARTNER,
    PAYABLE,
    RECEIVABLE,
    TILL,
)
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, named_days, rounded
from tests.simulation.planning import Coordinates


def id_of_posted(entry: Entry) -> str:
    """What the ledger calls it."""
    return f"{entry.ledger.company}/{entry.day}/{entry.voucher}"


def posting_cells(
    entry: Entry, finance: Finance, connection: str, mappings: Mappings
) -> Iterator[tuple[Coordinates, Decimal]]:
    """What an entry puts into cells: each line of its postings that are in the books."""
    postings = entry.in_the_books()
    lines = [finance.shown(line) for each in postings for line in each.lines]
    amounts = _rounded_together([(each.amount, each.currency) for each in lines])
    kept = _rounded_together([(each.accounting, entry.ledger.currency) for each in lines])
    kind = _kind(CATEGORIES.get(postings[0].category), {each.account for each in lines})
    party = _party(entry, finance, CATEGORIES.get(postings[0].category))
    is_carried = postings[0].period.kind in {"Opening", "Closing"}
    for line, amount, own in zip(lines, amounts, kept, strict=True):
        company = mapped(mappings, connection, "legal_entity", entry.ledger.company)
        period = _posted_in(entry, company, connection, mappings)
        place = _place(kind, line, finance.account_type(line.account))
        if place is None or is_carried:
            continue
        cube, name = place
        members = {"Account": mapped(mappings, connection, "account", line.account), **_members(cube, line, party)}
        for dimension, (table, absent) in _MAPPED.items():
            if dimension in members:
                value = members[dimension]
                members[dimension] = mapped(mappings, connection, table, value) if value else absent
        members |= {"Currency": line.currency, "Time": period, "Version": "Actual", "Legal entity": company}
        sign = -1 if cube == "Actuals" else 1
        yield at(cube, name, members), sign * amount
        yield at(cube, f"{name} USD", members), sign * _dollars(entry, line, (amount, own), period, mappings)


_MAPPED = {
    "Cost centre": ("cost_centre", "NO_COST_CENTRE"),
    "Partner": ("partner", "NO_PARTNER"),
    "Supplier": ("supplier", "NO_SUPPLIER"),
    "Customer": ("customer", "NO_CUSTOMER"),
}


def _kind(category: str | None, accounts: set[str]) -> str:
    """What an entry is by its category, where the lines are those of one."""
    claim = {CUSTOMER_INVOICE: RECEIVABLE, PAYMENT: RECEIVABLE, SUPPLIER_INVOICE: PAYABLE}
    return category if category is not None and claim[category] in accounts else "journal"


def _place(kind: str, line: Line, account_type: str) -> tuple[str, str] | None:
    """The cube and the measure of a line; None where it is planned nowhere."""
    if account_type == "Revenue" and kind in {"journal", PAYMENT, CUSTOMER_INVOICE}:
        return "Actuals", "Revenue"
    if account_type in {"Expense", "Cost"} and kind in {"journal", PAYMENT, SUPPLIER_INVOICE}:
        return "Operating expenses", "Expense"
    return ("Cash", "Collected") if line.account in {BANK, TILL} and kind == PAYMENT else None


def _members(cube: str, line: Line, party: tuple[str, str]) -> dict[str, str]:
    """A dimension of the line's own comes before what its document says."""
    customer, supplier = party
    if cube == "Cash":
        return {"Customer": line.dimensions.get(CUSTOMER, customer)}
    found = {"Cost centre": line.dimensions.get(COST_CENTRE, ""), "Partner": line.dimensions.get(PARTNER, "")}
    if cube == "Operating expenses":
        return {**found, "Supplier": supplier}
    return {**found, "Customer": line.dimensions.get(CUSTOMER, customer)}


def _party(entry: Entry, finance: Finance, kind: str | None) -> tuple[str, str]:
    """The customer and the supplier that its documents name, if they name one."""
    named = {each.party for each in finance.documents if each.entry is entry and each.kind == kind}
    party = named.pop() if len(named) == 1 else ""
    return ("", party) if kind == SUPPLIER_INVOICE else (party, "")


def _rounded_together(stated: Sequence[tuple[Decimal, str]]) -> list[Decimal]:
    """Each amount in whole units of its currency; the largest bears what is left, where all of a currency came to nothing."""
    amounts = [rounded(amount, currency) for amount, currency in stated]
    for currency in {currency for _, currency in stated}:
        places = [place for place, each in enumerate(stated) if each[1] == currency]
        if sum(stated[place][0] for place in places) == 0:
            largest = min(places, key=lambda place: (-abs(amounts[place]), place))
            amounts[largest] -= sum((amounts[place] for place in places), Decimal(0))
    return amounts


def _dollars(
    entry: Entry, line: Line, rounded_amounts: tuple[Decimal, Decimal], period: str, mappings: Mappings
) -> Decimal:
    """As its company keeps them, or its group; else by planning's rate, also of what is posted in the company's currency alone."""
    if entry.ledger.reporting:
        return line.reporting
    amount, own = rounded_amounts
    if amount == 0:
        return in_dollars(own, entry.ledger.currency, period, mappings)
    return line.accounting if entry.ledger.currency == "USD" else in_dollars(amount, line.currency, period, mappings)


def _posted_in(entry: Entry, company: str, connection: str, mappings: Mappings) -> str:
    """The company's own period with just the days of the entry's; where it has none, the one a controller has said."""
    period = entry.in_the_books()[0].period
    own = named_days(company, period.first_day, period.last_day) if period.kind == "Operating" else None
    return own or mapped(mappings, connection, "period", f"{entry.ledger.company}/2026/{period.name}")
