"""What a subscription has been by all of its versions: segments by their days, ends, renewals, removals and discounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.zuora_objects import ACCOUNT, PRODUCT, amount_off, charge, percentage, plan, tier, version
from tieout.errors import UnreadableRecordError
from tieout.facts.subscription import Subscription, SubscriptionStatus, balances
from tieout.systems.zuora.subscriptions import in_order, subscription_of

ZONE = ZoneInfo("America/Los_Angeles")
_TERMED: Mapping[str, Any] = {"termType": "TERMED", "termStartDate": "2026-01-01", "termEndDate": "2027-01-01"}


def read(*versions: dict[str, Any]) -> Subscription:
    """The subscription of these versions."""
    found = subscription_of(in_order(versions), ZONE)
    assert found is not None
    return found


def months(subscription: Subscription) -> list[tuple[str, int]]:
    """From which day on how much recurs in a month, in cents; what changes nothing is left out."""
    found: list[tuple[str, int]] = []
    for day, balance in balances(subscription.versions).items():
        monthly = sum(month for month, _ in balance.values())
        if not found or found[-1][1] != monthly:
            found.append((day.isoformat(), monthly))
    return found


def test_what_has_no_end_recurs_from_its_first_day_on() -> None:
    """With its customer and its product, in the currency of the account."""
    found = read(version(charge(mrr="83.33", billingPeriod="Annual", ratePlanChargeTiers=[tier(price="1000")])))
    [only] = found.versions
    assert (only.customer, only.start_date, only.day) == (ACCOUNT, date(2026, 1, 1), date(2026, 1, 1))
    assert (only.status, only.end_date, only.renewal_date) == (SubscriptionStatus.ACTIVE, None, None)
    [item] = only.items
    assert (item.item_id, item.product, str(item.monthly), str(item.annual)) == (
        "C-1",
        PRODUCT,
        "83.33 EUR",
        "1000.00 EUR",
    )


def test_a_change_counts_from_the_day_it_is_dated_for() -> None:
    """Not from that on which it was agreed; and the last version says it all."""
    agreed = version(charge(until="2026-03-01"), charge(mrr="150", since="2026-03-01"), number=2)
    assert months(read(version(charge()), agreed)) == [("2026-01-01", 10_000), ("2026-03-01", 15_000)]


def test_versions_may_come_in_any_order() -> None:
    """Zuora lists the last one first."""
    first, second = version(charge()), version(charge(until="2026-03-01"), number=2)
    assert read(second, first) == read(first, second)


def test_what_nobody_ended_is_taken_up_again_and_paused_between() -> None:
    """A suspension ends a segment, and a resumption begins another."""
    found = read(version(charge(until="2026-03-01"), charge(since="2026-04-01")))
    assert months(found) == [("2026-01-01", 10_000), ("2026-03-01", 0), ("2026-04-01", 10_000)]
    statuses = [each.status for each in found.versions]
    assert statuses == [SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED, SubscriptionStatus.ACTIVE]


def test_a_term_that_is_renewed_has_no_end() -> None:
    """As long as nobody cancels; and without a renewal the end of the term is one to come."""
    within = charge(until="2027-01-01")
    [only] = read(version(within, **_TERMED, autoRenew=True)).versions
    assert (only.end_date, only.renewal_date) == (None, date(2027, 1, 1))
    [only] = read(version(within, **_TERMED, autoRenew=False)).versions
    assert (only.end_date, only.renewal_date) == (date(2027, 1, 1), None)


def test_a_charge_with_an_end_of_its_own_is_not_renewed() -> None:
    """Whether that lies within the term, or is where it ends."""
    own = charge("C-2", "7", until="2027-01-01", endDateCondition="FixedPeriod")
    early = charge("C-3", "5", until="2026-06-01")
    found = read(version(charge(until="2027-01-01"), own, early, **_TERMED, autoRenew=True))
    assert months(found) == [("2026-01-01", 11_200), ("2026-06-01", 10_700), ("2027-01-01", 10_000)]


def test_what_is_cancelled_for_a_day_to_come_is_not_renewed() -> None:
    """Though it is still active, and its term ends on that day."""
    found = read(version(charge(until="2027-01-01"), **_TERMED, autoRenew=True, cancelledDate="2027-01-01"))
    assert [each.end_date for each in found.versions] == [date(2027, 1, 1)]


@pytest.mark.parametrize("status", ["Cancelled", "Expired"])
def test_what_was_cancelled_ends_where_its_charges_do(status: str) -> None:
    """Though its term was to be renewed."""
    found = read(version(charge(until="2027-01-01"), **_TERMED, autoRenew=True, status=status))
    assert months(found) == [("2026-01-01", 10_000), ("2027-01-01", 0)]
    assert found.versions[-1].status is SubscriptionStatus.ENDED


def test_a_charge_that_a_version_does_not_have_any_more_recurs_no_further() -> None:
    """Than to the day on which that version was made, by the tenant's own days."""
    late = version(charge(), number=20, createdDate="2026-02-01T23:30:00-08:00")
    found = read(version(charge(), charge("C-2", "50")), late)
    assert months(found) == [("2026-01-01", 15_000), ("2026-02-01", 10_000)]
    ended = version(charge(), charge("C-2", "50", until="2026-01-15"))
    assert months(read(ended, late)) == [("2026-01-01", 15_000), ("2026-01-15", 10_000)]


def test_a_charge_that_was_removed_from_its_first_day_on_never_was() -> None:
    """It is still there, and ends where it begins."""
    removed = version(charge(), charge("C-2", "50", until="2026-01-01"), number=2)
    assert months(read(version(charge(), charge("C-2", "50")), removed)) == [("2026-01-01", 10_000)]
    never = charge("C-2", "50", since="2025-06-01", until="2025-06-01")
    assert read(version(charge(), never)).versions[0].start_date == date(2026, 1, 1)


def test_a_segment_that_changes_nothing_makes_no_version() -> None:
    """An order may change what a charge is called, or until when its price holds."""
    assert len(read(version(charge(until="2026-03-01"), charge(since="2026-03-01"))).versions) == 1


def test_what_has_not_been_activated_recurs_from_no_day() -> None:
    """Its charges have no days yet."""
    found = read(version(charge(since=None), status="Pending Activation"))
    [only] = found.versions
    assert (only.status, only.items, only.day) == (SubscriptionStatus.PENDING, (), date(2026, 1, 1))
    assert months(found) == [("2026-01-01", 0)]


@pytest.mark.parametrize("kind", ["OneTime", "Usage"])
def test_what_is_paid_once_or_by_use_does_not_recur(kind: str) -> None:
    """It is billed, and agreed by nobody for longer."""
    assert months(read(version(charge(), charge("C-2", "9", chargeType=kind)))) == [("2026-01-01", 10_000)]


def test_a_draft_is_in_no_books() -> None:
    """And a version that is one changes nothing of those before it."""
    assert subscription_of(in_order([version(charge(), status="Draft")]), ZONE) is None
    assert months(read(version(charge()), version(number=2, status="Draft"))) == [("2026-01-01", 10_000)]


def test_discounts_take_off_what_they_are_for_and_while_they_last() -> None:
    """Of their rate plan, or of the whole subscription; what is for charges that are paid once does nothing."""
    once = percentage("50", number="D-9", applyDiscountTo="ONETIME")
    found = read(
        version(
            ratePlans=[
                plan(charge(), percentage("10", "rateplan", until="2026-04-01"), once),
                plan(charge("C-2", "50"), name="2", product="other"),
            ]
        )
    )
    assert months(found) == [("2026-01-01", 14_000), ("2026-04-01", 15_000)]
    assert {item.product: item.monthly.amount_minor for item in found.versions[0].items} == {
        PRODUCT: 9_000,
        "other": 5_000,
    }
    whole = read(version(charge(), charge("C-2", "50"), percentage("10"), amount_off("15")))
    assert {item.item_id: item.monthly.amount_minor for item in whole.versions[0].items} == {"C-1": 8_000, "C-2": 4_000}


def test_a_discount_leaves_nothing_below_zero() -> None:
    """Nor does a charge below zero, which is how some tenants write one."""
    assert months(read(version(charge(), amount_off("150")))) == [("2026-01-01", 0)]
    assert months(read(version(charge(), charge("C-2", "-30")))) == [("2026-01-01", 7_000)]
    assert months(read(version(charge(), charge("C-2", "-130")))) == [("2026-01-01", 0)]
    [only] = read(version(amount_off("5", since="2025-12-01"))).versions
    assert (only.items, only.start_date) == ((), date(2026, 1, 1))
    assert read(version(charge(), percentage("10", since="2025-01-01"))).versions[0].start_date == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("status", {"status": "A Status To Come"}),
        ("status", {"status": None}),
        ("version", {"version": "1"}),
        ("currency", {"account": None}),
        ("currency", {"currency": "Euro"}),
        ("chargeNumber", {"ratePlans": [plan({**charge(), "chargeNumber": ""})]}),
        ("effectiveStartDate", {"ratePlans": [plan(charge(since="01/02/2026"))]}),
        ("ratePlans", {"ratePlans": [plan()] * 99}),
        ("ratePlanCharges", {"ratePlans": [plan(*[charge()] * 99)]}),
        ("ratePlanChargeTiers", {"ratePlans": [plan(percentage("1", ratePlanChargeTiers=[]))]}),
        ("discountPercentage", {"ratePlans": [plan(percentage("101"))]}),
        ("billingPeriod", {"ratePlans": [plan(amount_off("1", billingPeriod="Subscription_Term"))]}),
        ("subscriptionStartDate", {"ratePlans": [], "subscriptionStartDate": None}),
    ],
)
def test_what_cannot_be_read_says_which_field(field: str, stated: dict[str, Any]) -> None:
    """And nothing of its value: a part of what recurs is never planned as the whole."""
    with pytest.raises(UnreadableRecordError, match=f"field {field}: "):
        read(version(**{"ratePlans": [plan(charge())], **stated}))


_DAYS = st.integers(0, 60).map(lambda day: date.fromordinal(date(2026, 1, 1).toordinal() + day))


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date | None, int]:
    """A charge of so many cents a month between two days."""
    since, until = draw(_DAYS), draw(st.none() | _DAYS)
    return since, until, draw(st.integers(0, 10**6))


@given(charges=st.lists(spans(), min_size=1, max_size=6), share=st.integers(0, 100))
def test_what_recurs_on_a_day_is_what_its_charges_come_to(
    charges: list[tuple[date, date | None, int]], share: int
) -> None:
    """For any segments, with a discount over all of them: day by day the sum, each charge rounded once."""
    rows = [
        charge(f"C-{place}", f"{cents / 100:.2f}", since.isoformat(), until.isoformat() if until else None)
        for place, (since, until, cents) in enumerate(charges)
    ]
    found = read(version(*rows, percentage(str(share), since="2025-01-01")))
    balance = balances(found.versions)
    for day in {day for since, until, _ in charges for day in (since, until) if day is not None}:
        wanted = sum(
            (cents * (100 - share) * 2 + 100) // 200
            for since, until, cents in charges
            if since <= day and (until is None or day < until)
        )
        known = [each for each in balance if each <= day]
        assert sum(month for month, _ in balance[max(known)].values()) == wanted if known else wanted == 0
    names = [each.version for each in found.versions]
    assert names == sorted(set(names))
