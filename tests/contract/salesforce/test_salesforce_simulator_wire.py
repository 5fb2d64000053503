"""The simulated organisation over HTTP: what people do in it by its control routes, and what it does by itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.systems.joining import join_connection
from sandbox.systems.salesforce.app import create_app
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.serving import serve
from tests.support.control_desk import Desk
from tests.support.one_server import OneServer
from tests.support.salesforce_organization import ACKNOWLEDGED, OPPORTUNITY, Scene, app_key
from tieout.arrivals import BusArrival
from tieout.arriving.spool import BusEntry
from tieout.landscape import Connection

if TYPE_CHECKING:
    from starlette.requests import Request


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str, httpx.Client]]:
    """The server for all tests of this module, its base URL and a client."""
    house = OneServer()
    with serve(house) as url, httpx.Client(trust_env=False) as http:
        yield house, url, http


@pytest.fixture
def scene(server: tuple[OneServer, str, httpx.Client]) -> Scene:
    """A new organisation that answers at the server's address."""
    scene = Scene()
    server[0].app = scene.app
    return scene


@pytest.fixture
def desk(server: tuple[OneServer, str, httpx.Client], scene: Scene) -> Desk:
    """Where people work in it."""
    del scene
    return Desk(server[1], server[2])


def test_people_save_delete_and_restore_records(desk: Desk) -> None:
    """Several in one transaction; what cannot be done is refused with a reason, and what is not there with a 404."""
    winner, loser = desk("POST", "records/Account", records=[{"Name": "A"}, {"Name": "B"}])["ids"]
    made = desk("POST", "records/Opportunity", records=[OPPORTUNITY | {"AccountId": loser}], client="importer")
    (record_id,) = made["ids"]
    desk("PATCH", "records/Opportunity", changes={record_id: {"Amount": "5"}})
    desk("POST", "accounts/merge", master=winner, losers=[loser])
    (row,) = desk("GET", "records/Opportunity")
    assert (row["Id"], row["Amount"], row["AccountId"], row["IsDeleted"]) == (record_id, 5.0, winner, False)
    for act, deleted in (("delete", True), ("undelete", False), ("delete", True)):
        desk("POST", f"records/Opportunity/{act}", ids=[record_id])
        assert desk("GET", "records/Opportunity")[0]["IsDeleted"] is deleted
    desk("POST", "records/Opportunity/purge", ids=[record_id])
    assert desk("GET", "records/Opportunity") == []
    assert desk.ask("PATCH", "records/Opportunity", changes={record_id: {}}).status_code == 404
    assert desk.ask("POST", "records/Deal", records=[{}]).status_code == 404
    assert desk.ask("POST", "records/Account", records=[{"Foo": 1}]).status_code == 400
    desk("POST", "rates", iso_code="EUR", start_date="2026-04-01", rate="0.9")
    assert [each["ConversionRate"] for each in desk("GET", "records/DatedConversionRate")][-1] == 0.9


def test_an_address_is_read_up_to_16384_bytes(server: tuple[OneServer, str, httpx.Client], scene: Scene) -> None:
    """Path and query together; one more is too long, whoever asks."""
    del scene
    asked = f"{server[1]}/services/data/v62.0/query?q="
    room = 16_384 - len("/services/data/v62.0/query?q=")
    assert [server[2].get(asked + "x" * size).status_code for size in (room, room + 1)] == [401, 414]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, ""),
        ({"exp": None}, "invalid_grant"),
        ({"exp": "soon"}, "invalid_grant"),
        ({"alg": "RS512"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_session_is_opened_by_a_whole_assertion_alone(
    server: tuple[OneServer, str, httpx.Client], scene: Scene, changes: dict[str, Any], error: str
) -> None:
    """It says until when it holds, and is signed in the one way that Salesforce takes; whoever lacks a session gets no answer."""
    settings, url, http = scene.settings, server[1], server[2]
    ends = int(scene.clock.now().timestamp()) + 60
    claims = {"iss": settings.client_id, "sub": settings.username, "aud": url, "exp": changes.get("exp", ends)}
    stated = {name: value for name, value in claims.items() if value is not None}
    assertion = jwt.encode(stated, app_key().private_key, changes.get("alg", "RS256"))
    form = {
        "grant_type": changes.get("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        "assertion": assertion,
    }
    answer = http.post(f"{url}/services/oauth2/token", data=form)
    assert (answer.status_code, answer.json().get("error", "")) == (400 if error else 200, error)
    session = {"authorization": f"Bearer {answer.json().get('access_token', 'none')}"}
    asked = http.get(f"{url}/services/data/v62.0/query", params={"q": "SELECT Id FROM Organization"}, headers=session)
    assert asked.status_code == (401 if error else 200)


def test_settings_are_seen_and_changed_but_for_secrets(desk: Desk) -> None:
    """Each of its own type, and no secret is shown."""
    assert desk("POST", "settings", ways=["callout"])["ways"] == ["callout"]
    assert not {"webhook_secret", "certificate_public_key"} & desk("GET", "settings").keys()
    assert desk.ask("POST", "settings", batch_size="many").status_code == 400


def test_what_was_sent_is_seen_and_sent_again(desk: Desk, scene: Scene) -> None:
    """By way, with what it was answered; and forgotten on command."""
    desk("POST", "records/Account", records=[{"Name": "A"}])
    sent = desk("POST", "deliver", ways=["outbound_message", "callout"])["attempts"]
    assert [(each["way"], each["taken"], each["status"]) for each in sent] == [
        ("outbound_message", True, 200),
        ("callout", True, 200),
    ]
    assert len(desk("POST", "deliver", again=1, ways=["outbound_message"])["attempts"]) == 1
    found = desk("GET", "deliveries")
    assert found["waiting"] == {"outbound_message": 0, "callout": 0, "change_events": 1}
    assert found["taken"] == {"outbound_message": 2, "callout": 1}
    assert len(found["attempts"]) == len(scene.target.posted) == 3
    desk("DELETE", "deliveries")
    assert desk("GET", "deliveries")["attempts"] == []
    assert desk("DELETE", "events")["forgotten"] == {"outbound_message": 0, "callout": 0, "change_events": 1}
    assert desk("GET", "usage") == {"api_calls": 0, "sessions_opened": 0}
    assert desk("POST", "sessions/expire") == {"ended": 0}


def test_change_events_wait_for_whoever_takes_them_out(desk: Desk) -> None:
    """Gaps and overflows are told on command, the last ones again, and the relay is paused and stopped."""
    (record_id,) = desk("POST", "records/Account", records=[{"Name": "A"}])["ids"]
    desk("POST", "change_events", object="Account", change_type="GAP_UPDATE", ids=[record_id[:15]])
    desk("POST", "change_events", object="Opportunity", change_type="GAP_OVERFLOW")
    desk("POST", "change_events", object="Opportunity", change_type="UPDATE", ids=["006*"])
    listed = desk("GET", "change_events")["entries"]
    headers = [json.loads(each["Detail"])["payload"]["ChangeEventHeader"] for each in listed]
    assert [(each["changeType"], each["recordIds"]) for each in headers] == [
        ("CREATE", [record_id]), ("GAP_UPDATE", [record_id]), ("GAP_OVERFLOW", []), ("UPDATE", ["006*"]),
    ]  # fmt: skip
    numbers = [each["commitNumber"] for each in headers]
    assert numbers == sorted(set(numbers))
    assert desk("POST", "relay", state="PAUSE") == {"waiting": 4, "lost": 0}
    assert desk("POST", "change_events/drain")["entries"] == []
    desk("POST", "relay", state="RUN")
    assert desk("POST", "change_events/drain")["entries"] == listed
    assert desk("POST", "change_events/replay", last=2) == {"replayed": 2}
    assert desk("POST", "change_events/drain")["entries"] == listed[-2:]
    desk("POST", "relay", state="STOP")
    desk("POST", "records/Account", records=[{"Name": "B"}])
    assert desk("POST", "relay", state="RUN") == {"waiting": 0, "lost": 1}
    assert desk.ask("POST", "relay", state="REST").status_code == 400


def test_an_organisation_that_is_told_to_tells_by_itself() -> None:
    """In all of its ways, and an outbound message until it is acknowledged."""
    taken: list[bytes] = []
    told, bus = threading.Event(), threading.Event()
    answers = [b"not XML"]

    async def take(request: Request) -> Response:
        taken.append(await request.body())
        answer = answers.pop() if answers and b"Envelope" in taken[-1] else ACKNOWLEDGED
        if len(taken) == 3:  # the message twice, the callout once
            told.set()
        return Response(answer, media_type="text/xml")

    def put_events(entries: Sequence[BusEntry]) -> None:
        assert entries
        bus.set()

    with serve(Starlette(routes=[Route("/x", take, methods=["POST"])])) as url:
        settings = OrganizationSettings(
            webhook_url=f"{url}/x", automatic=True, retry_seconds=0.01, collect_seconds=0.01
        )
        app = create_app(settings, put_events=put_events)
        app.state.organization.create("Account", [{"Name": "A"}])
        assert told.wait(10)
        assert bus.wait(10)
    assert sum(b"Envelope" in each for each in taken) == 2


def connection_to(**options: Any) -> Connection:  # noqa: ANN401 options of every kind
    """A connection that is told of changes in every way."""
    return Connection(
        name="salesforce-emea",
        system="salesforce",
        legal_entity="EMEA",
        time_zone="Europe/Berlin",
        default_currency="EUR",
        arrivals=("webhook", "bus"),
        bus=BusArrival(name="aws.partner/salesforce.com/00D000000000009EAA/0YL00000000000FAAA"),
        options={"organization_id": "00D000000000009", **options},
    )


def test_a_joined_organisation_has_what_its_connection_reads() -> None:
    """Its own id in 18 characters, the custom fields that the options name, and a login with new secrets."""
    fields = {"renewal_date": "EndDate", "probability": "Chance__c"}
    connection = connection_to(line_fields={"recurring_amount": "MRR__c"}, contract_fields=fields)
    joined = join_connection(connection, "https://hooks.example.com/x")
    settings: OrganizationSettings = joined.app.state.organization.settings  # type: ignore[attr-defined]  # of Starlette
    assert settings.organization_id == "00D000000000009EAA"
    assert settings.custom_fields == ("OpportunityLineItem.MRR__c currency", "Contract.Chance__c percent")
    assert (settings.webhook_secret, settings.webhook_url) == (joined.webhook_secret, "https://hooks.example.com/x")
    assert settings.ways == ("outbound_message", "callout", "change_events")
    assert joined.credentials.keys() == {"client_id", "username", "private_key"}
    assert joined.address_credentials == ("login_url",)


def test_a_joined_organisation_is_given_a_bus_later() -> None:
    """What it had to tell until then comes first, under the name of its own event source."""
    connection, taken, told = connection_to(), list[BusEntry](), threading.Event()
    joined = join_connection(replace(connection, arrivals=("bus",)), "https://hooks.example.com/x")
    joined.app.state.organization.create("Account", [{"Name": "A"}])  # type: ignore[attr-defined]  # of Starlette

    def put_events(entries: Sequence[BusEntry]) -> None:
        taken.extend(entries)
        told.set()

    assert joined.open_relay is not None
    joined.open_relay(put_events)
    assert told.wait(10)
    assert connection.bus is not None
    assert [each.source for each in taken] == [connection.bus.name]
