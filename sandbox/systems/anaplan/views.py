"""The simulated reading of cells: each module's default view, as JSON, as a CSV grid, and as single-column CSV.

The default view has line items on rows, Time on columns and every other dimension on pages.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, product

from starlette.responses import JSONResponse, Response

from sandbox.systems.anaplan.answering import paged, success
from sandbox.systems.anaplan.definition import LINE_ITEMS_ID, Dimension, Member, Module
from sandbox.systems.anaplan.discovery import dimensions_of
from sandbox.systems.anaplan.model import CellKey, is_aggregate
from sandbox.systems.anaplan.tenant import Call, refuse

_MOST_CELLS = 1_000_000
_TIME = "Time"


def views(call: Call) -> Response:
    """GET /models/{model}/views: one default view per module, with the module's id."""
    plain = [
        {"id": each.module_id, "name": each.name, "moduleId": each.module_id, "code": f"{each.name}.Default"}
        for each in call.model.modules
    ]
    return paged(call, "view", "views", plain)


def view(call: Call) -> Response:
    """GET /models/{model}/views/{view}: the dimensions on each axis; an empty axis has no key."""
    module = _module(call)
    if module is None:
        return refuse(call, 404, "Not Found")
    pages = [{"id": each.dimension_id, "name": each.name} for each in _page_dimensions(call, module)]
    columns = [
        {"id": each.dimension_id, "name": each.name} for each in dimensions_of(call, module) if each.name == _TIME
    ]
    rows = [{"id": LINE_ITEMS_ID, "name": "Line items"}]
    content = {"viewName": module.name, "viewId": module.module_id, "rows": rows, "columns": columns, "pages": pages}
    return success("view", content)


def view_data(call: Call) -> Response:
    """GET /models/{model}/views/{view}/data: one page, or the whole module with `exportType=TABULAR_SINGLE_COLUMN`."""
    module = _module(call)
    if module is None:
        return refuse(call, 404, "Not Found")
    if call.parameter("exportType").startswith("TABULAR"):
        return _tabular(call, module)
    selected = _selected(call, module)
    if selected is None:
        return refuse(call, 400, "Bad Request")
    most = int(call.parameter("maxRows") or len(module.line_items))
    rows = list(islice(_rows(call, module, selected), most))
    pages, columns = [each.name for each in selected.values()], [each.name for each in _time(call).members]
    if call.parameter("format") == "v1":
        return JSONResponse(
            {
                "pages": pages,
                "columnCoordinates": [[each] for each in columns],
                "rows": [{"rowCoordinates": [name], "cells": texts} for name, texts in rows],
            }
        )
    head = [pages] if pages else []
    return _csv([*head, ["", *columns], *([name, *texts] for name, texts in rows)])


def _module(call: Call) -> Module | None:
    """The module whose default view is asked for, by the module's id or a line item's."""
    wanted = call.part("view")
    return call.model.module(wanted) or call.model.module_of_line_item(wanted)


def _time(call: Call) -> Dimension:
    dimension = call.model.dimension(_TIME)
    assert dimension is not None
    return dimension


def _page_dimensions(call: Call, module: Module) -> list[Dimension]:
    return [each for each in dimensions_of(call, module) if each.name != _TIME]


def _selected(call: Call, module: Module) -> dict[str, Member] | None:
    """Dimension name to the member that `pages=dimension:item,...` selects, or else its first; None for a wrong selection."""
    dimensions = _page_dimensions(call, module)
    selected = {each.name: each.members[0] for each in dimensions}
    for pair in filter(None, call.parameter("pages").split(",")):
        dimension_id, _, item_id = pair.partition(":")
        dimension = next((each for each in dimensions if each.dimension_id == dimension_id), None)
        member = next((each for each in dimension.members if each.item_id == item_id), None) if dimension else None
        if dimension is None or member is None:
            return None
        selected[dimension.name] = member
    return selected


def _rows(call: Call, module: Module, selected: Mapping[str, Member]) -> Iterator[tuple[str, list[str]]]:
    totals = call.model.totals(module)
    for line_item in module.line_items:
        texts = []
        for period in _time(call).members:
            members = (period if name == _TIME else selected[name] for name in module.dimensions)
            key = CellKey(module.module_id, line_item.item_id, tuple(each.item_id for each in members))
            texts.append(_text(totals.get(key, Decimal())))
        yield line_item.name, texts


def _tabular(call: Call, module: Module) -> Response:
    """Every cell that is no aggregate on a line of its own: page dimensions, columns, rows, value."""
    if call.parameter("moduleId") != module.module_id:
        return refuse(call, 400, "moduleId is required with exportType")
    dimensions = [*_page_dimensions(call, module), _time(call)]
    leaves = [[member for member in each.members if not is_aggregate(each, member)] for each in dimensions]
    size = len(module.line_items)
    for members in leaves:
        size *= len(members)
    if size > _MOST_CELLS:
        return refuse(call, 400, "The view has more than 1,000,000 cells")
    order = [[each.name for each in dimensions].index(name) for name in module.dimensions]
    lines = _tabular_lines(call, module, leaves, order)
    most = int(call.parameter("maxRows") or size)
    return _csv([[*(each.name for each in dimensions), "Line items", "Value"], *islice(lines, most)])


def _tabular_lines(
    call: Call, module: Module, leaves: Sequence[Sequence[Member]], order: Sequence[int]
) -> Iterator[list[str]]:
    totals = call.model.totals(module)
    for members in product(*leaves):
        item_ids = tuple(members[place].item_id for place in order)
        for line_item in module.line_items:
            value = totals.get(CellKey(module.module_id, line_item.item_id, item_ids), Decimal())
            yield [*(each.name for each in members), line_item.name, _text(value)]


def _text(value: Decimal) -> str:
    """A number as Anaplan writes it: without trailing zeros; a cell nobody has set is 0."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _csv(lines: Sequence[Sequence[str]]) -> Response:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(lines)
    return Response(buffer.getvalue(), media_type="text/csv")
