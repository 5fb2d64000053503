"""Turns cells into the body of a cell write, and the failures of an answer into refusals of our cells. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tieout import strict_json
from tieout.delivering import CellValue
from tieout.errors import MalformedError, RefusedInPartError
from tieout.periods import Period
from tieout.systems.anaplan.period_names import PeriodNames

_LONGEST_DETAIL = 200


def in_anaplans_words(cells: Sequence[CellValue], time_dimension: str, names: PeriodNames) -> list[CellValue]:
    """The cells with the periods of the time dimension under the model's names."""
    return [
        cell._replace(
            members=tuple(
                (name, names.name_of(Period.parse(member)) if name == time_dimension else member)
                for name, member in cell.members
            ),
        )
        for cell in cells
    ]


def body_of(cells: Sequence[CellValue], named: Collection[str]) -> bytes:
    """Cells of one module, in order, as the body of a cell write.

    Args:
        cells: all of the same cube, in Anaplan's words.
        named: the dimensions whose members are sent as names, because Time and Versions have no codes; all other members
            are sent as codes, which stay when somebody renames the member.
    """
    return f"[{','.join(_text_of(cell, named) for cell in cells)}]".encode()


def refusals_of(answer: Mapping[str, Any], cell_ids: Sequence[str]) -> dict[str, str]:
    """Our cell ids to Anaplan's reasons, out of `failures`, which is absent or empty where every cell was set.

    Raises:
        RefusedInPartError: if a failure does not say which of our cells it means: then none counts as written, nor as unwritten.
    """
    failures = answer.get("failures")
    if failures is None:
        return {}
    if not isinstance(failures, list):
        raise RefusedInPartError("anaplan_failures_unreadable")
    return {_refused_id(failure, cell_ids): _reason(failure) for failure in failures}


def _text_of(cell: CellValue, named: Collection[str]) -> str:
    """One cell as JSON, its value as a JSON number in the exact digits of the decimal, which no encoder of Python's writes.

    A number rather than the numeric text Anaplan also takes: it cannot be read in a locale.
    """
    if not cell.value.is_finite():
        raise MalformedError("cell_value_not_finite")
    dimensions = [
        {"dimensionName": name, "itemName" if name in named else "itemCode": member} for name, member in cell.members
    ]
    head = {"lineItemName": cell.measure} | ({"dimensions": dimensions} if dimensions else {})
    return f'{strict_json.dump(head)[:-1]},"value":{cell.value:f}}}'


def _refused_id(failure: object, cell_ids: Sequence[str]) -> str:
    index = failure.get("requestIndex") if isinstance(failure, dict) else None
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(cell_ids):
        raise RefusedInPartError("anaplan_failure_of_unknown_cell")
    return cell_ids[index]


def _reason(failure: Mapping[str, Any]) -> str:
    """`cellIsCalculated` and `cellIsInvalid` are published; a type we do not know is as permanent for the cell as those."""
    kind, details = failure.get("failureType"), failure.get("failureMessageDetails")
    words = [text.strip()[:_LONGEST_DETAIL] for text in (kind, details) if isinstance(text, str) and text.strip()]
    return ": ".join(words) or "refused without a reason"
