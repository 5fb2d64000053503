"""Builds the simulated tenant: authentication host and API host at one address, with its control routes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.systems.anaplan import cells, discovery, files, lists, tasks, views
from sandbox.systems.anaplan.authentication import AuthenticationHost
from sandbox.systems.anaplan.control import TenantControl
from sandbox.systems.anaplan.definition import ModelDefinition, sandbox_definition
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.anaplan.tenant import Answering, Endpoint, Tenant, guarded
from sandbox.systems.faults import Misbehaving

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_API = "/2/0"
# Most paths inside a model exist in two equal forms.
_MODEL_FORMS = ("/models/{model}", "/workspaces/{workspace}/models/{model}")

# (method, path, answer, whether it waits while an import has the model)
_TENANT_CALLS: tuple[tuple[str, str, Answering], ...] = (
    ("GET", "/workspaces", discovery.workspaces),
    ("GET", "/workspaces/{workspace}", discovery.workspace),
    ("GET", "/models", discovery.models),
    ("GET", "/workspaces/{workspace}/models", discovery.models),
)
_MODEL_CALLS: tuple[tuple[str, str, Answering, bool], ...] = (
    ("GET", "", discovery.model, False),
    ("GET", "/status", discovery.status, False),
    ("POST", "/status", discovery.status, False),
    ("POST", "/open", discovery.wake, False),
    ("POST", "/close", discovery.wake, False),
    ("GET", "/modules", discovery.modules, True),
    ("GET", "/modules/{module}/lineItems", discovery.line_items, True),
    ("POST", "/modules/{module}/data", cells.write_cells, True),
    ("GET", "/lineItems", discovery.line_items, True),
    ("GET", "/lineItems/{line_item}/dimensions", discovery.line_item_dimensions, True),
    ("GET", "/lineItems/{line_item}/dimensions/{dimension}/items", discovery.line_item_dimension_items, True),
    ("GET", "/dimensions/{dimension}/items", discovery.dimension_items, True),
    ("POST", "/dimensions/{dimension}/items", discovery.dimension_lookup, True),
    ("GET", "/lists", lists.lists, True),
    ("GET", "/lists/{list}", lists.list_metadata, True),
    ("GET", "/lists/{list}/items", lists.list_items, True),
    ("POST", "/lists/{list}/items", lists.change_list_items, True),
    ("PUT", "/lists/{list}/items", lists.change_list_items, True),
    ("GET", "/versions", discovery.versions, True),
    ("GET", "/currentPeriod", discovery.current_period, True),
    ("GET", "/views", views.views, True),
    ("GET", "/views/{view}", views.view, True),
    ("GET", "/views/{view}/data", views.view_data, True),
    ("GET", "/files", files.files, False),
    ("POST", "/files/{file}", files.announce, False),
    ("GET", "/files/{file}", files.whole, False),
    ("PUT", "/files/{file}", files.put_whole, False),
    ("POST", "/files/{file}/complete", files.complete, False),
    ("GET", "/files/{file}/chunks", files.chunks, False),
    ("GET", "/files/{file}/chunks/{chunk}", files.chunk, False),
    ("PUT", "/files/{file}/chunks/{chunk}", files.put_chunk, False),
    ("GET", "/imports", tasks.imports, False),
    ("GET", "/processes", tasks.processes, False),
    *(
        each
        for kind in ("imports", "processes")
        for each in (
            ("POST", f"/{kind}/{{action}}/tasks", tasks.start, False),
            ("GET", f"/{kind}/{{action}}/tasks", tasks.tasks, False),
            ("GET", f"/{kind}/{{action}}/tasks/{{task}}", tasks.task, False),
            ("DELETE", f"/{kind}/{{action}}/tasks/{{task}}", tasks.cancel, False),
            ("GET", f"/{kind}/{{action}}/tasks/{{task}}/dump/chunks", tasks.dump_chunks, False),
            ("GET", f"/{kind}/{{action}}/tasks/{{task}}/dump/chunks/{{chunk}}", tasks.dump_chunk, False),
            ("GET", f"/{kind}/{{action}}/tasks/{{task}}/dumps/{{object}}/chunks", tasks.dump_chunks, False),
            ("GET", f"/{kind}/{{action}}/tasks/{{task}}/dumps/{{object}}/chunks/{{chunk}}", tasks.dump_chunk, False),
        )
    ),
)


def create_app(
    settings: TenantSettings | None = None,
    *,
    definition: ModelDefinition | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """The application; its base URL is both the API base URL and the authentication base URL.

    Args:
        settings: the tenant's ids, login, limits.
        definition: the model; without it that of `model.json`.
        now: the tenant's clock, which ends tokens and refills the rate bucket.
    """
    tenant = Tenant(settings or TenantSettings(), definition or sandbox_definition(), now)
    routes = [*AuthenticationHost(tenant).routes(), *TenantControl(tenant).routes()]
    for method, path, answering in _TENANT_CALLS:
        routes.append(Route(_API + path, guarded(tenant, answering, waits=False), methods=[method]))
    for form in _MODEL_FORMS:
        for method, path, answering, waits in _MODEL_CALLS:
            routes.append(Route(_API + form + path, _inside(tenant, answering, waits=waits), methods=[method]))
    return Misbehaving(Starlette(routes=routes), tenant.faults)


def _inside(tenant: Tenant, answering: Answering, *, waits: bool) -> Endpoint:
    """An endpoint inside the model, whose imports have done by then what they were to have done."""
    return guarded(tenant, answering, waits=waits, before=tasks.run_what_is_due)
