"""What the documents of an ERP put into planning's cells, by their final state alone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.documents import EXPONENTS, GROUP_RATES, OWN_CURRENCY, PERIODS, Document, Line
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, named_days, rounded
from tests.simulation.planning import Coordinates

_REVENUE = {"invoice", "credit_memo", "journal_entry"}


def document_cells(document: Document, connection: str, mappings: Mappings) -> Iterator[tuple[Coordinates, Decimal]]:
    """What a posted document puts into cells."""
    for line in document.lines:
        company = mapped(mappings, connection, "legal_entity", line.subsidiary)
        period = _posted_in(document, company, connection, mappings)
        revenue = document.entity in _REVENUE and line.kind == "Income"
        cash = document.entity == "payment" and line.kind == "Bank"
        if not (revenue or cash) or (line.transaction_minor == 0 and line.functional_minor == 0):
            continue
        members = {"Account": mapped(mappings, connection, "account", line.account)}
        if revenue:
            department = line.department
            members["Cost centre"] = (
                mapped(mappings, connection, "cost_centre", department) if department else "NO_COST_CENTRE"
            )
        members["Customer"] = (
            mapped(mappings, connection, "customer", document.customer) if document.customer else "NO_CUSTOMER"
        )
        members |= {"Currency": document.currency, "Time": period, "Version": "Actual", "Legal entity": company}
        sign = -1 if revenue else 1
        cube, name = ("Actuals", "Revenue") if revenue else ("Cash", "Collected")
        amount = Decimal(line.transaction_minor).scaleb(-EXPONENTS[document.currency])
        yield at(cube, name, members), sign * amount
        yield at(cube, f"{name} USD", members), sign * _reported(document, line, amount, period, mappings)


def _reported(document: Document, line: Line, amount: Decimal, period: str, mappings: Mappings) -> Decimal:
    own = OWN_CURRENCY[line.subsidiary]
    functional = Decimal(line.functional_minor).scaleb(-EXPONENTS[own])
    if own == "USD":
        return functional
    rate = GROUP_RATES.get((document.period, line.subsidiary))
    is_average = line.kind in {"Income", "Expense"}
    if rate is not None:
        return rounded(functional * Decimal(rate if is_average else "1.5"), "USD")
    return in_dollars(amount, document.currency, period, mappings)


def _posted_in(document: Document, company: str, connection: str, mappings: Mappings) -> str:
    """The company's own period with just those days; where it has none, the one a controller has said."""
    _, first_day, last_day, is_adjustment = PERIODS[document.period]
    own = None if is_adjustment else named_days(company, first_day, last_day)
    return own or mapped(mappings, connection, "period", document.period)
