"""Brings records up to date in the ledger: ledger, then source, then plan, then commit, again where somebody was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from tieout.arriving.notice import Notice, RecordKey
from tieout.closing import Closing
from tieout.errors import ConflictError, TieoutError, TransientError, UnavailableError, UnreadableRecordError
from tieout.facts.family import Fact
from tieout.facts.reading import Reading, SourceReader
from tieout.facts.statement import Statement, joined
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import BooksNow
from tieout.ledger.items import Lineage
from tieout.ledger.plan import Outcome, Plan, StoredFact
from tieout.ledger.planner import Planner
from tieout.planning.model import PlanningModel
from tieout.ports import Clock, Entropy

_ROUNDS = 8  # of losing to other writers before the queue is asked to try later
_FIRST_PAUSE_SECONDS = 0.02
# Of the 120 the function has: sources that hang must not have it killed, and with it what the others answered.
_READING_TIME = timedelta(seconds=25)


class RecordResult(NamedTuple):
    """How a record ended: an outcome, or the error that stopped it; and the targets whose cells it touches.

    Attributes:
        listings: what is to be listed because of it: more records are related to it than are settled with it.
    """

    outcome: Outcome = Outcome.IGNORED
    error: Exception | None = None
    targets: frozenset[str] = frozenset()
    listings: tuple[RecordKey, ...] = ()


class Origin(NamedTuple):
    """The notice a record is read for; what the ledger puts the commit down to.

    Attributes:
        statement: what the notice's payload says of the record, which then is not read from the source.
        told: what the payloads of all notices of the record say that it was.
        occurred: when the changes occurred that this notice and those it stands for tell of, as far as they say.
    """

    notice: Notice
    delivery_id: str
    flow: str
    received_at: datetime
    statement: Statement | None = None
    told: tuple[Fact, ...] = ()
    occurred: tuple[datetime, ...] = ()

    def oldest_news(self, stored: StoredFact | None) -> datetime | None:
        """When the oldest change occurred that the ledger does not hold; None where nobody can say, or it holds them all."""
        return min((each for each in self.occurred if stored is None or stored.is_news(each)), default=None)


class Known(NamedTuple):
    """What the ledger held before the sources were read."""

    stored: Mapping[RecordKey, StoredFact]
    books: BooksNow


@dataclass(frozen=True, kw_only=True)
class Settling:
    """What settling works with.

    Attributes:
        reader_of: the reader of a connection; `KeyError` for a connection this function may not read.
        code_version: of the code that records, kept with every fact.
        closing: what becomes of changes that come after books were closed.
        put_off: the connections that were not asked when their turn came, for want of time; this process asks them first.
    """

    ledger: FactLedger
    model: PlanningModel
    reader_of: Callable[[str], SourceReader]
    clock: Clock
    entropy: Entropy
    code_version: str
    closing: Closing = field(default_factory=Closing)
    put_off: set[str] = field(default_factory=set)

    @cached_property
    def planner(self) -> Planner:
        """What plans the statements."""
        return Planner(ledger=self.ledger, model=self.model, closing=self.closing)

    def settle(self, wanted: Mapping[RecordKey, Origin]) -> dict[RecordKey, RecordResult]:
        """Bring these records up to date, and the records they turn out to be related to; each wanted one has a result.

        A record that became part of another (a merge) is settled only if the other is, too.
        """
        results = _Results()
        pending = dict(wanted)
        for each_round in range(_ROUNDS):
            if not pending:
                break
            if each_round:
                self.clock.sleep(_FIRST_PAUSE_SECONDS * 2**each_round * self.entropy.fraction())
            pending = self._round(pending, results)
        results.give_up(pending)
        return {key: results.of(key) for key in wanted}

    def _round(self, pending: Mapping[RecordKey, Origin], results: _Results) -> dict[RecordKey, Origin]:
        """Settle what is pending as far as it goes; what is to be tried again, and what was found to be needed too."""
        try:
            stored, now = self.ledger.open(pending)
            readings = self._read(pending, results)
            readings = {key: _whole(reading, pending[key], stored.get(key)) for key, reading in readings.items()}
            plans = self._plans(pending, readings, Known(stored, now), results)
            failures = self.ledger.commit([(plan, self._lineage(pending[plan.key], plan.stored)) for plan in plans])
        except TieoutError as error:  # the ledger itself: nobody's fault, so nothing is settled
            results.fail(pending, error)
            return {}
        again = {key: pending[key] for key, error in failures.items() if isinstance(error, ConflictError)}
        for plan in plans:
            if plan.key in failures:
                results.fail([plan.key], failures[plan.key])
                continue
            results.settled(plan)
            related = (key for key in plan.statement.related if not key.asks_for_listing)
            unread = [key for key in related if not results.knows(key) and key not in pending]
            again |= dict.fromkeys(unread, pending[plan.key]._replace(statement=None, told=()))
        return again

    def _read(self, pending: Mapping[RecordKey, Origin], results: _Results) -> dict[RecordKey, Reading]:
        """What is stated already, and readings of the rest; one connection's failure, even a bug, is not another's.

        Once they have taken long together, no further one is asked: its records are read when their messages come again, and
        before those of the others.
        """
        readings: dict[RecordKey, Reading] = {key: each.statement for key, each in pending.items() if each.statement}
        by_connection: dict[str, list[RecordKey]] = {}
        for key in sorted(pending.keys() - readings.keys()):
            by_connection.setdefault(key.connection, []).append(key)
        give_up_at = self.clock.now() + _READING_TIME
        for connection in sorted(by_connection, key=lambda each: (each not in self.put_off, each)):
            keys = by_connection[connection]
            results.fail(keys, UnavailableError(f"{connection} gave no reading"))
            if self.clock.now() >= give_up_at:
                self.put_off.add(connection)
                continue
            self.put_off.discard(connection)
            try:
                readings |= self.reader(connection).read(keys)
            except Exception as error:  # noqa: BLE001 a bug in one system fails its own records, never the batch
                results.fail(keys, error)
        return readings

    def reader(self, connection: str) -> SourceReader:
        """The reader of a connection; raises `UnreadableRecordError` where the flow has none of that name."""
        try:
            return self.reader_of(connection)
        except KeyError as error:
            raise UnreadableRecordError(f"{connection} is no connection of this flow") from error

    def _plans(
        self,
        pending: Mapping[RecordKey, Origin],
        readings: Mapping[RecordKey, Reading],
        known: Known,
        results: _Results,
    ) -> list[Plan]:
        statements = {key: reading for key, reading in readings.items() if isinstance(reading, Statement)}
        for key, reading in readings.items():
            if not isinstance(reading, Statement):
                results.fail([key], reading)
        found = self.planner.found(statements, lambda key, error: results.fail([key], error))
        plans = []
        for key, entries in sorted(found.items()):
            try:
                stored, flow = known.stored.get(key), pending[key].flow
                plan = self.planner.plan(statements[key], flow, stored, known.books, entries)
                plans.append(plan if pending[key].statement else _finishing(plan))
            except TransientError as error:  # of the ledger, asked for what is late
                results.fail([key], error)
            except Exception as error:  # noqa: BLE001 a bug, or a record no plan can be made of, fails itself alone
                results.fail([key], error)
        return plans

    def _lineage(self, origin: Origin, stored: StoredFact | None) -> Lineage:
        return Lineage(
            notice=origin.notice,
            delivery_id=origin.delivery_id,
            flow=origin.flow,
            received_at=origin.received_at,
            recorded_at=self.clock.now(),
            code_version=self.code_version,
            occurred_at=origin.oldest_news(stored),
        )


def _finishing(plan: Plan) -> Plan:
    """The plan, unless it would leave a begun commit as it is: then the source answered with an older version for a moment.

    A payload is older for good, and the message whose commit was begun comes back to finish it.
    """
    if plan.outcome is Outcome.SUPERSEDED and plan.stored is not None and plan.stored.unfinished:
        raise UnavailableError(f"{plan.key} is half committed and the source answered with an older version")
    return plan


def _whole(reading: Reading, origin: Origin, stored: StoredFact | None) -> Reading:
    """What a record was found to be, with all that the ledger and its notices know of what it has been."""
    if not isinstance(reading, Statement):
        return reading
    return joined(reading, (stored.history if stored else None, *origin.told))


class _Results:
    """How each record has ended so far."""

    def __init__(self) -> None:
        self._ended: dict[RecordKey, RecordResult] = {}
        self._related: dict[RecordKey, tuple[RecordKey, ...]] = {}

    def knows(self, key: RecordKey) -> bool:
        return key in self._ended

    def settled(self, plan: Plan) -> None:
        self._ended[plan.key] = RecordResult(outcome=plan.outcome, targets=plan.targets())
        self._related[plan.key] = plan.statement.related

    def fail(self, keys: Iterable[RecordKey], error: Exception) -> None:
        for key in keys:
            self._ended[key] = RecordResult(error=error)

    def give_up(self, keys: Iterable[RecordKey]) -> None:
        self.fail(keys, ConflictError(f"lost to other writers {_ROUNDS} times"))

    def of(self, key: RecordKey) -> RecordResult:
        """The record's own result with the targets of those it is related to, or the failure of one of them.

        Either way with what is to be listed because of it.

        A record that is ignored, being but a part of others, ends as they do.
        """
        result = self._ended[key]
        listings = tuple(each for each in self._related.get(key, ()) if each.asks_for_listing)
        related = [self._ended[each] for each in self._related.get(key, ()) if each in self._ended]
        failure = next((each for each in related if each.error is not None), None)
        if failure is not None:
            return failure._replace(listings=listings)
        if result.outcome is Outcome.IGNORED and related:
            result = related[0]
        targets = result.targets.union(*(each.targets for each in related))
        return result._replace(targets=targets, listings=listings)
