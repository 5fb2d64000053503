"""A Salesforce that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx

from sandbox.systems.netsuite.certificates import make_key
from tests.support.clock import ManualClock
from tieout.arriving.notice import RecordKey
from tieout.landscape import Connection
from tieout.systems.salesforce.allowance import Allowance
from tieout.systems.salesforce.client import SalesforceClient
from tieout.systems.salesforce.reader import SalesforceReader, open_reader
from tieout.systems.salesforce.tokens import AccessTokens

ORGANIZATION_ID = "00D000000000001EAA"
URL = "https://acme.my.salesforce.test"
LOGIN_URL = "https://login.salesforce.test"

OPPORTUNITY = {
    "attributes": {"type": "Opportunity"},
    "AccountId": "001000000000001AAA",
    "Name": "Acme renewal",
    "StageName": "Negotiation/Review",
    "RecordType": None,
    "Amount": 125000.5,
    "CurrencyIsoCode": "EUR",
    "Probability": 50.0,
    "CloseDate": "2026-12-31",
    "ForecastCategory": "BestCase",
    "Type": "Existing Customer - Upgrade",
    "OwnerId": "005000000000001AAA",
    "HasOpportunityLineItem": False,
    "IsDeleted": False,
    "SystemModstamp": "2026-09-21T14:13:20.000+0000",
}

CONTRACT = {
    **dict.fromkeys(("AccountId", "ContractNumber", "Name", "StartDate", "EndDate", "ContractTerm", "OwnerId")),
    "StatusCode": "Activated",
    "CurrencyIsoCode": "EUR",
    "IsDeleted": False,
    "SystemModstamp": "2026-09-21T14:13:20.000+0000",
}

Rows = Sequence[Mapping[str, Any]]
Respond = Callable[[str], "Rows | httpx.Response"]


@cache
def credentials() -> dict[str, str]:
    """One key for all tests, short so that signing is quick."""
    key = make_key(2048)
    return {
        "client_id": "3MVG9",
        "username": "tieout@acme.test",
        "private_key": key.private_key,
        "login_url": LOGIN_URL,
    }


def refused(status: int, code: str, **headers: str) -> httpx.Response:
    """An error as Salesforce words it."""
    body = [{"message": f"{code}: a text nobody decides on", "errorCode": code}]
    return httpx.Response(status, json=body, headers=headers)


class Organization:
    """Answers each query with what `respond` makes of it: rows, or a whole answer; queries and logins are noted."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.queries: list[str] = []
        self.requests: list[httpx.Request] = []
        self.logins = 0
        self.usage = ""
        self.clock = ManualClock()
        self.http = httpx.Client(transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        if request.url.path == "/services/oauth2/token":
            self.logins += 1
            return httpx.Response(200, json={"access_token": f"00D!token{self.logins}", "instance_url": URL})
        query = parse_qs(request.url.query.decode()).get("q", [request.url.path])[0]
        self.queries.append(query)
        said = self.respond(query)
        answer = (
            said
            if isinstance(said, httpx.Response)
            else httpx.Response(200, json={"totalSize": len(said), "done": True, "records": list(said)})
        )
        if self.usage:
            answer.headers.setdefault("sforce-limit-info", self.usage)
        return answer

    def client(self) -> SalesforceClient:
        """A client of it."""
        tokens = AccessTokens(credentials(), self.http, self.clock)
        allowance = Allowance(80, self.clock)
        return SalesforceClient(self.http, tokens, allowance, self.clock, api_base_url=URL + "/", api_version="62.0")

    def reader(self, **options: Any) -> SalesforceReader:  # noqa: ANN401 options of a connection
        """A reader of it."""
        return open_reader(connection(**options), credentials(), self.http, self.clock)


def connection(url: str = URL, **options: Any) -> Connection:  # noqa: ANN401 options of a connection
    """A connection to the organisation at an address."""
    return Connection(
        name="salesforce-emea",
        system="salesforce",
        legal_entity="EMEA",
        time_zone="Europe/Berlin",
        default_currency="GBP",
        api_base_url=url,
        options={"organization_id": ORGANIZATION_ID, **options},
    )


def record_id(prefix: str, number: int) -> str:
    """An id of an object, in its longer form."""
    return f"{prefix}{number:012d}AAA"


def key(of: str, entity: str = "opportunity") -> RecordKey:
    """A record of the connection."""
    return RecordKey("salesforce-emea", entity, of)


def asked_ids(query: str) -> list[str]:
    """The ids a query asks for."""
    listed = re.search(r"IN \(([^)]*)\)", query)
    return re.findall(r"'(\w{18})'", listed[1]) if listed else []


def rows_for(query: str, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """For each id a query asks for, this row of it."""
    return [{**row, "Id": each} for each in asked_ids(query)]


def object_of(query: str) -> str:
    """The object a query is of."""
    return query.split(" FROM ")[1].split(" ", maxsplit=1)[0]


def having(**found: Rows | Callable[[str], Rows | httpx.Response]) -> Organization:
    """An organisation that has these rows of objects, whatever is asked of them; of others for each id the usual row."""
    usual = {"Opportunity": OPPORTUNITY, "Contract": CONTRACT}

    def respond(query: str) -> Rows | httpx.Response:
        subject = object_of(query)
        rows = found.get(subject)
        if rows is None:
            return rows_for(query, usual[subject]) if subject in usual else []
        return rows(query) if callable(rows) else rows

    return Organization(respond)
