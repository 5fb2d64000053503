"""What a Zuora tenant puts into planning's cells: by what stands in it at the end, and by the last version of each subscription."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.billing_system import Truth
from tests.simulation.oracle_of_billing import NOTHING, Books, Recurring, Subscribed
from tests.simulation.oracle_of_values import Cells, rounded
from tests.simulation.zuora_tenant import ZuoraTenant

_Object = Mapping[str, Any]
_ZONE = ZoneInfo("Europe/Berlin")
_MONTHS = {"Month": 1, "Quarter": 3, "Semi_Annual": 6, "Annual": 12}
_FAR = "9999-12-31"
_STANDING = {"Posted", "Reversed"}
_DOCUMENTS = {  # its items, the day, the amount of an item, and whether that is billed or credited
    "invoice": ("invoiceItems", "invoiceDate", "chargeAmount", 1),
    "credit_memo": ("creditMemoItems", "memoDate", "amountWithoutTax", -1),
    "debit_memo": ("debitMemoItems", "memoDate", "amountWithoutTax", 1),
}


def zuora_truth(zuora: ZuoraTenant, books: Books) -> Iterator[Truth]:
    """What each document and each payment of a tenant puts into cells."""
    for kind in _DOCUMENTS:
        for each in zuora.standing(kind):
            if each["status"] in _STANDING:
                yield "billing_document", f"{kind}-{each['id']}", partial(_billed_cells, kind, each, books)
    for kind, day, sign in (("payment", "effectiveDate", 1), ("refund", "refundDate", -1)):
        for each in zuora.standing(kind):
            if each["status"] == "Processed":
                amount = sign * _amount(each["amount"], each["currency"])
                stated = (amount, each["currency"], each[day])
                yield (
                    "payment",
                    f"{kind}-{each['id']}",
                    partial(books.collected, "zuora_bank", each["accountId"], stated),
                )


def subscribed_to_zuora(zuora: ZuoraTenant) -> Iterator[Subscribed]:
    """Each subscription, by its versions that were not undone."""
    versions: dict[str, list[_Object]] = {}
    for each in zuora.standing("subscription"):
        versions.setdefault(each["name"], []).append(each)
    for name, of in versions.items():
        last = of[-1]
        segments = list(_segments(of))
        days = {day for _, start, end in segments for day in (start, end) if day != _FAR}
        yield Subscribed(
            name, last["accountId"], last["currency"], days, partial(_recurring, segments, last["currency"])
        )


def _billed_cells(kind: str, document: _Object, books: Books) -> Cells:
    items, day, amount, sign = _DOCUMENTS[kind]
    for item in document[items]:
        stated = (sign * _amount(item[amount], document["currency"]), document["currency"], document[day])
        yield from books.billed(document["accountId"], item["productId"], stated)


_Segment = tuple[_Object, str, str]  # what is paid, from a day, until another; with its product


def _segments(versions: Sequence[_Object]) -> Iterator[_Segment]:
    """What is agreed of each charge by the last version that shows it, no longer than until one came that does not."""
    last = versions[-1]
    is_renewed = last["termType"] == "TERMED" and last["autoRenew"] and last["status"] == "Active"
    shown = [{each["chargeNumber"] for each in _charges(of)} for of in versions]
    for number in set().union(*shown):
        place = max(at for at, numbers in enumerate(shown) if number in numbers)
        gone = _day(versions[place + 1]["createdDate"]) if place + 1 < len(versions) else _FAR
        for each in _charges(versions[place]):
            if each["chargeNumber"] != number or each["effectiveStartDate"] is None:
                continue
            end = each["effectiveEndDate"] or _FAR
            goes_on = each["endDateCondition"] == "SubscriptionEnd" and end >= (last["termEndDate"] or _FAR)
            yield each, each["effectiveStartDate"], min(_FAR if is_renewed and goes_on else end, gone)


def _recurring(segments: Sequence[_Segment], currency: str, day: str) -> Recurring:
    """By product what recurs in a month and in a year, less what is taken off all of it."""
    in_force = [each for each, start, end in segments if start <= day < end and each["chargeType"] == "Recurring"]
    left = Decimal(1)
    for each in in_force:
        left *= 1 - Decimal(each["ratePlanChargeTiers"][0]["discountPercentage"] or 0) / 100
    found: dict[str | None, tuple[Decimal, Decimal]] = {}
    for each in in_force:
        price = each["ratePlanChargeTiers"][0]["price"]
        if price is None:
            continue
        year = Decimal(price) * Decimal(each["quantity"] or 1) * 12 / _MONTHS[each["billingPeriod"]] * left
        monthly, annual = found.get(each["product"], NOTHING)
        found[each["product"]] = monthly + rounded(year / 12, currency), annual + rounded(year, currency)
    return {product: amounts for product, amounts in found.items() if amounts != NOTHING}


def _charges(version: _Object) -> list[_Object]:
    return [{**each, "product": plan["productId"]} for plan in version["ratePlans"] for each in plan["ratePlanCharges"]]


def _amount(text: str, currency: str) -> Decimal:
    return rounded(Decimal(text), currency)


def _day(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(_ZONE).date().isoformat()
