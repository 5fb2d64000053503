"""What recurs of a subscription as Stripe states it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import UnreadableRecordError
from tieout.facts.subscription import SubscriptionStatus, SubscriptionVersion
from tieout.money import Money
from tieout.systems.stripe.subscriptions import is_stated_whole, version_stated

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 20)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """A moment in seconds, as Stripe writes it."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def price(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """Twenty euros a month."""
    return {
        "id": "price_1", "billing_scheme": "per_unit", "currency": "eur", "product": "prod_1", "unit_amount": 2000,
        "unit_amount_decimal": "2000", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    } | changed  # fmt: skip


def item(quantity: int | None = 1, number: int = 1, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 as above
    """So many of a price."""
    ends = at(2026, 12, 10)
    return {"id": f"si_{number}", "quantity": quantity, "current_period_end": ends, "price": price(**changed)}


def subscription(*items: dict[str, Any], **changed: Any) -> dict[str, Any]:  # noqa: ANN401 as above
    """An active subscription of these items."""
    return {
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "currency": "eur",
        "start_date": at(2026, 11, 9, 23, 30), "items": {"data": [*items], "has_more": False}, "discounts": [],
    } | changed  # fmt: skip


def stated(row: dict[str, Any]) -> SubscriptionVersion:
    """The version a subscription states."""
    return version_stated(row, BERLIN, "v", DAY)


def recurring(*items: dict[str, Any], **changed: Any) -> list[tuple[Money, Money]]:  # noqa: ANN401 as above
    """What recurs in a month and in a year, item by item."""
    return [(each.monthly, each.annual) for each in stated(subscription(*items, **changed)).items]


def eur(month: str, year: str) -> list[tuple[Money, Money]]:
    """One item."""
    return [(Money.parse(month, "EUR"), Money.parse(year, "EUR"))]


def test_a_subscription_is_stated_with_all_that_finance_asks_of_it() -> None:
    """Its days are those of the connection's zone."""
    version = stated(subscription(item(5)))
    [only] = version.items
    assert (version.status, version.customer, version.day) == (SubscriptionStatus.ACTIVE, "cus_1", DAY)
    assert (version.start_date, version.end_date, version.renewal_date) == (
        date(2026, 11, 10),
        None,
        date(2026, 12, 10),
    )
    assert (only.item_id, only.product) == ("si_1", "prod_1")
    assert (only.monthly, only.annual) == (Money(10_000, "EUR"), Money(120_000, "EUR"))


@pytest.mark.parametrize(
    ("interval", "count", "month", "year"),
    [
        ("day", 1, "608.33", "7300"),
        ("week", 1, "86.67", "1040"),
        ("week", 2, "43.33", "520"),
        ("month", 1, "20", "240"),
        ("month", 3, "6.67", "80"),
        ("year", 1, "1.67", "20"),
        ("year", 3, "0.56", "6.67"),
    ],
)
def test_a_month_and_a_year_are_each_rounded_once(interval: str, count: int, month: str, year: str) -> None:
    """Of 365 days, 52 weeks or 12 months."""
    each = {"interval": interval, "interval_count": count, "usage_type": "licensed"}
    assert recurring(item(recurring=each)) == eur(month, year)


@pytest.mark.parametrize(
    ("currency", "units", "month"),
    [("jpy", "2000", "2000"), ("kwd", "2000", "2"), ("isk", "2000", "20"), ("eur", "0.5", "0.01"), ("eur", "0.4", "0")],
)
def test_amounts_are_in_the_currencys_own_units(currency: str, units: str, month: str) -> None:
    """Of which there are fractions."""
    [(monthly, _)] = recurring(item(currency=currency, unit_amount=None, unit_amount_decimal=units))
    assert monthly == Money.parse(month, currency.upper())


def test_what_is_metered_is_agreed_by_nobody() -> None:
    """It has no quantity."""
    metered = item(None, recurring={"interval": "month", "interval_count": 1, "usage_type": "metered"})
    assert recurring(metered, item()) == eur("20", "240")


@pytest.mark.parametrize(
    ("quantity", "how", "month"), [(10, "up", "20"), (11, "up", "40"), (11, "down", "20"), (9, "down", "0")]
)
def test_packs_are_paid_for_whole(quantity: int, how: str, month: str) -> None:
    """Of ten."""
    [(monthly, _)] = recurring(item(quantity, transform_quantity={"divide_by": 10, "round": how}))
    assert monthly == Money.parse(month, "EUR")


TIERS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 100},
    {"up_to": 20, "unit_amount": 400, "flat_amount_decimal": "50.5"},
    {"up_to": None, "unit_amount": 300},
]


@pytest.mark.parametrize(
    ("mode", "quantity", "month"),
    [
        ("graduated", 0, "0"),
        ("graduated", 10, "51"),
        ("graduated", 11, "55.51"),
        ("graduated", 30, "121.51"),
        ("volume", 0, "0"),
        ("volume", 10, "51"),
        ("volume", 11, "44.51"),
        ("volume", 30, "90"),
    ],
)
def test_tiers_are_of_what_lies_in_them_or_of_all(mode: str, quantity: int, month: str) -> None:
    """Each with a flat amount of its own."""
    [(monthly, _)] = recurring(item(quantity, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS, unit_amount=None))
    assert monthly == Money.parse(month, "EUR")


def coupon(**stated_in_it: Any) -> dict[str, Any]:  # noqa: ANN401 JSON values
    """A discount of a coupon that holds for good."""
    return {"id": "di_1", "coupon": {"duration": "forever", **stated_in_it}}


@pytest.mark.parametrize(
    ("discount", "month"),
    [
        (coupon(percent_off=Decimal("12.5")), "17.50"),
        (coupon(percent_off="12.5"), "17.50"),
        (coupon(percent_off=100), "0"),
        (coupon(amount_off=500, currency="eur"), "15"),
        (coupon(amount_off=5000, currency="eur"), "0"),
        (coupon(percent_off=50, duration="once"), "20"),
        (coupon(percent_off=50, duration="repeating"), "20"),
        ({"id": "di_1", "source": {"coupon": {"duration": "forever", "percent_off": 50}}}, "10"),
    ],
)
@pytest.mark.parametrize("place", ["whole", "item", "legacy"])
def test_what_is_taken_off_for_good_does_not_recur(discount: dict[str, Any], month: str, place: str) -> None:
    """Be it off an item or off the whole, in the words of any version of the API."""
    row = subscription(item())
    if place == "item":
        row["items"]["data"][0]["discounts"] = [discount]
    else:
        row |= {"discounts": [discount]} if place == "whole" else {"discount": discount}
    assert [each.monthly for each in stated(row).items] == [Money.parse(month, "EUR")]


def test_an_amount_off_the_whole_is_shared_out_by_worth() -> None:
    """Ten euros off eighty: a quarter of it off the twenty."""
    items = item(number=1), item(3, number=2)
    [one, other] = recurring(*items, discounts=[coupon(amount_off=1000, currency="eur")])
    assert (one[0], other[0]) == (Money(1750, "EUR"), Money(5250, "EUR"))


@given(
    quantity=st.integers(0, 10**6),
    units=st.decimals(0, 10**6, places=6, allow_nan=False, allow_infinity=False),
    percent=st.decimals(0, 100, places=2, allow_nan=False, allow_infinity=False),
    count=st.integers(1, 12),
)
def test_months_are_the_exact_amount_rounded_once(quantity: int, units: Decimal, percent: Decimal, count: int) -> None:
    """Whatever is multiplied and divided on the way."""
    each = {"interval": "month", "interval_count": count, "usage_type": "licensed"}
    row = subscription(
        item(quantity, unit_amount_decimal=str(units), recurring=each), discounts=[coupon(percent_off=percent)]
    )
    [only] = stated(row).items
    hundredths = (
        int(units * 10**6) * quantity * (10_000 - int(percent * 100))
    )  # of a millionth of a hundredth of a cent
    cents = Decimal(hundredths) / Decimal(10**10 * count)
    assert abs(Decimal(only.monthly.amount_minor) - cents) <= Decimal("0.5")
    assert only.annual.amount_minor == int(
        (Decimal(hundredths * 12) / Decimal(10**10 * count)).quantize(1, ROUND_HALF_UP)
    )


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


@pytest.mark.parametrize(
    ("row", "is_whole"),
    [
        (subscription(item()), True),
        (subscription(item(billing_scheme="tiered")), False),
        (subscription(item(billing_scheme="tiered", tiers=TIERS)), True),
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
