"""The running state of a simulated tenant, and what every call passes before it is answered: header, token, CSRF, faults."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.systems.faults import FaultPlan
from sandbox.systems.sap_analytics.definition import ModelDefinition
from sandbox.systems.sap_analytics.jobs import JobDesk, JobError
from sandbox.systems.sap_analytics.model import FactModel
from sandbox.systems.sap_analytics.sessions import Sessions
from sandbox.systems.sap_analytics.settings import TenantSettings

# Kinds of planted faults that answer with an error of SAP's: status, code, message.
FAULT_ANSWERS = {
    "conflict": (409, None, "Conflict"),
    "offline": (503, None, "Service Unavailable"),
    "throttled": (429, None, "Too Many Requests"),
    "user_limit": (400, 1002, "Current user reached limit of maximum number of active jobs."),
    "model_limit": (400, 1007, "Current modelID reached limit or maximum number of active jobs."),
    "in_progress": (409, 1010, "Request already in progress."),
    "not_granted": (403, 3401, "The OAuth client has no access to this API."),
}
_ANSWERED = frozenset(FAULT_ANSWERS)


@dataclass
class Tenant:
    """Everything a simulated tenant remembers.

    Attributes:
        state: a lasting state: empty, or `offline`, in which every call is answered as by the fault of that name.
    """

    settings: TenantSettings
    definitions: Sequence[ModelDefinition]
    now: Callable[[], datetime]
    faults: FaultPlan = field(default_factory=FaultPlan)
    state: str = ""

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.settings, self.now)
        self.begin()

    def begin(self) -> None:
        """Models without facts and locks, and no job."""
        self.models = {each.model_id: FactModel(each) for each in self.definitions}
        self.desk = JobDesk(self.settings, self.faults, self.now)

    def reset(self) -> None:
        """Forget facts, jobs, locks, added members, faults and the state; settings, tokens and sessions stay."""
        self.begin()
        self.state = ""
        self.faults.clear()
        self.faults.fired.clear()


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was let in."""

    tenant: Tenant
    request: Request
    body: bytes

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def parameter(self, name: str) -> str:
        """A query parameter, empty where it was not sent."""
        return self.request.query_params.get(name, "")

    def json(self) -> dict[str, Any]:
        """The body's object, empty where it is another value, with every number a decimal; `ValueError` where it is no JSON."""
        plain = json.loads(self.body or b"{}", parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
        return plain if isinstance(plain, dict) else {}


Answering = Callable[[Call], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(tenant: Tenant, answering: Answering) -> Endpoint:
    """An endpoint that answers only calls a real tenant would answer."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()  # read first: a caller that gives up does not undo what it sent
        tenant.desk.settle()
        refused = _refusal(tenant, request)
        if refused is not None:
            return refused
        try:
            return answering(Call(tenant, request, body))
        except KeyError:
            return error(404, None, "Not Found")
        except ValueError:
            return error(400, 1006, "Request body is incorrect or missing.")
        except JobError as refusal:
            return error(400, refusal.code, str(refusal))

    return endpoint


def error(status: int, code: int | None, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error of SAP's."""
    stated = {"message": message} if code is None else {"code": code, "message": message}
    return JSONResponse({"error": stated}, status_code=status, headers=headers)


def _refusal(tenant: Tenant, request: Request) -> Response | None:
    method, path = request.method, request.url.path
    if tenant.state:
        return error(*FAULT_ANSWERS[tenant.state])
    if request.headers.get("x-sap-sac-custom-auth") != "true":
        return RedirectResponse("/login", status_code=302)
    if tenant.faults.take(frozenset({"expire_tokens"}), method, path):
        tenant.sessions.end_tokens()
    if tenant.faults.take(frozenset({"expire_sessions"}), method, path):
        tenant.sessions.end_sessions()
    if not tenant.sessions.is_let_in(request):
        return error(401, None, "Unauthorized")
    unguarded = tenant.sessions.refusal_of(request) if method != "GET" else None
    return unguarded or _planted(tenant, method, path)


def _planted(tenant: Tenant, method: str, path: str) -> Response | None:
    fault = tenant.faults.take(_ANSWERED, method, path)
    if fault is None:
        return None
    wait = fault.detail.get("retry_after")
    return error(*FAULT_ANSWERS[fault.kind], headers={"Retry-After": str(wait)} if wait is not None else None)


def _refuse(_name: str) -> Any:  # noqa: ANN401 json's own signature
    raise ValueError("not a number")
