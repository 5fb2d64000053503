"""What the log says of a delivery: how it ended and why, how large it was, and how long it took."""

from __future__ import annotations

import json

import pytest

from tests.support.good_bodies import good_body, hubspot_event
from tests.support.receiving import Door
from tieout.arriving.rejection import read_rejection
from tieout.errors import AccessDeniedError, TieoutError, UnavailableError


def test_an_accepted_delivery_is_told_of_in_full(door: Door) -> None:
    """Its size, its time in whole milliseconds and its counts; there is no reason to give."""
    body = good_body(door.system)
    door.bus.io = lambda _: door.clock.advance(0.7503)  # once before and once after the call
    door.post(body)
    line = door.last_line()
    assert line.pop("_aws")
    assert line == {
        "level": "INFO",
        "step": "receive",
        "connection": "somewhere",
        "outcome": "accepted",
        "delivery_id": "JKJaXmPLvHcESHA=",
        "status": 200,
        "body_bytes": len(body),
        "milliseconds": 1501,
        "Accepted": 1,
    }


def test_another_method_is_told_of_as_such(door: Door) -> None:
    """It counts as nothing."""
    door.post(good_body(door.system), method="PUT")
    line = door.last_line()
    assert (line["outcome"], line["status"]) == ("method_not_allowed", 405)
    assert "_aws" not in line


@pytest.mark.parametrize("error", [UnavailableError("down"), AccessDeniedError("role")])
def test_a_delivery_that_could_not_be_kept_is_told_of_by_its_error(door: Door, error: TieoutError) -> None:
    """The alarm counts it, and a person reads whether the archive is down or denies us."""

    def strike(_point: str) -> None:
        raise error

    door.store.io = strike
    assert door.post(b"nonsense").status == 503
    line = door.last_line()
    assert (line["outcome"], line["reason"], line["Unavailable"]) == ("unavailable", type(error).__name__, 1)
    assert [each["Name"] for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]] == ["Unavailable"]


def test_what_is_kept_says_why(door: Door) -> None:
    """Whether nothing could be made of the delivery as a whole, and what was wrong with it."""
    door.post(b'{"half":')
    [raw] = door.kept("rejected/somewhere/unusable/").values()
    assert read_rejection(raw).reason == door.last_line()["reason"] == "json_invalid"


def test_what_is_kept_for_some_of_its_items_says_so() -> None:
    """Its good notices went on: whoever sends it again need not wonder."""
    door = Door(system="hubspot")
    door.post(json.dumps([hubspot_event(1), 17]).encode())
    [raw] = door.kept("rejected/somewhere/unusable/").values()
    assert read_rejection(raw).reason == "items_malformed"
