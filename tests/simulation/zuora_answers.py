"""Answers for Zuora's API from a tenant in memory, as HTTP to the real client: tokens end, queries fail, files go."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any
from urllib.parse import urlsplit

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.zuora.asked import asked_of
from sandbox.systems.zuora.jobs import Jobs
from sandbox.systems.zuora.objects import Objects
from tests.simulation.http_answers import Answer, HttpAnswers
from tests.simulation.weather import Weather
from tests.simulation.zuora_tenant import ZuoraTenant

API_URL = "https://zuora.example"
CREDENTIALS = {"client_id": "client-canary", "client_secret": "secret-canary"}
_LIMITED = {"ratelimit-remaining": "0", "ratelimit-reset": "3"}
_LOCKED, _PASSING = 50000050, 50000061
_MISFORTUNES = ("fail_job", "cancel_job")
_OFTEN = 6  # there are few queries


class ZuoraAnswers(HttpAnswers):
    """The API of a tenant.

    Args:
        rate: how often an answer is cut short, an object is locked, a token has ended, or a query fares ill.
    """

    def __init__(self, zuora: ZuoraTenant, random: Random, weather: Weather, rate: float) -> None:
        super().__init__("zuora.read", random, weather, rate, _LIMITED)
        self._zuora, self._random = zuora, random
        self._tokens = 0
        self._plan = FaultPlan()

    @cached_property
    def _jobs(self) -> Jobs:
        return Jobs(self._zuora.tenant, self._plan)

    def post(self, address: str, *, data: Mapping[str, str], **_asked: object) -> Answer:
        """A token; the one before it holds no more."""
        assert address == f"{API_URL}/oauth/token"
        assert data == {**CREDENTIALS, "grant_type": "client_credentials"}
        self._tokens += 1
        body = {"access_token": f"token-canary-{self._tokens}", "token_type": "bearer", "expires_in": 3598}
        return Answer(200, json.dumps(body).encode(), {})

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        params: Sequence[tuple[str, str]] = (),
        json: Mapping[str, Any] | None = None,
        **_asked: object,
    ) -> Answer:
        """Objects, or a query job."""
        if headers["authorization"] != f"Bearer token-canary-{self._tokens}" or self.strikes("token_ended"):
            self._tokens += 1
            return _refused(401, 90000011)
        if self.strikes("object_locked"):
            return _refused(200, self._random.choice((_LOCKED, _PASSING)))
        path = urlsplit(address).path.lstrip("/")
        return self.in_weather(lambda: self._answered(lambda: self._found(method, path, params, json)))

    def get(self, address: str, *, headers: Mapping[str, str], **_asked: object) -> Answer:
        """A part of a file, to whoever proves nothing."""
        assert "authorization" not in headers
        return self.in_weather(lambda: self._part(urlsplit(address).path, headers["range"]))

    def _found(
        self, method: str, path: str, params: Sequence[tuple[str, str]], stated: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        kind, _, rest = path.partition("/")
        if kind == "query":
            return self._submitted(stated or {}) if method == "POST" else self._jobs.look(_last(rest), API_URL)
        objects = Objects(self._zuora.tenant.store, self._zuora.tenant.settings.page_rows)
        listed, _, key = rest.partition("/")
        return objects.one(listed, key, asked_of(params)) if key else objects.page(listed, asked_of(params))

    def _submitted(self, stated: Mapping[str, Any]) -> dict[str, Any]:
        """A query, which may be slow, fail or be cancelled."""
        self._zuora.tenant.settings.job_looks = 1 if self.strikes("query_slow", _OFTEN) else 0
        if self.strikes("query_failed", _OFTEN):
            self._plan.plant(Fault(kind=self._random.choice(_MISFORTUNES)))
        return self._jobs.submit(stated)

    def _answered(self, found: Callable[[], Mapping[str, Any]]) -> Answer:
        try:
            return Answer(200, self.cut(json.dumps(found()).encode()), {})
        except KeyError:
            return _refused(404, 50000040)

    def _part(self, path: str, wanted: str) -> Answer:
        first, last = (int(each) for each in wanted.removeprefix("bytes=").split("-"))
        job = _last(path).removesuffix(".json")
        if self.strikes("file_gone", _OFTEN) or not self._jobs.has_file(job):
            return Answer(403, b"<Error/>", {})
        whole = self._jobs.file(job)
        part = whole[first : last + 1]
        return Answer(206, part, {}) if part else Answer(416, b"", {})


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _refused(status: int, code: int) -> Answer:
    body = {"success": False, "reasons": [{"code": code, "message": "x"}]}
    return Answer(status, json.dumps(body).encode(), {})
