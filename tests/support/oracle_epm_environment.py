"""A simulated Planning environment that runs: a way to write to it, to trouble it, and to look behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.systems.oracle_epm.app import create_app
from sandbox.systems.oracle_epm.definition import ApplicationDefinition
from sandbox.systems.oracle_epm.settings import EnvironmentSettings
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock
from tests.support.oracle_epm import ADMINISTERED, BASIC, LOADS, epm_writer
from tieout.landscape import Option
from tieout.systems.oracle_epm.cells import OracleEpmWriter
from tieout.systems.oracle_epm.loading import LoadingWriter

SETTINGS = EnvironmentSettings()
OAUTH = {
    "client_id": SETTINGS.client_id,
    "client_secret": SETTINGS.client_secret,
    "refresh_token": SETTINGS.refresh_token,
}


class Hasty(httpx.BaseTransport):
    """Waits a quarter of a second where the writer would wait two minutes, so that a test of a slow answer is short."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, or a read timeout after a quarter of a second."""
        request.extensions["timeout"] = {**request.extensions["timeout"], "read": 0.25}
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


@dataclass
class RunningEnvironment:
    """A running environment, its clock, and a way to write to it and to look behind it."""

    url: str
    clock: ManualClock
    http: httpx.Client

    def writer(self, **options: Option) -> OracleEpmWriter:
        """A new writer that logs in by password."""
        return epm_writer(self.url, self.http, self.clock, BASIC, **options)

    def loader(self, credentials: Mapping[str, str] = ADMINISTERED, **options: Option) -> LoadingWriter:
        """A new writer that loads five cells or more of the cube Pipeline by a file."""
        found = epm_writer(self.url, self.http, self.clock, credentials, **(LOADS | options))
        assert isinstance(found, LoadingWriter)
        return found

    def fault(self, kind: str, **parts: Any) -> None:  # noqa: ANN401 JSON values
        """Plant a fault that strikes the next import, unless told otherwise."""
        plain = {"kind": kind, "path": "/importdataslice"} | parts
        self.http.post(f"{self.url}/_control/faults", json=plain).raise_for_status()

    def control(self, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Call a control route."""
        url = f"{self.url}/_control/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        return answer.raise_for_status().json()

    def values(self) -> dict[tuple[str, str, str, str], str]:
        """What the application holds: (cube, account, customer or vendor, period) to the value's text."""
        return {
            (
                each["cube"],
                each["members"]["Account"],
                each["members"].get("Customer") or each["members"]["Vendor"],
                each["members"]["Period"],
            ): each["value"]
            for each in self.control("cells")["cells"]
        }

    def logins(self) -> dict[str, int]:
        """How many tokens were given since the environment began, by grant."""
        logins = self.control("writes")["logins"]
        assert isinstance(logins, dict)
        return logins


@contextmanager
def running_environment(
    definition: ApplicationDefinition | None = None,
    **settings: Any,  # noqa: ANN401 settings are of several types
) -> Iterator[RunningEnvironment]:
    """An environment whose clock begins now and is turned by hand."""
    clock = ManualClock(datetime.now(UTC))
    app = create_app(replace(SETTINGS, **settings), definition=definition, now=clock.now)
    with serve(app) as url, httpx.Client() as http:
        yield RunningEnvironment(url, clock, http)
