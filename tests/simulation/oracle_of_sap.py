"""What the documents of an S/4HANA tenant put into planning's cells, by what stands in the tenant at the end."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tests.simulation import sap_values as values
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, period_of
from tests.simulation.planning import Coordinates
from tests.simulation.sap_records import Billing, Entry, Item, Line, Order

_Cells = Iterator[tuple[Coordinates, Decimal]]
_TAKES_BACK = {("N", "ZS1"), ("N", "S1"), ("M", "S1"), ("O", "G2")}
_BILLS = {("M", "F2"), ("P", "L2"), ("S", "ZS2"), ("S", "S2"), ("O", "S2")}
_OF_CUSTOMERS = {values.INVOICE, values.DEBIT_NOTE, values.CREDIT}
_MONTHS = {"003": "2026-03", "004": "2026-04", "005": "2026-05"}
_DIMENSIONS = (
    ("Cost centre", "cost_centre", "NO_COST_CENTRE"),
    ("Partner", "partner", "NO_PARTNER"),
    ("Supplier", "supplier", "NO_SUPPLIER"),
    ("Customer", "customer", "NO_CUSTOMER"),
)


def id_of_entry(entry: Entry) -> str:
    """What the ledger calls it."""
    return f"{entry.company.code}/{entry.year}/{_bare(entry.number)}"


def id_of_document(document: Order | Billing) -> str:
    """What the ledger calls it."""
    return _bare(document.number)


def sales_order_cells(order: Order, connection: str, mappings: Mappings) -> _Cells:
    """What an order puts into cells: what is not rejected of it, as long as it is open."""
    items = [each for each in order.items if each.reason == ""]
    is_open = bool(items) and order.status in {"A", "B"}
    entity = mapped(mappings, connection, "legal_entity", f"org:{order.company.code}")
    for item in items:
        if is_open:
            yield from _item_cells(("Orders", "Ordered", "Forecast"), entity, order, item, connection, mappings)


def billing_cells(billing: Billing, connection: str, mappings: Mappings) -> _Cells:
    """What a billing document puts into cells, whether it is in the books, cancelled, or neither."""
    what = (billing.category, billing.kind)
    if billing.category == "U":
        return
    assert (what in _BILLS) != (what in _TAKES_BACK)
    sign = 1 if what in _BILLS else -1
    entity = mapped(mappings, connection, "legal_entity", billing.company.code)
    for item in billing.items:
        signed = item._replace(amount=sign * item.amount)
        yield from _item_cells(("Billings", "Billed", "Actual"), entity, billing, signed, connection, mappings)


def entry_cells(entry: Entry, connection: str, mappings: Mappings) -> _Cells:
    """What a journal entry puts into cells: its lines in the leading ledger, if it is in the books there."""
    if entry.category or values.LEADING not in entry.ledgers:
        return
    for line in entry.lines:
        entity = mapped(mappings, connection, "legal_entity", entry.company.code)
        period = _period(entry, connection, mappings)
        place = _place(entry, line)
        if place is None:
            continue
        cube, name = place
        members = {"Account": mapped(mappings, connection, "account", line.account)}
        stated = _stated(entry, line, cube)
        for dimension, table, absent in _DIMENSIONS:
            if dimension in stated:
                value = _bare(stated[dimension])
                members[dimension] = mapped(mappings, connection, table, value) if value else absent
        members |= {"Currency": entry.currency, "Time": period, "Version": "Actual", "Legal entity": entity}
        sign = -1 if cube == "Actuals" else 1
        yield at(cube, name, members), sign * line.amount
        dollars = _dollars(entry, line, period, mappings)
        yield at(cube, f"{name} USD", members), sign * dollars


def _item_cells(
    place: tuple[str, str, str],
    entity: str,
    document: Order | Billing,
    item: Item,
    connection: str,
    mappings: Mappings,
) -> _Cells:
    cube, name, version = place
    period, material = period_of(entity, document.day), _bare(item.material)
    members = {
        "Customer": mapped(mappings, connection, "customer", _bare(document.customer)),
        "Product line": mapped(mappings, connection, "product", material) if material else "NO_PRODUCT",
        "Legal entity": entity,
        "Currency": document.currency,
        "Time": period,
        "Version": version,
    }
    yield at(cube, name, members), item.amount
    yield at(cube, f"{name} USD", members), in_dollars(item.amount, document.currency, period, mappings, version)


def _place(entry: Entry, line: Line) -> tuple[str, str] | None:
    """The cube and the measure of a line; None where it is planned nowhere, as all that only closes a year."""
    if entry.kind == values.CLOSING_TYPE or entry.period == "000":
        return None
    is_settling = entry.kind in {values.JOURNAL, values.COLLECTION}
    if line.account in values.INCOME and (is_settling or entry.kind in _OF_CUSTOMERS):
        return "Actuals", "Revenue"
    if line.account in values.EXPENSES and (is_settling or entry.kind in values.BOUGHT):
        return "Operating expenses", "Expense"
    is_collected = line.account == values.CASH and entry.kind == values.COLLECTION
    return ("Cash", "Collected") if is_collected else None


def _stated(entry: Entry, line: Line, cube: str) -> dict[str, str]:
    """The dimensions of a cube as a line states them; a customer or supplier also as the only one of its entry."""
    customers, suppliers = ({getattr(each, name) for each in entry.lines} - {""} for name in ("customer", "supplier"))
    customer = line.customer or (customers.pop() if len(customers) == 1 else "")
    supplier = line.supplier or (suppliers.pop() if len(suppliers) == 1 else "")
    if cube == "Cash":
        return {"Customer": customer}
    party = {"Supplier": supplier} if cube == "Operating expenses" else {"Customer": customer}
    return {"Cost centre": line.cost_centre, "Partner": line.partner, **party}


def _dollars(entry: Entry, line: Line, period: str, mappings: Mappings) -> Decimal:
    """As the tenant keeps it, where its company keeps the group's amounts; else at planning's rate."""
    if entry.company.group == "USD":
        return entry.functional(line) * values.GROUP_RATE
    return in_dollars(line.amount, entry.currency, period, mappings)


def _period(entry: Entry, connection: str, mappings: Mappings) -> str:
    """The month of a company that counts months, in SAP too; any other period is where a controller has said."""
    if entry.company is values.EUROPE and entry.period in _MONTHS:
        return _MONTHS[entry.period]
    return mapped(mappings, connection, "period", f"{entry.company.code}/{entry.year}/{entry.period}")


def _bare(number: str) -> str:
    return number.lstrip("0") if number.isdigit() else number
