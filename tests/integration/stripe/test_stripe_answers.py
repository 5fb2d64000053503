"""What the API of a simulated account answers, and what is done about it: limits, refusals, outages, absences, odd answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.stripe_account import CONNECTION, LiveStripe
from tieout.arriving.notice import RecordKey
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.statement import Absence, Statement
from tieout.systems.stripe.reader import open_reader

if TYPE_CHECKING:
    import httpx

LIMITED = {"stripe-rate-limited-reason": "endpoint-rate"}


def keys(*ids: str) -> list[RecordKey]:
    """Keys of payments."""
    return [RecordKey(CONNECTION, "payment", each) for each in ids]


@pytest.mark.parametrize(
    ("fault", "error", "pause"),
    [
        ({"status": 429, "headers": LIMITED}, ThrottledError, 5),
        ({"status": 429, "headers": LIMITED | {"retry-after": "35"}}, ThrottledError, 35),
        ({"status": 429, "headers": LIMITED, "body": {"error": {"code": "lock_timeout"}}}, ThrottledError, 5),
        ({"status": 429}, ThrottledError, 5),
        ({"status": 503, "headers": {"retry-after": "7"}}, UnavailableError, 7),
        ({"status": 500}, UnavailableError, None),
        ({"status": 408}, UnavailableError, None),
        ({"status": 301, "headers": {"location": "/v1/charges"}}, UnavailableError, None),
        ({"status": 200, "body": "<html>"}, UnavailableError, None),
        ({"status": 200, "body": "[]"}, UnavailableError, None),
    ],
)
def test_what_is_for_everything_is_asked_once(
    live: LiveStripe, fault: dict[str, Any], error: type[TieoutError], pause: float | None
) -> None:
    """Once there were too many calls, or nobody answers, nothing more is asked."""
    ids = [live.charge() for _ in range(4)]
    live.fault("answer", path="/v1/", times=9, **fault)
    readings = live.reader.read(keys(*ids)).values()
    assert {type(each) for each in readings} == {error}
    assert {getattr(each, "retry_after_seconds", None) for each in readings} == {pause}
    assert len(live.addresses) == 1


@pytest.mark.irregular
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 429, "body": {"error": {"code": "lock_timeout"}}}, ConflictError),
        ({"status": 409}, ConflictError),
        ({"status": 401}, AccessDeniedError),
        ({"status": 403, "body": {"error": {"code": "more_permissions_required"}}}, AccessDeniedError),
        ({"status": 400, "body": {"error": {"code": "resource_missing"}}}, AccessDeniedError),
        ({"status": 404}, AccessDeniedError),
        ({"status": 404, "body": {"error": "resource_missing"}}, AccessDeniedError),
        ({"status": 200, "body": '{"id": "\\u0000"}'}, UnreadableRecordError),
        ({"status": 200, "body": {"id": "ch_1", "object": "charge"}}, UnreadableRecordError),
    ],
)
def test_what_strikes_one_costs_no_other(live: LiveStripe, fault: dict[str, Any], error: type[TieoutError]) -> None:
    """The next is asked for as if nothing had been."""
    ids = [live.charge() for _ in range(2)]
    live.fault("answer", path=f"/v1/charges/{ids[0]}", **fault)
    first, second = live.reader.read(keys(*ids)).values()
    assert type(first) is error
    assert isinstance(second, Statement)


@pytest.mark.parametrize("deleted", [{"status": 200, "body": {"id": "ch_1", "object": "charge", "deleted": True}}, {}])
def test_what_stripe_does_not_have_is_gone_without_a_version(live: LiveStripe, deleted: dict[str, Any]) -> None:
    """Said by a code of its own, or by an object that is nothing but deleted."""
    if deleted:
        live.fault("answer", **deleted)
    statement = live.statement("ch_00000000009999")
    assert (statement.fact, statement.absence, statement.source_version) == (None, Absence.DELETED, "")


def test_a_key_of_the_other_mode_finds_nothing_and_deletes_nothing(live: LiveStripe) -> None:
    """By it every record would be missing, as if somebody had deleted them all."""
    record_id = live.charge()
    for live_mode, key in ((True, "rk_test_1"), (False, "sk_live_1")):
        connection = live.connection(live=live_mode)
        reader = open_reader(connection, live.credentials(api_key=key), live.http, live.clock)
        assert isinstance(live.read(record_id, reader), AccessDeniedError)
    assert live.addresses == []


def test_everything_is_asked_for_at_one_version_and_of_one_account(live: LiveStripe) -> None:
    """Whatever the account's own version is; and by nothing that could write."""
    seen: list[httpx.Request] = []
    live.http.event_hooks["request"].append(seen.append)
    live.read(live.charge(), live.open_reader(account="acct_1", api_version="2026-10-28.endive"))
    asked = [each for each in seen if each.url.path.startswith("/v1/")]
    assert [each.method for each in asked] == ["GET"]
    assert asked[0].headers["stripe-version"] == "2026-10-28.endive"
    assert asked[0].headers["stripe-account"] == "acct_1"
    assert asked[0].headers["authorization"] == f"Bearer {live.settings.api_key}"
    assert "idempotency-key" not in asked[0].headers


def test_the_limit_of_the_account_is_kept_to(live: LiveStripe) -> None:
    """It counts by the second."""
    ids = [live.charge() for _ in range(3)]
    live.settings.calls_per_second = 2
    assert [type(each) for each in live.reader.read(keys(*ids)).values()] == [Statement, Statement, ThrottledError]
    live.clock.advance(1)
    assert isinstance(live.read(ids[2]), Statement)


def test_what_is_no_id_of_the_entity_costs_no_call(live: LiveStripe) -> None:
    """Nor may it name a place of the API."""
    asked = [
        RecordKey(CONNECTION, "payment", "in_1"),
        RecordKey(CONNECTION, "billing_document", "ch_1"),
        RecordKey(CONNECTION, "payment", "ch_1/../../account"),
        RecordKey(CONNECTION, "payment", "cus_1"),
    ]
    assert {type(each) for each in live.reader.read(asked).values()} == {UnreadableRecordError}
    assert live.addresses == []


def test_an_answer_that_breaks_off_is_asked_for_again_later(live: LiveStripe) -> None:
    """And told without the address."""
    record_id = live.charge()
    live.fault("lost_answer", path="/v1/")
    reading = live.read(record_id)
    assert isinstance(reading, UnavailableError)
    assert "127.0.0.1" not in str(reading)
    assert isinstance(live.read(record_id), Statement)


def test_an_invoice_with_too_many_lines_is_for_a_person(live: LiveStripe) -> None:
    """It is not read to an end that may never come."""
    record_id = live.bill(*({"amount": 1} for _ in range(150)))
    page = live.shown(f"invoices/{record_id}/lines?limit=100") | {"has_more": True}
    live.fault("answer", path="/lines", status=200, body=page, times=10_000)
    reading = live.read(record_id)
    assert isinstance(reading, UnreadableRecordError)
    assert "more than 5000 lines" in reading.reason


def test_a_page_that_does_not_say_where_it_ends_is_no_answer(live: LiveStripe) -> None:
    """Nothing is planned of a part of an invoice."""
    record_id = live.bill(*({"amount": 1} for _ in range(20)))
    pages: list[dict[str, Any]] = [{"data": []}, {"data": [], "has_more": True}, {"data": {}, "has_more": False}]
    for page in pages:
        live.fault("answer", path="/lines", status=200, body=page)
        assert isinstance(live.read(record_id), UnavailableError)
