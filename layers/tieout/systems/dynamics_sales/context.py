"""Reads a `RemoteExecutionContext`, which says what happened to which row (step 1, receive).

DataContractJsonSerializer writes it: collections are lists of `{"key": ..., "value": ...}`, moments are `/Date(ms)/`, and other
values are objects with a `__type`. https://learn.microsoft.com/power-apps/developer/data-platform/use-webhooks
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.errors import MalformedError
from tieout.moments import moment_of_milliseconds
from tieout.systems.dynamics_sales.options import GUID

NOBODY = "00000000-0000-0000-0000-000000000000"
_SAID = (
    *("OrganizationId", "MessageName", "PrimaryEntityName", "PrimaryEntityId", "OperationId", "OperationCreatedOn"),
    *("OwningExtension", "Depth", "InitiatingUserId", "InputParameters", "PreEntityImages", "PostEntityImages"),
)
# The milliseconds are UTC, and the offset behind them only says in which zone somebody sat.
_DATE = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{4})?\)/", re.ASCII)
_FIRST_YEAR = 1901  # 1900-01-01 is how some senders write that there is no date

Context = Mapping[str, Any]


def context_of(body: bytes) -> Context:
    """What is looked at of a context, each part judged alone: what people typed into other columns costs no change.

    Raises:
        MalformedError: if the body is no JSON object.
    """
    return strict_json.parse_parts(body, {name: (name,) for name in _SAID})


def organization_in(body: bytes) -> str:
    """The organisation a body names; raises `MalformedError` where none can be read."""
    return stated_guid(strict_json.parse_part(body, "OrganizationId"), "organization")


def guid_of(value: object) -> str:
    """A GUID in small letters without braces; empty for anything else, and for the one that stands for nobody."""
    text = value.strip().strip("{}").lower() if isinstance(value, str) else ""
    return text if GUID.fullmatch(text) and text != NOBODY else ""


def stated_guid(value: object, name: str) -> str:
    """The GUID that must stand there; raises `MalformedError` naming what lacks one."""
    guid = guid_of(value)
    if not guid:
        raise MalformedError(f"{name}_missing" if value is None or value == NOBODY else f"{name}_malformed")
    return guid


def member(collection: object, name: str) -> Any:  # noqa: ANN401 JSON
    """The value of a key in a collection, whichever case its own words have; None where it has none."""
    return next((value for key, value in _pairs(collection) if key == name), None)


def values(collection: object) -> Iterator[Any]:
    """The values of a collection."""
    return (value for _, value in _pairs(collection))


def attribute(entity: object, name: str) -> Any:  # noqa: ANN401 JSON
    """A column of an `Entity`; None where it is not stated."""
    return member(entity.get("Attributes"), name) if isinstance(entity, Mapping) else None


def referenced(value: object) -> str:
    """The id of the row that an `EntityReference`, or an `Entity`, names; empty where it names none."""
    return guid_of(value.get("Id")) if isinstance(value, Mapping) else ""


def moment_of(value: object) -> datetime | None:
    """The moment written as `/Date(1790000000000)/` or `/Date(1790000000000+0200)/`; None: not said."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        moment = moment_of_milliseconds(int(match[1]))
    except MalformedError:
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _pairs(collection: object) -> Iterator[tuple[str, Any]]:
    for each in collection if isinstance(collection, list) else ():
        if isinstance(each, Mapping):
            # Serializers other than Dataverse's own write the same words with capitals.
            name = each.get("key", each.get("Key"))
            if isinstance(name, str):
                yield name, each.get("value", each.get("Value"))
