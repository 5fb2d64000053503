"""What a simulated import does with its file: rows of one cell are added up, a row that does not resolve is left out and dumped."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sandbox.systems.anaplan.definition import Module

if TYPE_CHECKING:
    from sandbox.systems.anaplan.model import PlanningModel, Refusal

LINE_ITEM, VALUE = "Line item", "Value"


@dataclass
class Imported:
    """What an import has done: rows taken, and those left out as they came, each with the reason behind it."""

    heading: list[str] = field(default_factory=list)
    taken: int = 0
    left_out: list[list[str]] = field(default_factory=list)

    def dump(self) -> bytes:
        """The rows left out, under the heading of the file."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([[*self.heading, "Error"], *self.left_out])
        return out.getvalue().encode()


def import_rows(
    model: PlanningModel, module: Module, content: bytes, rejection: Callable[[str], Refusal | None]
) -> Imported:
    """Set the cells of a file in a module; rows of the same cell are added up before, as Anaplan does."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8", "replace"))))
    done = Imported(heading=rows[0] if rows else [])
    sums: dict[tuple[str, ...], Decimal] = {}
    sources: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows[1:]:
        named = dict(zip(done.heading, row, strict=False))
        place = tuple(named.get(each, "").casefold() for each in (*module.dimensions, LINE_ITEM))
        try:
            sums[place] = sums.get(place, Decimal(0)) + Decimal(named.get(VALUE, ""))
        except InvalidOperation:
            done.left_out.append([*row, f"Invalid number: {named.get(VALUE, '')}"])
            continue
        sources.setdefault(place, []).append(row)
    for place, value in sums.items():
        request = _request(model, module, place, value)
        _, refusal = model.write(module, request, rejection)
        if refusal is None:
            done.taken += len(sources[place])
        else:
            done.left_out += [[*row, f"Invalid list identifier: {refusal[1]}"] for row in sources[place]]
    return done


def _request(model: PlanningModel, module: Module, place: Iterable[str], value: Decimal) -> dict[str, Any]:
    *members, line_item = place
    dimensions = [
        {
            "dimensionName": name,
            "itemCode" if (found := model.dimension(name)) and found.is_list else "itemName": member,
        }
        for name, member in zip(module.dimensions, members, strict=True)
    ]
    return {"lineItemName": line_item, "dimensions": dimensions, "value": value}
