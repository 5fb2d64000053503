"""Records that are settled in one batch: what becomes of one where others fail, and of those it turns out to be related to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from functions.record.settle import Origin, RecordResult, Settling
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.ledger_scenes import NOW, TARGET, V1, V2, contribution, record, statement
from tests.support.memory_table import MemoryTable
from tests.support.stand_in_model import StandInModel
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import ConflictError, UnavailableError, UnreadableRecordError
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import ConditionFailedError, RefusedRequestError, Write
from tieout.planning.cells import Contribution
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

ELSEWHERE = RecordKey("erp", "opportunity", "1")


def gone(key: RecordKey, *related: RecordKey, version: str = V1) -> Statement:
    """A record that is deleted, or that lives on as others."""
    absence = Absence.MERGED if related else Absence.DELETED
    return Statement(key=key, source_version=version, fact=None, absence=absence, related=related)


class Source:
    """The source of every connection, which says of a record that it is gone where it is not told otherwise.

    Attributes:
        says: what it answers instead.
        reads: the records it was asked for, by calls.
        open: gives a connection's reader; raises where there is none.
    """

    def __init__(self, *says: Statement) -> None:
        self.says: dict[RecordKey, Reading] = {each.key: each for each in says}
        self.reads: list[list[RecordKey]] = []
        self.open: Callable[[str], Source] = lambda _: self

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """Its answers."""
        self.reads.append(list(keys))
        return {key: self.says.get(key) or gone(key) for key in keys}


class SpoilingTable(MemoryTable):
    """A table that fails the commits of one record so many times, alone or together with others."""

    def __init__(self, spoiled: RecordKey, error: Exception, times: int) -> None:
        super().__init__()
        self._spoiled, self._error, self._left = keys.fact_key(spoiled), error, times
        self.packs: list[int] = []  # of how many facts each transaction was

    def write(self, writes: Sequence[Write]) -> None:
        """Fail, or write."""
        self.packs.append(sum(each.key[0].startswith("FACT#") for each in writes))
        if self._left and any(each.key == self._spoiled for each in writes):
            self._left -= 1
            raise self._error
        super().write(writes)


def settled(
    source: Source,
    *wanted: RecordKey,
    table: MemoryTable | None = None,
    model: Any = None,  # noqa: ANN401 a stand-in for the model
    stated: Statement | None = None,
) -> dict[RecordKey, RecordResult]:
    """How these records end; one of them may be stated by its payload."""
    settling = Settling(
        ledger=FactLedger(table if table is not None else MemoryTable()),
        model=model or PlanningModel((), "USD"),
        reader_of=source.open,
        clock=ManualClock(),
        entropy=SeededEntropy(),
        code_version="test",
    )
    origins = {
        key: Origin(
            notice=Notice(key, "n", "deal.propertyChange"),
            delivery_id="d",
            flow="forecast",
            received_at=NOW,
            statement=stated if stated is not None and stated.key == key else None,
        )
        for key in wanted
    }
    return settling.settle(origins)


def test_records_of_several_connections_are_read_each_from_its_own() -> None:
    """One call for all of a connection's records."""
    source = Source()
    results = settled(source, record(2), ELSEWHERE, record(1))
    assert {key: result.outcome for key, result in results.items()} == dict.fromkeys(results, Outcome.APPLIED)
    assert source.reads == [[record(1), record(2)], [ELSEWHERE]]


def test_a_connection_the_flow_may_not_read_fails_its_own_records() -> None:
    """Which connection that is, a person is told; the others are recorded."""
    source = Source()
    source.open = {"crm": source}.__getitem__
    results = settled(source, ELSEWHERE, record(1))
    error = results[ELSEWHERE].error
    assert isinstance(error, UnreadableRecordError)
    assert error.reason == "erp is no connection of this flow"
    assert results[record(1)] == RecordResult(outcome=Outcome.APPLIED)


class Broken(Source):
    """A source whose reader has a bug."""

    def __init__(self, bug: Exception) -> None:
        super().__init__()
        self._bug = bug

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """Raise it."""
        del keys
        raise self._bug


@pytest.mark.parametrize("bug", [ZeroDivisionError("nobody foresaw it"), KeyError("neither this")])
def test_a_bug_in_one_systems_reader_fails_its_own_records(bug: Exception) -> None:
    """What it raised is what they failed with: that it is no connection of the flow would send a person the wrong way."""
    source = Source()
    source.open = {"crm": source, "erp": Broken(bug)}.__getitem__
    assert settled(source, ELSEWHERE, record(1)) == {
        ELSEWHERE: RecordResult(error=bug),
        record(1): RecordResult(outcome=Outcome.APPLIED),
    }


def test_a_record_the_ledger_refuses_fails_alone() -> None:
    """It would be refused again, so it is not tried again; those that were to be committed with it are."""
    error = RefusedRequestError("too large")
    source, table = Source(), SpoilingTable(record(1), error, times=2)
    assert settled(source, record(1), record(2), table=table) == {
        record(1): RecordResult(error=error),
        record(2): RecordResult(outcome=Outcome.APPLIED),
    }
    assert len(source.reads) == 1


@pytest.mark.parametrize("loser", [1, 2, 3])
def test_a_record_that_loses_to_another_writer_is_read_again_alone(loser: int) -> None:
    """Those that were to be committed with it are settled at once, wherever they stand in the batch."""
    source, table = (
        Source(),
        SpoilingTable(record(loser), ConditionFailedError([keys.fact_key(record(loser))]), times=2),
    )
    results = settled(source, *map(record, (1, 2, 3)), table=table)
    assert [result.outcome for result in results.values()] == [Outcome.APPLIED] * 3
    assert source.reads == [[record(1), record(2), record(3)], [record(loser)]]


class OnePlace(StandInModel):
    """A planning model in which each deal stands in one place."""

    def contributions(self, *_: object) -> tuple[Contribution, ...]:
        """The deal's contributions."""
        return (contribution("ACME", 100),)


def test_a_merged_record_keeps_its_own_outcome_and_flushes_where_its_survivor_stands() -> None:
    """The survivor was recorded long ago: that it is a duplicate says nothing of the record that became part of it."""
    source, table = Source(gone(record(1), record(2)), statement(2, V1)), MemoryTable()
    settled(source, record(2), table=table, model=OnePlace())
    assert settled(source, record(1), record(2), table=table, model=OnePlace()) == {
        record(1): RecordResult(outcome=Outcome.APPLIED, targets=frozenset({TARGET})),
        record(2): RecordResult(outcome=Outcome.DUPLICATE, targets=frozenset({TARGET})),
    }


def test_a_merged_record_fails_with_its_survivor() -> None:
    """Nothing else may tell of the survivor's change: the notice is tried again."""
    source, error = Source(gone(record(1), record(2))), UnavailableError("down")
    source.says[record(2)] = error
    assert settled(source, record(1)) == {record(1): RecordResult(error=error)}


def test_a_survivor_that_is_settled_already_is_not_read_again() -> None:
    """Only the record that lost to another writer is."""
    source = Source(gone(record(1), record(2)))
    table = SpoilingTable(record(1), ConditionFailedError([keys.fact_key(record(1))]), times=2)
    results = settled(source, record(1), record(2), table=table)
    assert [result.outcome for result in results.values()] == [Outcome.APPLIED] * 2
    assert source.reads == [[record(1), record(2)], [record(1)]]


def test_records_that_meet_another_transaction_are_committed_together_later() -> None:
    """Each by itself they would meet it, and each other's successors, as many times as there are of them."""
    source = Source()
    table = SpoilingTable(record(1), ConflictError("another transaction is on one of the items"), times=1)
    results = settled(source, record(1), record(2), record(3), table=table)
    assert [result.outcome for result in results.values()] == [Outcome.APPLIED] * 3
    assert source.reads == [[record(1), record(2), record(3)]] * 2
    assert table.packs == [3, 3]


def test_what_a_payload_states_is_no_statement_of_its_survivor() -> None:
    """The record it became part of is read."""
    source, table = Source(statement(2, V2)), MemoryTable()
    stated = gone(record(1), record(2), version=V2)
    results = settled(source, record(1), stated=stated, table=table, model=OnePlace())
    assert results[record(1)].outcome is Outcome.APPLIED
    assert source.reads == [[record(2)]]
    stored = FactLedger(table).load([record(1), record(2)])
    assert {key: each.source_version for key, each in stored.items()} == {record(1): V2, record(2): V2}


class LostOnTheWay(StandInModel):
    """A planning model that asks for where a period goes, and fails once it knows."""

    def mapping_keys(self, _connection: str, _fact: object, _found: Mapping[MappingKey, str]) -> frozenset[MappingKey]:
        """The period's entry."""
        if _found:
            raise ZeroDivisionError
        return frozenset({MappingKey(_connection, "period", "999")})


def test_a_fact_whose_later_entries_nobody_can_name_is_not_recorded_on_the_first() -> None:
    """A bug that shows only when an entry leads on to others fails the record as any other bug does."""
    table = MemoryTable()
    entry = MappingKey("crm", "period", "999")
    MappingLedger(table).put(entry, "2026-12", "controller", NOW)
    results = settled(Source(statement(1, V1)), record(1), record(2), table=table, model=LostOnTheWay())
    assert isinstance(results[record(1)].error, ZeroDivisionError)
    assert results[record(2)].outcome is Outcome.APPLIED
    assert FactLedger(table).load([record(1), record(2)]).keys() == {record(2)}
