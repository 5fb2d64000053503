"""The simulated cell write: `POST /models/{model}/modules/{module}/data`, cell by cell, one bad cell stopping none."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sandbox.systems.anaplan.answering import success
from sandbox.systems.anaplan.definition import Module
from sandbox.systems.anaplan.model import CALCULATED, INVALID, CellKey, Refusal
from sandbox.systems.anaplan.tenant import Call, refuse
from sandbox.systems.faults import Fault

if TYPE_CHECKING:
    from starlette.responses import Response

_MOST_BYTES = 15_000_000
_DETAILS = dict((CALCULATED, INVALID))


def reject_cell(coordinates: str, *, times: int = 1, failure_type: str = "cellIsInvalid") -> Fault:
    """A fault that refuses the cells whose coordinates hold a text such as `;Customer=ACME;` (see `model.coordinates_text`).

    Over HTTP: `{"kind": "reject_cell", "path": ";Customer=ACME;", "times": 1, "detail": {"failureType": "..."}}`.
    """
    return Fault(kind="reject_cell", path=coordinates, times=times, detail={"failureType": failure_type})


def write_cells(call: Call) -> Response:
    """Set the cells, answer how many were set and which positions were not."""
    module = call.model.module(call.part("module"))
    if module is None:
        return refuse(call, 404, "Not Found")
    requests = _requests(call)
    if isinstance(requests, str):
        return refuse(call, 400, requests)
    failures: list[dict[str, Any]] = []
    written: list[dict[str, Any]] = []
    for index, request in enumerate(requests):
        key, refusal = call.model.write(module, request, lambda coordinates: _planted(call, coordinates))
        written.append(_logged(call, module, key, request, refusal))
        if refusal is not None:
            failures.append({"requestIndex": index, "failureType": refusal[0], "failureMessageDetails": refusal[1]})
    call.tenant.writes.append({"at": call.tenant.now().isoformat(), "module": module.name, "cells": written})
    content: dict[str, Any] = {"numberOfCellsChanged": len(requests) - len(failures), "failures": failures}
    # An empty list was seen in one answer of the real one; otherwise an empty collection has no key.
    empty = call.tenant.faults.take(frozenset({"empty_failures"}), call.request.method, call.request.url.path)
    return success("writeCellDataResponse", content, with_empty=empty is not None)


def _requests(call: Call) -> list[Mapping[str, Any]] | str:
    """The cells of the body, or what is wrong with the body as a whole."""
    if len(call.body) > _MOST_BYTES:
        return "Request body exceeds 15 MB"
    try:
        requests = call.json()
    except ValueError:
        return "Malformed JSON"
    if not isinstance(requests, list) or not requests:
        return "The body must be an array of cells"
    if len(requests) > call.tenant.settings.most_cells_per_write:
        return "Too many cells"
    return requests if all(map(_is_cell, requests)) else "A cell lacks a line item, its dimensions or a value"


def _is_cell(request: object) -> bool:
    if not isinstance(request, dict) or request.get("value") is None:
        return False
    dimensions = request.get("dimensions", [])
    return (
        ("lineItemId" in request or "lineItemName" in request)
        and isinstance(dimensions, list)
        and all(isinstance(each, dict) for each in dimensions)
    )


def _planted(call: Call, coordinates: str) -> Refusal | None:
    fault = call.tenant.faults.take(frozenset({"reject_cell"}), call.request.method, coordinates)
    if fault is None:
        return None
    kind = str(fault.detail.get("failureType", "cellIsInvalid"))
    return kind, _DETAILS.get(kind, "the cell was refused")


def _logged(
    call: Call, module: Module, key: CellKey | None, request: Mapping[str, Any], refusal: Refusal | None
) -> dict[str, Any]:
    coordinates = (
        call.model.coordinates_of(key) if key else {"module": module.name, "request": request.get("lineItemName")}
    )
    value = request["value"]
    plain = format(value, "f") if isinstance(value, Decimal) else str(value)
    return {"coordinates": coordinates, "value": plain, "refused": refusal[0] if refusal else None}
