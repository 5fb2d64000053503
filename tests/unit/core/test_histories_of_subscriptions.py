"""What is known of a subscription when its versions come one by one, in any order, told or read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.any_facts import DAYS, recurring_items, subscriptions
from tests.support.recurring import FEBRUARY, JANUARY, MARCH, item, moved, read, version
from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError
from tieout.facts.statement import Statement, joined
from tieout.facts.subscription import RecurringItem, Subscription, SubscriptionVersion
from tieout.money import Money

KEY = RecordKey("billing", "subscription", "sub_1")
APRIL, MAY = date(2026, 4, 2), date(2026, 5, 3)


def whole(parts: Sequence[SubscriptionVersion]) -> Subscription:
    """The subscription that is known when its versions were told one by one."""
    facts = [Subscription(versions=(each,)) for each in parts]
    return reduce(lambda known, fact: fact.joined(known), facts)


@given(subscription=subscriptions(), data=st.data())
def test_the_order_in_which_versions_are_told_decides_nothing(subscription: Subscription, data: st.DataObject) -> None:
    """Nor does telling one again."""
    again = data.draw(st.lists(st.sampled_from(subscription.versions), max_size=3))
    told = data.draw(st.permutations([*subscription.versions, *again]))
    assert whole(told) == subscription


@given(subscription=subscriptions(), day=DAYS, items=st.lists(recurring_items("EUR"), max_size=2).map(tuple))
def test_what_was_read_is_what_it_is_now(
    subscription: Subscription, day: date, items: tuple[RecurringItem, ...]
) -> None:
    """Whatever our clock has it stands behind all that was known; what says nothing new adds nothing, however often it is read."""
    now = replace(read(day, *items), customer=subscription.versions[-1].customer)
    fact = Subscription(versions=(now,)).joined(subscription)
    assert fact.versions[-1].says_as(now)
    assert fact.versions[: len(subscription.versions)] == subscription.versions
    later = replace(now, version="9999~", day=date(2030, 1, 1))
    assert Subscription(versions=(later,)).joined(fact) == fact
    assert Subscription(versions=(now,)).joined(fact) == fact


def test_what_was_read_stands_behind_what_is_dated_later_and_what_was_read_at_one_moment() -> None:
    """Under a name of its own, and on no day before the last that is known."""
    march = Subscription(versions=(version(MARCH, item(1000)),))
    [_, last] = Subscription(versions=(read(FEBRUARY, item(2000)),)).joined(march).versions
    assert (last.day, last.version) == (MARCH, f"{march.latest_version()}~")
    once, again = (Subscription(versions=(read(MARCH, item(cents)),)) for cents in (1000, 2000))
    assert again.joined(once).latest_version() == f"{once.latest_version()}~"


def test_a_version_that_comes_late_is_put_before_what_was_read() -> None:
    """The reading told that something had changed, the version when it did."""
    known = whole([version(JANUARY, item(1000)), read(MARCH, item(1500))])
    assert moved(*known.versions)[-1] == ("2026-03", "expansion", "seats", 500)
    known = Subscription(versions=(version(FEBRUARY, item(1500)),)).joined(known)
    assert moved(*known.versions)[-1] == ("2026-02", "expansion", "seats", 500)


@pytest.mark.parametrize("is_told_at_last", [True, False])
def test_what_was_read_by_a_clock_that_is_behind_is_dated_by_what_is_told_later(*, is_told_at_last: bool) -> None:
    """The source's own clock may be ahead of ours: then what was read says nothing of when it became so."""
    last = [version(MAY, item(2000))] if is_told_at_last else []
    known = whole(
        [
            version(MARCH, item(1000)),
            read(FEBRUARY, item(2000)),
            version(APRIL, item(1500)),
            read(FEBRUARY, item(2000)),
            *last,
        ]
    )
    assert [each.items for each in known.versions] == [(item(1000),), (item(1500),), (item(2000),)]
    when = ("2026-05", "expansion", "seats", 500) if is_told_at_last else ("2026-04", "expansion", "seats", 1000)
    assert moved(*known.versions)[-1] == when


def test_what_was_read_in_its_time_stays_though_the_same_is_told_again_later() -> None:
    """It became so twice; of the first time no message has come."""
    known = whole(
        [version(JANUARY, item(1)), read(FEBRUARY, item(2)), version(MARCH, item(1)), version(APRIL, item(2))]
    )
    assert [each.items for each in known.versions] == [(item(1),), (item(2),), (item(1),), (item(2),)]


def test_a_version_told_again_is_taken_as_it_is_told_now() -> None:
    """Read once more by code that reads it rightly."""
    assert whole([version(JANUARY, item(1000)), version(JANUARY, item(1100))]).versions == (
        version(JANUARY, item(1100)),
    )


def test_a_statement_with_a_history_is_as_new_as_the_last_version_known() -> None:
    """So an older version that comes late is not passed over for being older."""
    old, new = Subscription(versions=(version(JANUARY, item(1)),)), Subscription(versions=(version(MARCH, item(2)),))
    stated = Statement(key=KEY, source_version=old.latest_version(), fact=old)
    both = joined(stated, [new])
    assert both.fact == whole([*old.versions, *new.versions])
    assert both.source_version == new.latest_version()
    middle = Subscription(versions=(version(FEBRUARY, item(3)),))
    three = joined(stated, [new, None, middle])
    assert three.fact == whole([*old.versions, *middle.versions, *new.versions])
    assert joined(stated, []) == stated


def test_a_history_that_is_stated_whole_takes_the_place_of_what_was_known() -> None:
    """What its source does not state any more was taken back there; and it is as new as it says."""
    old, new = Subscription(versions=(version(JANUARY, item(1)),)), Subscription(versions=(version(MARCH, item(2)),))
    stated = Statement(key=KEY, source_version="9", fact=old, is_whole=True)
    assert joined(stated, [new]) == stated


@pytest.mark.parametrize("versions", [(), (version(MARCH), version(JANUARY)), (version(MARCH), version(MARCH))])
def test_versions_that_are_none_or_out_of_order_are_refused(versions: tuple[SubscriptionVersion, ...]) -> None:
    """A fact has one order of its versions."""
    with pytest.raises(MalformedError, match=r"^versions_out_of_order$"):
        Subscription(versions=versions)


@pytest.mark.parametrize(
    ("monthly", "annual", "reason"),
    [
        (Money(1, "EUR"), Money(12, "USD"), "month_and_year_in_two_currencies"),
        (Money(-1, "EUR"), Money(12, "EUR"), "recurring_amount_negative"),
        (Money(1, "EUR"), Money(-12, "EUR"), "recurring_amount_negative"),
    ],
)
def test_what_cannot_recur_is_refused(monthly: Money, annual: Money, reason: str) -> None:
    """Before it is in anybody's balance."""
    with pytest.raises(MalformedError, match=rf"^{reason}$"):
        RecurringItem(item_id="si", product=None, monthly=monthly, annual=annual)
