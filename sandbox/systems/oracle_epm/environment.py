"""The running state of a simulated environment, and what every call passes before it is answered: maintenance, rate, login."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.systems.faults import FaultPlan
from sandbox.systems.oracle_epm.application import PlanningApplication
from sandbox.systems.oracle_epm.definition import ApplicationDefinition
from sandbox.systems.oracle_epm.settings import EnvironmentSettings
from sandbox.systems.oracle_epm.tokens import TokenDesk

if TYPE_CHECKING:
    from starlette.requests import Request

_MAINTENANCE_PAGE = (
    "<html><body>Due to the daily maintenance, your Oracle EPM Cloud Service environment is currently unavailable."
    "</body></html>"
)


@dataclass
class Job:
    """One job of the application.

    Attributes:
        kind: its `jobType`.
        ends_at: when it does its work, all at once.
        fault: what goes wrong with it; empty: nothing.
        status: its code once it is over.
        says: what it says of itself then.
        details: what its details are then.
    """

    job_id: str
    kind: str
    name: str
    parameters: dict[str, Any]
    ends_at: datetime
    fault: str = ""
    is_over: bool = False
    status: int = -1
    says: str = ""
    details: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Environment:
    """Everything a simulated environment remembers.

    Attributes:
        maintenance_until: users are logged off until then.
        busy_until: a calculation has the cube until then, and an import waits for it.
        writes: every import that reached the application, in order.
        files: name to content of every file in the environment.
        jobs: every job, by its id.
    """

    settings: EnvironmentSettings
    definition: ApplicationDefinition
    now: Callable[[], datetime]
    faults: FaultPlan = field(default_factory=FaultPlan)
    writes: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.application = PlanningApplication(self.definition)
        self.desk = TokenDesk(self.settings, self.now)
        self.maintenance_until = self.busy_until = self.now()
        self._calls_left = Decimal(self.settings.requests_per_minute)
        self._counted_at = self.now()

    def reset(self) -> None:
        """Forget cells, writes, files, jobs, added members, closed intersections, faults, the maintenance; tokens stay good."""
        self.application = PlanningApplication(self.definition)
        self.maintenance_until = self.busy_until = self.now()
        self.writes.clear()
        self.files.clear()
        self.jobs.clear()
        self.faults.clear()
        self.faults.fired.clear()

    def be_maintained(self, seconds: float) -> None:
        """Let the maintenance begin now; what is running is cut off by it."""
        self.maintenance_until = self.now() + timedelta(seconds=seconds)
        for job in self.jobs.values():
            if not job.is_over and self.now() < job.ends_at:
                job.fault, job.ends_at = "job_cancelled", self.now()

    def spend_call(self) -> bool:
        """Take one call out of the bucket; False where it is empty."""
        size = self.settings.requests_per_minute
        if not size:
            return True
        now = self.now()
        refilled = Decimal(str((now - self._counted_at).total_seconds())) * size / 60
        self._calls_left = min(Decimal(size), self._calls_left + refilled)
        self._counted_at = now
        if self._calls_left < 1:
            return False
        self._calls_left -= 1
        return True


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a user who is logged in."""

    environment: Environment
    request: Request
    body: bytes
    user: str

    @property
    def is_administrators(self) -> bool:
        """Whether it is a service administrator's."""
        settings = self.environment.settings
        return settings.is_administrator or self.user == settings.administrator

    @property
    def application(self) -> PlanningApplication:
        """The environment's application."""
        return self.environment.application

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def json(self) -> Any:  # noqa: ANN401 JSON is any shape until its reader has looked
        """The body with every number as a decimal; `ValueError` where it is no JSON."""
        return json.loads(self.body, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant)


Answering = Callable[[Call], Response]
Endpoint = Callable[["Request"], Awaitable[Response]]


def guarded(environment: Environment, answering: Answering) -> Endpoint:
    """An endpoint that answers only calls a real environment would answer."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()  # read first: a caller that gives up does not undo what it sent
        refused = _refused(environment, request)
        if refused is not None:
            return refused
        user = environment.desk.user_of(request.headers.get("authorization", ""))
        if user is None:
            said = 'Bearer error="invalid_token", error_description="Token Expired"'
            return Response(status_code=401, headers={"WWW-Authenticate": said})
        application = request.path_params.get("application", environment.settings.application)
        if application != environment.settings.application:
            return refuse(404, "The application does not exist or you do not have access to it.")
        busy = environment.faults.take(frozenset({"busy"}), request.method, request.url.path)
        if busy is not None:
            environment.busy_until = environment.now() + timedelta(seconds=busy.seconds)
        while environment.now() < environment.busy_until:  # noqa: ASYNC110 the end is a moment of the environment's clock
            await asyncio.sleep(0.02)
        return answering(Call(environment, request, body, user))

    return endpoint


def refuse(status: int, detail: str) -> Response:
    """Oracle's error body, as far as it is known."""
    return JSONResponse({"status": status, "detail": detail}, status_code=status)


def _refused(environment: Environment, request: Request) -> Response | None:
    method, path = request.method, request.url.path
    maintained = environment.faults.take(frozenset({"maintenance"}), method, path)
    if maintained is not None or environment.now() < environment.maintenance_until:
        return HTMLResponse(_MAINTENANCE_PAGE, status_code=503)
    throttled = environment.faults.take(frozenset({"throttled"}), method, path)
    if throttled is not None or not environment.spend_call():
        wait = throttled.detail.get("retry_after") if throttled is not None else None
        return JSONResponse({}, status_code=429, headers={"Retry-After": str(wait)} if wait is not None else None)
    if environment.faults.take(frozenset({"expire_tokens"}), method, path):
        environment.desk.revoke_all()
    return None


def _refuse_constant(_name: str) -> Any:  # noqa: ANN401 json's own signature
    raise ValueError("not a number")
