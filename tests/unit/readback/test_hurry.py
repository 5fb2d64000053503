"""No request of one target takes the time of the others."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from functions.readback.hurry import Hurry
from tests.support.clock import ManualClock
from tieout.errors import UnavailableError


def test_a_request_waits_no_longer_than_the_time_that_is_left() -> None:
    """The shorter of what its adapter gives it and what is left."""
    clock = ManualClock()
    hurry = Hurry(clock)
    hurry.until = clock.now() + timedelta(seconds=30)
    request = httpx.Request("GET", "https://a.test", extensions={"timeout": httpx.Timeout(120, connect=10).as_dict()})
    hurry(request)
    assert request.extensions["timeout"] == {"connect": 10, "read": 30, "write": 30, "pool": 30}


def test_one_without_a_limit_is_given_one() -> None:
    """An adapter may say nothing, or that it would wait for ever."""
    clock = ManualClock()
    hurry = Hurry(clock)
    hurry.until = clock.now() + timedelta(seconds=30)
    for extensions in ({}, {"timeout": httpx.Timeout(None).as_dict()}):
        request = httpx.Request("GET", "https://a.test", extensions=extensions)
        hurry(request)
        assert set(request.extensions["timeout"].values()) == {30}


def test_none_is_sent_when_the_time_is_over() -> None:
    """As if the target were down: what was under way is done again in the next run."""
    clock = ManualClock()
    hurry, sent = Hurry(clock), list[httpx.Request]()
    transport = httpx.MockTransport(lambda request: sent.append(request) or httpx.Response(200))  # type: ignore[func-returns-value]
    with httpx.Client(transport=transport, event_hooks={"request": [hurry]}) as http:
        with pytest.raises(UnavailableError):
            http.get("https://a.test")  # nobody has given it any time yet
        hurry.until = clock.now() + timedelta(seconds=1)
        http.get("https://a.test")
        clock.advance(1)
        with pytest.raises(UnavailableError):
            http.get("https://a.test")
    assert len(sent) == 1
