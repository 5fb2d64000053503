"""What a subscription is in as Stripe states it, when it begins and ends, and what of it cannot be read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.stripe_subscriptions import (
    TIERS,
    at,
    coupon,
    item,
    stated,
    subscription,
)
from tieout.errors import UnreadableRecordError
from tieout.facts.subscription import SubscriptionStatus
from tieout.systems.stripe.subscriptions import is_stated_whole


@pytest.mark.parametrize(
    ("status", "is_what", "recurs"),
    [
        ("trialing", SubscriptionStatus.TRIAL, True),
        ("active", SubscriptionStatus.ACTIVE, True),
        ("past_due", SubscriptionStatus.PAST_DUE, True),
        ("unpaid", SubscriptionStatus.PAUSED, False),
        ("paused", SubscriptionStatus.PAUSED, False),
        ("incomplete", SubscriptionStatus.PENDING, False),
        ("incomplete_expired", SubscriptionStatus.ENDED, False),
        ("canceled", SubscriptionStatus.ENDED, True),
    ],
)
def test_what_recurs_depends_on_the_status(status: str, is_what: SubscriptionStatus, *, recurs: bool) -> None:
    """Of an ended one it did, to its end."""
    version = stated(subscription(item(), status=status, canceled_at=at(2026, 11, 30)))
    assert (version.status, bool(version.items)) == (is_what, recurs)
    assert version.end_date == (date(2026, 11, 30) if is_what is SubscriptionStatus.ENDED else None)


@pytest.mark.parametrize(
    ("behavior", "recurs"), [("void", False), ("mark_uncollectible", False), ("keep_as_draft", True)]
)
def test_what_is_given_away_for_a_while_does_not_recur(behavior: str, *, recurs: bool) -> None:
    """What is kept as a draft is to be collected later."""
    version = stated(subscription(item(), pause_collection={"behavior": behavior}))
    assert bool(version.items) is recurs
    assert (version.status is SubscriptionStatus.PAUSED) is not recurs


def test_what_is_given_away_is_so_behind_its_trial_too() -> None:
    """Nobody is charged when that ends."""
    row = subscription(item(), status="trialing", trial_end=at(2026, 12, 1), pause_collection={"behavior": "void"})
    version = stated(row)
    assert (version.status, version.items) == (SubscriptionStatus.PAUSED, ())


def test_a_trial_is_for_nothing() -> None:
    """What recurs begins when it ends."""
    trial = stated(subscription(item(), status="trialing", trial_end=at(2026, 12, 1)))
    assert (trial.start_date, bool(trial.items)) == (date(2026, 12, 1), True)
    assert stated(subscription(item(), trial_end=at(2026, 10, 1))).start_date == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("changed", "end"),
    [
        ({"cancel_at": at(2026, 12, 10)}, date(2026, 12, 10)),
        ({"cancel_at_period_end": True}, date(2026, 12, 10)),
        ({"cancel_at": at(2026, 12, 10), "ended_at": at(2026, 12, 9)}, date(2026, 12, 9)),
        ({"cancel_at_period_end": False}, None),
    ],
)
def test_an_end_is_told_when_it_is_known(changed: dict[str, Any], end: date | None) -> None:
    """Then nothing is renewed."""
    version = stated(subscription(item(), **changed))
    assert (version.end_date, version.renewal_date is None) == (end, end is not None)


def test_an_older_version_of_the_api_says_the_period_of_the_whole() -> None:
    """Before 2025-03-31."""
    old = item()
    del old["current_period_end"]
    assert stated(subscription(old, current_period_end=at(2026, 12, 31))).renewal_date == date(2026, 12, 31)


def metered(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """What is billed by use: it has no quantity."""
    return item(None, recurring={"interval": "month", "interval_count": 1, "usage_type": "metered"}, **changed)


@pytest.mark.parametrize(
    ("row", "is_whole"),
    [
        (subscription(item()), True),
        (subscription(item(billing_scheme="tiered")), False),
        (subscription(item(billing_scheme="tiered", tiers=TIERS)), True),
        (subscription(metered(billing_scheme="tiered"), item()), True),
        (subscription(item(), currency="usd"), False),
        (subscription(item(currency_options={"usd": {"unit_amount": 5}}), currency="usd"), True),
        (subscription(item(), discounts=["di_1"]), False),
        (subscription(item() | {"discounts": ["di_1"]}), False),
        (subscription(item(), discounts=[coupon(percent_off=5)]), True),
        (subscription(item(), items={"data": [item()], "has_more": True}), False),
    ],
)
def test_an_event_that_does_not_tell_all_is_known_for_it(row: dict[str, Any], *, is_whole: bool) -> None:
    """What it only names, the reading expands."""
    assert is_stated_whole(row) is is_whole


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (subscription(item(), status="odd"), "status", "not_known"),
        (subscription(item(), status=None), "status", "missing"),
        (subscription(item(), start_date=None), "start_date", "missing"),
        (subscription(item("5")), "quantity", "not_a_whole_number"),  # type: ignore[arg-type]
        (subscription(item(unit_amount_decimal="much")), "unit_amount_decimal", "amount_not_a_number"),
        (subscription(item(unit_amount_decimal=True)), "unit_amount_decimal", "not_a_number"),
        (subscription(item(recurring=None)), "price.recurring", "missing"),
        (
            subscription(item(recurring={"interval": "fortnight", "interval_count": 1})),
            "price.recurring",
            "interval_not_known",
        ),
        (
            subscription(item(recurring={"interval": "month", "interval_count": 0})),
            "price.recurring",
            "interval_not_known",
        ),
        (subscription(item(billing_scheme="tiered", tiers_mode="odd", tiers=TIERS)), "tiers_mode", "not_known"),
        (
            subscription(item(30, billing_scheme="tiered", tiers_mode="volume", tiers=TIERS[:1])),
            "price.tiers",
            "missing",
        ),
        (subscription(item(transform_quantity={"divide_by": 0, "round": "up"})), "transform_quantity", "not_positive"),
        (
            subscription(item(-1, transform_quantity={"divide_by": 1, "round": "up"})),
            "transform_quantity",
            "not_positive",
        ),
        (subscription(item(), currency="usd"), "price.currency_options", "missing"),
        (
            subscription(
                item(
                    billing_scheme="tiered",
                    tiers_mode="volume",
                    tiers=TIERS,
                    currency_options={"usd": {"unit_amount": None}},
                ),
                currency="usd",
            ),
            "price.tiers",
            "missing",
        ),
        (subscription(item(), discounts="di_1"), "discounts", "no_list"),
        (subscription(item(), discounts=["di_1"]), "discounts", "not_expanded"),
        (subscription(item(), discounts=[{"id": "di_1"}]), "discounts.coupon", "missing"),
        (subscription(item(), discounts=[coupon(amount_off=1, currency="usd")]), "discounts.coupon", "other_currency"),
        (subscription(item(), discounts=[coupon(percent_off=None)]), "percent_off", "not_a_number"),
        (
            subscription(
                item(),
                item(number=2, recurring={"interval": "year", "interval_count": 1}),
                discounts=[coupon(amount_off=1, currency="eur")],
            ),
            "discounts",
            "off_items_of_several_intervals",
        ),
    ],
)
def test_what_cannot_be_read_is_named(row: dict[str, Any], field: str, reason: str) -> None:
    """By field and reason, never by its value."""
    with pytest.raises(UnreadableRecordError) as caught:
        stated(row)
    assert field in str(caught.value)
    assert reason in str(caught.value)
