"""What is published, sent again, spooled or kept when the bus or the archive fail."""

from __future__ import annotations

import json

import pytest

from tests.support.good_bodies import good_body, hubspot_event
from tests.support.receiving import Door
from tieout.arriving import spool
from tieout.arriving.spool import BusEntry
from tieout.errors import AccessDeniedError, LostAnswerError, ThrottledError, UnavailableError


def strike(point: str, error: Exception, times: int = 10**6) -> object:
    """A fault that strikes a call so many times."""
    left = [times]

    def io(passed: str) -> None:
        if passed == point and left[0]:
            left[0] -= 1
            raise error

    return io


def test_what_a_system_counts_beside_its_notices_is_counted_once_for_the_delivery() -> None:
    """However many notices it makes of it; and it is a metric like the others."""
    door = Door(system="hubspot")
    intake = door.receiver.intake
    counting = intake._replace(split=lambda delivery: intake.split(delivery)._replace(counted=("OtherVersion",)))
    door.receiver = door.receiver._replace(intake=counting)
    assert door.post(good_body("hubspot", 3)).status == 200
    line = door.last_line()
    assert (line["outcome"], line["Accepted"], line["OtherVersion"]) == ("accepted", 3, 1)
    [metrics] = line["_aws"]["CloudWatchMetrics"]
    assert [each["Name"] for each in metrics["Metrics"]] == ["Accepted", "OtherVersion"]


def test_malformed_items_are_kept_and_their_neighbours_published() -> None:
    """The delivery is kept whole with the positions of what is wrong in it."""
    door = Door(system="hubspot")
    body = json.dumps([hubspot_event(1), {"objectId": 5}, 17, hubspot_event(2)]).encode()
    assert door.post(body).status == 200
    [envelope] = door.published()
    assert [notice.key.record_id for notice in envelope.notices] == ["1", "2"]
    [raw] = door.kept("rejected/somewhere/unusable/").values()
    assert [item["position"] for item in json.loads(raw)["malformed"]] == [1, 2]
    assert door.last_line()["Malformed"] == 2
    assert door.last_line()["Accepted"] == 2


def test_a_quarantine_that_fails_is_no_success(door: Door) -> None:
    """Without durability there is no 2xx."""
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    assert door.post(b"nonsense").status == 503
    assert door.last_line()["outcome"] == "unavailable"


def test_neighbours_are_published_even_where_the_quarantine_fails() -> None:
    """The sender repeats the whole, and the repeated notices are duplicates."""
    door = Door(system="hubspot")
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    assert door.post(json.dumps([hubspot_event(1), 17]).encode()).status == 503
    assert len(door.bus.entries) == 1


def test_only_refused_entries_are_sent_again() -> None:
    """What the bus has, it is not given twice."""
    door = Door(system="hubspot")
    refusals = [2]

    def refuse(entry: BusEntry) -> str:
        if entry.detail_type == "unrouted" and refusals[0]:
            refusals[0] -= 1
            return "ThrottlingException"
        return ""

    door.bus.refuse = refuse
    body = json.dumps([hubspot_event(1), hubspot_event(2, subscriptionType="contact.creation")]).encode()
    assert door.post(body).status == 200
    assert [entry.detail_type for entry in door.bus.entries] == ["forecast_to_plan", "unrouted"]
    assert door.bus.calls == 3
    assert not door.kept("")


def test_what_the_bus_refuses_for_good_is_spooled(door: Door) -> None:
    """The sweep finds the very entry; the sender gets its 200 because it is durable."""
    door.bus.refuse = lambda _entry: "InternalFailure"
    assert door.post(good_body(door.system)).status == 200
    [(key, raw)] = door.kept("spool/").items()
    assert key.startswith("spool/somewhere/JKJaXmPLvHcESHA=.20260302T090000000000-")
    assert spool.decode(raw).source == "tieout.somewhere"
    assert json.loads(spool.decode(raw).detail)["notices"][0]["record_id"] == "1"
    assert door.bus.calls == 3
    assert door.last_line()["outcome"] == "spooled"
    assert door.last_line()["Spooled"] == 1


@pytest.mark.parametrize("error", [UnavailableError("x"), ThrottledError("x"), LostAnswerError("x")])
def test_a_bus_that_does_not_answer_is_tried_three_times_and_then_spooled(door: Door, error: Exception) -> None:
    """A call that failed as a whole refused every entry."""
    door.bus.io = strike("before bus.put", error)  # type: ignore[assignment]
    assert door.post(good_body(door.system)).status == 200
    assert door.bus.calls == 3
    assert len(door.kept("spool/")) == 1


def test_a_missing_grant_is_not_tried_again(door: Door) -> None:
    """The delivery is spooled at once and waits for the grant."""
    door.bus.io = strike("before bus.put", AccessDeniedError("x"))  # type: ignore[assignment]
    assert door.post(good_body(door.system)).status == 200
    assert door.bus.calls == 1
    assert len(door.kept("spool/")) == 1


def test_a_lost_answer_of_the_bus_repeats_the_entry(door: Door) -> None:
    """Twice is harmless, never is not."""
    door.bus.io = strike("after bus.put", LostAnswerError("x"), times=1)  # type: ignore[assignment]
    assert door.post(good_body(door.system)).status == 200
    assert len(door.bus.entries) == 2
    assert not door.kept("spool/")


def test_a_slow_bus_is_given_up_in_time(door: Door) -> None:
    """A sender waits five seconds in all."""

    def io(_point: str) -> None:
        door.clock.advance(1.9)
        raise UnavailableError("slow")

    door.bus.io = io
    began = door.clock.now()
    assert door.post(good_body(door.system)).status == 200
    assert (door.clock.now() - began).total_seconds() < 4.5
    assert len(door.kept("spool/")) == 1


def test_without_bus_and_spool_there_is_no_success(door: Door) -> None:
    """503 is the one answer that every sender repeats."""
    door.bus.refuse = lambda _entry: "InternalFailure"
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    answer = door.post(good_body(door.system))
    assert answer.status == 503
    assert json.loads(answer.body) == {"error": "unavailable"}
    assert door.last_line()["outcome"] == "unavailable"


def test_a_refused_flow_does_not_hold_up_the_other() -> None:
    """Only the refused entry is spooled."""
    door = Door(system="hubspot")
    door.bus.refuse = lambda entry: "Internal" if entry.detail_type == "unrouted" else ""
    body = json.dumps([hubspot_event(1), hubspot_event(2, subscriptionType="contact.creation")]).encode()
    assert door.post(body).status == 200
    assert [entry.detail_type for entry in door.bus.entries] == ["forecast_to_plan"]
    assert [key.rsplit("-", 1)[1] for key in door.kept("spool/")] == ["unrouted.json"]


def test_an_entry_too_large_for_the_bus_goes_by_the_archive(door: Door) -> None:
    """The entry points to the object, and whoever follows finds all notices."""
    assert door.post(good_body(door.system, 2000)).status == 200
    [entry] = door.bus.entries
    assert json.loads(entry.detail)["pointer"] in door.kept("overflow/somewhere/")
    assert "notices" not in json.loads(entry.detail)
    [envelope] = door.published()
    assert len(envelope.notices) == 2000


def test_an_entry_too_large_is_not_published_before_it_is_kept(door: Door) -> None:
    """A pointer to nothing would be a loss."""
    door.store.io = strike("before archive.put", UnavailableError("down"))  # type: ignore[assignment]
    assert door.post(good_body(door.system, 2000)).status == 503
    assert not door.bus.entries


def test_two_large_flows_go_in_two_calls() -> None:
    """The limit of one call holds for all its entries together."""
    door = Door(system="hubspot")
    body = [hubspot_event(number) for number in range(1, 700)]
    body += [hubspot_event(number, subscriptionType="contact.creation") for number in range(1, 700)]
    assert door.post(json.dumps(body).encode()).status == 200
    assert [len(each.notices) for each in door.published()] == [699, 699]
    assert door.bus.calls == 2
    assert not door.kept("overflow/")
