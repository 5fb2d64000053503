"""What the simulated API tells about a tenant: workspaces, models, modules, line items, dimensions, versions, periods, state."""

from __future__ import annotations

from calendar import monthrange
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.systems.anaplan.answering import paged, success
from sandbox.systems.anaplan.definition import VERSIONS_ID, Dimension, LineItem, Member, Module, named_month
from sandbox.systems.anaplan.tenant import Call, refuse
from tieout.periods import Period

_ACTIVE_STATES = {"": "UNLOCKED", "archived": "ARCHIVED", "locked": "LOCKED", "offline": "MAINTENANCE"}
_NUMBER_FORMAT = {
    "dataType": "NUMBER",
    "minimumSignificantDigits": 4,
    "decimalPlaces": 2,
    "decimalSeparator": "FULL_STOP",
    "groupingSeparator": "COMMA",
    "negativeNumberNotation": "MINUS_SIGN",
    "unitsType": "NONE",
    "unitsDisplayType": "NONE",
    "zeroFormat": "HYPHEN",
    "comparisonIncrease": "GOOD",
    "customUnits": None,
}


def workspaces(call: Call) -> Response:
    """GET /workspaces."""
    return paged(call, "workspace", "workspaces", [_workspace(call)])


def workspace(call: Call) -> Response:
    """GET /workspaces/{workspace}."""
    return success("workspace", {"workspace": _workspace(call)})


def models(call: Call) -> Response:
    """GET /models and /workspaces/{workspace}/models."""
    return paged(call, "model", "models", [_model(call)])


def model(call: Call) -> Response:
    """GET /models/{model}: answers 200 even where everything inside the model is closed."""
    return success("model", {"model": _model(call) | {"modelTransactionRunning": call.tenant.is_busy()}})


def status(call: Call) -> Response:
    """GET and POST /models/{model}/status, a bare `requestStatus`; never waits."""
    busy = call.tenant.is_busy()
    state = {
        "peakMemoryUsageEstimate": None,
        "peakMemoryUsageTime": None,
        "progress": 0.5 if busy else -1.0,
        "currentStep": "Processing ..." if busy else "Open",
        "tooltip": "The system is currently processing an Import" if busy else None,
        "exportTaskType": None,
        "creationTime": int(call.tenant.now().timestamp() * 1000),
        "taskId": "E9CB709BD63D4003ACFB60CADFC2FC0B" if busy else None,
    }
    return JSONResponse({"requestStatus": state})


def wake(_call: Call) -> Response:
    """POST /models/{model}/open and /close."""
    return Response(status_code=202)


def modules(call: Call) -> Response:
    """GET /models/{model}/modules."""
    return paged(call, "module", "modules", [{"id": each.module_id, "name": each.name} for each in call.model.modules])


def line_items(call: Call) -> Response:
    """GET /models/{model}/lineItems and /modules/{module}/lineItems, short, or long with `includeAll=true`."""
    wanted = call.request.path_params.get("module")
    chosen = [each for each in call.model.modules if wanted in {None, each.module_id}]
    if not chosen:
        return refuse(call, 404, "Not Found")
    detailed = call.parameter("includeAll") == "true"
    return success(
        "lineItem",
        {"items": [_line_item(call, module, each, detailed) for module in chosen for each in module.line_items]},
    )


def line_item_dimensions(call: Call) -> Response:
    """GET /models/{model}/lineItems/{line_item}/dimensions."""
    module = call.model.module_of_line_item(call.part("line_item"))
    if module is None:
        return refuse(call, 404, "Not Found")
    return success("dimension", {"dimensions": [_named(each) for each in dimensions_of(call, module)]})


def line_item_dimension_items(call: Call) -> Response:
    """GET /models/{model}/lineItems/{line_item}/dimensions/{dimension}/items."""
    module = call.model.module_of_line_item(call.part("line_item"))
    dimension = call.model.dimension(call.part("dimension"))
    if module is None or dimension is None or dimension.name not in module.dimensions:
        return refuse(call, 404, "Not Found")
    return success("dimension", {"items": [item(each) for each in dimension.members]})


def dimension_items(call: Call) -> Response:
    """GET /models/{model}/dimensions/{dimension}/items: lists only."""
    dimension = call.model.dimension(call.part("dimension"))
    if dimension is None or not dimension.is_list:
        return refuse(call, 404, "Not Found")
    return success("dimension", {"items": [item(each) for each in dimension.members]})


def dimension_lookup(call: Call) -> Response:
    """POST /models/{model}/dimensions/{dimension}/items: the members that exist among `codes` and `names`."""
    dimension = call.model.dimension(call.part("dimension"))
    if dimension is None:
        return refuse(call, 404, "Not Found")
    try:
        wanted = call.json()
        codes = {str(each).casefold() for each in wanted.get("codes") or []}
        names = {str(each).casefold() for each in wanted.get("names") or []}
    except (ValueError, AttributeError, TypeError):
        return refuse(call, 400, "Bad Request")
    if codes and not dimension.is_list:
        return refuse(call, 400, "Dimension does not support codes")
    found = [each for each in dimension.members if each.code.casefold() in codes or each.name.casefold() in names]
    return success("dimension", {"items": [item(each) for each in found]})


def versions(call: Call) -> Response:
    """GET /models/{model}/versions."""
    dimension = call.model.dimension(VERSIONS_ID)
    months = call.model.dimension("Time")
    assert dimension is not None
    assert months is not None
    edges = [each.name for each in months.members if " " in each.name and each.name[0] != "Q"]
    plain = [
        {
            "id": each.item_id,
            "name": each.name,
            "isCurrent": each.name != "Actual",
            "isActual": each.name == "Actual",
            "editFrom": {"periodText": edges[0], "date": "1900-01-01"},
            "editTo": {"periodText": edges[-1], "date": "2399-12-31"},
        }
        | ({"formula": each.formula} if each.formula else {})
        for each in dimension.members
    ]
    return success("versions", {"versionMetadata": plain})


def current_period(call: Call) -> Response:
    """GET /models/{model}/currentPeriod."""
    today = call.tenant.now().date()
    period = {
        "periodText": named_month(Period.of(today)),
        "lastDay": today.replace(day=monthrange(today.year, today.month)[1]).isoformat(),
        "calendarType": "Calendar Months/Quarters/Years",
    }
    return success("currentPeriod", {"currentPeriod": period})


def dimensions_of(call: Call, module: Module) -> list[Dimension]:
    """The dimensions a module's line items apply to, in order."""
    return [each for name in module.dimensions if (each := call.model.dimension(name)) is not None]


def item(member: Member) -> dict[str, str]:
    """A member as lookups show it; Time and Version have no code."""
    return {"name": member.name, "id": member.item_id} | ({"code": member.code} if member.code else {})


def _named(dimension: Dimension) -> dict[str, str]:
    return {"id": dimension.dimension_id, "name": dimension.name}


def _workspace(call: Call) -> dict[str, Any]:
    return {
        "id": call.tenant.settings.workspace_id,
        "name": "Group finance",
        "active": True,
        "sizeAllowance": 21474836480,
        "currentSize": 1873741824,
    }


def _model(call: Call) -> dict[str, Any]:
    return {
        "id": call.tenant.settings.model_id,
        "name": call.model.name,
        "activeState": "PRODUCTION"
        if call.tenant.is_deployed and not call.tenant.state
        else _ACTIVE_STATES[call.tenant.state],
        "lastSavedSerialNumber": len(call.tenant.writes),
        "lastModifiedByUserGuid": "5d3f7b1e2c4a4f6f9a0b1c2d3e4f5a6b",
        "memoryUsage": 104857600,
        "currentWorkspaceId": call.tenant.settings.workspace_id,
        "currentWorkspaceName": "Group finance",
        "modelUrl": f"https://us1a.app.anaplan.com/core2/models/{call.tenant.settings.model_id}",
        "categoryValues": [],
        "isoCreationDate": "2024-01-01T00:00:00.000+0000",
        "lastModified": call.tenant.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
    }


def _line_item(call: Call, module: Module, line_item: LineItem, detailed: bool) -> dict[str, Any]:  # noqa: FBT001 see caller
    plain: dict[str, Any] = {
        "moduleId": module.module_id,
        "moduleName": module.name,
        "id": line_item.item_id,
        "name": line_item.name,
    }
    if not detailed:
        return plain
    dimensions = dimensions_of(call, module)
    return plain | {
        "format": line_item.data_type,
        "formatMetadata": _NUMBER_FORMAT | {"dataType": line_item.data_type, "decimalPlaces": line_item.decimal_places},
        "summary": "Sum",
        "appliesTo": [_named(each) for each in dimensions if each.is_list],
        "timeScale": "Month",
        "timeRange": "Model Calendar",
        "version": {"id": VERSIONS_ID, "name": "All"},
        "style": "Normal",
        "notes": "",
        "isSummary": line_item.is_summary,
        "formula": " - ".join(line_item.difference) or None,
        "formulaScope": "All Versions",
        "useSwitchover": False,
        "breakback": False,
        "broughtForward": False,
        "startOfSection": False,
    }
