"""A simulated SAP Analytics Cloud tenant that runs: a way to write to it, to trouble it, and to look behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.systems.sap_analytics.app import create_app
from sandbox.systems.sap_analytics.definition import ModelDefinition
from sandbox.systems.sap_analytics.settings import TenantSettings
from sandbox.systems.serving import serve
from tests.support.clock import NotedClock
from tests.support.sap_analytics import CREDENTIALS, analytics_target
from tieout.landscape import Option
from tieout.systems.sap_analytics.cells import AnalyticsWriter, open_writer


@dataclass
class RunningTenant:
    """A running tenant, its clock, and a way to write to it and to look behind it."""

    url: str
    clock: NotedClock
    http: httpx.Client

    def writer(self, **options: Option) -> AnalyticsWriter:
        """A new writer, without a token yet, but with the cookies of those before it."""
        return open_writer(analytics_target(self.url, **options), CREDENTIALS, self.http, self.clock)

    def fault(self, kind: str, **parts: Any) -> None:  # noqa: ANN401 JSON values
        """Plant a fault that strikes the next call it is for."""
        self.http.post(f"{self.url}/_control/faults", json={"kind": kind} | parts).raise_for_status()

    def control(self, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Call a control route."""
        url = f"{self.url}/_control/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        return answer.raise_for_status().json()

    def values(self) -> dict[tuple[str, str, str], str]:
        """What the models hold: (model, measure, month) to the value's text."""
        cells = self.control("cells")["cells"]
        return {(each["model"], each["measure"], each["members"]["Date"]): each["value"] for each in cells}

    def jobs(self) -> list[dict[str, str]]:
        """The import jobs that nobody removed."""
        found = self.control("jobs")["jobs"]
        assert isinstance(found, list)
        return found


@contextmanager
def running_tenant(
    models: Sequence[ModelDefinition] | None = None, settings: TenantSettings | None = None
) -> Iterator[RunningTenant]:
    """A tenant whose clock begins now and is turned by hand; its models are the sandbox's or others."""
    clock = NotedClock(datetime.now(UTC))
    with serve(create_app(settings, models=models, now=clock.now)) as url, httpx.Client() as http:
        yield RunningTenant(url, clock, http)
