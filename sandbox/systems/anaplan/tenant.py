"""The running state of a simulated tenant, and what every call passes before it is answered: rate, token, model, faults, busy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.systems.anaplan.definition import ModelDefinition
from sandbox.systems.anaplan.model import PlanningModel
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.anaplan.tokens import TokenDesk
from sandbox.systems.faults import FaultPlan

# Kinds of planted faults (and lasting states of the model) that answer with an error of Anaplan's.
FAULT_STATUSES = {
    "conflict": (409, "Conflict"),
    "moved": (410, "Gone"),
    "archived": (422, "Model archived"),
    "locked": (423, "Model locked"),
    "offline": (424, "Model offline"),
    "deployed": (425, "Model deployed"),
    "throttled": (429, "Too Many Requests"),
}
_STATUS_KINDS = frozenset(FAULT_STATUSES)


@dataclass
class Tenant:
    """Everything a simulated tenant remembers.

    Attributes:
        state: a lasting state of the model: empty for open, or `archived`, `locked`, `offline`.
        busy_until: an import or export has the model until then.
        is_deployed: whether its structure can only be changed in its development model.
        writes: every cell write that reached the model, in order, as plain JSON values.
    """

    settings: TenantSettings
    definition: ModelDefinition
    now: Callable[[], datetime]
    faults: FaultPlan = field(default_factory=FaultPlan)
    state: str = ""
    is_deployed: bool = False
    writes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model = PlanningModel(self.definition)
        self.desk = TokenDesk(self.settings, self.now)
        self._forget_imports()
        self.busy_until = self.now()
        self._calls_left = Decimal(self.settings.requests_per_minute)
        self._counted_at = self.now()

    def reset(self) -> None:
        """Forget cells, writes, added members, faults and states; tokens stay good."""
        self.model = PlanningModel(self.definition)
        self.busy_until = self.now()
        self.state, self.is_deployed = "", False
        self.writes.clear()
        self._forget_imports()
        self.faults.clear()
        self.faults.fired.clear()

    def _forget_imports(self) -> None:
        from sandbox.systems.anaplan.files import HeldFile, files_of  # noqa: PLC0415 which itself answers calls of this tenant

        self.files: dict[str, HeldFile] = files_of(self.definition)
        self.tasks: dict[str, Any] = {}
        self.imported: list[dict[str, Any]] = []

    def is_busy(self) -> bool:
        """Whether an import, export or process has the model."""
        return self.now() < self.busy_until

    def be_busy(self, seconds: float) -> None:
        """Let an import have the model from now on."""
        self.busy_until = self.now() + timedelta(seconds=seconds)

    def spend_call(self) -> bool:
        """Take one call out of the tenant's bucket; False where it is empty."""
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
    """One authenticated call."""

    tenant: Tenant
    request: Request
    body: bytes

    @property
    def model(self) -> PlanningModel:
        """The tenant's model."""
        return self.tenant.model

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def parameter(self, name: str) -> str:
        """A query parameter, empty where it was not sent."""
        return self.request.query_params.get(name, "")

    def json(self) -> Any:  # noqa: ANN401 JSON is any shape until its reader has looked
        """The body with every number as a decimal; `ValueError` where it is no JSON."""
        return json.loads(self.body, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)


Answering = Callable[[Call], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(
    tenant: Tenant, answering: Answering, *, waits: bool, before: Callable[[Call], None] = lambda _: None
) -> Endpoint:
    """An endpoint that answers only calls a real tenant would answer.

    Args:
        tenant: whose calls are counted.
        answering: gives the answer.
        waits: whether the call needs the model, and so waits while an import has it.
        before: what happens in the model before it answers.
    """

    async def endpoint(request: Request) -> Response:
        body = await request.body()  # read first: a caller that gives up does not undo what it sent
        refused = _refused(tenant, request, waits=waits)
        if refused is not None:
            return refused
        while waits and tenant.is_busy():  # noqa: ASYNC110 the end of the import is a moment of the tenant's clock
            await asyncio.sleep(0.02)
        call = Call(tenant, request, body)
        before(call)
        return answering(call)

    return endpoint


def error(
    request: Request, status: int, message: str, *, headers: dict[str, str] | None = None, now: datetime
) -> Response:
    """Anaplan's error envelope."""
    content = {
        "status": {"code": status, "message": message},
        "path": request.url.path,
        "timestamp": now.isoformat().replace("+00:00", "Z"),
    }
    return JSONResponse(content, status_code=status, headers=headers)


def refuse(call: Call, status: int, message: str) -> Response:
    """The error envelope for a call that was let through."""
    return error(call.request, status, message, now=call.tenant.now())


def _refused(tenant: Tenant, request: Request, *, waits: bool) -> Response | None:
    method, path, now = request.method, request.url.path, tenant.now()
    if not tenant.spend_call():
        return error(request, 429, "Too Many Requests", headers={"Retry-After": "10"}, now=now)
    if tenant.faults.take(frozenset({"expire_tokens"}), method, path):
        tenant.desk.revoke_all()
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme not in {"AnaplanAuthToken", "Bearer"} or not tenant.desk.is_good(token):
        return error(request, 401, "Unauthorized", now=now)
    known = {"model": tenant.settings.model_id, "workspace": tenant.settings.workspace_id}
    if any(request.path_params.get(name, wanted) != wanted for name, wanted in known.items()):
        return error(request, 404, "Not Found", now=now)
    return _misbehaviour(tenant, request, waits=waits)


def _misbehaviour(tenant: Tenant, request: Request, *, waits: bool) -> Response | None:
    method, path, now = request.method, request.url.path, tenant.now()
    if waits and tenant.state:
        return error(request, *FAULT_STATUSES[tenant.state], now=now)
    busy = tenant.faults.take(frozenset({"busy"}), method, path) if waits else None
    if busy:
        tenant.be_busy(busy.seconds)
    fault = tenant.faults.take(_STATUS_KINDS, method, path) if waits else None
    if fault is None:
        return None
    wait = fault.detail.get("retry_after")
    headers = {"Retry-After": str(wait)} if wait is not None else None
    return error(request, *FAULT_STATUSES[fault.kind], headers=headers, now=now)


def _refuse(_name: str) -> Any:  # noqa: ANN401 json's own signature
    raise ValueError("not a number")
