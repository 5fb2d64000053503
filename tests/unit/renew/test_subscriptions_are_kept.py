"""What the renewal makes, renews and leaves alone, and what it tells of subscriptions that end all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from functions.renew.pipeline import RenewReport, RenewStep, renew
from tests.support.clock import ManualClock
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.subscribing import Subscription

DAY = timedelta(days=1)


@dataclass
class Source:
    """A source with some subscriptions; each is given three days when it is renewed.

    Attributes:
        takes: seconds that a renewal takes, and that it takes to say that the source is down.
        refusals: what is raised by renewals, by the subscription's name.
    """

    clock: ManualClock
    kept: list[Subscription]
    takes: float = 0
    refusals: dict[str, Exception] = field(default_factory=dict)
    down: Exception | None = None
    renewed: list[str] = field(default_factory=list)

    def subscriptions(self) -> Sequence[Subscription]:
        """Those it has."""
        if self.down is not None:
            self.clock.advance(self.takes)
            raise self.down
        return self.kept

    def renew(self, subscription: Subscription) -> datetime:
        """Three days from now."""
        self.clock.advance(self.takes)
        if subscription.name in self.refusals:
            raise self.refusals[subscription.name]
        self.renewed.append(subscription.name)
        return self.clock.now() + 3 * DAY


class Stage:
    """A stage of some connections whose sources want to be subscribed to."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.sources: dict[str, Source] = {}
        self.failures: list[tuple[str, str, str]] = []

    def source(self, name: str, **days: float | None) -> Source:
        """A connection with subscriptions that end in so many days; those under two are due, None is one that there is not."""
        now = self.clock.now()
        kept = [
            Subscription(name=each, ends_at=None if left is None else now + left * DAY, is_due=left is None or left < 2)
            for each, left in days.items()
        ]
        self.sources[name] = Source(self.clock, kept)
        return self.sources[name]

    def run(self) -> dict[str, RenewReport]:
        """One run."""
        step = RenewStep(
            connections=sorted(self.sources),
            subscriber_of=self.sources.__getitem__,
            clock=self.clock,
            note_failure=lambda error, *of: self.failures.append((type(error).__name__, *of)),
        )
        return renew(step)


def test_what_is_due_is_renewed_and_what_is_missing_is_made() -> None:
    """And nothing else is asked of the source."""
    stage = Stage()
    source = stage.source("central", early=2.5, due=1.9, missing=None)
    assert stage.run() == {"central": RenewReport(renewed=2)}
    assert source.renewed == ["due", "missing"]
    assert stage.failures == []


@pytest.mark.parametrize(("left", "ending"), [(0.999, 1), (1.0, 0), (-1.0, 1), (None, 1)])
def test_what_could_not_be_renewed_and_ends_within_a_day_is_told(left: float | None, ending: int) -> None:
    """Before that the next hours may still renew it."""
    stage = Stage()
    stage.source("central", one=left).refusals["one"] = AccessDeniedError("no")
    assert stage.run() == {"central": RenewReport(failed=1, ending=ending)}
    assert stage.failures == [("AccessDeniedError", "central", "one")]


def test_each_that_could_not_be_renewed_is_counted() -> None:
    """And each that ends soon."""
    stage = Stage()
    stage.source("central", one=0.5, two=0.5).refusals |= dict.fromkeys(("one", "two"), AccessDeniedError("no"))
    assert stage.run() == {"central": RenewReport(failed=2, ending=2)}


def test_what_is_not_due_and_ends_soon_is_told_all_the_same() -> None:
    """A system whose subscriptions live for hours alone would have to say so some other way."""
    stage = Stage()
    stage.sources["central"] = Source(
        stage.clock, [Subscription(name="one", ends_at=stage.clock.now() + DAY / 2, is_due=False)]
    )
    assert stage.run() == {"central": RenewReport(ending=1)}


def test_one_refusal_costs_no_other_subscription() -> None:
    """Each may be refused for itself."""
    stage = Stage()
    source = stage.source("central", one=1.5, two=1.5, three=1.5)
    source.refusals["two"] = AccessDeniedError("no")
    assert stage.run() == {"central": RenewReport(renewed=2, failed=1)}
    assert source.renewed == ["one", "three"]


@pytest.mark.parametrize("error", [ThrottledError("later"), UnavailableError("down")])
def test_a_source_that_does_not_answer_is_asked_nothing_more(error: TieoutError) -> None:
    """Each call would take its whole time-out; what the others are is known, and counts."""
    stage = Stage()
    source = stage.source("central", one=1.5, two=1.5, three=0.5)
    source.refusals |= dict.fromkeys(("one", "two", "three"), error)
    assert stage.run() == {"central": RenewReport(failed=1, ending=1)}
    assert [each[2] for each in stage.failures] == ["one"]


@pytest.mark.parametrize("error", [UnavailableError("down"), AccessDeniedError("no"), ZeroDivisionError()])
def test_trouble_of_one_connection_is_not_anothers(error: Exception) -> None:
    """Its own is told: nobody knows what it has."""
    stage = Stage()
    stage.source("a", one=1.5).down = error
    other = stage.source("b", one=1.5)
    assert stage.run() == {"a": RenewReport(unknown=1), "b": RenewReport(renewed=1)}
    assert other.renewed == ["one"]
    assert stage.failures == [(type(error).__name__, "a", "")]


def test_what_is_not_reached_in_time_waits_for_the_next_hour() -> None:
    """The function would be ended in the middle of it, and nothing said of what it did."""
    stage = Stage()
    source = stage.source("central", **{f"n{number}": 1.5 for number in range(10)}, last=0.5)
    source.takes = 30
    assert stage.run() == {"central": RenewReport(renewed=6, ending=1)}
    assert source.renewed == [f"n{number}" for number in range(6)]
    assert stage.failures == []


def test_sources_that_hang_leave_the_others_told_of() -> None:
    """A run that asked them all would be ended from outside, and would have said nothing of any."""
    stage = Stage()
    for name in "abcdefgh":
        source = stage.source(name, one=1.5)
        source.down, source.takes = UnavailableError("no answer"), 50
    begun = stage.clock.now()
    assert stage.run() == dict.fromkeys("abcdefgh", RenewReport(unknown=1))
    assert stage.clock.now() - begun < timedelta(seconds=300)
    assert [each[1] for each in stage.failures] == list("abcdefgh")
