"""What a Chargebee site puts into planning's cells: by what stands on it at the end, and by what its subscriptions have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from tests.simulation.billing_system import Truth
from tests.simulation.chargebee_site import ChargebeeSite
from tests.simulation.oracle_of_billing import NOTHING, Books, Recurring, Subscribed, day_of, money
from tests.simulation.oracle_of_values import Cells, rounded

_Object = Mapping[str, Any]
_A_YEAR = {"week": 52, "month": 12, "year": 1}
_COMES_IN = {"payment": 1, "refund": -1, "payment_reversal": -1}


def chargebee_truth(site: ChargebeeSite, books: Books) -> Iterator[Truth]:
    """What each document and each payment of a site puts into cells."""
    store = site.site.store
    for each in store.all("invoice"):
        if not each["deleted"] and each["status"] != "pending":
            yield "billing_document", f"invoice:{each['id']}", partial(_billed_cells, each, 1, books)
    for each in store.all("credit_note"):
        if not each["deleted"] and each["reason_code"] != "write_off":
            yield "billing_document", f"credit_note:{each['id']}", partial(_billed_cells, each, -1, books)
    for each in store.all("transaction"):
        if not each["deleted"] and each["type"] in _COMES_IN and each["status"] in {"success", "late_failure"}:
            yield "payment", each["id"], partial(_moved_cells, each, books)


def subscribed_to_chargebee(site: ChargebeeSite) -> Iterator[Subscribed]:
    """Each subscription by all that it was said to be, and by what it is; one that was deleted never was."""
    store = site.site.store
    coupons = {each["id"]: each for each in store.all("coupon")}
    told: dict[str, list[_Object]] = {}
    for event in store.all("event"):
        if "subscription" in event["content"]:
            told.setdefault(event["content"]["subscription"]["id"], []).append(event["content"]["subscription"])
    for row in store.all("subscription"):
        if not row["deleted"]:
            yield _subscribed([*told[row["id"]], row], coupons)


def _subscribed(rows: Sequence[_Object], coupons: Mapping[str, _Object]) -> Subscribed:
    states = [(day_of(each["resource_version"] // 1_000), each) for each in rows]
    days = {day for known, state in states for day in (known, _start(state), _end(state)) if day is not None}
    last = rows[-1]

    def recurring_on(day: str) -> Recurring:
        known = [state for since, state in states if since <= day]
        return _recurring(known[-1] if known else states[0][1], coupons, day)

    return Subscribed(last["id"], last["customer_id"], last["currency_code"], days, recurring_on)


def _billed_cells(document: _Object, sign: int, books: Books) -> Cells:
    """What an invoice or a credit note puts into cells: its lines without discounts and taxes; nothing once it is void."""
    if document["status"] == "voided":
        return
    for line in document["line_items"]:
        units = line["amount"] - line["discount_amount"]
        units -= line["tax_amount"] if document["price_type"] == "tax_inclusive" else 0
        amount, currency = money(sign * units, document["currency_code"])
        yield from books.billed(
            document["customer_id"], line.get("entity_id"), (amount, currency, day_of(document["date"]))
        )


def _moved_cells(transaction: _Object, books: Books) -> Cells:
    amount, currency = money(_COMES_IN[transaction["type"]] * transaction["amount"], transaction["currency_code"])
    stated = (amount, currency, day_of(transaction["date"]))
    yield from books.collected("chargebee_cash", transaction.get("customer_id"), stated)


def _recurring(state: _Object, coupons: Mapping[str, _Object], day: str) -> Recurring:
    """By product what recurs in a month and in a year; nothing before the start, from the end on, and while it is paused."""
    end = _end(state)
    if state["status"] == "paused" or day < _start(state) or (end is not None and day >= end):
        return {}
    agreed = {
        each["item_price_id"]: Fraction(each["amount"])
        for each in state["subscription_items"]
        if each["item_type"] != "charge" and "metered_quantity" not in each
    }
    found: dict[str | None, tuple[Decimal, Decimal]] = {}
    currency = state["currency_code"]
    for product, units in _left(agreed, state, coupons).items():
        year = units * _A_YEAR[state["billing_period_unit"]] / state["billing_period"]
        amounts = [money(Decimal(each.numerator) / each.denominator, currency)[0] for each in (year / 12, year)]
        found[product] = (rounded(amounts[0], currency), rounded(amounts[1], currency))
    return {product: amounts for product, amounts in found.items() if amounts != NOTHING} if found else found


def _left(agreed: Mapping[str, Fraction], state: _Object, coupons: Mapping[str, _Object]) -> Mapping[str, Fraction]:
    """What is left of each item when all that is given for good is taken off: of one item first, then of the whole."""
    left = dict(agreed)
    given = [each for each in state.get("discounts", []) if each["duration_type"] == "forever"]
    for each in given:
        if each.get("item_price_id") in left:
            name = each["item_price_id"]
            left[name] = max(left[name] * (1 - _share(each)) - each.get("amount", 0), Fraction(0))
    on_the_whole = [each for each in given if "item_price_id" not in each]
    named = [coupons[each["coupon_id"]] for each in state.get("coupons", [])]
    on_the_whole += [
        {"percentage": each["discount_percentage"]} for each in named if each["duration_type"] == "forever"
    ]
    for each in on_the_whole:
        whole = sum(left.values(), Fraction(0))
        rest = max(whole * (1 - _share(each)) - each.get("amount", 0), Fraction(0))
        left = {name: units * rest / whole if whole else units for name, units in left.items()}
    return left


def _share(discount: _Object) -> Fraction:
    return Fraction(str(discount.get("percentage", 0))) / 100


def _start(state: _Object) -> str:
    """What is paid for before its trial was to end began when somebody said so."""
    start = day_of(state["started_at"] if "started_at" in state else state["start_date"])
    trial_end = state.get("trial_end", 0)
    if state["status"] in {"active", "non_renewing"} and trial_end * 1_000 > state["resource_version"]:
        trial_end = state["activated_at"]
    return max(start, day_of(trial_end))


def _end(state: _Object) -> str | None:
    """When it was cancelled, or will be."""
    return day_of(state["cancelled_at"]) if "cancelled_at" in state else None
