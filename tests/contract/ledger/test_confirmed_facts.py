"""A duplicate is a reading of its own: it is counted, and fails where the fact is another one by now."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.ledger_scenes import V1, V2, committed, contribution, planned, record, statement
from tests.support.memory_table import MemoryTable
from tieout.errors import ConflictError
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import Outcome, Plan, decide
from tieout.ledger.table import Item, Key, Table, Write
from tieout.planning.mapping import MappingKey

ACME = MappingKey("crm", "customer", "4711")
DEALS = (1, 2, 3)


def plans(ledger: FactLedger, version: str, used: dict[MappingKey, str] | None = None) -> list[Plan]:
    """The plans of some deals, made from what the ledger holds now."""
    stored = ledger.load(map(record, DEALS))
    return [
        decide(statement(number, version), stored.get(record(number)), (contribution("Acme", 5),), used or {})
        for number in DEALS
    ]


def facts(table: Table) -> dict[Key, Item]:
    """The deals as they stand in the table."""
    return dict(table.get([keys.fact_key(record(number)) for number in DEALS]))


def test_each_reading_that_says_the_same_is_counted_once(table: Table) -> None:
    """Two workers may confirm one fact at the same time, and nothing else of it changes."""
    ledger = FactLedger(table)
    assert committed(ledger, *plans(ledger, V1)) == {}
    before = ledger.load([record(1)])[record(1)].readings
    confirmed_here, confirmed_there = plans(ledger, V1), plans(ledger, V1)
    assert {plan.outcome for plan in confirmed_here} == {Outcome.DUPLICATE}
    stood = facts(table)
    assert committed(ledger, *confirmed_here) == {}
    assert committed(ledger, *confirmed_there) == {}
    assert facts(table) == {key: {**item, "readings": before + 2} for key, item in stood.items()}


def test_a_reading_does_not_confirm_a_fact_that_has_changed_since(table: Table) -> None:
    """It names that record alone, and leaves the newer fact and the entries it was planned with as they are."""
    ledger = FactLedger(table)
    assert committed(ledger, *plans(ledger, V1)) == {}
    late = plans(ledger, V1)
    newer = decide(statement(2, V2), ledger.load([record(2)])[record(2)], (contribution("Acme", 6),), {ACME: "Acme"})
    assert committed(ledger, newer) == {}
    stands = facts(table)[keys.fact_key(record(2))]
    failures = committed(ledger, *late)
    assert list(failures) == [record(2)]
    assert isinstance(failures[record(2)], ConflictError)
    assert facts(table)[keys.fact_key(record(2))] == stands
    assert planned(ledger, statement(2, V1), {"Acme": 5}).outcome is Outcome.SUPERSEDED


def test_every_plan_that_failed_is_named_whichever_way_it_is_committed() -> None:
    """Duplicates first, then documents of many cells one by one, then what fits together: none is forgotten for a later one."""
    table = MemoryTable()  # an emulated transaction of a hundred cells takes seconds
    ledger = FactLedger(table)
    many = {f"C{number:03}": number + 1 for number in range(60)}
    assert committed(ledger, *plans(ledger, V1)) == {}
    late = [
        *plans(ledger, V1),
        *(planned(ledger, statement(number, V1), many) for number in (4, 5)),
        *(planned(ledger, statement(number, V1), {"Acme": 5}) for number in (6, 7)),
    ]
    for number in (2, 4, 7):
        assert committed(ledger, planned(ledger, statement(number, V2), {"Acme": 6})) == {}
    assert set(committed(ledger, *late)) == {record(2), record(4), record(7)}


class BusyTable:
    """A table on whose items another transaction is whenever one is confirmed."""

    def __init__(self, table: Table) -> None:
        self.get, self.write, self.query, self.index = table.get, table.write, table.query, table.index

    def write_each(self, writes: Sequence[Write]) -> Sequence[Key]:
        """Write nothing."""
        raise ConflictError(f"another transaction is on one of {len(writes)} items")


def test_no_duplicate_is_confirmed_while_another_transaction_is_on_one_of_them(table: Table) -> None:
    """Nobody knows on which, so each is read again; what changes the ledger is committed all the same."""
    ledger = FactLedger(table)
    assert committed(ledger, *plans(ledger, V1)) == {}
    new = planned(ledger, statement(4, V1), {"Acme": 5})
    failures = committed(FactLedger(BusyTable(table)), *plans(ledger, V1), new)
    assert {key: type(error) for key, error in failures.items()} == {record(number): ConflictError for number in DEALS}
    assert record(4) in ledger.load([record(4)])
