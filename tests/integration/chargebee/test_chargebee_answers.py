"""What the API of a simulated site answers, and what is done about it: limits, refusals, outages, absences, odd answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.chargebee_site import CONNECTION, LiveChargebee
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.facts.statement import Absence, Statement
from tieout.systems.chargebee.reader import open_reader


def keys(*ids: str) -> list[RecordKey]:
    """Keys of payments."""
    return [RecordKey(CONNECTION, "payment", each) for each in ids]


@pytest.mark.parametrize(
    ("fault", "error", "pause"),
    [
        ({"status": 429, "body": {"api_error_code": "api_request_limit_exceeded"}}, ThrottledError, 30),
        ({"status": 429, "headers": {"retry-after": "35"}}, ThrottledError, 35),
        ({"status": 503, "headers": {"retry-after": "7"}}, UnavailableError, 7),
        ({"status": 500, "body": {"api_error_code": "internal_error"}}, UnavailableError, None),
        ({"status": 502, "body": "<html>Bad gateway</html>"}, UnavailableError, None),
        ({"status": 301, "headers": {"location": "/api/v2/transactions"}}, UnavailableError, None),
        ({"status": 200, "body": "<html>"}, UnavailableError, None),
        ({"status": 200, "body": {"list": [{"invoice": {}}]}}, UnavailableError, None),
    ],
)
def test_what_is_for_everything_is_asked_once(
    live: LiveChargebee, fault: dict[str, Any], error: type[TieoutError], pause: float | None
) -> None:
    """Once there were too many calls, or nobody answers, nothing more is asked."""
    ids = [live.pay() for _ in range(3)]
    live.fault("answer", path="/api/v2/", times=9, **fault)
    readings = live.reader.read(keys(*ids)).values()
    assert {type(each) for each in readings} == {error}
    assert {getattr(each, "retry_after_seconds", None) for each in readings} == {pause}
    assert len(live.addresses) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_is_for_whoever_set_the_site_up(live: LiveChargebee, status: int) -> None:
    """And no record is taken for deleted because of it."""
    [key] = keys(live.pay())
    live.fault("answer", status=status, body={"api_error_code": "configuration_incompatible"})
    assert isinstance(live.reader.read([key])[key], AccessDeniedError)


def test_another_key_finds_nothing_and_deletes_nothing(live: LiveChargebee) -> None:
    """By it every record would be missing, as if somebody had deleted them all."""
    [key] = keys(live.pay())
    reader = open_reader(live.connection(), live.credentials(api_key="another"), live.http, live.clock)
    assert isinstance(reader.read([key])[key], AccessDeniedError)


def test_a_hundred_of_a_kind_cost_a_call(live: LiveChargebee) -> None:
    """And one that the list does not show another."""
    ids = [live.pay() for _ in range(7)]
    assert len(live.reader.read(keys(*ids))) == 7
    assert len(live.addresses) == 1
    read = live.reader.read(keys(ids[0], "txn_nowhere"))
    gone = read[keys("txn_nowhere")[0]]
    assert isinstance(gone, Statement)
    assert (gone.fact, gone.absence, gone.source_version) == (None, Absence.DELETED, "")
    assert len(live.addresses) == 3


def test_what_was_deleted_says_when(live: LiveChargebee) -> None:
    """By its own version, so that what was told before it does not bring it back."""
    name = live.subscribe()
    before = live.statement("subscription", name)
    live.clock.advance(1)
    live.do(f"subscriptions/{name}/delete")
    after = live.statement("subscription", name)
    assert (after.fact, after.absence) == (None, Absence.DELETED)
    assert after.source_version > before.source_version


def test_a_site_that_shows_few_rows_is_asked_for_more(live: LiveChargebee) -> None:
    """Whatever was asked for at once, and however long a document is."""
    live.settings.page_rows, live.settings.most_lines = 2, 2
    ids = [live.pay(each) for each in (1, 2, 3, 4, 5)]
    assert all(isinstance(each, Statement) and each.fact for each in live.reader.read(keys(*ids)).values())
    assert len(live.addresses) == 3
    bill = live.bill(*({"amount": each, "discount": 1} for each in (2, 3, 4, 5, 6)))
    assert [line.amount.amount_minor for line in live.bill_of(f"invoice:{bill}").lines] == [1, 2, 3, 4, 5]


def test_the_limit_of_the_site_is_kept_to(live: LiveChargebee) -> None:
    """It counts by the minute, and says when to come again."""
    [key] = keys(live.pay())
    live.settings.calls_per_minute = 0
    throttled = live.reader.read([key])[key]
    assert isinstance(throttled, ThrottledError)
    assert throttled.retry_after_seconds == 60
    live.clock.advance(60)
    live.settings.calls_per_minute = 1
    assert isinstance(live.reader.read([key])[key], Statement)
