"""What the documents of a Business Central environment put into planning's cells, by what stands in its books at the end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote

from tests.simulation.books_records import NO_KIND, SOLD, Document, Entry, Header
from tests.simulation.books_values import (
    CASH,
    CATEGORIES,
    CLOSING_NUMBER,
    COST_CENTRE,
    PARTNER,
    PAYABLE,
    RECEIVABLE,
    UNSORTED,
)
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, period_of
from tests.simulation.planning import Coordinates

_KINDS = {NO_KIND: "none", "Invoice": "invoice", "Credit_x0020_Memo": "credit_memo", "Payment": "payment"}


def id_of_document(document: Document) -> str:
    """What the ledger calls it."""
    company, number = document.ledger.company, quote(document.number, safe="")
    return f"{company}/{document.day}/{_KINDS[document.kind]}/{number}"


def book_cells(
    document: Document, connection: str, lacks: frozenset[str], mappings: Mappings
) -> Iterator[tuple[Coordinates, Decimal]]:
    """What a document puts into cells: each of its entries, those of a reversal too."""
    header = document.header
    if header is not None and header.resource in lacks:
        header = None  # nobody can tell whom it is with, nor in which currency
    has_additional = any(each.additional for each in document.entries)
    for entry in document.entries:
        company = mapped(mappings, connection, "legal_entity", document.ledger.company)
        place = _place(document, entry)
        if place is None:
            continue
        cube, name = place
        members = {"Account": mapped(mappings, connection, "account", entry.account), **_dimensions(entry, cube)}
        members |= _party(cube, header)
        for dimension, (table, absent) in _MAPPED.items():
            if dimension in members:
                value = members[dimension]
                members[dimension] = mapped(mappings, connection, table, value) if value else absent
        currency = (header.currency if header is not None else "") or document.ledger.currency
        period = period_of(company, document.day)
        members |= {"Currency": currency, "Time": period, "Version": "Actual", "Legal entity": company}
        sign = -1 if cube == "Actuals" else 1
        amount = entry.stated if header is not None else entry.amount
        dollars = entry.additional if has_additional else in_dollars(amount, currency, period, mappings)
        yield at(cube, name, members), sign * amount
        yield at(cube, f"{name} USD", members), sign * dollars


_MAPPED = {
    "Cost centre": ("cost_centre", "NO_COST_CENTRE"),
    "Partner": ("partner", "NO_PARTNER"),
    "Supplier": ("supplier", "NO_SUPPLIER"),
    "Customer": ("customer", "NO_CUSTOMER"),
}


def _place(document: Document, entry: Entry) -> tuple[str, str] | None:
    """The cube and the measure of an entry; None where it is planned nowhere, as all that only closes a year."""
    accounts = {each.account for each in document.entries}
    category = "Expense" if entry.account == UNSORTED else CATEGORIES[entry.account]
    if document.number.startswith(CLOSING_NUMBER) or document.day.startswith("C"):
        return None
    is_sold, is_bought = RECEIVABLE in accounts, PAYABLE in accounts
    is_journal = document.kind == NO_KIND
    if category == "Income" and (is_journal or is_sold):
        return "Actuals", "Revenue"
    if category == "Expense" and (is_journal or is_bought or document.kind == "Payment"):
        return "Operating expenses", "Expense"
    return ("Cash", "Collected") if entry.account == CASH and document.kind == "Payment" and is_sold else None


def _dimensions(entry: Entry, cube: str) -> dict[str, str]:
    if cube == "Cash":
        return {}
    return {"Cost centre": entry.dimensions.get(COST_CENTRE, ""), "Partner": entry.dimensions.get(PARTNER, "")}


def _party(cube: str, header: Header | None) -> dict[str, str]:
    named = header.named if header is not None else ""
    if cube == "Operating expenses":
        return {"Supplier": named}
    is_customer = header is not None and header.resource in SOLD
    return {"Customer": named if is_customer else ""}
