"""Builds the simulated tenant: token address and APIs at one address, with its control routes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.systems.faults import Misbehaving, control_routes
from sandbox.systems.sap_analytics import describing, exporting, importing
from sandbox.systems.sap_analytics.control import TenantControl
from sandbox.systems.sap_analytics.definition import ModelDefinition, sandbox_models
from sandbox.systems.sap_analytics.settings import TenantSettings
from sandbox.systems.sap_analytics.tenant import Answering, Tenant, guarded

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_IMPORT = "/api/v1/dataimport"
_JOB = f"{_IMPORT}/jobs/{{job}}"
_CALLS: tuple[tuple[str, str, Answering], ...] = (
    ("POST", f"{_IMPORT}/models/{{model}}/{{import_type}}", importing.create_job),
    ("GET", f"{_IMPORT}/models", describing.models),
    ("GET", f"{_IMPORT}/models/{{model}}/metadata", describing.metadata),
    ("GET", f"{_IMPORT}/jobs", importing.list_jobs),
    ("POST", _JOB, importing.add_rows),
    ("DELETE", _JOB, importing.remove_job),
    ("POST", f"{_JOB}/validate", importing.validate_job),
    ("POST", f"{_JOB}/run", importing.run_job),
    ("GET", f"{_JOB}/status", importing.job_status),
    ("GET", f"{_JOB}/invalidRows", importing.invalid_rows),
    ("GET", "/api/v1/dataexport/providers/{namespace}/{model}/FactData", exporting.facts),
)


def create_app(
    settings: TenantSettings | None = None,
    *,
    models: Sequence[ModelDefinition] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """The application; its base URL is both the tenant's address and the one where tokens are given.

    Args:
        settings: the tenant's; they can also be changed later by `POST /_control/settings`.
        models: without them those of `models.json`.
        now: the tenant's clock, which ends tokens and lets jobs write.
    """
    tenant = Tenant(settings or TenantSettings(), models if models is not None else sandbox_models(), now)
    routes = [*tenant.sessions.routes(), *TenantControl(tenant).routes(), *control_routes(tenant.faults)]
    routes += [Route(path, guarded(tenant, answering), methods=[method]) for method, path, answering in _CALLS]
    return Misbehaving(Starlette(routes=routes), tenant.faults)
