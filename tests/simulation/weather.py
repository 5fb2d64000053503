"""What goes wrong at the I/O calls, by chance and by class, and how often each class struck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random

from tests.simulation.schedule import CrashedError, Schedule
from tests.simulation.turns import OWN_THEMES
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    LostAnswerError,
    ThrottledError,
    TransientError,
    UnavailableError,
)

READS = ("get", "query", "index", "keys", "read", "value")
_RATES = (0.0, 0.0, 0.004, 0.015, 0.05)
_CLASSES = (
    *("crash_before", "crash_after", "lost_answer", "throttled", "unavailable", "conflict", "partial_put_events"),
    *("target_busy", "target_denied", "landing_late", "stalled", "flush_request_lost", "acknowledgement_lost"),
    *("visibility_ran_out", "delivered_twice", "bus_delivered_twice", "stale_replica", "record_read_failed"),
    "skewed_worker",
)
_REST_MILLISECONDS = (0, 3, 20, 200, 1_500, 8_000, 40_000)
_WRITER_REST_MILLISECONDS = (200, 1_500, 3_000, 8_000, 40_000)
# Some seeds look for trouble of one kind, which chance alone would seldom bring about.
THEMES: Mapping[str, Mapping[str, float]] = {
    "": {},
    "writers": {"visibility_ran_out": 0.5, "stalled": 0.25, "landing_late": 0.1},
    "records": {"visibility_ran_out": 0.3, "bus_delivered_twice": 0.3, "delivered_twice": 0.2, "stale_replica": 0.05},
    "mappings": {"bus_delivered_twice": 0.2},
    "crowd": {},
    "documents": {"visibility_ran_out": 0.3, "bus_delivered_twice": 0.5, "crash_before": 0.02, "crash_after": 0.02},
    "queue": {"partial_put_events": 0.3, "lost_answer": 0.03, "throttled": 0.03, "record_read_failed": 0.1}
    | {"flush_request_lost": 0.3},
    "planning": {"target_busy": 0.2, "target_denied": 0.05, "landing_late": 0.4, "stalled": 0.1},
    "loads": {
        "visibility_ran_out": 0.2,
        "landing_late": 0.05,
        "stalled": 0.1,
        "target_busy": 0.05,
        "crash_before": 0.01,
        "crash_after": 0.01,
    }
    | {"task_slow": 0.4, "task_cancelled": 0.1, "task_file_gone": 0.1, "dump_lost": 0.5},
    "file_loads": {"visibility_ran_out": 0.2, "landing_late": 0.08, "crash_before": 0.01, "crash_after": 0.01}
    | {"job_slow": 0.4, "job_fares_ill": 0.9},
    "published_members": {"landing_late": 0.1, "lost_answer": 0.02, "crash_before": 0.01, "crash_after": 0.01}
    | {"job_slow": 0.4, "job_fares_ill": 0.8},
    "members": {
        "crash_before": 0.01,
        "crash_after": 0.01,
        "lost_answer": 0.03,
        "landing_late": 0.15,
        "target_busy": 0.1,
    },
    "owners": {"crash_before": 0.003, "crash_after": 0.003, "lost_answer": 0.01, "delivered_twice": 0.1}
    | {"landing_late": 0.1, "target_busy": 0.05, "job_slow": 0.2, "job_fares_ill": 0.3},
    "drifts": {
        "crash_before": 0.004,
        "crash_after": 0.004,
        "throttled": 0.02,
        "lost_answer": 0.02,
        "delivered_twice": 0.1,
    },
    # Seldom, or no comparison, which asks for each entity of each connection, would ever get through.
    "reconciled": {"crash_before": 0.001, "crash_after": 0.001, "lost_answer": 0.01, "throttled": 0.001}
    | {"unavailable": 0.0, "conflict": 0.02, "delivered_twice": 0.1, "visibility_ran_out": 0.1},
    "governed": {"crash_before": 0.001, "crash_after": 0.001, "lost_answer": 0.01, "throttled": 0.001}
    | {"unavailable": 0.0, "conflict": 0.02, "delivered_twice": 0.1, "visibility_ran_out": 0.2},
    "missed": {"crash_before": 0.01, "crash_after": 0.01, "partial_put_events": 0.1, "throttled": 0.02},
    "books": {"stale_replica": 0.03, "partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1},
    "sap": {"stale_replica": 0.03, "partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1},
    "finance": {"stale_replica": 0.03, "partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1},
    "dataverse": {"stale_replica": 0.02, "partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1},
    "stripe": {"partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1, "bus_delivered_twice": 0.1},
    "chargebee": {"partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1, "bus_delivered_twice": 0.1},
    "zuora": {"partial_put_events": 0.1, "throttled": 0.02, "delivered_twice": 0.1, "bus_delivered_twice": 0.1},
    "files": {"crash_before": 0.02, "crash_after": 0.02, "partial_put_events": 0.2, "throttled": 0.02},
    "sales": {"stale_replica": 0.02, "partial_put_events": 0.2, "throttled": 0.02, "visibility_ran_out": 0.1},
}
DRAWN_THEMES = tuple(
    name
    for name in THEMES
    if name
    not in {
        *OWN_THEMES,
        "missed",
        "loads",
        "file_loads",
        "published_members",
        "members",
        "owners",
        "drifts",
        "reconciled",
        "governed",
    }
)  # of which there are some on other days


class Weather:
    """Strikes at I/O points with the rates of one seed, while it is on.

    Args:
        rate_scale: 0 for a day without faults.
        rest_rate: how often an invocation that may rest does so at a point.
        theme: which of `THEMES` the seed looks for.
    """

    def __init__(self, random: Random, schedule: Schedule, *, rate_scale: float, rest_rate: float, theme: str) -> None:
        self._random = random
        self._schedule = schedule
        self._rest_rate = rest_rate
        self.is_on = True
        self.is_bus_down = False
        self.is_archive_down = False
        self.is_misdeclared = False  # the records of the tools, as if by a slip in the landscape
        self.counts: Counter[str] = Counter()
        self.calls = 0
        self.note: Callable[[str], None] | None = None
        self._rates = {name: random.choice(_RATES) * rate_scale for name in _CLASSES} | dict(THEMES[theme])
        self._tables: dict[str, list[tuple[float, str]]] = {}

    def io(self, point: str) -> None:
        """The `FaultPoint` of every fake."""
        schedule = self._schedule
        if schedule.current is None:
            return  # the world itself: what Lambda and the operator's eye do is not what fails here
        self.calls += 1
        if point.startswith("before"):
            schedule.pass_by(1 + self.calls % 7)
        if not self.is_on:
            return
        if schedule.current.strand is not None and self._random.random() < self._rest_rate:
            is_writer = schedule.current.name == "deliver"
            schedule.rest(self._random.choice(_WRITER_REST_MILLISECONDS if is_writer else _REST_MILLISECONDS))
        if schedule.is_late():
            self.strike("timed_out")
            raise CrashedError
        if self.is_on:
            self._maybe_raise(point)

    def chance(self, name: str) -> bool:
        """Whether a fault class strikes here; counted where it does."""
        if not self.is_on or self._random.random() >= self._rates[name]:
            return False
        self.strike(name)
        return True

    def strike(self, name: str) -> None:
        """Count a fault."""
        self.counts[name] += 1
        if self.note is not None:
            self.note(f"  !! {name}")

    def _maybe_raise(self, point: str) -> None:
        if self.is_bus_down and point == "before bus.put":
            self.strike("bus_down")
            raise UnavailableError(point)
        if self.is_archive_down and point.startswith("before archive."):
            self.strike("archive_down")
            raise UnavailableError(point)
        table = self._tables.get(point)
        if table is None:
            table = self._tables[point] = self._table(point)
        drawn = self._random.random()
        for threshold, name in table:
            if drawn < threshold:
                self.strike(name)
                raise _error_of(name, point, self._random)

    def _table(self, point: str) -> list[tuple[float, str]]:
        """The classes that may strike at a point, each with the sum of rates up to it."""
        table = []
        total = 0.0
        for name in classes_at(point):
            total += self._rates[name]
            if self._rates[name]:
                table.append((total, name))
        return table


def classes_at(point: str) -> tuple[str, ...]:
    """The fault classes that can strike at a point."""
    when, operation = point.split(" ")
    is_read = operation.rsplit(".", 1)[1] in READS
    if when == "after":
        return ("crash_after",) if is_read else ("crash_after", "lost_answer")
    names = ["crash_before", "throttled", "unavailable"]
    if operation.startswith("ledger.write"):
        names.append("conflict")
    if operation in {"planning.set", "planning.add"}:
        names += ["target_busy", "target_denied"]
    return tuple(names)


def _error_of(name: str, point: str, random: Random) -> BaseException:
    if name in {"crash_before", "crash_after"}:
        return CrashedError()
    if name == "target_denied":
        return AccessDeniedError(point)
    errors: dict[str, type[TransientError]] = {
        "lost_answer": LostAnswerError,
        "throttled": ThrottledError,
        "unavailable": UnavailableError,
        "conflict": ConflictError,
        "target_busy": UnavailableError,
    }
    return errors[name](point, retry_after_seconds=random.choice((None, 5, 60)))


def rest_rate(random: Random, theme: str) -> float:
    """How often an invocation that may rest does so."""
    return {"writers": 0.3, "mappings": 0.3, "documents": 0.2}.get(theme) or random.choice((0.02, 0.1))
