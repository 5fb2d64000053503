"""What planning must hold, worked out from the sources' final state and the final mappings alone.

Written without the line's own planning, money and mapping modules, and as plainly as possible: what both get wrong in the
same way would never be seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from tests.simulation.crm import Crm, Deal
from tests.simulation.erp import EXPONENTS, GROUP_RATES, OWN_CURRENCY, PERIODS, Document, Erp, Line
from tests.simulation.offers import Item
from tests.simulation.planning import Coordinates
from tests.simulation.spending import ExpenseTool, Report
from tests.simulation.systems import COMPANY_OF

Mappings = Mapping[tuple[str, str, str], str]  # (connection, table, key) to member
Record = tuple[str, str, str]  # connection, entity, id

_OPEN = {"prospect", "qualified", "proposal", "negotiation", "committed"}
_REVENUE = {"invoice", "credit_memo", "journal_entry"}


class _Missing(Exception):  # noqa: N818 no error: an answer
    pass


@dataclass(slots=True)
class Expected:
    """The cells planning must hold, what waits for a mapping, and what nobody can read."""

    cells: dict[Coordinates, Decimal] = field(default_factory=dict)
    waiting: set[Record] = field(default_factory=set)
    unreadable: set[Record] = field(default_factory=set)


def expected(
    crms: Mapping[str, tuple[Crm, ZoneInfo]],
    erps: Mapping[str, Erp],
    tools: Mapping[str, ExpenseTool],
    mappings: Mappings,
) -> Expected:
    """The truth."""
    truth = Expected()
    for connection, (crm, zone) in crms.items():
        for deal in crm.deals.values():
            if deal.is_archived or deal.is_purged or deal.merged_into:
                continue
            record = (connection, "opportunity", deal.deal_id)
            if deal.is_spoilt:
                truth.unreadable.add(record)
            else:
                items = crm.offers.of(deal.deal_id)
                _add(truth, record, lambda d=deal, i=items, c=connection, z=zone: _deal_cells(d, i, c, z, mappings))
    for connection, erp in erps.items():
        for document in erp.documents.values():
            if document.is_posted and not document.is_deleted:
                record = (connection, document.entity, document.document_id)
                _add(truth, record, lambda document=document, c=connection: _document_cells(document, c, mappings))
    _add_reports(truth, tools, mappings)
    return truth


def _add_reports(truth: Expected, tools: Mapping[str, ExpenseTool], mappings: Mappings) -> None:
    for connection, tool in tools.items():
        for report in tool.reports.values():
            if not report.is_deleted and not report.is_spoilt and report.status in {"approved", "paid"}:
                record = (connection, "expense_report", report.report_id)
                _add(truth, record, lambda report=report, c=connection: _report_cells(report, c, mappings))


def _report_cells(report: Report, connection: str, mappings: Mappings) -> Iterator[tuple[Coordinates, Decimal]]:
    for line in report.lines:
        amount, month = Decimal(str(line["gross"])), line["spent_on"][:7]
        centre, merchant = line["cost_center"], line["merchant"]
        if amount == 0:
            continue
        members = {
            "Account": _mapped(mappings, connection, "account", line["category"]),
            "Cost centre": _mapped(mappings, connection, "cost_centre", centre) if centre else "NO_COST_CENTRE",
            "Supplier": _mapped(mappings, connection, "supplier", merchant) if merchant else "NO_SUPPLIER",
            "Nature": "expense",
            "Legal entity": COMPANY_OF[connection],
            "Currency": report.currency,
            "Time": month,
            "Version": "Actual",
        }
        yield _at("Spend", "Spent", members), amount
        yield (
            _at("Spend", "Spent USD", members),
            _in_dollars(amount, report.currency, date.fromisoformat(f"{month}-01"), mappings),
        )


def _add(truth: Expected, record: Record, cells_of) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    try:
        cells = list(cells_of())
    except _Missing:
        truth.waiting.add(record)
        return
    for coordinates, amount in cells:
        truth.cells[coordinates] = truth.cells.get(coordinates, Decimal(0)) + amount


def _deal_cells(
    deal: Deal, items: list[Item], connection: str, zone: ZoneInfo, mappings: Mappings
) -> Iterator[tuple[Coordinates, Decimal]]:
    value = deal.properties
    stage = _mapped(mappings, connection, "stage", f"{value['pipeline']}/{value['dealstage']}")
    if stage == "lost":
        return
    day = _local_day(value["closedate"], zone)
    for product, currency, amounts in _offered(deal, items, is_won=stage == "won"):
        for name, number in amounts.items():
            if number == 0:
                continue
            customer = _primary(deal)
            members = {
                "Customer": _mapped(mappings, connection, "customer", customer) if customer else "NO_CUSTOMER",
                "Product line": _mapped(mappings, connection, "product", product) if product else "NO_PRODUCT",
                "Legal entity": COMPANY_OF[connection],
            }
            if day is None:
                continue
            members |= {
                "Currency": currency,
                "Time": f"{day:%Y-%m}",
                "Version": "Actual" if stage == "won" else "Forecast",
            }
            cube = "Bookings" if stage == "won" else "Pipeline"
            yield _at(cube, name, members), number
            yield _at(cube, f"{name} USD", members), _in_dollars(number, currency, day, mappings)


def _document_cells(document: Document, connection: str, mappings: Mappings) -> Iterator[tuple[Coordinates, Decimal]]:
    day = _posting_day(document, connection, mappings)
    company = _mapped(mappings, connection, "legal_entity", document.subsidiary) if document.lines else ""
    for line in document.lines:
        revenue = document.entity in _REVENUE and line.kind == "Income"
        cash = document.entity == "payment" and line.kind == "Bank"
        if not (revenue or cash) or (line.transaction_minor == 0 and line.functional_minor == 0):
            continue
        members = {"Account": _mapped(mappings, connection, "account", line.account)}
        if revenue:
            department = line.department
            members["Cost centre"] = (
                _mapped(mappings, connection, "cost_centre", department) if department else "NO_COST_CENTRE"
            )
        members["Customer"] = (
            _mapped(mappings, connection, "customer", document.customer) if document.customer else "NO_CUSTOMER"
        )
        members |= {"Currency": document.currency, "Time": f"{day:%Y-%m}", "Version": "Actual", "Legal entity": company}
        sign = -1 if revenue else 1
        cube, name = ("Actuals", "Revenue") if revenue else ("Cash", "Collected")
        amount = Decimal(line.transaction_minor).scaleb(-EXPONENTS[document.currency])
        yield _at(cube, name, members), sign * amount
        yield _at(cube, f"{name} USD", members), sign * _reported(document, line, amount, day, mappings)


def _offered(deal: Deal, items: list[Item], *, is_won: bool) -> Iterator[tuple[str | None, str, dict[str, Decimal]]]:
    """Product, currency and amounts of each line of a deal, and of what they leave of its own amount."""
    text, own = deal.properties["amount"], deal.properties["deal_currency_code"] or ""
    whole = _rounded(Decimal(text), own) if text else None
    parts: list[tuple[str, str | None, str, Decimal | None, Item | None]] = []
    for item in items:
        value = item.properties
        currency = value["hs_line_item_currency_code"] or own
        worth = value["hs_tcv"] or value["amount"]
        product = value["hs_product_id"] or value["hs_sku"]
        amount = _rounded(Decimal(worth), currency) if worth else None
        parts.append((item.item_id, product, currency, amount, item))
    priced = [(currency, amount) for _, _, currency, amount, _ in parts if amount is not None]
    if not items:
        parts.append(("", deal.properties["pipeline"], own, whole, None))
    elif whole is not None and all(currency == own for currency, _ in priced):
        left = whole - sum(amount for _, amount in priced)
        parts.append(("", deal.properties["pipeline"], own, left, None))
    weighted = {} if is_won else _weighted(deal, parts)
    for key, product, currency, amount, offered in parts:
        if amount is not None:
            amounts = {"Booked" if is_won else "Amount": amount, "Weighted amount": weighted.get(key, Decimal(0))}
            amounts["Recurring a month"] = _recurring(offered, currency) if offered and is_won else Decimal(0)
            yield product, currency, amounts


def _weighted(deal: Deal, parts: list[tuple[str, str | None, str, Decimal | None, Item | None]]) -> dict[str, Decimal]:
    """Each part by the deal's probability in millionths; the units that rounding leaves go to the largest remainders."""
    text = deal.properties["hs_deal_stage_probability"]
    if text is None:
        return {}
    millionths = int((Decimal(text) * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))
    found: dict[str, Decimal] = {}
    for currency in {each[2] for each in parts}:
        scale = EXPONENTS[currency]
        minor = {
            key: int(amount.scaleb(scale)) for key, _, c, amount, _ in parts if c == currency and amount is not None
        }
        shares = {key: list(divmod(each * millionths, 1_000_000)) for key, each in minor.items()}
        exact = Decimal(sum(minor.values()) * millionths) / 1_000_000
        left = int(exact.quantize(Decimal(1), ROUND_HALF_UP)) - sum(share for share, _ in shares.values())
        for key in sorted(shares, key=lambda key: (-shares[key][1], key))[:left]:
            shares[key][0] += 1
        found |= {key: Decimal(share).scaleb(-scale) for key, (share, _) in shares.items()}
    return found


def _recurring(item: Item, currency: str) -> Decimal:
    """The net price of a payment for one month."""
    frequency, payment = item.properties["recurringbillingfrequency"], item.properties["amount"]
    if frequency is None or not payment:
        return Decimal(0)
    a_year = {"monthly": 12, "quarterly": 4, "annually": 1, "weekly": 52}[frequency]
    return _rounded(_rounded(Decimal(payment), currency) * a_year / 12, currency)


def _reported(document: Document, line: Line, amount: Decimal, day: date, mappings: Mappings) -> Decimal:
    own = OWN_CURRENCY[document.subsidiary]
    functional = Decimal(line.functional_minor).scaleb(-EXPONENTS[own])
    if own == "USD":
        return functional
    rate = GROUP_RATES.get((document.period, document.subsidiary))
    is_average = line.kind in {"Income", "Expense"}
    if rate is not None:
        return _rounded(functional * Decimal(rate if is_average else "1.5"), "USD")
    return _in_dollars(amount, document.currency, day, mappings)


def _posting_day(document: Document, connection: str, mappings: Mappings) -> date:
    _, start, _, is_adjustment = PERIODS[document.period]
    if is_adjustment:
        return date.fromisoformat(_mapped(mappings, connection, "period", document.period) + "-01")
    return date.fromisoformat(start)


def _in_dollars(amount: Decimal, currency: str, day: date, mappings: Mappings) -> Decimal:
    if currency == "USD":
        return amount
    return _rounded(amount * Decimal(_mapped(mappings, "*", "rate", f"{currency}>USD@{day:%Y-%m}")), "USD")


def _mapped(mappings: Mappings, connection: str, table: str, key: str) -> str:
    try:
        return mappings[connection, table, key]
    except KeyError:
        raise _Missing from None


def _local_day(text: str | None, zone: ZoneInfo) -> date | None:
    if text is None:
        return None
    if len(text) == len("2026-04-30"):
        return date.fromisoformat(text)
    moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
    return moment.astimezone(zone).date()


def _primary(deal: Deal) -> str | None:
    primary = [company for company, types in deal.companies.items() if 5 in types]
    return min(primary or deal.companies, key=int, default=None)


def _rounded(number: Decimal, currency: str) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-EXPONENTS[currency]), ROUND_HALF_UP)


def _at(cube: str, name: str, members: Mapping[str, str]) -> Coordinates:
    return cube, name, tuple(sorted(members.items()))
