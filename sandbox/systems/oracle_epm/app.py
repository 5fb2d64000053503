"""Builds the simulated environment: application and identity domain at one address, with its control routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.systems.faults import Misbehaving
from sandbox.systems.oracle_epm import files, jobs
from sandbox.systems.oracle_epm.control import EnvironmentControl
from sandbox.systems.oracle_epm.definition import ApplicationDefinition, sandbox_definition
from sandbox.systems.oracle_epm.describing import dimensions, hierarchy, member
from sandbox.systems.oracle_epm.environment import Environment, guarded
from sandbox.systems.oracle_epm.exporting import export_slice, plan_types
from sandbox.systems.oracle_epm.importing import import_slice
from sandbox.systems.oracle_epm.settings import EnvironmentSettings
from sandbox.systems.oracle_epm.tokens import TOKEN_PATH

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_APPLICATION = "/HyperionPlanning/rest/v3/applications/{application}"
_FILE = "/interop/rest/11.1.2.3.600/applicationsnapshots/{name}"
_CUBES = f"{_APPLICATION}/plantypes"


def create_app(
    settings: EnvironmentSettings | None = None,
    *,
    definition: ApplicationDefinition | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """The application; its base URL is both the environment's and the identity domain's.

    Args:
        settings: logins and limits.
        definition: the Planning application; without it that of `application.json`.
        now: the environment's clock, which ends tokens, passwords and the maintenance.
    """
    environment = Environment(settings or EnvironmentSettings(), definition or sandbox_definition(), now)
    routes = [
        Route(TOKEN_PATH, environment.desk.answer, methods=["POST"]),
        Route(_CUBES, guarded(environment, plan_types), methods=["GET"]),
        Route(f"{_CUBES}/{{cube}}/importdataslice", guarded(environment, import_slice), methods=["POST"]),
        Route(f"{_CUBES}/{{cube}}/exportdataslice", guarded(environment, export_slice), methods=["POST"]),
        Route(f"{_CUBES}/{{cube}}/dimensions", guarded(environment, dimensions), methods=["GET"]),
        Route(f"{_CUBES}/{{cube}}/dimensions/{{dimension}}", guarded(environment, hierarchy), methods=["GET"]),
        Route(
            f"{_APPLICATION}/dimensions/{{dimension}}/members/{{member}}", guarded(environment, member), methods=["GET"]
        ),
        Route(f"{_APPLICATION}/jobs", guarded(environment, jobs.start), methods=["POST"]),
        Route(f"{_APPLICATION}/jobs/{{job}}", guarded(environment, jobs.status), methods=["GET"]),
        Route(f"{_APPLICATION}/jobs/{{job}}/details", guarded(environment, jobs.details), methods=["GET"]),
        Route(_FILE, guarded(environment, files.remove), methods=["DELETE"]),
        Route(f"{_FILE}/contents", guarded(environment, files.upload), methods=["POST"]),
        Route(f"{_FILE}/contents", guarded(environment, files.download), methods=["GET"]),
        *EnvironmentControl(environment).routes(),
    ]
    return Misbehaving(Starlette(routes=routes), environment.faults)
