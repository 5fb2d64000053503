"""A Zuora that answers as a test says, to the real client: what it was asked, and with which token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.support.clock import ManualClock
from tieout.landscape import Connection
from tieout.systems.zuora.client import ZuoraClient
from tieout.systems.zuora.listing import ZuoraListing, open_listing
from tieout.systems.zuora.reader import ZuoraReader, open_client, open_reader

URL = "https://rest.zuora.example"
CREDENTIALS: Mapping[str, str] = {"client_id": "tieout", "client_secret": "s"}
CONNECTION = "zuora-here"

type Answering = Callable[[httpx.Request], httpx.Response]


class ScriptedZuora:
    """A tenant whose calls a function answers; tokens are `t1`, `t2` and so on, each for an hour.

    Attributes:
        asked: the calls in their order, but those for a token.
        tokens: how many were given.
    """

    def __init__(self, answer: Answering, **options: Any) -> None:  # noqa: ANN401 as the landscape states them
        self.asked: list[httpx.Request] = []
        self.tokens = 0
        self.clock = ManualClock()
        self._answer, self._options = answer, options
        self._http = httpx.Client(transport=httpx.MockTransport(self._answered))

    @property
    def connection(self) -> Connection:
        """The connection to it."""
        return Connection(
            name=CONNECTION,
            system="zuora",
            legal_entity="EMEA",
            time_zone="America/Los_Angeles",
            default_currency="EUR",
            api_base_url=URL,
            options=self._options,
        )

    def client(self) -> ZuoraClient:
        """A client of it."""
        return open_client(self.connection, CREDENTIALS, self._http, self.clock)[0]

    def reader(self) -> ZuoraReader:
        """A reader of it."""
        return open_reader(self.connection, CREDENTIALS, self._http, self.clock)

    def listing(self) -> ZuoraListing:
        """A listing of it."""
        return open_listing(self.connection, CREDENTIALS, self._http, self.clock)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx.Response(
                200, json={"access_token": f"t{self.tokens}", "expires_in": 3600, "token_type": "bearer"}
            )
        self.asked.append(request)
        return self._answer(request)


def answering(*answers: httpx.Response | Mapping[str, Any], **options: Any) -> ScriptedZuora:  # noqa: ANN401 as above
    """A tenant that gives these answers, one after the other."""
    left = [each if isinstance(each, httpx.Response) else httpx.Response(200, json=dict(each)) for each in answers]
    return ScriptedZuora(lambda _request: left.pop(0), **options)


def refused(code: int | str, status: int = 200, reset: str = "") -> httpx.Response:
    """A refusal with a code, and in how many seconds a limit begins anew."""
    body = {"success": False, "processId": "1", "reasons": [{"code": code, "message": "made up"}]}
    return httpx.Response(status, json=body, headers={"ratelimit-reset": reset} if reset else {})
