"""What subscriptions come to in planning: movements of recurring revenue, which add up to the balance on every day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given

from tests.support.any_facts import DAYS, subscriptions
from tests.support.recurring import FEBRUARY, JANUARY, MARCH, item, moved, moved_by, version
from tieout.facts.families import lines_of
from tieout.facts.subscription import RecurringItem, Subscription, SubscriptionVersion
from tieout.money import Money
from tieout.planning.mapping import LEGAL_ENTITY, MappingKey
from tieout.planning.resolving import Asked


def test_a_subscriptions_life_is_told_in_movements() -> None:
    """It begins, grows, shrinks, adds a product, ends, and begins again."""
    assert moved(
        version(JANUARY, item(1000)),
        version(FEBRUARY, item(1500)),
        version(MARCH, item(900), item(300, "support")),
        version(date(2026, 4, 1), end=date(2026, 4, 1)),
        version(date(2026, 6, 1), item(700)),
    ) == [
        ("2026-01", "new", "seats", 1000),
        ("2026-02", "expansion", "seats", 500),
        ("2026-03", "contraction", "seats", -600),
        ("2026-03", "expansion", "support", 300),
        ("2026-04", "churn", "seats", -900),
        ("2026-04", "churn", "support", -300),
        ("2026-06", "new", "seats", 700),
    ]


def test_a_product_that_takes_the_place_of_another_is_neither_new_nor_churn() -> None:
    """The customer goes on paying."""
    assert moved(version(JANUARY, item(1000)), version(FEBRUARY, item(1000, "plus"))) == [
        ("2026-01", "new", "seats", 1000),
        ("2026-02", "expansion", "plus", 1000),
        ("2026-02", "contraction", "seats", -1000),
    ]


def test_an_end_to_come_is_planned_then_and_taken_back_when_the_customer_stays() -> None:
    """Cancelled at the end of the period in January; in February that is taken back."""
    ending = version(JANUARY, item(1000), end=date(2026, 3, 10))
    assert moved(ending) == [("2026-01", "new", "seats", 1000), ("2026-03", "churn", "seats", -1000)]
    assert moved(ending, version(FEBRUARY, item(1000))) == [("2026-01", "new", "seats", 1000)]


def test_what_ended_before_it_was_told_ended_on_its_day() -> None:
    """It was told of a minute after midnight, in the next month."""
    told = version(date(2026, 2, 1), item(1000), end=date(2026, 1, 31))
    assert moved(version(JANUARY, item(1000)), told)[1:] == [("2026-01", "churn", "seats", -1000)]


def test_a_trial_that_is_extended_begins_when_it_ends() -> None:
    """Nothing of it recurs before."""
    trial = version(date(2026, 1, 1), item(1000), start=date(2026, 2, 1))
    assert moved(trial) == [("2026-02", "new", "seats", 1000)]
    assert moved(trial, version(JANUARY, item(1000), start=MARCH)) == [("2026-03", "new", "seats", 1000)]


def test_a_trial_granted_later_is_for_nothing() -> None:
    """It is churn, and new again when it ends."""
    assert moved(version(JANUARY, item(1000)), version(FEBRUARY, item(1000), start=MARCH))[1:] == [
        ("2026-02", "churn", "seats", -1000),
        ("2026-03", "new", "seats", 1000),
    ]


def test_the_first_version_known_tells_what_recurred_from_the_start() -> None:
    """Of a subscription that was there before anybody told of it; an older version that comes late knows better."""
    assert moved(version(MARCH, item(1500))) == [("2026-01", "new", "seats", 1500)]
    assert moved(version(JANUARY, item(1000)), version(MARCH, item(1500)))[0] == ("2026-01", "new", "seats", 1000)


def test_changes_of_one_day_are_one() -> None:
    """What it was at noon was never anybody's balance at the end of a day."""
    noon = replace(version(FEBRUARY, item(9999)), version=f"{FEBRUARY}T07:00:00.000Z#evt")
    assert moved(version(JANUARY, item(1000)), noon, version(FEBRUARY, item(1000))) == [
        ("2026-01", "new", "seats", 1000)
    ]


def test_a_year_is_not_twelve_rounded_months() -> None:
    """Each is rounded by itself from what is paid."""
    yearly = RecurringItem(item_id="si", product="seats", monthly=Money(8333, "EUR"), annual=Money(100_000, "EUR"))
    [line] = lines_of(Subscription(versions=(version(JANUARY, yearly),)), Asked("billing", {}, "EMEA"))
    assert line.amounts == {"monthly": Money(8333, "EUR"), "annual": Money(100_000, "EUR")}


def test_what_moves_by_a_cent_a_year_alone_is_a_movement() -> None:
    """No month has it, for a month is rounded by itself."""
    before, after = (replace(item(0), annual=Money(cents, "EUR")) for cents in (4, 5))
    for versions, movement, cents in [((before, after), "expansion", 1), ((after, before), "contraction", -1)]:
        first, last = versions
        fact = Subscription(versions=(version(JANUARY, first), version(FEBRUARY, last)))
        _, line = lines_of(fact, Asked("billing", {}, "EMEA"))
        assert line.attributes["movement"] == movement
        assert line.amounts == {"monthly": Money(0, "EUR"), "annual": Money(cents, "EUR")}


def test_what_was_to_begin_later_does_not_once_it_ended_before() -> None:
    """It was told in March that it had ended in January, and was to begin in February."""
    told = version(MARCH, item(1000), end=date(2026, 1, 31), start=FEBRUARY)
    assert moved(version(JANUARY, item(1000), start=FEBRUARY), told) == []


def test_the_company_is_the_one_it_states_and_divides_its_own_time() -> None:
    """Where a source serves several companies, each has its calendar."""

    class OfCompanies(ByDay):
        def period_of(self, legal_entity: str, day: date) -> str:
            return f"{legal_entity} {super().period_of(legal_entity, day)}"

    stated = replace(version(JANUARY, item(1000)), legal_entity="2")
    entry = MappingKey("billing", LEGAL_ENTITY, "2")
    [line] = lines_of(Subscription(versions=(stated,)), OfCompanies("billing", {entry: "APAC"}, "EMEA"))
    assert (line.legal_entity, line.period) == ("APAC", f"APAC {JANUARY}")


def test_another_currency_is_churn_of_one_and_new_in_the_other() -> None:
    """Amounts of two currencies are never netted."""
    assert moved(version(JANUARY, item(1000)), version(FEBRUARY, item(900, currency="USD"))) == [
        ("2026-01", "new", "seats", 1000),
        ("2026-02", "churn", "seats", -1000),
        ("2026-02", "new", "seats", 900),
    ]


class ByDay(Asked):
    """A calendar whose periods are days."""

    def period_of(self, legal_entity: str, day: date) -> str:  # noqa: ARG002 one calendar for all
        """The day itself."""
        return str(day)


def recurs_on(versions: Sequence[SubscriptionVersion], day: date, span: str) -> Counter[tuple[str | None, str]]:
    """What recurs in a month or a year on a day, product by product: said for one day, without a history of days."""
    *before, last = versions
    nothing: Counter[tuple[str | None, str]] = Counter()
    known_from = last.day if last.end_date is None else min(last.day, last.end_date)
    if before and day < known_from:
        return recurs_on(before, day, span)
    if last.end_date is not None and last.end_date <= day:
        return nothing
    if day < last.start_date:
        return nothing
    for each in last.items:
        amount = {"monthly": each.monthly, "annual": each.annual}[span]
        nothing[each.product, amount.currency] += amount.amount_minor
    return +nothing


@given(subscription=subscriptions(), day=DAYS)
def test_movements_add_up_to_the_balance_of_every_day(subscription: Subscription, day: date) -> None:
    """What moved by the end of a day is what recurs on it, product by product and to the minor unit."""
    for span in ("monthly", "annual"):
        total: Counter[tuple[str | None, str]] = Counter()
        for line in lines_of(subscription, ByDay("billing", {}, "EMEA")):
            if date.fromisoformat(str(line.period)) <= day:
                total[line.attributes["product"], str(line.currency)] += moved_by(line, span)
        recurs = recurs_on(subscription.versions, day, span)
        assert {place: cents for place, cents in total.items() if cents} == recurs
