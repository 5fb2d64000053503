"""What the documents of an ERP put into planning's cells, by their final state alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tests.simulation.documents import (
    EXPONENTS,
    OWN_CURRENCY,
    PERIODS,
    STANDS_FOR,
    VENDORS,
    Document,
    Line,
)
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, named_days, rounded
from tests.simulation.planning import Coordinates

_REVENUE = {"invoice", "credit_memo", "journal_entry", "payment"}


Rates = Mapping[tuple[str, str], str]  # by posting period and subsidiary, to the group


def document_cells(
    document: Document, connection: str, rates: Rates, mappings: Mappings
) -> Iterator[tuple[Coordinates, Decimal]]:
    """What a posted document puts into cells, at the group's rates of now."""
    for line in document.lines:
        company = mapped(mappings, connection, "legal_entity", line.subsidiary)
        period = _posted_in(document, company, connection, mappings)
        place = _place(document, line)
        if place is None or (line.transaction_minor == 0 and line.functional_minor == 0):
            continue
        cube, name = place
        members = {"Account": mapped(mappings, connection, "account", line.account)}
        if cube != "Cash":
            department = line.department
            partner = _partner(document, line)
            members["Partner"] = mapped(mappings, connection, "partner", partner) if partner else "NO_PARTNER"
            members["Cost centre"] = (
                mapped(mappings, connection, "cost_centre", department) if department else "NO_COST_CENTRE"
            )
        if cube == "Operating expenses":
            vendor = document.named if document.named in VENDORS else None
            members["Supplier"] = mapped(mappings, connection, "supplier", vendor) if vendor else "NO_SUPPLIER"
        else:
            customer = document.named if document.named not in VENDORS else None
            members["Customer"] = mapped(mappings, connection, "customer", customer) if customer else "NO_CUSTOMER"
        members |= {"Currency": document.currency, "Time": period, "Version": "Actual", "Legal entity": company}
        sign = -1 if cube == "Actuals" else 1
        amount = Decimal(line.transaction_minor).scaleb(-EXPONENTS[document.currency])
        yield at(cube, name, members), sign * amount
        yield at(cube, f"{name} USD", members), sign * _reported(document, line, amount, period, rates, mappings)


def _place(document: Document, line: Line) -> tuple[str, str] | None:
    """The cube and the measure of a line; None where it is planned nowhere."""
    if line.kind == "Income" and document.entity in _REVENUE:
        return "Actuals", "Revenue"
    if line.kind == "Expense" and document.entity in {"journal_entry", "bill", "payment"}:
        return "Operating expenses", "Expense"
    return ("Cash", "Collected") if line.kind == "Bank" and document.entity == "payment" else None


def _partner(document: Document, line: Line) -> str | None:
    """The company of the group at the other side: whoever is named, else the other one of two that eliminate."""
    named = STANDS_FOR.get(document.named or "")
    if named is not None:
        return named if named != line.subsidiary else None
    others = [each for each in document.subsidiaries if each != line.subsidiary]
    return others[0] if line.is_eliminated and others else None


def _reported(
    document: Document, line: Line, amount: Decimal, period: str, rates: Rates, mappings: Mappings
) -> Decimal:
    own = OWN_CURRENCY[line.subsidiary]
    functional = Decimal(line.functional_minor).scaleb(-EXPONENTS[own])
    if own == "USD":
        return functional
    rate = rates.get((document.period, line.subsidiary))
    is_average = line.kind in {"Income", "Expense"}
    if rate is not None:
        return rounded(functional * Decimal(rate if is_average else "1.5"), "USD")
    if amount == 0:  # posted in the subsidiary's currency alone
        return in_dollars(functional, own, period, mappings)
    return in_dollars(amount, document.currency, period, mappings)


def _posted_in(document: Document, company: str, connection: str, mappings: Mappings) -> str:
    """The company's own period with just those days; where it has none, the one a controller has said."""
    _, first_day, last_day, is_adjustment = PERIODS[document.period]
    own = None if is_adjustment else named_days(company, first_day, last_day)
    return own or mapped(mappings, connection, "period", document.period)
