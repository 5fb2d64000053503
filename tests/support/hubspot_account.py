"""A simulated HubSpot account for tests, and readings of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.systems.faults import FaultPlan
from sandbox.systems.hubspot.portal import Portal
from tests.support.clock import ManualClock
from tieout.arriving.notice import RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Connection
from tieout.systems.hubspot.reader import HubSpotReader, open_reader

NOW = datetime(2026, 3, 4, 5, 6, 7, 890000, tzinfo=UTC)
TOKEN = "sandbox-hubspot-access-token"
DEAL = {
    "dealname": "Müller renewal",
    "amount": "1500.00",
    "deal_currency_code": "USD",
    "pipeline": "default",
    "dealstage": "contractsent",
    "closedate": "2026-03-31T22:30:00Z",
    "dealtype": "existingbusiness",
    "hubspot_owner_id": "41",
}
BATCH_READ = "/crm/v3/objects/deals/batch/read"


@dataclass
class Account:
    """A simulated account, the faults planted in it, and a reader of it."""

    portal: Portal
    plan: FaultPlan
    http: httpx.Client
    url: str

    def reader(self, *, token: str = TOKEN, url: str = "") -> HubSpotReader:
        """A reader with this token."""
        connection = Connection(
            name="hubspot-emea",
            system="hubspot",
            legal_entity="EMEA",
            time_zone="Europe/Berlin",
            default_currency="EUR",
            api_base_url=url or self.url,
        )
        return open_reader(connection, {"access_token": token} if token else {}, self.http, ManualClock(NOW))

    def read(self, *deal_ids: str) -> dict[str, Reading]:
        """The readings of these deals."""
        readings = self.reader().read([key(each) for each in deal_ids])
        return {each.record_id: reading for each, reading in readings.items()}

    def calls(self) -> int:
        """How many calls of the API were made today."""
        answer = self.http.get(self.url + "/crm/v3/pipelines/deals", headers={"authorization": f"Bearer {TOKEN}"})
        return 650_000 - int(answer.headers["x-hubspot-ratelimit-daily-remaining"]) - 1


def key(deal_id: str, entity: str = "opportunity") -> RecordKey:
    """A deal of the connection."""
    return RecordKey("hubspot-emea", entity, deal_id)


def stated(reading: Reading) -> Statement:
    """A reading that is a statement."""
    assert isinstance(reading, Statement), reading
    return reading


def opportunity(reading: Reading) -> Opportunity:
    """A reading that is a live deal."""
    fact = stated(reading).fact
    assert isinstance(fact, Opportunity)
    return fact


class TimingOut(httpx.BaseTransport):
    """A network on which no answer ever comes."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Give up as a client does after its time-out."""
        raise httpx.ReadTimeout("timed out", request=request)


def connection_to(url: str) -> Connection:
    """A connection to the account at this URL."""
    return Connection(
        name="hubspot-emea",
        system="hubspot",
        legal_entity="EMEA",
        time_zone="Europe/Berlin",
        default_currency="EUR",
        api_base_url=url,
    )


def answered(account: Account, respond: Callable[[httpx.Request], httpx.Response], *, now: datetime = NOW) -> Reading:
    """The reading of deal 1 where HubSpot answers as `respond` says."""
    with httpx.Client(transport=httpx.MockTransport(respond)) as http:
        return open_reader(connection_to(account.url), {"access_token": TOKEN}, http, ManualClock(now)).read(
            [key("1")]
        )[key("1")]


def with_associations(answer: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    """HubSpot with one deal and this answer about its companies."""
    deal = {"id": "1", "properties": {"hs_lastmodifieddate": "2026-03-04T05:06:07.890Z"}}
    found: dict[str, Any] = {"/objects/deals": {"results": [deal]}, "/deals/companies": answer}

    def respond(request: httpx.Request) -> httpx.Response:
        for part, said in found.items():
            if part in request.url.path:
                return httpx.Response(207, json=said)
        return httpx.Response(200, json={"results": []})

    return respond
