"""The part of the ledger that tells of comparisons with the sources: runs, what they found, and which windows are complete.

CENSUS#<connection> / RUN#<entity>#<purpose>                        the last run, or the one under way
CENSUS#<connection> / WINDOW#<entity>#<since>                       a window that was complete: counts and sums, for good
CENSUS#<connection> / FOUND#<entity>#<started>#<record>             what a census found to differ
CENSUS#<connection> / PAGES#<day>                                   how many pages were asked for on a UTC day
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.census import Difference, Known, Purpose, Run, Tally
from tieout.errors import ConflictError
from tieout.facts.listing import Listed, Window
from tieout.facts.statement import Absence
from tieout.ledger import keys
from tieout.ledger.items import parts_of, rates_of, steps_of
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Absent, ConditionFailedError, Equals, Item, Key, Put, Table, Update, pages
from tieout.moments import moment_text, parse_moment
from tieout.money import Money

_GONE = frozenset({str(Absence.DELETED), str(Absence.MERGED)})
_FOUND_AT_ONCE = 100


class StillRunningError(ConflictError):
    """A run of the same purpose is under way for that entity: it ends first, or is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A record that is here otherwise than there, as a census found it.

    Attributes:
        version_here: empty where nothing is here.
        amount: what it is worth there, where the source's list says.
        day: the day it counts from, where the list says.
        planned_minor: what planning holds of it, by measure, in minor units; empty where nothing is planned of it.
        periods: the planning periods it counts in, as planned, else by its day.
    """

    key: RecordKey
    difference: Difference
    version_there: str
    version_here: str
    amount: Money | None
    day: date | None
    planned_minor: Mapping[str, int]
    periods: tuple[str, ...]
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWindow:
    """That everything a source lists of a window was compared: the evidence of a census or backfill."""

    entity: str
    purpose: Purpose
    window: Window
    tally: Tally
    finished_at: datetime


class CensusLedger:
    """Runs and what came of them.

    Args:
        table: the ledger's.
        kept_days: how long what was found is kept; complete windows are kept for good.
    """

    def __init__(self, table: Table, kept_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._kept_days = kept_days

    def runs(self, connection: str) -> list[Run]:
        """The last run of every entity and purpose of a connection."""
        partition = keys.census_of(connection)
        return [
            _run(key, item)
            for page in pages(lambda after: self._table.query(partition, prefix=keys.RUN_PREFIX, after=after))
            for key, item in page.items
        ]

    def begin(self, run: Run) -> None:
        """Keep a run that begins, in the place of one that is over, and what that one had left unlisted.

        Raises:
            StillRunningError: one is under way.
        """
        key = keys.run_key(run.connection, run.entity, run.purpose)
        item = self._table.get([key]).get(key)
        before = None if item is None else _run(key, item)
        if before is not None and not before.phase.is_over:
            raise StillRunningError(
                f"a {run.purpose} of {run.entity} is under way since {moment_text(before.started_at)}"
            )
        if before is not None:
            run = run._replace(listed_before=before.listed_until)
        try:
            self._put(key, run, before.revision if before else None)
        except ConditionFailedError as error:
            raise StillRunningError(f"a {run.purpose} of {run.entity} was begun at this moment") from error

    def advance(self, run: Run) -> Run:
        """Keep how far a run has come; the run as it is kept. Raises `ConflictError` where somebody else advanced it."""
        self._put(keys.run_key(run.connection, run.entity, run.purpose), run, run.revision)
        return run._replace(revision=run.revision + 1)

    def known(self, records: Iterable[RecordKey]) -> dict[RecordKey, Known]:
        """What the ledger holds of these records; records it does not know are left out."""
        wanted = {keys.fact_key(record): record for record in records}
        return {wanted[key]: _known(item) for key, item in self._table.get(list(wanted)).items()}

    def known_behind(self, connection: str, entity: str, after: str, limit: int) -> dict[RecordKey, Known]:
        """Some of the records the ledger knows of an entity, in order of their keys as texts, behind one of them."""
        behind = keys.fact_key(RecordKey(connection, entity, after))[0]
        page = self._table.index("catalogue", keys.facts_of(connection, entity), behind=behind, limit=limit)
        return self.known(RecordKey(connection, entity, key[0].split("#", 3)[3]) for key, _ in page.items)

    def found(
        self,
        differences: Mapping[RecordKey, Difference],
        there: Mapping[RecordKey, Listed],
        now: datetime,
        period_dimensions: Collection[str],
    ) -> list[Found]:
        """Differences with what planning holds of the records; `period_dimensions` are the cubes' dimensions of time."""
        facts = dict(self._facts(differences))
        return [
            Found(
                key=key,
                difference=difference,
                version_there=there[key].version if key in there else "",
                version_here=str(facts[key]["source_version"]) if key in facts else "",
                amount=there[key].amount if key in there else None,
                day=there[key].day if key in there else None,
                planned_minor=_planned(facts[key]) if key in facts else {},
                periods=self._periods(facts.get(key), period_dimensions),
                found_at=now,
            )
            for key, difference in differences.items()
        ]

    def keep_found(self, run: Run, found: Sequence[Found]) -> None:
        """Keep what a run found; once more is the same."""
        for each in found:
            key = keys.found_key(run.connection, run.entity, run.started_at, each.key.record_id)
            self._table.write([Put(key, _found_item(each) | {EXPIRES_AT: expires_at(each.found_at, self._kept_days)})])

    def not_found_yet(self, run: Run, differences: Mapping[RecordKey, Difference]) -> dict[RecordKey, Difference]:
        """Of these differences those of records of which the run has found none so far."""
        wanted = {keys.found_key(run.connection, run.entity, run.started_at, key.record_id): key for key in differences}
        found = {wanted[key] for key in self._table.get(list(wanted))}
        return {key: difference for key, difference in differences.items() if key not in found}

    def findings(self, run: Run) -> Iterator[Found]:
        """What a run has found so far, in order of the records' ids as texts."""
        prefix = keys.found_key(run.connection, run.entity, run.started_at, "")[1]
        partition = keys.census_of(run.connection)
        for page in pages(lambda after: self._table.query(partition, prefix=prefix, limit=_FOUND_AT_ONCE, after=after)):
            for key, item in page.items:
                yield _found(RecordKey(run.connection, run.entity, key[1].removeprefix(prefix)), item)

    def keep_window(self, run: Run, window: Window, tally: Tally, now: datetime) -> None:
        """Keep that a window is complete; a later one of the same beginning replaces it."""
        item = {
            "purpose": str(run.purpose),
            "until": moment_text(window.until),
            "tally": strict_json.dump(tally.plain()),
            "finished_at": moment_text(now),
        }
        self._table.write([Put(keys.window_key(run.connection, run.entity, window.since), item)])

    def windows(self, connection: str, entity: str) -> Iterator[CompleteWindow]:
        """The windows that were complete, in order of their beginnings."""
        prefix = f"{keys.WINDOW_PREFIX}{entity}#"
        partition = keys.census_of(connection)
        for page in pages(lambda after: self._table.query(partition, prefix=prefix, after=after)):
            for key, item in page.items:
                since = parse_moment(key[1].removeprefix(prefix))
                yield CompleteWindow(
                    entity=entity,
                    purpose=Purpose(str(item["purpose"])),
                    window=Window(since, parse_moment(str(item["until"]))),
                    tally=Tally.of_plain(strict_json.parse(str(item["tally"]).encode())),
                    finished_at=parse_moment(str(item["finished_at"])),
                )

    def pages_of(self, connection: str, day: date) -> int:
        """How many pages were asked for on a UTC day."""
        key = keys.pages_key(connection, day)
        return int(self._table.get([key]).get(key, {}).get("pages", 0))

    def count_pages(self, connection: str, now: datetime, pages: int) -> None:
        """Count pages that were asked for."""
        sets = {EXPIRES_AT: expires_at(now, self._kept_days)}
        self._table.write([Update(keys.pages_key(connection, now.date()), sets=sets, adds={"pages": pages})])

    def _put(self, key: Key, run: Run, revision: int | None) -> None:
        item: Item = {"run": strict_json.dump(run.plain()), "revision": (revision or 0) + 1}
        condition = Absent("revision") if revision is None else Equals("revision", revision)
        self._table.write([Put(key, item, condition)])

    def _facts(self, records: Iterable[RecordKey]) -> Iterator[tuple[RecordKey, Item]]:
        wanted = {keys.fact_key(record): record for record in records}
        for key, item in self._table.get(list(wanted)).items():
            yield wanted[key], item

    def _periods(self, fact: Item | None, dimensions: Collection[str]) -> tuple[str, ...]:
        if fact is None:
            return ()
        parts = parts_of(str(fact["contributions"]))
        cells = self._table.get([keys.cell_key(part.target, name) for name, part in parts.items()])
        members = [
            (dimension, member)
            for item in cells.values()
            for dimension, member in strict_json.parse(str(item["members"]).encode())
        ]
        return tuple(sorted({member for dimension, member in members if dimension in dimensions}))


def _run(key: Key, item: Item) -> Run:
    entity, _, purpose = key[1].removeprefix(keys.RUN_PREFIX).rpartition("#")
    plain = strict_json.parse(str(item["run"]).encode())
    return Run.of_plain(key[0].removeprefix(keys.census_of("")), entity, Purpose(purpose), plain, int(item["revision"]))


def _known(item: Item) -> Known:
    return Known(
        source_version=str(item["source_version"]),
        is_gone=str(item["kind"]) in _GONE,
        rates=rates_of(item),
        steps=steps_of(item),
    )


def _planned(fact: Item) -> dict[str, int]:
    """Measure to what a fact contributes to it, over all its cells."""
    planned: dict[str, int] = {}
    for part in parts_of(str(fact["contributions"])).values():
        for measure, amount_minor, _ in part.shares:
            planned[measure] = planned.get(measure, 0) + amount_minor
    return planned


def _found_item(found: Found) -> dict[str, str | int]:
    item: dict[str, str | int] = {
        "difference": str(found.difference),
        "version_there": found.version_there,
        "version_here": found.version_here,
        "planned": strict_json.dump(dict(sorted(found.planned_minor.items()))),
        "periods": strict_json.dump(found.periods),
        "found_at": moment_text(found.found_at),
    }
    if found.amount is not None:
        item |= {"amount_minor": found.amount.amount_minor, "currency": found.amount.currency}
    return item | ({"day": found.day.isoformat()} if found.day else {})


def _found(key: RecordKey, item: Item) -> Found:
    return Found(
        key=key,
        difference=Difference(str(item["difference"])),
        version_there=str(item["version_there"]),
        version_here=str(item["version_here"]),
        amount=Money(int(item["amount_minor"]), str(item["currency"])) if "currency" in item else None,
        day=date.fromisoformat(str(item["day"])) if "day" in item else None,
        planned_minor=strict_json.parse(str(item["planned"]).encode()),
        periods=tuple(strict_json.parse(str(item["periods"]).encode())),
        found_at=parse_moment(str(item["found_at"])),
    )
