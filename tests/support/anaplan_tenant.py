"""A simulated Anaplan tenant that runs: a way to write to it, to trouble it, and to look behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.certificates import IssuedCertificate, issue_certificate
from sandbox.systems.anaplan.definition import ModelDefinition
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.serving import serve
from tests.support.anaplan import BASIC, anaplan_target
from tests.support.clock import ManualClock
from tieout.landscape import Option
from tieout.systems.anaplan.cells import open_writer
from tieout.systems.anaplan.writing import AnaplanWriter


class Hasty(httpx.BaseTransport):
    """Waits half a second where the writer would wait two minutes, so that a test of a blocked write is short."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or a read timeout after half a second."""
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": 0.5}
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


@dataclass
class RunningTenant:
    """A running tenant, its clock, and a way to write to it and to look behind it."""

    url: str
    clock: ManualClock
    http: httpx.Client
    hasty: httpx.Client
    certificate: IssuedCertificate
    _kept: AnaplanWriter | None = field(default=None, init=False)

    def writer(self, **options: Option) -> AnaplanWriter:
        """A new writer, without a token yet, that logs in by password."""
        return open_writer(anaplan_target(self.url, **options), BASIC, self.http, self.clock)

    def kept_writer(self) -> AnaplanWriter:
        """The same writer each time, so that it logs in once."""
        self._kept = self._kept or self.writer()
        return self._kept

    def fault(self, kind: str, **parts: Any) -> None:  # noqa: ANN401 JSON values
        """Plant a fault that strikes the next cell write, unless told otherwise."""
        plain = {"kind": kind, "path": "/data"} | parts
        self.http.post(f"{self.url}/_control/faults", json=plain).raise_for_status()

    def control(self, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Call a control route."""
        url = f"{self.url}/_control/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        return answer.raise_for_status().json()

    def values(self) -> dict[tuple[str, str, str], str]:
        """What the model holds: (module, line item, period) to the value's text."""
        cells = self.control("cells")["cells"]
        return {(each["module"], each["line_item"], each["members"]["Time"]): each["value"] for each in cells}

    def logins(self) -> dict[str, int]:
        """How many logins and refreshes there were since the tenant began."""
        logins = self.control("writes")["logins"]
        assert isinstance(logins, dict)
        return logins


@contextmanager
def running_tenant(definition: ModelDefinition | None = None) -> Iterator[RunningTenant]:
    """A tenant without a limit on calls, whose clock begins now and is turned by hand; its model is the sandbox's or another."""
    clock = ManualClock(datetime.now(UTC))
    certificate = issue_certificate(clock.now())
    limits = TenantSettings(authority_pem=certificate.authority_pem, requests_per_minute=0)
    app = create_app(limits, definition=definition, now=clock.now)
    with serve(app) as url, httpx.Client() as http, httpx.Client(transport=Hasty()) as hasty:
        yield RunningTenant(url, clock, http, hasty, certificate)
