"""How old changes are when they reach planning, followed change by change beside the line: what it may tell of them.

Of each change of a fact in an intersection it knows when it occurred, by what the record function was handed; of each mark,
which changes planning holds with it. What the deliver function tells of them must be as many, and as late. Where the moment
is not known exactly (a lag is rounded up, a run takes its time, of several payloads one states the record), both are right.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulation.companies import LEGAL_ENTITIES
from tests.simulation.schedule import Invocation, Schedule
from tests.simulation.watching import Changed
from tieout.arriving.envelope import Envelope, read_message
from tieout.errors import MalformedError
from tieout.ledger.table import Item, Key, Update, Write

WITHIN_SECONDS, IN_CLOSE_SECONDS = 90, 30
FRESHNESS: Mapping[str, Any] = {
    "close_days": {"last": 0, "first": 1},
    "objectives": [
        {
            "name": flow,
            "flow": flow,
            "targets": [],
            "within_seconds": WITHIN_SECONDS,
            "within_seconds_in_close": IN_CLOSE_SECONDS,
        }
        for flow in ("forecast_to_plan", "record_to_report", "spend_to_plan")
    ],
}
"""What a simulated world declares: every flow but one."""

_JUDGED = frozenset(each["flow"] for each in FRESHNESS["objectives"])
_BY_WEEKS = frozenset(each["name"] for each in LEGAL_ENTITIES if each["calendar"] == "weeks")
_SKEW = timedelta(seconds=4)  # the clock of a deliver function may be three seconds off
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Record = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a fact in an intersection: when it occurred at the earliest and at the latest, and when it was recorded.

    Attributes:
        is_sure: whether it is one; of several payloads one states the record, and those beside it may be done with already.
    """

    flow: str
    earliest: datetime
    latest: datetime
    recorded_at: datetime
    is_sure: bool


@dataclass(slots=True)
class Marked:
    """What a run of a deliver function may tell of one flow.

    Attributes:
        changes: how many reached planning.
        late, either: how many of them are late, and how many may be called so or not.
        doubled: how many may be told of or not: another writer has marked them before in the same generation, or they are not sure.
        told, told_late: what it told.
    """

    changes: int = 0
    late: int = 0
    either: int = 0
    doubled: int = 0
    told: int = 0
    told_late: int = 0


@dataclass(slots=True)
class _Place:
    """What is known of an intersection: its changes that wait, and those that were last marked, in which generation."""

    waiting: list[Change] = field(default_factory=list)
    marked: list[Change] = field(default_factory=list)
    generation: int = -1


class Aging:
    """Everything about the age of changes in one world; `wrong` says what does not hold."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self.wrong: list[str] = []
        self.counted: Counter[str] = Counter()
        self._handed: dict[Invocation | None, dict[Record, list[datetime]]] = {}
        self._began: dict[Invocation | None, datetime] = {}
        self._news: dict[Record, Change | None] = {}
        self._places: dict[str, _Place] = defaultdict(_Place)
        self._runs: dict[Invocation | None, dict[str, Marked]] = defaultdict(lambda: defaultdict(Marked))

    # What the line's functions are seen to do.

    def hand(self, bodies: Iterable[str], fetch: Callable[[str], bytes]) -> None:
        """The record function running now was handed these messages; some may be none of ours."""
        handed: dict[Record, list[datetime]] = defaultdict(list)
        for envelope in _envelopes(bodies, fetch):
            for notice in envelope.notices:
                if notice.occurred_at is not None:
                    handed[notice.key].append(min(notice.occurred_at, envelope.received_at))
        self._handed[self._schedule.current] = handed

    def begin(self) -> None:
        """The deliver function begins a run."""
        self._began[self._schedule.current] = self._schedule.now()

    def tell(self, flow: str, changes: int, late: int) -> None:
        """It tells of changes that have reached planning."""
        marked = self._runs[self._schedule.current][flow]
        marked.told += changes
        marked.told_late += late

    def end(self, *, is_whole: bool) -> None:
        """It ended; whether nothing has stopped it, so that all it marked must be told of."""
        for flow, marked in self._runs.pop(self._schedule.current, {}).items():
            self._judge(flow, marked, is_whole=is_whole)

    def violations(self) -> Iterator[str]:
        """What is wrong, that of runs that were cut off included: they told of no more than they had marked."""
        for run in self._runs.values():
            for flow, marked in run.items():
                self._judge(flow, marked, is_whole=False)
        self._runs.clear()
        yield from self.wrong

    def _judge(self, flow: str, marked: Marked, *, is_whole: bool) -> None:
        if flow not in _JUDGED:
            if marked.told:
                self.wrong.append(f"{flow} has no objective, and {marked.told} changes of it were judged")
            return
        self.counted["changes"] += marked.changes
        self.counted["late"] += marked.late
        least = marked.changes if is_whole else 0
        if not least <= marked.told <= marked.changes + marked.doubled:
            self.wrong.append(
                f"{flow}: {marked.changes} changes reached planning (+ {marked.doubled}), {marked.told} were told"
            )
        least_late = marked.late if is_whole else 0
        if not least_late <= marked.told_late <= marked.late + marked.either + marked.doubled:
            self.wrong.append(
                f"{flow}: {marked.late} changes were late (+ {marked.either}), {marked.told_late} were told"
            )

    # What becomes of the table.

    def applied(self, writes: Sequence[Write], changed: Sequence[Changed]) -> None:
        """A write was made, or a transaction, with what it changed."""
        images = {key: (before, after) for key, before, after in changed}
        for key, (before, after) in images.items():
            if key[0].startswith("FACT#") and after is not None and _revision(before) != _revision(after):
                self._recorded(key, before, after)
        for key, (before, after) in images.items():
            if key[1].startswith("PART#") and _amounts(before) != _amounts(after):
                self._moved(key)
        for write in writes:
            if write.key[0].startswith("CELL#") and isinstance(write, Update) and "generation" not in write.adds:
                self._marked(write.key, *images[write.key])

    def _recorded(self, key: Key, before: Item | None, after: Item) -> None:
        """A fact was committed: when what is new in it occurred, by the notices that stand for it."""
        _, connection, entity, record_id = key[0].split("#", 3)
        notice = json.loads(after["notice"])
        group = self._handed.get(self._schedule.current, {}).get(
            (connection, notice["entity"], notice["record_id"]), []
        )
        known, is_open = (_LONG_AGO, False) if before is None else (_told_until(before), "unfinished" in before)
        news = [each for each in group if each > known or (is_open and each == known)]
        stated = [each for each in news if each == _told_until(after)] if "payload" in notice else news
        recorded_at = datetime.fromisoformat(after["recorded_at"])
        latest = min(stated or news, default=_LONG_AGO)
        found = Change(after["flow"], min(news), latest, recorded_at, is_sure=bool(stated)) if news else None
        self._news[connection, entity, record_id] = found

    def _moved(self, key: Key) -> None:
        """A contribution changed: that waits for planning, where anybody can say how old it is."""
        connection, entity, record_id = key[1].removeprefix("PART#").split("#", 2)
        change = self._news.get((connection, entity, record_id))
        if change is not None:
            self._places[key[0]].waiting.append(change)

    def _marked(self, key: Key, before: Item | None, after: Item | None) -> None:
        """A deliver function marked an intersection: what waited has reached planning, if it lacks nothing more."""
        if before is None or after is None or "dirty_since" in after:
            return
        place, run = self._places[key[0]], self._runs[self._schedule.current]
        if "dirty_since" not in before:
            for change in place.marked if place.generation == after["generation"] else ():
                run[change.flow].doubled += 1
            return
        place.marked, place.waiting, place.generation = place.waiting, [], after["generation"]
        if "cell_state" in after:
            place.marked = []
        for change in place.marked:
            marked = run[change.flow]
            if not change.is_sure:
                marked.doubled += 1
                continue
            marked.changes += 1
            late = self._is_late(change, before)
            marked.late += late is True
            marked.either += late is None

    def _is_late(self, change: Change, place: Item) -> bool | None:
        """Whether it must be called late; None where it may be."""
        least = self._began[self._schedule.current] - _SKEW - change.latest
        lag = change.recorded_at - change.earliest
        waited = self._schedule.now() + _SKEW - datetime.fromisoformat(place["dirty_since"])
        most = waited + lag * 5 / 4 + timedelta(seconds=1)
        within = self._within(change, str(place["books"]).split("#", 2)[2], most)
        if least > max(within):
            return True
        return None if most > min(within) else False

    def _within(self, change: Change, legal_entity: str, most: timedelta) -> Sequence[timedelta]:
        """What it is allowed: as on ordinary days, as in close days, or either where nobody here can say which they are."""
        usual, in_close = timedelta(seconds=WITHIN_SECONDS), timedelta(seconds=IN_CLOSE_SECONDS)
        if legal_entity in _BY_WEEKS:
            return usual, in_close
        days = {(self._schedule.now() - most).day, (change.latest + _SKEW).day}
        return [in_close if day == 1 else usual for day in days]


def _envelopes(bodies: Iterable[str], fetch: Callable[[str], bytes]) -> Iterator[Envelope]:
    for body in bodies:
        with suppress(MalformedError, KeyError):
            yield read_message(body, fetch)


def _told_until(fact: Item) -> datetime:
    said = json.loads(fact["notice"])["occurred_at"]
    if said is None:
        return datetime.fromisoformat(fact["recorded_at"])
    return min(datetime.fromisoformat(said), datetime.fromisoformat(fact["received_at"]))


def _revision(fact: Item | None) -> int:
    return int(fact["revision"]) if fact else 0


def _amounts(part: Item | None) -> dict[str, int]:
    """Measure to minor units, where there are any."""
    rows = json.loads(part["shares"]) if part else []
    return {measure: amount for measure, amount, _ in rows if amount}
