"""What is kept of an event: what says what a subscription was, and nothing of anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chargebee_cases import raw_body, read_case
from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.systems.chargebee.retained import retained, subscription_in

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENT = read_case("subscription_cancelled_in_the_form_of_2023", "request")["body"]


def kept_of(event: object) -> Any:  # noqa: ANN401 JSON values
    """What is kept of an event, as JSON; None where nothing is."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    raw = retained(Delivery("d", "POST", "", {}, body, NOW))
    return None if raw is None else strict_json.parse(raw)


def test_a_subscription_is_kept_by_what_is_read_of_it() -> None:
    """To the field: a customer's name, a card, a note of anybody is not among them."""
    row = EVENT["content"]["subscription"]
    assert kept_of(EVENT) == {
        **{name: EVENT[name] for name in ("id", "object", "event_type", "occurred_at", "api_version")},
        "content": {
            "subscription": {
                **{name: row[name] for name in ("id", "object", "customer_id", "status", "currency_code", "deleted")},
                **{
                    name: row[name]
                    for name in ("resource_version", "updated_at", "created_at", "started_at", "activated_at")
                },
                **{name: row[name] for name in ("current_term_end", "cancelled_at", "billing_period")},
                "billing_period_unit": "year",
                "subscription_items": [
                    {
                        "item_price_id": "STANDARD-USD-Y",
                        "item_type": "plan",
                        "quantity": 1,
                        "unit_price": 0,
                        "amount": 0,
                        "free_quantity": 0,
                    }
                ],
            }
        },
    }


fields = st.dictionaries(
    st.sampled_from(
        ["shipping_address", "referral_info", "invoice_notes", "meta_data", "cf_name", "po_number", "email"]
    ),
    st.sampled_from([{"line1": "Somewhere"}, "Somewhere", ["Somewhere"]]),
    min_size=1,
)


@given(beside=fields)
def test_whatever_else_is_said_of_it_is_not(beside: dict[str, object]) -> None:
    """Nor of its items, discounts and coupons."""
    row = EVENT["content"]["subscription"]
    items = [{**row["subscription_items"][0], **beside}]
    shown = {**row, **beside, "subscription_items": items, "coupons": [{"coupon_id": "c", **beside}]}
    shown |= {"discounts": [{"type": "percentage", "percentage": 10, **beside}], "addons": [{"id": "a", **beside}]}
    assert "Somewhere" not in json.dumps(kept_of({**EVENT, "content": {"subscription": shown}}))


@pytest.mark.parametrize(
    "case",
    [
        *("invoice_updated", "customer_changed", "test_event_of_the_dashboard", "told_in_another_version"),
        *("told_in_no_version", "cut_off", "several_events_in_a_list", "content_missing"),
    ],
)
def test_of_anything_else_nothing_is_kept(case: str) -> None:
    """Nor of an event in another version of the API, whose fields may mean something else."""
    assert kept_of(raw_body(read_case(case, "request"))) is None


def test_what_cannot_be_carried_costs_the_payload_and_not_the_change() -> None:
    """The reading tells of it then."""
    row = EVENT["content"]["subscription"]
    assert kept_of({**EVENT, "content": {"subscription": {**row, "status": "a\u0001"}}}) is None
    assert kept_of({**EVENT, "content": {"subscription": {**row, "invoice_notes": "a\u0001"}}}) is not None


def test_what_was_kept_shows_the_subscription_that_was_shown() -> None:
    """By the same look at it."""
    row = subscription_in(kept_of(EVENT))
    assert row is not None
    assert row["id"] == EVENT["content"]["subscription"]["id"]
    assert subscription_in([EVENT]) is subscription_in({"content": 1}) is subscription_in({}) is None
