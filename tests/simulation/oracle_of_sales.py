"""What the opportunities and contracts of a Salesforce organisation put into planning's cells, by what they are at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_values import Mappings, apportioned, at, in_dollars, mapped, period_of, rounded
from tests.simulation.planning import Coordinates
from tests.simulation.sales import Sales
from tests.simulation.sales_records import Record

Fields = Mapping[str, Any]
_Cells = Iterator[tuple[Coordinates, Decimal]]


def opportunity_cells(sales: Sales, record: Record, connection: str, mappings: Mappings) -> _Cells:
    """What an opportunity puts into cells: its products, or itself where it has none."""
    fields, products = record.fields, [each.fields for each in sales.products_of(record)]
    record_type, currency = fields["RecordType.DeveloperName"], fields["CurrencyIsoCode"]
    stage = mapped(mappings, connection, "stage", f"{record_type or '-'}/{fields['StageName']}")
    if stage == "lost":
        return
    cube, version = ("Bookings", "Actual") if stage == "won" else ("Pipeline", "Forecast")
    parts = _parts(fields, products)
    weighted = apportioned(_share(fields["Probability"]), {key: (currency, worth) for key, _, worth, _ in parts})
    for key, product, worth, a_month in parts:
        amounts = {"Booked": worth, "Recurring a month": a_month}
        if cube == "Pipeline":
            amounts = {"Amount": worth, "Weighted amount": weighted.get(key, Decimal(0))}
        for name, amount in amounts.items():
            if amount == 0:
                continue
            members = _members(fields["AccountId"], product, connection, mappings)
            members |= {"Currency": currency, "Time": _period(connection, fields["CloseDate"]), "Version": version}
            yield at(cube, name, members), amount
            dollars = in_dollars(amount, currency, members["Time"], mappings, version)
            yield at(cube, f"{name} USD", members), dollars


def contract_cells(fields: Fields, connection: str, mappings: Mappings) -> _Cells:
    """What a contract puts into cells: the worth of its renewal, in the period of the day it is due."""
    if fields["StatusCode"] != "Activated":
        return
    currency = fields["CurrencyIsoCode"]
    worth = fields["Worth__c"] if fields["Renewal__c"] is None else fields["Renewal__c"]
    if worth is None:
        return
    renewal = rounded(Decimal(worth), currency)
    share = _share(fields["Chance__c"])
    weighted = Decimal(0) if share is None else rounded(renewal * share, currency)
    for name, amount in {"Renewal": renewal, "Weighted renewal": weighted}.items():
        if amount == 0:
            continue
        members = _members(fields["AccountId"], fields["Line__c"], connection, mappings)
        day = _renewal_day(fields)
        if day is None:
            continue
        members |= {"Currency": currency, "Time": _period(connection, day), "Version": "Forecast"}
        yield at("Renewals", name, members), amount
        dollars = in_dollars(amount, currency, members["Time"], mappings, "Forecast")
        yield at("Renewals", f"{name} USD", members), dollars


def _parts(fields: Fields, products: Sequence[Fields]) -> list[tuple[str, str | None, Decimal, Decimal]]:
    """Id, product, worth and what recurs a month of each product, and what they leave of the opportunity's amount."""
    own, currency = fields["RecordType.DeveloperName"], fields["CurrencyIsoCode"]
    parts = []
    for each in products:
        worth = rounded(Decimal(each["TotalPrice"]), currency)
        parts.append((each["Id"], each["Product2Id"], worth, _a_month(each, currency)))
    if fields["Amount"] is not None:
        left = rounded(Decimal(fields["Amount"]), currency) - sum(worth for _, _, worth, _ in parts)
        parts.append(("", own, left, Decimal(0)))
    return parts


def _a_month(product: Fields, currency: str) -> Decimal:
    if product["Payment__c"] is None:
        return Decimal(0)
    return rounded(rounded(Decimal(product["Payment__c"]), currency) / (product["Every__c"] or 1), currency)


def _share(percent: Any) -> Decimal | None:  # noqa: ANN401 a number as Salesforce writes it
    if percent is None:
        return None
    return (Decimal(percent) / 100).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def _renewal_day(fields: Fields) -> str | None:
    """The day stated; else that after its end, which follows from its first day and its months where none is stated."""
    if fields["Renews__c"] is not None:
        return str(fields["Renews__c"])
    if fields["EndDate"] is not None:
        return (date.fromisoformat(fields["EndDate"]) + timedelta(days=1)).isoformat()
    if fields["StartDate"] is None or fields["ContractTerm"] is None:
        return None
    start = date.fromisoformat(fields["StartDate"])
    return start.replace(year=start.year + int(fields["ContractTerm"]) // 12).isoformat()


def _members(customer: str | None, product: str | None, connection: str, mappings: Mappings) -> dict[str, str]:
    return {
        "Customer": mapped(mappings, connection, "customer", customer) if customer else "NO_CUSTOMER",
        "Product line": mapped(mappings, connection, "product", product) if product else "NO_PRODUCT",
        "Legal entity": COMPANY_OF[connection],
    }


def _period(connection: str, day: str) -> str:
    return period_of(COMPANY_OF[connection], day)
