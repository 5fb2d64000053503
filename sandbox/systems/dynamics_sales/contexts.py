"""Writes a `RemoteExecutionContext` of a change, as DataContractJsonSerializer does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.systems.dynamics_sales.selling import Change
from sandbox.systems.dynamics_sales.settings import EnvironmentSettings
from sandbox.systems.dynamics_sales.tables import IDS, PRODUCTS, TABLES, Row

_CONTRACTS = "http://schemas.microsoft.com/xrm/2011/Contracts"
_MONEY = frozenset({"estimatedvalue", "actualvalue", "extendedamount"})
_CHOICES = frozenset({"statecode", "statuscode", "msdyn_forecastcategory"})
_DAYS = frozenset({"estimatedclosedate", "actualclosedate", "modifiedon"})
_LOOKUPS = {
    "_parentaccountid_value": "account",
    "_customerid_value": "account",
    "_ownerid_value": "systemuser",
    "_transactioncurrencyid_value": "transactioncurrency",
    "_opportunityid_value": "opportunity",
    "_productid_value": "product",
}
_CUT = ("ParentContext", "InputParameters", "PreEntityImages", "PostEntityImages")
_USER = "10000000-0000-4000-8000-0000000000a5"


def context_of(number: int, change: Change, settings: EnvironmentSettings, at: datetime) -> dict[str, Any]:
    """The whole context of a change."""
    table = TABLES[change.entity_set]
    return {
        "BusinessUnitId": "b0000000-0000-4000-8000-0000000000a5",
        "CorrelationId": f"{number:08x}-0000-4000-8000-0000000000c0",
        "Depth": change.depth,
        "InitiatingUserId": _USER,
        "InputParameters": _pairs(_inputs(number, change, table)),
        "IsExecutingOffline": False,
        "IsInTransaction": False,
        "IsOfflinePlayback": False,
        "IsolationMode": 1,
        "MessageName": change.message,
        "Mode": 1,
        "OperationCreatedOn": f"/Date({int(at.timestamp() * 1000)}+0000)/",
        "OperationId": f"{number:08x}-0000-4000-8000-0000000000e0",
        "OrganizationId": settings.organization_id,
        "OrganizationName": "unqsandbox",
        "OutputParameters": _pairs({"id": change.row_id} if change.message == "Create" else {}),
        "OwningExtension": _reference("sdkmessageprocessingstep", "a0000000-0000-4000-8000-0000000000a5"),
        "ParentContext": None,
        "PostEntityImages": _images(change.after, change, settings, "post"),
        "PreEntityImages": _images(change.before, change, settings, "pre"),
        "PrimaryEntityId": change.row_id,
        "PrimaryEntityName": table,
        "RequestId": f"{number:08x}-0000-4000-8000-0000000000d0",
        "SecondaryEntityName": "none",
        "SharedVariables": [],
        "Stage": 40,
        "UserId": _USER,
    }


def written(context: Mapping[str, Any], most_bytes: int) -> tuple[bytes, bool]:
    """The bytes of a context, its slashes escaped, and whether they lack what it says of the row because they were too many."""
    body = _bytes(context)
    if len(body) <= most_bytes:
        return body, False
    return _bytes({name: value for name, value in context.items() if name not in _CUT}), True


def _inputs(number: int, change: Change, table: str) -> dict[str, Any]:
    if change.message in {"Win", "Lose"}:
        close = f"{number:08x}-0000-4000-8000-0000000000cc"
        stated = {"activityid": close, "opportunityid": _reference("opportunity", change.row_id), "subject": "Closed"}
        closing = _entity("opportunityclose", close, stated)
        return {"OpportunityClose": closing, "Status": _choice((change.after or {})["statuscode"])}
    if change.message == "Delete":
        return {"Target": _reference(table, change.row_id)}
    named = {IDS[change.entity_set]: change.row_id, **change.stated}
    if change.message == "Create" and change.entity_set == PRODUCTS and change.after is not None:
        named["_opportunityid_value"] = change.after["_opportunityid_value"]
    if change.after is not None:
        named["modifiedon"] = change.after["modifiedon"]
    return {"Target": _entity(table, change.row_id, _attributes(named))}


def _images(row: Row | None, change: Change, settings: EnvironmentSettings, name: str) -> list[dict[str, Any]]:
    if row is None:
        return []
    table = TABLES[change.entity_set]
    images = {"AsynchronousStepPrimaryName": _entity(table, change.row_id, {IDS[change.entity_set]: change.row_id})}
    if settings.images:
        images[name] = _entity(table, change.row_id, _attributes(row))
    return _pairs(images)


def _attributes(row: Mapping[str, Any]) -> dict[str, Any]:
    return {_logical_name(name): _value(name, value) for name, value in row.items() if name != "customer_table"}


def _logical_name(column: str) -> str:
    return column.removeprefix("_").removesuffix("_value") if column in _LOOKUPS else column


def _value(column: str, value: Any) -> Any:  # noqa: ANN401 JSON
    if value is None:
        return None
    if column in _MONEY:
        return {"__type": f"Money:{_CONTRACTS}", "Value": float(value)}
    if column in _CHOICES:
        return _choice(value)
    if column in _DAYS:
        return f"/Date({int(datetime.fromisoformat(_moment(value)).timestamp() * 1000)})/"
    return _reference(_LOOKUPS[column], value) if column in _LOOKUPS else value


def _moment(value: str) -> str:
    return value if "T" in value else f"{value}T00:00:00Z"


def _choice(value: int) -> dict[str, Any]:
    return {"__type": f"OptionSetValue:{_CONTRACTS}", "Value": value}


def _reference(table: str, row_id: str) -> dict[str, Any]:
    named: dict[str, Any] = {"Id": row_id, "KeyAttributes": [], "LogicalName": table, "Name": None, "RowVersion": None}
    return {"__type": f"EntityReference:{_CONTRACTS}", **named}


def _entity(table: str, row_id: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    said = {"Attributes": _pairs(attributes), "EntityState": None, "FormattedValues": [], "Id": row_id}
    named: dict[str, Any] = {"KeyAttributes": [], "LogicalName": table, "RelatedEntities": [], "RowVersion": None}
    return {"__type": f"Entity:{_CONTRACTS}", **said, **named}


def _pairs(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value} for name, value in values.items()]


def _bytes(context: Mapping[str, Any]) -> bytes:
    return json.dumps(context, separators=(",", ":")).replace("/", "\\/").encode()
