"""What must be said of a stage's log and people so that a lock locks."""

from __future__ import annotations

from collections.abc import Iterator

from infra.landscape_files import Problem
from tieout.duties import LogLock

_DAYS = (1, 36_500)  # what S3 takes


def duty_problems(lock: LogLock) -> Iterator[Problem]:
    """Every flaw of how the log is kept."""
    shortest, longest = _DAYS
    if lock.mode == "none" and lock.days:
        yield ("people", "log_lock"), "nothing is locked for any days: say in which mode"
    elif lock.mode != "none" and not shortest <= lock.days <= longest:
        yield ("people", "log_lock"), f"{lock.days} is not between {shortest} and {longest} days"
