"""What was begun is finished before an older answer counts, and a merge flushes where its survivor stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from functions.record.settle import Origin, RecordResult, Settling
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_table import MemoryTable
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import UnavailableError
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Update
from tieout.planning.model import PlanningModel

KEY, SURVIVOR = RecordKey("crm", "opportunity", "7"), RecordKey("crm", "opportunity", "8")
EARLY, LATE = "2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"


class Answers:
    """A source that answers as told."""

    def __init__(self, *statements: Statement) -> None:
        self._by_key = {statement.key: statement for statement in statements}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was told of each record."""
        return {key: self._by_key[key] for key in keys}


def settled(table: MemoryTable, *statements: Statement) -> RecordResult:
    """How the first record ends when the source states these."""
    settling = Settling(
        ledger=FactLedger(table),
        model=PlanningModel((), "USD", {"crm": "E"}),
        reader_of=lambda _: Answers(*statements),
        clock=ManualClock(),
        entropy=SeededEntropy(1),
        code_version="test",
    )
    notice = Notice(key=KEY, notice_id="n", kind="deal.propertyChange")
    origin = Origin(
        notice=notice, delivery_id="d", flow="forecast_to_plan", received_at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    return settling.settle({KEY: origin})[KEY]


def gone(key: RecordKey, version: str, *related: RecordKey) -> Statement:
    """A record that is deleted, or that lives on as others."""
    absence = Absence.MERGED if related else Absence.DELETED
    return Statement(key=key, source_version=version, fact=None, absence=absence, related=related)


def test_an_older_answer_does_not_end_a_commit_that_was_begun() -> None:
    """A lagging source is asked again later; otherwise the half of a document would stand until somebody changes it."""
    table = MemoryTable()
    assert settled(table, gone(KEY, LATE)).outcome is Outcome.APPLIED
    assert settled(table, gone(KEY, EARLY)).outcome is Outcome.SUPERSEDED
    item = table.get([keys.fact_key(KEY)])[keys.fact_key(KEY)]
    assert "unfinished" not in item
    table.write([Update(keys.fact_key(KEY), sets={"unfinished": 1})])
    assert isinstance(settled(table, gone(KEY, EARLY)).error, UnavailableError)
    assert settled(table, gone(KEY, LATE)).outcome is Outcome.APPLIED


def test_a_merge_flushes_where_its_survivor_stands() -> None:
    """The record asked for has no cells any more; the one it became part of does."""
    table = MemoryTable()
    assert settled(table, gone(KEY, EARLY)).targets == frozenset()
    parts = '[["00","anaplan",[["Amount",1,"par"]],"##"]]'
    assert settled(table, gone(KEY, EARLY, SURVIVOR), gone(SURVIVOR, EARLY)).targets == frozenset()
    table.write([Update(keys.fact_key(SURVIVOR), sets={"contributions": parts})])
    assert settled(table, gone(KEY, LATE, SURVIVOR), gone(SURVIVOR, EARLY)).targets == {"anaplan"}
