"""Reads what became of a job of Planning: its status, and how many records its details say were read and rejected. Pure.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/retrieve_job_status.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SUCCESS, ERROR, CANCELLED, INVALID = 0, 1, 3, 4
_RUNNING = frozenset({-1, 2})  # in progress, and a cancellation that has not happened yet
_ENDED = frozenset({SUCCESS, ERROR, CANCELLED, INVALID})


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job that has ended says.

    Attributes:
        status: one of the four codes above.
        read, rejected, processed: records, of all its files and dimensions together; None where it does not count them.
        says: its own words, for people.
    """

    status: int
    read: int | None
    rejected: int | None
    processed: int | None
    says: str


def status_of(job: Mapping[str, Any]) -> int | None:
    """The code of a job's status; None for one that nobody knows, such as the greatest integer, or that is not told."""
    status = _whole(job.get("status"))
    return status if status in _RUNNING | _ENDED else None


def is_running(status: int | None) -> bool:
    """Whether a job of that status goes on by itself."""
    return status in _RUNNING


def has_ended(status: int | None) -> bool:
    """Whether nothing comes of a job of that status any more."""
    return status in _ENDED


def result_of(job: Mapping[str, Any], details: Iterable[Mapping[str, Any]]) -> JobResult:
    """What a job that has ended did. Its status alone does not say: a load is a success though records were rejected."""
    counted = [each for each in details if any(name in each for name in ("recordsRead", "recordsRejected"))]
    status = status_of(job)
    assert status is not None
    says = job.get("details") or job.get("descriptiveStatus")
    return JobResult(
        status=status,
        read=_sum(counted, "recordsRead"),
        rejected=_sum(counted, "recordsRejected"),
        processed=_sum(counted, "recordsProcessed"),
        says=says.strip() if isinstance(says, str) else "",
    )


def _sum(details: Iterable[Mapping[str, Any]], name: str) -> int | None:
    """The sum of a count; None where one of the details does not state it, or there are none."""
    counts = [_whole(each.get(name)) for each in details]
    known = [each for each in counts if each is not None and each >= 0]
    return sum(known) if counts and len(known) == len(counts) else None


def _whole(value: object) -> int | None:
    """A whole number, which is also told as a text (`"0"`)."""
    if isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
