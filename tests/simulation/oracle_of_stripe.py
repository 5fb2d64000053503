"""What a Stripe account puts into planning's cells: by what stands in it at the end, and by what its subscriptions have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.simulation.companies import COMPANY_OF
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped, period_of, rounded
from tests.simulation.planning import Coordinates
from tests.simulation.stripe_account import StripeAccount

_Cells = Iterator[tuple[Coordinates, Decimal]]
_Object = Mapping[str, Any]
_ZONE = ZoneInfo("Europe/Berlin")
_DECIMALS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
_A_YEAR = {"week": 52, "month": 12, "year": 1}
_AT_REST = frozenset({"void", "mark_uncollectible"})


def billed(stripe: StripeAccount) -> list[_Object]:
    """The invoices that were ever finalised, and the credit notes."""
    store = stripe.account.store
    return [*(each for each in store.all("invoice") if each["status"] != "draft"), *store.all("credit_note")]


def moved(stripe: StripeAccount) -> dict[str, list[_Object]]:
    """The balance transactions of each record that is in the books."""
    found: dict[str, list[_Object]] = {}
    for each in stripe.account.store.all("balance_transaction"):
        found.setdefault(each["source"], []).append(each)
    return found


def histories(stripe: StripeAccount) -> dict[str, list[_Object]]:
    """The events of each subscription, in the order in which they happened."""
    found: dict[str, list[_Object]] = {}
    for event in stripe.account.store.all("event"):
        if event["data"]["object"]["object"] == "subscription":
            found.setdefault(event["data"]["object"]["id"], []).append(event)
    return found


def billed_cells(document: _Object, stripe: StripeAccount, connection: str, mappings: Mappings) -> _Cells:
    """What an invoice or a credit note puts into cells: its lines, net; nothing once it is void."""
    if document["status"] == "void":
        return
    is_invoice = document["object"] == "invoice"
    second = document["status_transitions"]["finalized_at"] if is_invoice else document["created"]
    products = {}
    if not is_invoice:
        lines = stripe.account.store.get(document["invoice"])["lines"]
        products = {line["id"]: _product(line) for line in lines}
    for line in document["lines"]:
        product = _product(line) if is_invoice else products.get(line["invoice_line_item"])
        units = line["amount"] - sum(each["amount"] for each in line["discount_amounts"])
        units -= sum(each["amount"] for each in line["taxes"] if each["tax_behavior"] == "inclusive")
        amount, currency = _money(units if is_invoice else -units, document["currency"])
        if not amount:
            continue
        yield from _cells(
            ("Billings", "Billed", "Actual"),
            {
                "Customer": _customer(document, connection, mappings),
                "Product line": mapped(mappings, connection, "product", product) if product else "NO_PRODUCT",
            },
            (amount, currency, _day(second)),
            connection,
            mappings,
        )


def moved_cells(
    source: str, moves: Sequence[_Object], stripe: StripeAccount, connection: str, mappings: Mappings
) -> _Cells:
    """What a charge, a refund, a dispute or a payout puts into cells: cash by account, and what Stripe has taken."""
    record = stripe.account.store.get(source)
    payer = stripe.account.store.get(record["charge"]) if "charge" in record else record
    for move in moves:
        net, currency = _money(move["net"], move["currency"])
        fee, _ = _money(move["fee"], move["currency"])
        day = _day(move["created"])
        cash = [("stripe_balance", net)] + ([("stripe_bank", -net - fee)] if source.startswith("po_") else [])
        for account, amount in cash:
            if not amount:
                continue
            members = {"Account": mapped(mappings, connection, "account", account)}
            members["Customer"] = _customer(payer, connection, mappings)
            place = ("Cash", "Collected", "Actual")
            yield from _cells(place, members, (amount, currency, day), connection, mappings)
        if fee:
            members = {
                "Account": mapped(mappings, connection, "account", "stripe_fees"),
                "Cost centre": "NO_COST_CENTRE",
                "Supplier": "NO_SUPPLIER",
                "Partner": "NO_PARTNER",
            }
            place = ("Operating expenses", "Expense", "Actual")
            yield from _cells(place, members, (fee, currency, day), connection, mappings)


def recurring_cells(events: Sequence[_Object], connection: str, mappings: Mappings) -> _Cells:
    """What moved of what recurs by a subscription: from each day on that on which anything may change to the next of them."""
    states = [(_day(each["created"]), each["data"]["object"]) for each in events]
    last = states[-1][1]
    days = sorted({day for known, state in states for day in (known, _start(state), _end(state)) if day is not None})
    before: dict[str | None, tuple[Decimal, Decimal]] = {}
    currency = last["currency"].upper()
    for day in days:
        after = _recurring(_known_on(day, states), day)
        for product in sorted(before.keys() | after.keys(), key=str):
            old, new = before.get(product, (Decimal(0),) * 2), after.get(product, (Decimal(0),) * 2)
            moves = {"Monthly": new[0] - old[0], "Annual": new[1] - old[1]}
            for name, amount in moves.items():
                if not amount:
                    continue
                movement = "expansion" if (moves["Annual"] or moves["Monthly"]) > 0 else "contraction"
                movement = "new" if not before else "churn" if not after else movement
                members = {
                    "Customer": _customer(last, connection, mappings),
                    "Product line": mapped(mappings, connection, "product", product) if product else "NO_PRODUCT",
                    "Movement": movement,
                }
                place = ("Recurring revenue", name, "Actual")
                yield from _cells(place, members, (amount, currency, day), connection, mappings)
        before = after


def _known_on(day: str, states: Sequence[tuple[str, _Object]]) -> _Object:
    """What a subscription was at the end of a day; before anything was told of it, what was told first."""
    return [state for known, state in states if known <= day][-1] if states[0][0] <= day else states[0][1]


def _recurring(state: _Object, day: str) -> dict[str | None, tuple[Decimal, Decimal]]:
    """By product what recurs in a month and in a year; nothing before the start, from the end on, and while it is given away."""
    end, paused = _end(state), state["pause_collection"]
    if day < _start(state) or (end is not None and day >= end) or (paused and paused["behavior"] in _AT_REST):
        return {}
    found: dict[str | None, tuple[Decimal, Decimal]] = {}
    currency = state["currency"].upper()
    for item in state["items"]["data"]:
        recurring = item["price"]["recurring"]
        if recurring["usage_type"] == "metered":
            continue
        units = Decimal(item["price"]["unit_amount"] * item["quantity"] * _A_YEAR[recurring["interval"]])
        year = units.scaleb(-_DECIMALS[currency]) / recurring["interval_count"]
        monthly, annual = found.get(item["price"]["product"], (Decimal(0), Decimal(0)))
        monthly, annual = monthly + rounded(year / 12, currency), annual + rounded(year, currency)
        found[item["price"]["product"]] = monthly, annual
    return found


def _start(state: _Object) -> str:
    start = _day(state["start_date"])
    return start if state["trial_end"] is None else max(start, _day(state["trial_end"]))


def _end(state: _Object) -> str | None:
    second = state["ended_at"] or state["cancel_at"]
    return None if second is None else _day(second)


def _cells(
    place: tuple[str, str, str],
    members: Mapping[str, str],
    stated: tuple[Decimal, str, str],
    connection: str,
    mappings: Mappings,
) -> _Cells:
    (cube, name, version), (amount, currency, day) = place, stated
    company = COMPANY_OF[connection]
    period = period_of(company, day)
    named = {**members, "Legal entity": company, "Currency": currency, "Time": period, "Version": version}
    yield at(cube, name, named), amount
    yield at(cube, f"{name} USD", named), in_dollars(amount, currency, period, mappings)


def _customer(record: _Object, connection: str, mappings: Mappings) -> str:
    customer = record.get("customer")
    return mapped(mappings, connection, "customer", customer) if customer else "NO_CUSTOMER"


def _product(line: _Object) -> str | None:
    return line["pricing"]["price_details"]["product"] if line["pricing"] else None


def _money(units: int, currency: str) -> tuple[Decimal, str]:
    code = currency.upper()
    return Decimal(units).scaleb(-_DECIMALS[code]), code


def _day(second: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(_ZONE).date().isoformat()
