"""Reads what a task of Anaplan's says of itself: has it ended, has it set anything, and what has it left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ENDED = frozenset({"COMPLETE", "CANCELLED"})
_FILE_GONE = "uploadedFileNoLongerAvailable"
_CANCELLED_BY = "msgImportCancelled"
# Published kinds of details that say that rows were left out; the first part of a kind names what was imported.
_DATA_ERRORS = (
    "moduleImportInvalid",
    "moduleImportNumberFormat",
    "dateFormatInvalid",
    "hierarchyImportInvalid",
    "missingFields",
)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A task that has ended.

    Attributes:
        is_cancelled: it was rolled back.
        is_file_gone: what was uploaded is not there any more, so it read nothing.
        is_successful: it ran to its end; nothing that it left out counts here.
        dumps: the ids of the objects that have a dump of rows they left out.
        failed_rows: how many rows its counts say were left out.
        taken_rows: how many they say were taken; None where they do not say.
        flaws: the kinds of the details that say that something was left out or went wrong.
    """

    is_cancelled: bool
    is_file_gone: bool
    is_successful: bool
    dumps: tuple[str, ...]
    failed_rows: int
    taken_rows: int | None
    flaws: tuple[str, ...]


def has_ended(task: Mapping[str, Any]) -> bool:
    """Whether a task has ended, well or badly; a state that we do not know is one that may still change."""
    return task.get("taskState") in _ENDED


def has_begun(task: Mapping[str, Any]) -> bool:
    """Whether a task is past waiting for the model."""
    return task.get("taskState") != "NOT_STARTED"


def result_of(task: Mapping[str, Any]) -> TaskResult:
    """What a task that has ended says, its nested results included.

    `COMPLETE` says no more than that it ended, and `successful` does not say that every row was taken.
    """
    results = list(_results(task.get("result")))
    details = [detail for result in results for detail in _objects(result.get("details"))]
    kinds = [str(detail.get("type", "")) for detail in details]
    return TaskResult(
        is_cancelled=task.get("taskState") == "CANCELLED" or _CANCELLED_BY in kinds,
        is_file_gone=_FILE_GONE in kinds,
        is_successful=bool(results) and all(result.get("successful") is True for result in results),
        dumps=tuple(str(each.get("objectId", "")) for each in results if each.get("failureDumpAvailable") is True),
        failed_rows=sum(_count(detail, "failedCount") or 0 for detail in details)
        + sum(_count(detail, "ignoredCount") or 0 for detail in details),
        taken_rows=sum(taken)
        if (taken := [n for each in details if (n := _count(each, "successRowCount")) is not None])
        else None,
        flaws=tuple(kind for kind in kinds if _is_flaw(kind)),
    )


def _results(result: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(result, dict):
        yield result
        for each in _objects(result.get("nestedResults")):
            yield from _results(each)


def _objects(found: object) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _is_flaw(kind: str) -> bool:
    return kind.endswith("WithFailures") or "Failed" in kind or kind.startswith(_DATA_ERRORS)


def _count(detail: Mapping[str, Any], name: str) -> int | None:
    """A count of a detail, whose values are a flat list of names and numbers in no fixed order; None where it states none."""
    values = detail.get("values")
    if not isinstance(values, list):
        return None
    counts = dict(zip(map(str, values[::2]), map(str, values[1::2]), strict=False))
    return int(counts[name]) if counts.get(name, "").isdigit() else None
