"""The shapes every answer of Anaplan's has: the success envelope and the pages of a collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from sandbox.systems.anaplan.tenant import Call

_SUCCESS = {"code": 200, "message": "Success"}


def success(
    schema: str, content: Mapping[str, Any], *, meta: Mapping[str, Any] | None = None, with_empty: bool = False
) -> Response:
    """Content in the success envelope; collections that are empty lose their key, as they do live."""
    kept = {key: value for key, value in content.items() if with_empty or value != []}
    head = {"schema": f"https://api.anaplan.com/2/0/objects/{schema}", **(meta or {})}
    return JSONResponse({"meta": head, "status": _SUCCESS, **kept})


def paged(call: Call, schema: str, key: str, items: Sequence[Mapping[str, Any]]) -> Response:
    """One page of a collection, by `limit`, `offset` and `sort`."""
    wanted = call.parameter("sort")
    field = wanted.lstrip("+- ")
    ordered = (
        sorted(items, key=lambda each: str(each.get(field, "")), reverse=wanted.startswith("-")) if field else items
    )
    offset = _count(call.parameter("offset"), 0)
    limit = min(_count(call.parameter("limit"), 5000), call.tenant.settings.largest_page)
    page = list(ordered[offset : offset + limit])
    paging: dict[str, Any] = {"currentPageSize": len(page), "totalSize": len(items), "offset": offset}
    if offset + limit < len(items):
        paging["next"] = str(call.request.url.include_query_params(limit=limit, offset=offset + limit))
    if offset > 0:
        paging["previous"] = str(call.request.url.include_query_params(limit=limit, offset=max(0, offset - limit)))
    return success(schema, {key: page}, meta={"paging": paging})


def _count(text: str, otherwise: int) -> int:
    return int(text) if text.isdigit() else otherwise
