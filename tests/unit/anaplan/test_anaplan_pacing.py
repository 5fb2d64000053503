"""Our share of the calls that a tenant may make a minute."""

from __future__ import annotations

from datetime import timedelta

import httpx

from tests.support.anaplan import anaplan_writer, pipeline_cell
from tests.support.clock import ManualClock
from tests.unit.anaplan.test_anaplan_answers import LINE_ITEMS, LOGIN, MODULES, URL
from tieout.systems.anaplan.pacing import CallPace


def test_no_minute_has_more_calls_than_the_share_and_its_burst() -> None:
    """Whatever is asked for; in the long run the share itself."""
    clock = ManualClock()
    pace, began_at = CallPace(60, clock), clock.now()
    moments = []
    for _ in range(126):
        pace.take()
        moments.append(clock.now())
    assert clock.now() - began_at == timedelta(seconds=120)
    for number, moment in enumerate(moments):
        assert sum(moment <= other < moment + timedelta(minutes=1) for other in moments[number:]) <= 66


def test_a_pause_saves_up_no_more_than_a_burst() -> None:
    """An hour without calls is not an hour's calls at once."""
    clock = ManualClock()
    pace = CallPace(60, clock)
    pace.take()
    clock.advance(3600)
    began_at = clock.now()
    for _ in range(6):
        pace.take()
    assert clock.now() == began_at
    pace.take()
    assert clock.now() == began_at + timedelta(seconds=1)


def test_a_small_share_still_lets_calls_through() -> None:
    """One a minute."""
    clock = ManualClock()
    pace, began_at = CallPace(1, clock), clock.now()
    pace.take()
    pace.take()
    assert clock.now() == began_at + timedelta(minutes=1)


def test_every_call_of_a_writer_counts_and_logins_do_not() -> None:
    """Look-ups and writes go to the API's host; tokens are given by another."""
    clock, seen = ManualClock(), list[tuple[str, float]]()
    began_at = clock.now()

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path.rsplit("/", 1)[1], (clock.now() - began_at).total_seconds()))
        if request.url.path.startswith("/token/"):
            return httpx.Response(201, json=LOGIN)
        known = {"modules": MODULES, "lineItems": LINE_ITEMS}
        return httpx.Response(200, json=known.get(seen[-1][0], {"numberOfCellsChanged": 1}))

    writer = anaplan_writer(URL, httpx.Client(transport=httpx.MockTransport(handle)), clock, calls_per_minute=6)
    writer.write([pipeline_cell()])
    writer.write([pipeline_cell()])
    assert seen == [("authenticate", 0), ("modules", 0), ("lineItems", 10), ("data", 20), ("data", 30)]
