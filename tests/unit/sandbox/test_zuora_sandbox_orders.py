"""What orders of a simulated Zuora tenant make of its subscriptions: versions, and what each charge costs from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.systems.zuora.ordering import Ordering
from sandbox.systems.zuora.settings import TenantSettings
from sandbox.systems.zuora.tenant import Tenant
from tests.support.clock import ManualClock

LICENCES = {"product": "product-1", "price": "100", "quantity": 3}
SUPPORT = {"product": "product-2", "price": "1200", "period": "Annual"}


class Shop:
    """A tenant of one customer, whose subscriptions begin with the year."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.tenant = Tenant(TenantSettings(time_zone="Europe/Berlin"), self.clock.now)
        self.ordering = Ordering(self.tenant)
        self.tenant.open_account("ACME", "EUR", id="account-1")

    def begin(self, *charges: Mapping[str, Any], **stated: Any) -> str:  # noqa: ANN401 JSON
        """Its number."""
        known = {"start": "2026-01-01", **stated}
        return str(self.ordering.begin("account-1", charges or (LICENCES,), **known)["name"])

    def costs(self, name: str) -> list[tuple[str | None, str | None, str]]:
        """What recurs by the last version, segment by segment: from a day, to another, how much in a month."""
        return [
            (each["effectiveStartDate"], each["effectiveEndDate"], each["mRR"])
            for plan in self.ordering.last(name)["ratePlans"]
            for each in plan["ratePlanCharges"]
        ]

    def happened(self) -> list[str]:
        """What was told since this was asked last."""
        return [each["type"] for each in self.tenant.take_untold()]


@pytest.fixture
def shop() -> Shop:
    """A new one."""
    return Shop()


def test_a_subscription_begins_as_agreed(shop: Shop) -> None:
    """Each charge costs from the start to the end of the term, per month whatever it is paid for."""
    name = shop.begin(LICENCES, SUPPORT)
    assert shop.costs(name) == [("2026-01-01", "2027-01-01", "300"), ("2026-01-01", "2027-01-01", "100")]
    assert shop.ordering.last(name)["cMRR"] == "400"
    assert shop.happened() == ["SubscriptionCreated"]


def test_every_order_makes_a_version_and_lets_the_one_before_expire(shop: Shop) -> None:
    """Each is an object of its own, under the same number."""
    name = shop.begin()
    shop.ordering.add(name, SUPPORT, "2026-02-01")
    first, second = shop.ordering.versions(name)
    assert [(each["version"], each["status"], each["isLatestVersion"]) for each in (first, second)] == [
        (1, "Expired", False),
        (2, "Active", True),
    ]
    assert second["previousSubscriptionId"] == first["id"] == second["originalId"]
    assert len(first["ratePlans"]) == 1
    assert len(second["ratePlans"]) == 2
    assert shop.happened() == ["SubscriptionCreated", "AmendmentProcessed"]


def test_a_change_ends_one_segment_and_begins_the_next(shop: Shop) -> None:
    """What was to come by an earlier order of a later day is not any more."""
    name = shop.begin()
    shop.ordering.change(name, "C-00000001", "2026-06-01", quantity=5)
    assert shop.costs(name) == [("2026-01-01", "2026-06-01", "300"), ("2026-06-01", "2027-01-01", "500")]
    shop.ordering.change(name, "C-00000001", "2026-03-01", price="90")
    assert shop.costs(name) == [("2026-01-01", "2026-03-01", "300"), ("2026-03-01", "2027-01-01", "270")]


def test_a_change_from_the_first_day_takes_the_place_of_what_was_agreed(shop: Shop) -> None:
    """And from before it there is none."""
    name = shop.begin()
    shop.ordering.change(name, "C-00000001", "2026-01-01", quantity=1)
    assert shop.costs(name) == [("2026-01-01", "2027-01-01", "100")]
    with pytest.raises(ValueError, match="begins later"):
        shop.ordering.change(name, "C-00000001", "2025-12-31", quantity=2)


def test_a_product_that_is_removed_ends_and_is_not_shown_for_long(shop: Shop) -> None:
    """With the version that removes it, and with none after it is over."""
    name = shop.begin(LICENCES, SUPPORT)
    shop.ordering.remove(name, "C-00000002", "2026-02-01")
    assert shop.costs(name)[1] == ("2026-01-01", "2026-02-01", "100")
    shop.ordering.renew(name)
    assert shop.costs(name) == [("2026-01-01", "2028-01-01", "300")]


def test_a_product_to_be_removed_is_shown_until_it_is(shop: Shop) -> None:
    """Whatever is ordered besides."""
    name = shop.begin(LICENCES, SUPPORT)
    ahead = "2026-12-24"
    shop.ordering.remove(name, "C-00000002", ahead)
    shop.ordering.change(name, "C-00000001", "2026-12-01", quantity=4)
    assert ("2026-01-01", ahead, "100") in shop.costs(name)


def test_a_cancelled_subscription_ends_on_its_day(shop: Shop) -> None:
    """What had not begun by then never does; and it is ordered of no more."""
    name = shop.begin(LICENCES, {**SUPPORT, "start": "2026-09-01"})
    shop.ordering.cancel(name, "2026-05-01")
    assert shop.costs(name) == [("2026-01-01", "2026-05-01", "300"), ("2026-09-01", "2026-09-01", "100")]
    assert shop.ordering.last(name)["cMRR"] == "0"
    with pytest.raises(ValueError, match="it is Cancelled"):
        shop.ordering.renew(name)


def test_what_is_suspended_is_in_force_again_once_it_is_resumed(shop: Shop) -> None:
    """With a segment of its own, to the end of the term; what had ended before does not come back."""
    name = shop.begin(LICENCES, {**SUPPORT, "end": "2026-02-01"})
    shop.ordering.suspend(name, "2026-03-01")
    assert shop.costs(name) == [("2026-01-01", "2026-03-01", "300"), ("2026-01-01", "2026-02-01", "100")]
    shop.ordering.resume(name, "2026-04-01")
    assert sorted(shop.costs(name)) == [
        ("2026-01-01", "2026-02-01", "100"),
        ("2026-01-01", "2026-03-01", "300"),
        ("2026-04-01", "2027-01-01", "300"),
    ]


def test_nothing_is_in_force_before_it_is_activated(shop: Shop) -> None:
    """Then all of it is."""
    name = shop.begin(activated=False)
    assert shop.costs(name) == [(None, None, "300")]
    shop.ordering.activate(name, "2026-02-01")
    assert shop.costs(name) == [("2026-02-01", "2027-01-01", "300")]


def test_an_order_that_is_taken_back_leaves_the_version_before_it(shop: Shop) -> None:
    """As the last one again, in the status it had, with a new stamp."""
    name = shop.begin()
    shop.ordering.suspend(name)
    shop.ordering.resume(name)
    shop.clock.advance(60)
    shop.ordering.undo(name)
    last = shop.ordering.last(name)
    assert (last["version"], last["status"], last["isLatestVersion"]) == (2, "Suspended", True)
    assert last["updatedDate"] == shop.tenant.store.moment()
    assert len(shop.ordering.versions(name)) == 2


def test_terms_end_on_the_same_day_of_another_month_or_its_last(shop: Shop) -> None:
    """And an evergreen subscription has none."""
    name = shop.begin(start="2026-01-31", term_months=1)
    assert shop.ordering.last(name)["termEndDate"] == "2026-02-28"
    evergreen = shop.begin(term_months=None)
    assert shop.costs(evergreen) == [("2026-01-01", None, "300")]
    with pytest.raises(ValueError, match="evergreen"):
        shop.ordering.renew(evergreen)
