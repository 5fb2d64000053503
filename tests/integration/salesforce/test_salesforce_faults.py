"""How the reader calls a simulated organisation over real HTTP, and what it makes of refusals, faults and limits."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.salesforce_answers import key
from tests.support.salesforce_reading import OPPORTUNITY, QUERY_ALL, Read
from tieout.errors import (
    AccessDeniedError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.facts.statement import Statement
from tieout.systems.salesforce.answers import MissingFieldError, MissingObjectError


def test_a_batch_is_read_in_as_few_calls_as_there_are_chunks(read: Read) -> None:
    """201 opportunities with products cost four calls, whatever strange keys are among them."""
    deals = read.organization.create("Opportunity", [OPPORTUNITY] * 201)
    for each in (deals[0], deals[200]):
        read.line(each, UnitPrice="1.00")
    keys = [key(each) for each in deals]
    strange = [key(bad) for bad in ("", "006", "006000000000001AA'", "*", "\u0660" * 18)]
    readings = read.reader.read([*keys, *strange, *keys])
    assert set(readings) == {*keys, *strange}
    assert all(isinstance(readings[each], Statement) for each in keys)
    assert all(isinstance(readings[each], UnreadableRecordError) for each in strange)
    assert read.subjects == ["Opportunity", "OpportunityLineItem"] * 2


def test_an_answer_in_pages_is_read_whole(read: Read) -> None:
    """Organisations may have it cut as short as they like."""
    deal = read.create("Opportunity")
    for number in range(1, 8):
        read.line(deal, UnitPrice=f"{number}.00")
    read.settings.batch_size = 3
    assert len(read.opportunity(deal).lines) == 7


def test_pages_that_are_forgotten_are_asked_for_again_later(read: Read) -> None:
    """Salesforce keeps them for a while only."""
    deals = read.organization.create("Opportunity", [OPPORTUNITY] * 5)
    read.settings.batch_size = 3
    read.fault("expire_cursors", path="/query/")
    keys = [key(each) for each in deals]
    assert {type(each) for each in read.reader.read(keys).values()} == {UnavailableError}
    assert {type(each) for each in read.reader.read(keys).values()} == {Statement}


def test_a_session_that_ended_is_replaced(read: Read) -> None:
    """One login serves all reads until then, and one more from there."""
    deal = read.create("Opportunity")
    for _ in range(3):
        read.opportunity(deal)
    read.fault("expire_sessions", path=QUERY_ALL)
    assert read.opportunity(deal)
    read.opportunity(deal)
    assert read.paths["/services/oauth2/token"] == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"username": "nobody@sandbox.example"}, "invalid_grant"), ({"client_id": "another"}, "invalid_client_id")],
)
def test_a_login_that_is_refused_is_somebodys_to_mend(read: Read, wrong: dict[str, str], code: str) -> None:
    """The error names the code of OAuth, and neither user nor app."""
    read.reader = read.open(wrong)
    refusal = read.read(read.create("Opportunity"))
    assert isinstance(refusal, AccessDeniedError)
    assert str(refusal).endswith(code)


def test_a_field_our_user_may_not_see_is_told_apart_from_a_missing_record(read: Read) -> None:
    """A permission is missing: nothing is deleted, and no currency is guessed."""
    deal, contract = read.create("Opportunity"), read.create("Contract")
    read.settings.hidden_fields = ("Opportunity.Amount",)
    refusal = read.read(deal)
    assert isinstance(refusal, MissingFieldError)
    assert "Opportunity" in str(refusal)
    assert read.contract(contract).value is not None
    read.settings.hidden_fields = ()
    assert read.opportunity(deal).amount is not None


def test_a_field_of_products_our_user_may_not_see_costs_only_opportunities_with_products(read: Read) -> None:
    """An opportunity without its products would be half a fact."""
    selling, bare = read.create("Opportunity"), read.create("Opportunity")
    read.line(selling, UnitPrice="1.00")
    read.settings.hidden_fields = ("OpportunityLineItem.TotalPrice",)
    assert isinstance(read.read(selling), MissingFieldError)
    assert read.opportunity(bare)


def test_an_object_our_user_may_not_see_is_told_apart_from_a_missing_record(read: Read) -> None:
    """The other objects are read."""
    deal, contract = read.create("Opportunity"), read.create("Contract")
    read.settings.hidden_objects = ("Contract",)
    keys = [key(deal), key(contract, "contract")]
    readings = read.reader.read(keys)
    assert [type(readings[each]) for each in keys] == [Statement, MissingObjectError]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "server_unavailable"}, UnavailableError),
        ({"kind": "maintenance"}, UnavailableError),
        ({"kind": "lost_answer"}, UnavailableError),
        ({"kind": "answer", "status": 403, "body": [{"errorCode": "REQUEST_LIMIT_EXCEEDED"}]}, ThrottledError),
        ({"kind": "answer", "status": 403, "body": "<html>"}, AccessDeniedError),
        ({"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"}, UnavailableError),
        ({"kind": "answer", "status": 200, "body": "<html>maintenance</html>"}, UnavailableError),
        ({"kind": "answer", "status": 307, "headers": {"Location": "http://127.0.0.1:1/"}}, UnavailableError),
    ],
)
def test_what_salesforce_answers_instead_is_named_for_what_happened(
    read: Read, fault: dict[str, Any], kind: type[TieoutError]
) -> None:
    """Throttled, down and refused are different things; nothing is asked on, and the next read works again."""
    deals = read.organization.create("Opportunity", [OPPORTUNITY] * 201)
    read.fault(**fault, path=QUERY_ALL)
    keys = [*(key(each) for each in deals), key(read.create("Contract"), "contract")]
    first = read.reader.read(keys)
    assert type(first[keys[0]]) is kind
    if kind is not AccessDeniedError:
        assert {type(each) for each in first.values()} == {kind}
        assert read.subjects == ["Opportunity"]
    assert {type(each) for each in read.reader.read(keys).values()} == {Statement}


def test_a_late_answer_is_asked_for_again(read: Read) -> None:
    """The time-out is the reader's own, whatever the client's."""
    deal = read.create("Opportunity")

    class Late(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if QUERY_ALL in request.url.path:
                raise httpx.ReadTimeout("late", request=request)
            return read_http.send(request)

    read_http, read.http = read.http, httpx.Client(transport=Late())
    with read.http:
        read.reader = read.open()
        assert isinstance(read.read(deal), UnavailableError)
    read.http = read_http


def test_nobody_listening_is_unavailable(read: Read) -> None:
    """A refused connection fails every key and raises nothing."""
    read.url = "http://127.0.0.1:1"
    read.reader = read.open()
    assert isinstance(read.read(read.create("Opportunity")), UnavailableError)


def test_beyond_our_share_of_the_calls_only_what_is_declared_is_read(read: Read) -> None:
    """The organisation's own count tells, and one read every ten minutes asks whether there are calls again."""
    deal, contract = read.create("Opportunity"), read.create("Contract")
    read.settings.api_calls_max = 100
    read.reader = read.open(entities_beyond_allowance=["contract"])
    read.opportunity(deal)
    read.settings.other_calls = 90
    read.opportunity(deal)  # its answer tells of it
    read.subjects.clear()
    refusal = read.read(deal)
    assert isinstance(refusal, ThrottledError)
    assert refusal.retry_after_seconds == 7200
    assert read.contract(contract)
    assert read.subjects == ["Contract"]
    read.settings.other_calls = 10
    assert isinstance(read.read(deal), ThrottledError)
    read.clock.advance(600)
    assert read.opportunity(deal)
    assert read.opportunity(deal)


def test_an_allowance_that_is_used_up_is_waited_for(read: Read) -> None:
    """Calls come back one by one over a day, so there is no use in asking soon."""
    deal = read.create("Opportunity")
    read.settings.api_calls_max = 1
    read.reader = read.open(allowance_percent=100)
    read.opportunity(deal)
    read.clock.advance(601)
    refusal = read.read(deal)
    assert isinstance(refusal, ThrottledError)
    assert refusal.retry_after_seconds == 7200
    read.clock.advance(24 * 3600)
    assert read.opportunity(deal)
