"""A simulated system over HTTP behind the tests' server: its faults, what it was asked, and a reader and a listing of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from sandbox.systems.faults import Fault, FaultPlan
from tests.support.clock import ManualClock
from tests.support.one_server import OneServer
from tieout.arriving.notice import RecordKey
from tieout.facts.listing import Listing
from tieout.facts.reading import Reading, SourceReader
from tieout.landscape import Connection
from tieout.ports import Clock

if TYPE_CHECKING:
    from starlette.applications import Starlette

type _Opens[Opened] = Callable[[Connection, Mapping[str, str], httpx.Client, Clock], Opened]


class _MakesApp(Protocol):
    def __call__(self, *, plan: FaultPlan, now: Callable[[], datetime]) -> Starlette: ...


class LiveSystem[R: SourceReader, L: Listing](ABC):
    """One account of a system; what it is made of has to be known before it is opened.

    Attributes:
        api: how the paths of its API begin.
        addresses: path and query of every call to that.
    """

    api: str

    def __init__(
        self, server: OneServer, url: str, make_app: _MakesApp, open_reader: _Opens[R], open_listing: _Opens[L]
    ) -> None:
        self.url = url
        self.clock, self.plan = ManualClock(), FaultPlan()
        self.app = make_app(plan=self.plan, now=self.clock.now)
        server.app = self.app
        self.addresses: list[str] = []
        self.http = httpx.Client(trust_env=False)
        self.http.event_hooks["request"].append(self._note)
        self._open_reader, self._open_listing = open_reader, open_listing
        self.reader = self.open_reader()
        self.listing = self.open_listing()

    @abstractmethod
    def connection(self, **options: Any) -> Connection:  # noqa: ANN401 options as the landscape states them
        """The connection to it."""

    @abstractmethod
    def credentials(self, **changes: str) -> dict[str, str]:
        """What it is called with."""

    def open_reader(self, **options: Any) -> R:  # noqa: ANN401 as `connection`
        """A new reader of it."""
        return self._open_reader(self.connection(**options), self.credentials(), self.http, self.clock)

    def open_listing(self, **options: Any) -> L:  # noqa: ANN401 as `connection`
        """A new listing of it."""
        return self._open_listing(self.connection(**options), self.credentials(), self.http, self.clock)

    def control(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Have something happen in it."""
        answer = self.http.request(method, f"{self.url}/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 JSON
        """Have it misbehave."""
        self.plan.plant(Fault(kind=kind, **details))

    def reading(self, entity: str, record_id: str, reader: R | None = None) -> Reading:
        """The reading of one record, by its own reader or another one."""
        asked = RecordKey(self.connection().name, entity, record_id)
        return (reader or self.reader).read([asked])[asked]

    def _note(self, request: httpx.Request) -> None:
        if request.url.path.startswith(self.api):
            self.addresses.append(request.url.raw_path.decode())


def app_credentials(settings: Any, url: str, **changes: str) -> dict[str, str]:  # noqa: ANN401 of any environment
    """What an app of Microsoft Entra calls an environment with that has such settings."""
    known = {name: getattr(settings, name) for name in ("tenant_id", "client_id", "client_secret")}
    return known | {"login_url": url} | changes
