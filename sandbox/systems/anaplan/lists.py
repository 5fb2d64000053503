"""The simulated lists: their metadata and items, and the transactional add, update and delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.systems.anaplan.answering import paged, success
from sandbox.systems.anaplan.definition import Dimension, Member
from sandbox.systems.anaplan.tenant import Call, refuse

_INCOMPLETE = ("INCOMPLETE_DATA", "incomplete data")
_FORMAT = ("INCORRECT_FORMAT", "incorrect format")

Change = Callable[[Call, Dimension, Mapping[str, Any]], tuple[str, str] | None]


def lists(call: Call) -> Response:
    """GET /models/{model}/lists."""
    plain = [{"id": each.dimension_id, "name": each.name} for each in call.model.dimensions if each.is_list]
    return paged(call, "list", "lists", plain)


def list_metadata(call: Call) -> Response:
    """GET /models/{model}/lists/{list}."""
    dimension = _list(call)
    if dimension is None:
        return refuse(call, 404, "Not Found")
    metadata = {
        "id": dimension.dimension_id,
        "name": dimension.name,
        "hasSelectiveAccess": False,
        "properties": [{"name": each, "format": "TEXT"} for each in dimension.properties],
        "productionData": dimension.is_production,
        "managedBy": "-",
        "numberedList": dimension.is_numbered,
        "useTopLevelAsPageDefault": False,
        "itemCount": len(dimension.members),
        "workflowEnabled": False,
        "permittedItems": 999999999,
    }
    return success("list", {"metadata": metadata})


def list_items(call: Call) -> Response:
    """GET /models/{model}/lists/{list}/items, with codes and parents where `includeAll=true`."""
    dimension = _list(call)
    if dimension is None:
        return refuse(call, 404, "Not Found")
    detailed = call.parameter("includeAll") == "true"
    names = {each.item_id: each.name for each in dimension.members}
    return success("list", {"listItems": [_item(each, names, detailed) for each in dimension.members]})


def change_list_items(call: Call) -> Response:
    """POST with `action=add` or `delete`, and PUT: update; one bad item stops none of the others."""
    dimension = _list(call)
    if dimension is None:
        return refuse(call, 404, "Not Found")
    if call.tenant.is_deployed and not dimension.is_production:
        return refuse(call, 425, "Model deployed")
    action = "update" if call.request.method == "PUT" else call.parameter("action")
    try:
        items = call.json()["items"]
    except (ValueError, TypeError, KeyError):
        return refuse(call, 400, "Bad Request")
    known = action in _CHANGES and isinstance(items, list) and len(items) <= call.tenant.settings.most_items_per_call
    if not known or not all(isinstance(each, dict) for each in items):
        return refuse(call, 400, "Bad Request")
    counted, change = _CHANGES[action]
    refusals = [change(call, dimension, each) for each in items]
    failures = [
        {"requestIndex": index, "failureType": refusal[0], "failureMessageDetails": refusal[1]}
        for index, refusal in enumerate(refusals)
        if refusal is not None
    ]
    done = len(items) - len(failures)
    if action == "delete":
        return JSONResponse({counted: done})
    return success("list", {counted: done, "ignored": len(failures), "total": len(items), "failures": failures})


def _add(call: Call, dimension: Dimension, item: Mapping[str, Any]) -> tuple[str, str] | None:
    current = call.model.dimension(dimension.name)
    assert current is not None
    name, code = str(item.get("name") or ""), str(item.get("code") or "")
    if bool(name) == current.is_numbered:
        return _FORMAT if name else _INCOMPLETE  # a numbered list names its items itself
    taken = any(_is_taken(each, name, code) for each in current.members)
    parent = _found(current, item.get("parent"))
    if taken or ("parent" in item and parent is None) or not _has_properties(current, item):
        return _FORMAT
    call.model.add_member(
        current,
        code=code,
        name=name,
        parent_id=parent.item_id if parent else "",
        properties=dict(item.get("properties") or {}),
    )
    return None


def _update(call: Call, dimension: Dimension, item: Mapping[str, Any]) -> tuple[str, str] | None:
    current = call.model.dimension(dimension.name)
    assert current is not None
    member = _identified(current, item)
    if member is None:
        by_name = _found(current, item.get("name"))
        if by_name is None or by_name.code:  # an item that has a code must be addressed by it
            return _INCOMPLETE
        member = by_name
    name = str(item.get("name") or member.name)
    parent = _found(current, item.get("parent"))
    is_twice = name != member.name and (
        current.is_numbered or any(_is_taken(each, name, "") for each in current.members)
    )
    if is_twice or not _has_properties(current, item) or ("parent" in item and not _fits(current, member, parent)):
        return _FORMAT
    properties = {**member.properties, **(item.get("properties") or {})}
    above = parent.item_id if parent else member.parent_id
    call.model.change_member(current, replace(member, name=name, parent_id=above, properties=properties))
    return None


def _is_taken(member: Member, name: str, code: str) -> bool:
    same_name = bool(name) and member.name.casefold() == name.casefold()
    return same_name or (bool(code) and member.code.casefold() == code.casefold())


def _has_properties(dimension: Dimension, item: Mapping[str, Any]) -> bool:
    return set(item.get("properties") or {}) <= set(dimension.properties)


def _fits(dimension: Dimension, member: Member, parent: Member | None) -> bool:
    """Whether a member can be put below another: one that is there, and not below it itself."""
    parents = {each.item_id: each.parent_id for each in dimension.members}
    above = parent.item_id if parent else ""
    while above and above != member.item_id:
        above = parents[above]
    return parent is not None and not above


def _delete(call: Call, dimension: Dimension, item: Mapping[str, Any]) -> tuple[str, str] | None:
    current = call.model.dimension(dimension.name)
    assert current is not None
    member = None if {"id", "code"} <= item.keys() else _identified(current, item)
    if member is None:
        return _INCOMPLETE
    call.model.remove_member(current, member)
    return None


_CHANGES: Mapping[str, tuple[str, Change]] = {
    "add": ("added", _add),
    "update": ("updated", _update),
    "delete": ("deleted", _delete),
}


def _list(call: Call) -> Dimension | None:
    dimension = call.model.dimension(call.part("list"))
    return dimension if dimension is not None and dimension.is_list else None


def _identified(dimension: Dimension, item: Mapping[str, Any]) -> Member | None:
    for key, attribute in (("id", "item_id"), ("code", "code")):
        if key in item:
            return next((each for each in dimension.members if getattr(each, attribute) == str(item[key])), None)
    return None


def _found(dimension: Dimension, text: object) -> Member | None:
    wanted = str(text or "").casefold()
    return next(
        (each for each in dimension.members if wanted and wanted in {each.name.casefold(), each.code.casefold()}), None
    )


def _item(member: Member, names: Mapping[str, str], detailed: bool) -> dict[str, Any]:  # noqa: FBT001 see caller
    plain: dict[str, Any] = {"id": member.item_id, "name": member.name}
    if detailed:
        plain |= {"code": member.code, "properties": dict(member.properties), "subsets": {}}
        if member.parent_id:
            plain |= {"parent": names[member.parent_id], "parentId": member.parent_id}
    return plain
