"""Commits of facts through the ledger, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

import pytest

from tests.support.ledger_scenes import (
    TARGET,
    V1,
    V2,
    committed,
    dirty,
    place,
    planned,
    record,
    statement,
    total,
    totals,
)
from tieout.errors import ConflictError, UnavailableError
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import ConditionFailedError, Key, Put, Table, Usage, Write
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

ACME = MappingKey("crm", "customer", "4711")
GLOBEX = MappingKey("crm", "customer", "4712")


def test_many_facts_of_a_batch_are_one_transaction(table: Table, usages: list[Usage]) -> None:
    """Thirty deals in the same cell are thirty facts, thirty contributions and one total in a single transaction."""
    ledger = FactLedger(table)
    plans = [planned(ledger, statement(number, V1), {"Acme": 100}) for number in range(30)]
    usages.clear()
    assert committed(ledger, *plans) == {}
    assert [(usage.operation, usage.items) for usage in usages] == [("TransactWriteItems", 61)]
    assert total(table, "Acme") == 3000
    assert [state.total_minor for state in dirty(table)] == [3000]


def test_what_does_not_fit_into_one_transaction_goes_into_the_next(table: Table, usages: list[Usage]) -> None:
    """Sixty deals in cells of their own need two transactions, and each is counted once."""
    ledger = FactLedger(table)
    plans = [planned(ledger, statement(number, V1), {f"C{number}": number + 1}) for number in range(60)]
    usages.clear()
    assert committed(ledger, *plans) == {}
    assert [usage.items for usage in usages if usage.operation == "TransactWriteItems"] == [99, 81]
    assert [total(table, f"C{number}") for number in (0, 33, 59)] == [1, 34, 60]


def test_one_outdated_plan_does_not_hold_its_neighbours_up(table: Table) -> None:
    """Of a pack the plan that lost against another writer is named, the others are committed."""
    ledger = FactLedger(table)
    late = planned(ledger, statement(1, V1), {"Acme": 1})
    assert committed(ledger, planned(ledger, statement(1, V2), {"Acme": 5})) == {}
    failures = committed(ledger, late, planned(ledger, statement(2, V1), {"Acme": 7}))
    assert list(failures) == [record(1)]
    assert isinstance(failures[record(1)], ConflictError)
    assert total(table, "Acme") == 12
    assert planned(ledger, statement(1, V1), {"Acme": 1}).outcome is Outcome.SUPERSEDED


def test_a_fact_moves_between_cells_exactly(table: Table) -> None:
    """What it leaves goes back to nothing, what it enters gains, and a deletion leaves nothing."""
    ledger = FactLedger(table)
    committed(ledger, planned(ledger, statement(1, V1), {"Acme": 5, "Beta": 7}))
    committed(ledger, planned(ledger, statement(1, V2), {"Beta": 8, "Gamma": 9}))
    assert [total(table, name) for name in ("Acme", "Beta", "Gamma")] == [0, 8, 9]
    gone = Statement(key=record(1), source_version="", fact=None, absence=Absence.DELETED)
    committed(ledger, planned(ledger, gone, {}))
    assert [total(table, name) for name in ("Acme", "Beta", "Gamma")] == [0, 0, 0]
    assert ledger.load([record(1)])[record(1)].source_version == V2


MANY = {f"C{number:03}": number + 1 for number in range(200)}  # five part-facts


def test_a_document_of_many_cells_is_committed_in_part_facts(table: Table) -> None:
    """All cells arrive, a change of a few touches those, and the record is then finished."""
    ledger, some = (
        FactLedger(table),
        dict(list(MANY.items())[:110]),
    )  # an emulated transaction of 200 cells takes seconds
    assert committed(ledger, planned(ledger, statement(1, V1), some)) == {}
    assert totals(table, some, [1]) == some
    changed = {**some, "C000": 1000}
    del changed["C001"]
    assert committed(ledger, planned(ledger, statement(1, V2), changed)) == {}
    assert [total(table, name) for name in ("C000", "C001", "C002")] == [1000, 0, 3]
    assert not ledger.load([record(1)])[record(1)].unfinished


class Failing:
    """A table whose n-th write does not answer; before or after it took effect."""

    def __init__(self, table: Table, nth: int, *, after: bool) -> None:
        self._table = table
        self._left = nth
        self._after = after
        self.get, self.write_each, self.query, self.index = table.get, table.write_each, table.query, table.index

    def write(self, writes: list[Write]) -> None:
        """Write, or break."""
        self._left -= 1
        if self._left or self._after:
            self._table.write(writes)
        if not self._left:
            raise UnavailableError("broken off")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", range(1, 8))  # the mark, five times cells, the end
@pytest.mark.parametrize("table", ["memory"], indirect=True)  # the emulation would take minutes
def test_a_commit_in_part_facts_that_breaks_off_is_made_whole_by_the_next(
    table: Table, nth: int, *, after: bool
) -> None:
    """Wherever it broke off, the record's next commit starts over from what the contributions are, even to fewer cells."""
    committed(FactLedger(table), planned(FactLedger(table), statement(1, V1), MANY))
    broken = FactLedger(Failing(table, nth, after=after))  # type: ignore[arg-type]  # its writes break
    doubled = {name: 2 * amount for name, amount in MANY.items()}
    with pytest.raises(UnavailableError):
        committed(broken, planned(broken, statement(1, V2, 2), doubled))
    ledger = FactLedger(table)
    fewer = dict(list(doubled.items())[:120])
    assert committed(ledger, planned(ledger, statement(1, V2, 3), fewer)) == {}
    assert totals(table, MANY, [1]) == dict.fromkeys(MANY, 0) | fewer


def test_a_held_fact_waits_where_its_mapping_finds_it(table: Table) -> None:
    """It is entered under what it waits for and in the catalogue, contributes nothing, and leaves when it is planned."""
    ledger = FactLedger(table)
    assert committed(ledger, planned(ledger, statement(1, V1), Unmapped(ACME))) == {}
    waiting = table.query(f"HELD#{ACME}").items
    assert [key[1] for key, _ in waiting] == [str(record(1))]
    assert [key for key, _ in table.index("catalogue", keys.HELD).items] == [waiting[0][0]]
    assert ledger.load([record(1)])[record(1)].held_for == ACME
    table.write([Put(keys.mapping_key(ACME), {"member": "Acme"})])
    assert ledger.mappings([ACME]) == {ACME: "Acme"}
    assert committed(ledger, planned(ledger, statement(1, V1), {"Acme": 5})) == {}
    assert table.query(f"HELD#{ACME}").items == ()
    assert table.index("catalogue", keys.HELD).items == ()
    assert total(table, "Acme") == 5


def test_a_fact_is_not_held_for_a_mapping_that_has_just_arrived(table: Table) -> None:
    """Holding and the arrival of the entry exclude each other, so no fact waits for what is there."""
    ledger = FactLedger(table)
    plan = planned(ledger, statement(1, V1), Unmapped(ACME))
    table.write([Put(keys.mapping_key(ACME), {"member": "Acme"})])
    failures = committed(ledger, plan, planned(ledger, statement(2, V1), {"Beta": 1}))
    assert list(failures) == [record(1)]
    assert ledger.load([record(1)]) == {}
    assert total(table, "Beta") == 1


@pytest.mark.parametrize("arrived", [ACME, GLOBEX])
def test_a_fact_is_held_for_two_entries_only_while_both_are_missing(table: Table, arrived: MappingKey) -> None:
    """Either would release it, so whichever arrives meanwhile has it planned again."""
    ledger = FactLedger(table)
    plan = planned(ledger, statement(1, V1), Unmapped(ACME, GLOBEX))
    table.write([Put(keys.mapping_key(arrived), {"member": "Acme"})])
    assert list(committed(ledger, plan)) == [record(1)]
    assert ledger.load([record(1)]) == {}


def test_a_fact_held_for_two_entries_is_found_under_both_and_listed_once(table: Table) -> None:
    """And leaves both when it waits for another one alone."""
    ledger = FactLedger(table)
    assert committed(ledger, planned(ledger, statement(1, V1), Unmapped(ACME, GLOBEX))) == {}
    waiting = [table.query(f"HELD#{entry}").items for entry in (ACME, GLOBEX)]
    assert [[key[1] for key, _ in items] for items in waiting] == [[str(record(1))]] * 2
    assert [key for key, _ in table.index("catalogue", keys.HELD).items] == [waiting[0][0][0]]
    stored = ledger.load([record(1)])[record(1)]
    assert (stored.held_for, stored.or_for) == (ACME, GLOBEX)
    assert committed(ledger, planned(ledger, statement(1, V1), Unmapped(GLOBEX))) == {}
    assert table.query(f"HELD#{ACME}").items == ()
    assert len(table.query(f"HELD#{GLOBEX}").items) == 1


def test_two_facts_that_wait_for_one_mapping_check_it_once(table: Table) -> None:
    """They are held in one transaction, though an item may be named only once in it."""
    ledger = FactLedger(table)
    plans = [planned(ledger, statement(number, V1), Unmapped(ACME)) for number in (1, 2)]
    assert committed(ledger, *plans) == {}
    assert len(table.query(f"HELD#{ACME}").items) == 2


def test_a_refused_fact_spoils_no_pack(table: Table) -> None:
    """A fact that waits for an entry no table can hold fails alone, for good."""
    ledger = FactLedger(table)
    endless = planned(ledger, statement(1, V1), Unmapped(MappingKey("crm", "product", "p" * 1100)))
    failures = committed(ledger, endless, planned(ledger, statement(2, V1), {"Beta": 1}))
    assert list(failures) == [record(1)]
    assert not isinstance(failures[record(1)], ConditionFailedError | ConflictError)
    assert total(table, "Beta") == 1


def test_the_keys_of_the_ledger_are_kept_apart(table: Table) -> None:
    """No two kinds of item share a partition but a cell and its contributions."""
    facts = FactLedger(table)
    committed(facts, planned(facts, statement(1, V1), {"Acme": 5}))
    partition, _ = keys.cell_key(TARGET, place("Acme").intersection_id())
    found: list[Key] = [key for key, _ in table.query(partition).items]
    assert [key[1].split("#")[0] for key in found] == ["PART", "STATE"]
