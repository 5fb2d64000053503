"""The simulated export API: the facts of a model, filtered, selected and in pages that are linked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from starlette.responses import Response

from sandbox.systems.sap_analytics.filters import parse_filter
from sandbox.systems.sap_analytics.model import Row
from sandbox.systems.sap_analytics.tenant import Call, error

_NEXT = "nextEntity"


def facts(call: Call) -> Response:
    """One page of the facts; `$select` must hold every dimension, as the real one asks."""
    if call.part("namespace") != "sac":
        raise KeyError(call.part("namespace"))
    model = call.tenant.models[call.part("model")]
    known = (*model.definition.columns, *model.definition.measures)
    selected = call.parameter("$select").split(",") if call.parameter("$select") else list(known)
    if not set(model.definition.columns) <= set(selected) <= set(known):
        return error(400, None, "$select must contain all key columns, and no unknown ones")
    holds = parse_filter(call.parameter("$filter"), model.definition.columns)
    rows = [row for row in model.rows() if holds(row)]
    offset = _count(call.parameter(_NEXT), 0)
    limit = min(_count(call.parameter("pagesize"), 10_000), call.tenant.settings.largest_page)
    page = rows[offset : offset + limit]
    parts = [f'"value":[{",".join(_text(row, selected) for row in page)}]']
    if offset + limit < len(rows):
        link = str(call.request.url.include_query_params(**{_NEXT: offset + limit}))
        parts.append(f'"@odata.nextLink":{json.dumps(link)}')
    return Response(f"{{{','.join(parts)}}}", media_type="application/json")


def _text(row: Row, selected: Sequence[str]) -> str:
    """A fact as JSON; a number in all its digits, which json cannot write."""
    return f"{{{','.join(f'{json.dumps(column)}:{_value(row[column])}' for column in selected)}}}"


def _value(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value)


def _count(text: str, otherwise: int) -> int:
    return int(text) if text.isdigit() else otherwise
