"""What a Stripe account puts into planning's cells: by what stands in it at the end, and by what its subscriptions have been."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from tests.simulation.billing_system import Truth
from tests.simulation.oracle_of_billing import NOTHING, Books, Recurring, Subscribed, day_of, money
from tests.simulation.oracle_of_values import Cells, rounded
from tests.simulation.stripe_account import StripeAccount

_Object = Mapping[str, Any]
_A_YEAR = {"week": 52, "month": 12, "year": 1}
_AT_REST = frozenset({"void", "mark_uncollectible"})


def stripe_truth(stripe: StripeAccount, books: Books) -> Iterator[Truth]:
    """What each document and each payment of an account puts into cells."""
    for each in _billed(stripe):
        yield "billing_document", each["id"], partial(_billed_cells, each, stripe, books)
    for source, moves in _moved(stripe).items():
        yield "payment", source, partial(_moved_cells, source, moves, stripe, books)


def _billed(stripe: StripeAccount) -> list[_Object]:
    """The invoices that were ever finalised, and the credit notes."""
    store = stripe.account.store
    return [*(each for each in store.all("invoice") if each["status"] != "draft"), *store.all("credit_note")]


def _moved(stripe: StripeAccount) -> dict[str, list[_Object]]:
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


def _billed_cells(document: _Object, stripe: StripeAccount, books: Books) -> Cells:
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
        amount, currency = money(units if is_invoice else -units, document["currency"])
        yield from books.billed(document.get("customer"), product, (amount, currency, day_of(second)))


def _moved_cells(source: str, moves: Sequence[_Object], stripe: StripeAccount, books: Books) -> Cells:
    """What a charge, a refund, a dispute or a payout puts into cells: cash by account, and what Stripe has taken."""
    record = stripe.account.store.get(source)
    payer = stripe.account.store.get(record["charge"]) if "charge" in record else record
    for move in moves:
        net, currency = money(move["net"], move["currency"])
        fee, _ = money(move["fee"], move["currency"])
        day = day_of(move["created"])
        cash = [("stripe_balance", net)] + ([("stripe_bank", -net - fee)] if source.startswith("po_") else [])
        for account, amount in cash:
            yield from books.collected(account, payer.get("customer"), (amount, currency, day))
        yield from books.spent("stripe_fees", (fee, currency, day))


def subscribed_to_stripe(subscription: str, events: Sequence[_Object]) -> Subscribed:
    """A subscription by its events."""
    states = [(day_of(each["created"]), each["data"]["object"]) for each in events]
    days = {day for known, state in states for day in (known, _start(state), _end(state)) if day is not None}
    last = states[-1][1]
    return Subscribed(
        *(subscription, last.get("customer"), last["currency"].upper()),
        *(days, lambda day: _recurring(_known_on(day, states), day)),
    )


def _known_on(day: str, states: Sequence[tuple[str, _Object]]) -> _Object:
    """What a subscription was at the end of a day; before anything was told of it, what was told first."""
    return [state for known, state in states if known <= day][-1] if states[0][0] <= day else states[0][1]


def _recurring(state: _Object, day: str) -> Recurring:
    """By product what recurs in a month and in a year; nothing before the start, from the end on, and while it is given away."""
    end, paused = _end(state), state["pause_collection"]
    if day < _start(state) or (end is not None and day >= end) or (paused and paused["behavior"] in _AT_REST):
        return {}
    found: dict[str | None, tuple[Decimal, Decimal]] = {}
    for item in state["items"]["data"]:
        recurring = item["price"]["recurring"]
        if recurring["usage_type"] == "metered":
            continue
        units = Decimal(item["price"]["unit_amount"] * item["quantity"] * _A_YEAR[recurring["interval"]])
        amount, currency = money(units, state["currency"])
        year = amount / recurring["interval_count"]
        monthly, annual = found.get(item["price"]["product"], NOTHING)
        monthly, annual = monthly + rounded(year / 12, currency), annual + rounded(year, currency)
        found[item["price"]["product"]] = monthly, annual
    return found


def _start(state: _Object) -> str:
    start = day_of(state["start_date"])
    return start if state["trial_end"] is None else max(start, day_of(state["trial_end"]))


def _end(state: _Object) -> str | None:
    second = state["ended_at"] or state["cancel_at"]
    return None if second is None else day_of(second)


def _product(line: _Object) -> str | None:
    return line["pricing"]["price_details"]["product"] if line["pricing"] else None
