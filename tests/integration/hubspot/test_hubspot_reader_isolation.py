"""What one deal, or one call, costs the others of a batch: nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from sandbox.systems.faults import Fault
from tests.support.clock import ManualClock
from tests.support.hubspot_account import DEAL, NOW, TOKEN, Account, answered, connection_to, key, opportunity, stated
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError
from tieout.facts.statement import Absence, Statement
from tieout.systems.hubspot.reader import open_reader
from tieout.systems.hubspot.translate import deal_statement


@pytest.mark.parametrize("archived", [False, True])
def test_a_name_that_cannot_be_carried_costs_the_deal_only_its_name(account: Account, archived: bool) -> None:  # noqa: FBT001 a parameter
    """What somebody pasted into a name must not take the amount out of the forecast, nor keep a deleted deal in it."""
    ids = [account.portal.create_deal(DEAL).deal_id for _ in range(3)]
    account.portal.change_deal(ids[1], {"dealname": "pasted \x0b text"})
    named = opportunity(account.read(ids[0])[ids[0]])
    if archived:
        account.portal.archive_deal(ids[1])
    readings = account.read(*ids)
    assert stated(readings[ids[1]]).absence == (Absence.DELETED if archived else None)
    assert archived or opportunity(readings[ids[1]]) == replace(named, name=None)
    assert [opportunity(readings[each]) for each in (ids[0], ids[2])] == [named, named]


def test_a_bug_costs_its_own_deal_alone(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a deal makes our own code do, its neighbours in the batch are read."""
    good, bad = (account.portal.create_deal(DEAL).deal_id for _ in range(2))

    def stumbles(record: RecordKey, *arguments: Any) -> Statement:  # noqa: ANN401 as the function in its place
        if record.record_id == bad:
            raise ZeroDivisionError("1500.00")
        return deal_statement(record, *arguments)

    monkeypatch.setattr("tieout.systems.hubspot.reader.deal_statement", stumbles)
    readings = account.read(good, bad)
    assert isinstance(readings[good], Statement)
    assert isinstance(readings[bad], UnreadableRecordError)
    assert str(readings[bad]) == "the record cannot be translated: ZeroDivisionError"


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": "", "properties": {}}])
def test_a_success_that_names_no_deal_is_no_deletion(account: Account, body: object) -> None:
    """Only a 404 says that a deal is gone; anything else would take its amount out of the forecast by mistake."""
    account.plan.plant(Fault(kind="answer", method="GET", path="/deals/77", status=200, body=body))
    assert isinstance(account.read("77")["77"], UnavailableError)


@pytest.mark.irregular
def test_a_record_without_id_is_nobodys(account: Account) -> None:
    """It is passed over, even where it claims to have taken others in."""
    nameless = {"properties": {"hs_merged_object_ids": "1;2", "hs_lastmodifieddate": "1772600000123"}}

    def answer(request: httpx.Request) -> httpx.Response:
        batch = httpx.Response(207, json={"results": [nameless]})
        return batch if request.method == "POST" else httpx.Response(404, json={})

    assert stated(answered(account, answer)).absence is Absence.DELETED


@pytest.mark.parametrize(("status", "kind"), [(429, ThrottledError), (503, UnavailableError), (403, AccessDeniedError)])
def test_looking_for_single_deals_stops_where_hubspot_asks_for_fewer_calls(
    account: Account, status: int, kind: type[TieoutError]
) -> None:
    """After the first refusal every deal still looked for has that error, and HubSpot is left alone."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(200, json={"results": []}) if request.method == "POST" else httpx.Response(status)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        keys = [key(str(each)) for each in range(1, 9)]
        readings = open_reader(connection_to(account.url), {"access_token": TOKEN}, http, ManualClock(NOW)).read(keys)
    assert {type(each) for each in readings.values()} == {kind}
    assert asked == ["POST", "POST", "GET"]
