"""Resources of a Chargebee site as its API answers them, and what they are stated to be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.facts.family import Fact
from tieout.facts.statement import Statement
from tieout.facts.subscription import Subscription, SubscriptionVersion
from tieout.landscape import Connection
from tieout.systems.chargebee.ids import KINDS
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.translate import statement_of

BERLIN = ZoneInfo("Europe/Berlin")
CONNECTION = Connection(
    name="chargebee",
    system="chargebee",
    legal_entity="EMEA",
    time_zone="Europe/Berlin",
    default_currency="EUR",
    api_base_url="https://made-up.chargebee.com",
    completion="both",
)
Row = dict[str, Any]


def at(*moment: int) -> int:
    """A UTC moment in seconds, as Chargebee states moments."""
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]  # year, month, day, ...


# Half an hour before midnight in UTC, and so the next day in Berlin.
CHANGED_AT = at(2026, 11, 30, 23, 30)
VERSION = "2026-11-30T23:30:00.209Z"


def _resource(word: str, resource_id: str, said: Mapping[str, Any], changed: Mapping[str, Any]) -> Row:
    row = {"id": resource_id, "object": word, "customer_id": "cus_1", "currency_code": "EUR", "deleted": False}
    row |= {"resource_version": CHANGED_AT * 1000 + 209, "updated_at": CHANGED_AT, **said, **changed}
    return {name: value for name, value in row.items() if value is not ...}


def item(price: str = "PRO-EUR-M", amount: int | None = 20_000, **changed: Any) -> Row:  # noqa: ANN401 JSON values
    """An item of a subscription; `...` leaves a field out."""
    row = {"item_price_id": price, "item_type": "plan", "quantity": 10, "unit_price": 2_000, "amount": amount}
    row |= {"free_quantity": 0, "object": "subscription_item", **changed}
    return {name: value for name, value in row.items() if value is not ... and value is not None}


def subscription(*items: Row, **changed: Any) -> Row:  # noqa: ANN401 JSON values
    """An active subscription, paid by the month."""
    said = {
        "status": "active",
        "billing_period": 1,
        "billing_period_unit": "month",
        "created_at": at(2026, 11, 9, 23, 30),
        "started_at": at(2026, 11, 9, 23, 30),
        "current_term_end": at(2026, 12, 9, 23, 30),
        "subscription_items": [*items] or [item()],
        "mrr": 1,  # of which nothing is taken
    }
    return _resource("subscription", "sub-1", said, changed)


def line(line_id: str = "li_1", amount: int = 10_000, **changed: Any) -> Row:  # noqa: ANN401 JSON values
    """A line of an invoice or of a credit note."""
    row = {"id": line_id, "amount": amount, "discount_amount": 0, "tax_amount": 0, "entity_type": "plan_item_price"}
    return row | {"entity_id": "PRO-EUR-M", "object": "line_item", **changed}


def document(word: str, resource_id: str, *lines: Row, **changed: Any) -> Row:  # noqa: ANN401 JSON values
    """An invoice or a credit note, whose total is what its lines come to unless it is said."""
    inclusive = changed.get("price_type") == "tax_inclusive"
    total = sum(each["amount"] - each["discount_amount"] + (not inclusive) * each["tax_amount"] for each in lines)
    said = {
        "status": "paid" if word == "invoice" else "refunded",
        "date": at(2026, 11, 30, 23, 30),
        "price_type": "tax_exclusive",
        "total": total,
        "line_items": [*lines],
    }
    return _resource(word, resource_id, said, changed)


def transaction(amount: int = 23_800, **changed: Any) -> Row:  # noqa: ANN401 JSON values
    """A payment that has succeeded."""
    said = {"type": "payment", "status": "success", "date": at(2026, 11, 30, 23, 30), "amount": amount}
    return _resource("transaction", "txn_1", said, changed)


def key_of(row: Row) -> RecordKey:
    """The record that a resource is."""
    kind = KINDS[row["object"]]
    return RecordKey(CONNECTION.name, kind.entity, f"{kind.prefix}{row['id']}")


def statement(row: Row, coupons: Mapping[str, Row] | None = None, **options: str) -> Statement:
    """What a resource is stated to be."""
    kind = KINDS[row["object"]]
    return statement_of(key_of(row), kind, row, coupons or {}, Options(**options), BERLIN)  # type: ignore[arg-type]  # texts


def fact_of(row: Row, **options: str) -> Fact:
    """The fact that it is stated to be."""
    found = statement(row, None, **options).fact
    assert found is not None
    return found


def version_of_subscription(row: Row, coupons: Mapping[str, Row] | None = None) -> SubscriptionVersion:
    """The one version that a subscription is stated to be."""
    fact = statement(row, coupons).fact
    assert isinstance(fact, Subscription)
    [version] = fact.versions
    return version


def recurring(row: Row, coupons: Mapping[str, Row] | None = None) -> dict[str | None, tuple[str, str]]:
    """What recurs in a month and in a year, by product."""
    items = version_of_subscription(row, coupons).items
    return {each.product: (str(each.monthly.decimal()), str(each.annual.decimal())) for each in items}
