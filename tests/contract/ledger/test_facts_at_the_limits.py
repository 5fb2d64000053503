"""Commits as large as a transaction, larger by one write, and those that were begun and met somebody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from tests.support.ledger_scenes import TARGET, V1, V2, committed, dirty, place, planned, record, statement, totals
from tests.support.memory_table import MemoryTable
from tieout.errors import ConflictError, UnavailableError
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import statement_text
from tieout.ledger.plan import Outcome, Plan
from tieout.ledger.table import Put, Table, Usage, Write
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

ACME, BETA = MappingKey("crm", "customer", "4711"), MappingKey("crm", "customer", "4712")
V3 = "2026-03-03T00:00:00.000Z"
MANY = {
    f"C{number:03}": number + 1 for number in range(60)
}  # too many for a transaction, few enough to be struck out in one
FEW = {"C000": 7, "C059": 8}


def gone(number: int) -> Statement:
    """A deal that was deleted before the ledger knew it: committing that is one write."""
    return Statement(key=record(number), source_version=V1, fact=None, absence=Absence.DELETED)


def in_cells(ledger: FactLedger, number: int, count: int) -> Plan:
    """A deal in so many cells of its own: a fact, and two writes for each cell."""
    return planned(ledger, statement(number, V1), {f"D{number}-{place}": 1 for place in range(count)})


def sizes(usages: Sequence[Usage]) -> list[int]:
    """How many writes each call to the table carried."""
    return [usage.items for usage in usages if usage.operation in {"TransactWriteItems", "PutItem"}]


@pytest.mark.parametrize(("more", "calls"), [(0, [99]), (1, [100]), (2, [100, 1])])
def test_a_pack_holds_a_hundred_writes(table: Table, usages: list[Usage], more: int, calls: list[int]) -> None:
    """Plans go together up to DynamoDB's hundred writes; the hundred-and-first begins the next transaction."""
    ledger = FactLedger(table)
    plans = [in_cells(ledger, number, 1) for number in range(33)]
    plans += [planned(ledger, gone(100 + number), {}) for number in range(more)]
    usages.clear()
    assert committed(ledger, *plans) == {}
    assert sizes(usages) == calls
    assert len(ledger.load(plan.key for plan in plans)) == 33 + more


@pytest.mark.parametrize(
    ("cells", "calls"), [(49, [99]), (50, [1, 97, 5, 1]), (96, [1, 97, 97, 1]), (97, [1, 97, 97, 3, 1])]
)
def test_a_fact_of_fifty_cells_is_the_first_that_no_transaction_holds(cells: int, calls: list[int]) -> None:
    """One of forty-nine is committed at once; larger ones as mark, cells by the forty-eight with a check each, and end."""
    usages: list[Usage] = []
    ledger = FactLedger(MemoryTable(observe=usages.append))
    plan = in_cells(ledger, 1, cells)
    usages.clear()
    assert committed(ledger, plan) == {}
    assert sizes(usages) == calls


@pytest.mark.parametrize(("cells", "at_once"), [(49, True), (50, False)])
def test_a_released_fact_of_a_hundred_writes_is_one_transaction(cells: int, *, at_once: bool) -> None:
    """To strike it from what it waited for is a write too, and the hundredth still fits."""
    usages: list[Usage] = []
    table = MemoryTable(observe=usages.append)
    ledger = FactLedger(table)
    assert committed(ledger, planned(ledger, statement(1, V1), Unmapped(ACME))) == {}
    plan = in_cells(ledger, 1, cells)
    usages.clear()
    assert committed(ledger, plan) == {}
    assert (sizes(usages) == [100]) is at_once
    assert table.query(f"HELD#{ACME}").items == ()
    assert not ledger.load([record(1)])[record(1)].unfinished


class InterruptedTable:
    """A table before whose n-th write something happens: somebody else is faster, or the function is gone."""

    def __init__(self, table: Table, nth: int, happens: Callable[[], None]) -> None:
        self._table, self._left, self._happens = table, nth, happens
        self.get, self.write_each, self.query, self.index = table.get, table.write_each, table.query, table.index

    def write(self, writes: Sequence[Write]) -> None:
        """Write, after what happens."""
        self._left -= 1
        if self._left == 0:
            self._happens()
        self._table.write(writes)


def crash() -> None:
    """The function is gone."""
    raise UnavailableError("broken off")


def begun(table: Table, nth: int) -> FactLedger:
    """A ledger in which a commit of many cells broke off before its n-th write: mark, two times cells, end."""
    broken = FactLedger(InterruptedTable(table, nth, crash))
    with pytest.raises(UnavailableError):
        committed(broken, planned(broken, statement(1, V1), MANY))
    return FactLedger(table)


@pytest.mark.parametrize("nth", [2, 3, 4])
def test_a_begun_document_that_became_small_leaves_nothing_in_the_cells_it_left(nth: int) -> None:
    """What the mark names was never said to be zero: what really stands there is taken back, though the new plan is small."""
    table = MemoryTable()
    ledger = begun(table, nth)
    assert ledger.load([record(1)])[record(1)].unfinished
    assert committed(ledger, planned(ledger, statement(1, V2), FEW)) == {}
    assert not ledger.load([record(1)])[record(1)].unfinished
    expected = dict.fromkeys(MANY, 0) | FEW
    touched = {name for name in MANY if table.get([keys.cell_key(TARGET, place(name).intersection_id())])}
    assert totals(table, touched, [1]) == {name: expected[name] for name in touched}
    assert touched >= FEW.keys()


def test_a_begun_document_that_its_first_writer_gets_on_with_is_counted_once() -> None:
    """Somebody has read which cells it lacks, and then it lacks them no more: a newer plan starts over and reads them again."""
    table, plans = MemoryTable(), list[Plan]()
    newer, second = MANY | {"C001": 1_000}, FactLedger(table)
    before_its_end = InterruptedTable(table, 4, crash)
    first = FactLedger(
        InterruptedTable(before_its_end, 3, lambda: plans.append(planned(second, statement(1, V2), newer)))
    )
    with pytest.raises(UnavailableError):
        committed(first, planned(first, statement(1, V1), MANY))
    assert committed(second, *plans) == {}
    assert totals(table, newer, [1]) == newer


@pytest.mark.parametrize("nth", [2, 3, 4])
def test_a_begun_document_that_was_deleted_leaves_nothing_at_all(nth: int) -> None:
    """A tombstone is the smallest plan there is."""
    table = MemoryTable()
    ledger = begun(table, nth)
    deleted = Statement(key=record(1), source_version=V2, fact=None, absence=Absence.DELETED)
    assert committed(ledger, planned(ledger, deleted, {})) == {}
    touched = [name for name in MANY if table.get([keys.cell_key(TARGET, place(name).intersection_id())])]
    assert totals(table, touched, [1]) == dict.fromkeys(touched, 0)
    assert not [key for key in table.contents() if key[1].startswith(keys.PART_PREFIX)]


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("newer", [MANY | {"C001": 1_000}, FEW], ids=["large", "small"])
def test_a_slower_writer_does_not_overwrite_what_a_faster_one_made_of_a_document(
    nth: int, newer: dict[str, int]
) -> None:
    """Wherever it is overtaken, even before the very last write, its commit fails and the newer fact stands."""
    table = MemoryTable()
    faster = FactLedger(table)

    def overtakes() -> None:
        assert committed(faster, planned(faster, statement(1, V2, 2), newer)) == {}

    slower = FactLedger(InterruptedTable(table, nth, overtakes))
    failures = committed(slower, planned(slower, statement(1, V1), MANY))
    assert list(failures) == [record(1)]
    assert isinstance(failures[record(1)], ConflictError)
    stored = faster.load([record(1)])[record(1)]
    assert (stored.source_version, stored.unfinished) == (V2, False)
    assert planned(faster, statement(1, V2, 2), newer).outcome is Outcome.DUPLICATE
    present = [name for name in MANY if name in newer or nth > 1]
    found = totals(
        table, [name for name in present if table.get([keys.cell_key(TARGET, place(name).intersection_id())])], [1]
    )
    assert found == {name: newer.get(name, 0) for name in found}


def test_a_fact_that_waits_for_another_entry_now_is_listed_under_that_alone(table: Table) -> None:
    """Else the first entry's arrival would send it again for nothing, for ever, and people would be told of a wrong cause."""
    ledger = FactLedger(table)
    assert committed(ledger, planned(ledger, statement(1, V1), Unmapped(ACME))) == {}
    assert committed(ledger, planned(ledger, statement(1, V2), Unmapped(BETA))) == {}
    assert table.query(f"HELD#{ACME}").items == ()
    assert [key[1] for key, _ in table.query(f"HELD#{BETA}").items] == [str(record(1))]
    assert ledger.load([record(1)])[record(1)].held_for == BETA
    assert committed(ledger, planned(ledger, statement(1, V3), Unmapped(BETA))) == {}
    assert [key[1] for key, _ in table.query(f"HELD#{BETA}").items] == [str(record(1))]
    table.write([Put(keys.mapping_key(BETA), {"member": "Beta"})])
    assert committed(ledger, planned(ledger, statement(1, V3, 3), {"Beta": 5})) == {}
    assert table.index("catalogue", keys.HELD).items == ()
    assert [cell.total_minor for cell in dirty(table)] == [5]


@pytest.mark.parametrize(("text_bytes", "is_deflated"), [(16_384, False), (16_385, True)])
@pytest.mark.parametrize("letter", ["a", "ß"])
def test_a_long_statement_is_deflated(text_bytes: int, letter: str, *, is_deflated: bool) -> None:
    """Up to sixteen kilobytes people can read it where it stands; a longer one must leave room in the item."""
    table = MemoryTable()
    stated = _named("")
    missing = text_bytes - len(canonical_text(stated).encode())
    letters, rest = divmod(missing, len(letter.encode()))
    stated = _named(letter * letters + "a" * rest)
    assert len(canonical_text(stated).encode()) == text_bytes
    assert committed(FactLedger(table), planned(FactLedger(table), stated, {})) == {}
    item = table.get([keys.fact_key(record(1))])[keys.fact_key(record(1))]
    assert ("statement_deflated" in item, "statement" in item) == (is_deflated, not is_deflated)
    assert statement_text(item) == canonical_text(stated)


def _named(name: str) -> Statement:
    stated = statement(1, V1)
    assert isinstance(stated.fact, Opportunity)
    return replace(stated, fact=replace(stated.fact, name=name))
