"""The items of the ledger, to the letter: what stands in a table for years must be read by every later version of the code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW, TARGET, V1, V2, contribution, lineage, place, record, statement
from tieout.closing import Books, BooksState
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.closing import BooksLedger, LateFact
from tieout.ledger.cycles import Cycle
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage, late_text
from tieout.ledger.late_rows import LateKind, LateRow, digest_of
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Plan, decide
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.table import Item, Put, Table
from tieout.planning.cells import Amount, Unmapped
from tieout.planning.mapping import MappingKey

STAGE, ACME = MappingKey("crm", "stage", "default/won"), MappingKey("crm", "customer", "4711")
CELL = place("Acme").intersection_id()
CLOSED = Books("EMEA", "2026-03", "Actual")
CAME: Item = {
    "delivery_id": "d-1",
    "flow": "forecast",
    "received_at": "2026-03-02T09:00:00.000Z",
    "recorded_at": "2026-03-02T09:00:07.000Z",
    "code_version": "test",
}


def came() -> Lineage:
    """Where all of it came from."""
    return replace(lineage(record(1)), recorded_at=NOW + timedelta(seconds=7))


def commit(table: Table, plan: Plan) -> Item:
    """The item of the fact, once the plan is committed."""
    assert FactLedger(table).commit([(plan, came())]) == {}
    key = ("FACT#crm#opportunity#1", "STATE")
    item = dict(table.get([key])[key])
    assert item.pop("notice").startswith('{"')
    assert item.pop("digest") == plan.digest
    return item


def test_a_fact_and_what_it_contributes_as_they_stand(table: Table) -> None:
    """The fact with what it was planned with, its place in planning, and its contribution beside it."""
    planned = decide(statement(1, V1), None, (contribution("Acme", 5, "EUR>USD"),), {STAGE: "won", ACME: "Acme"})
    assert commit(table, planned) == {
        "catalogue": "FACT#crm#opportunity",
        "revision": 1,
        "readings": 1,
        "source_version": V1,
        "outcome": "applied",
        "kind": "Opportunity",
        "schema_version": 1,
        "contributions": f'[["{CELL}","planning",[["Amount",5,"EUR>USD"]],"##"]]',
        "mappings": '{"crm#customer#4711":"Acme","crm#stage#default/won":"won"}',
        "statement": canonical_text(statement(1, V1)),
        **CAME,
    }
    [(part_key, part), (place_key, stood)] = table.query(f"CELL#planning#{CELL}").items
    assert (part_key[1], place_key[1]) == ("PART#crm#opportunity#1", "STATE")
    assert {name: value for name, value in part.items() if name != "notice"} == {
        "shares": '[["Amount",5,"EUR>USD"]]',
        "books": "##",
        "source_version": V1,
        **CAME,
    }
    assert stood == {
        "cube": "Pipeline",
        "members": '[["Customer","Acme"],["Time","2026-03"]]',
        "catalogue": "CELL#planning",
        "books": "##",
        "cell_state": "dirty#planning",
        "dirty_since": CAME["recorded_at"],
        "generation": 1,
        "total:Amount": 5,
        "currency:Amount": "EUR",
    }


def test_a_contribution_that_changes_no_total_leaves_its_place_as_it_stands(table: Table) -> None:
    """A new rate that comes to the same amount is kept with the fact, and planning is given nothing."""
    key, part_key = keys.cell_key(TARGET, CELL), keys.part_key(TARGET, CELL, record(1))
    commit(table, decide(statement(1, V1), None, (contribution("Acme", 5, "old"),), {}))
    stood = table.get([key])
    stored = FactLedger(table).load([record(1)])[record(1)]
    commit(table, decide(statement(1, V1), stored, (contribution("Acme", 5, "new"),), {}))
    assert table.get([key]) == stood
    assert table.get([part_key])[part_key]["shares"] == '[["Amount",5,"new"]]'


def test_a_held_fact_as_it_stands(table: Table) -> None:
    """The fact says what it waits for, and under that stands who waits."""
    item = commit(table, decide(statement(1, V1), None, Unmapped(ACME), {STAGE: "won"}))
    assert item["held_for"] == '["crm","customer","4711"]'
    assert (item["outcome"], item["contributions"], item["mappings"]) == (
        "held",
        "[]",
        '{"crm#stage#default/won":"won"}',
    )
    [(key, waiting)] = table.query("HELD#crm#customer#4711").items
    assert key[1] == "crm#opportunity#1"
    assert {name: value for name, value in waiting.items() if name != "notice"} == {
        "catalogue": "HELD",
        "record": "crm#opportunity#1",
        "waits_for": "crm#customer#4711",
        **CAME,
    }


@pytest.mark.parametrize("absence", Absence)
def test_an_absent_fact_as_it_stands(table: Table, absence: Absence) -> None:
    """It says why there is none, and each commit of a record has a higher number than the one before."""
    commit(table, decide(statement(1, V1), None, (), {}))
    stored = FactLedger(table).load([record(1)])[record(1)]
    gone = Statement(key=record(1), source_version=V2, fact=None, absence=absence)
    item = commit(table, decide(gone, stored, (), {}))
    assert (item["kind"], item["revision"], item["readings"]) == (str(absence), 2, 3)
    assert (item["contributions"], item["mappings"], item["statement"]) == ("[]", "{}", canonical_text(gone))


def test_an_entry_as_it_stands(table: Table) -> None:
    """Under the connection and the table it belongs to, by the source's value."""
    MappingLedger(table).put(ACME, "Acme", "controller", NOW)
    assert table.query("MAP#crm#customer").items == (
        (
            ("MAP#crm#customer", "4711"),
            {"member": "Acme", "stored_by": "controller", "stored_at": "2026-03-02T09:00:00.000Z", "origin": "person"},
        ),
    )


def test_closed_books_as_they_stand(table: Table) -> None:
    """All periods of a company and version together, each with who did it and whether everybody goes by it; and the counts."""
    BooksLedger(table, lambda _: None, shards=2).change(CLOSED, BooksState.CLOSED, "controller", "month end", NOW)
    assert table.query("BOOKS").items == (
        (
            ("BOOKS", "Actual#EMEA"),
            {
                "revision": 2,
                "periods": '{"2026-03":["closed","2026-03-02T09:00:00.000Z","controller","month end",true]}',
            },
        ),
    )
    assert [table.get([keys.gate_key(shard)]) for shard in range(3)] == [
        {("GATE#000", "STATE"): {"count": 1}},
        {("GATE#001", "STATE"): {"count": 1}},
        {},
    ]


def test_an_approval_as_it_stands(table: Table) -> None:
    """Beside what is late of the record: who asked and who approved, and what exactly, in whatever order it is listed."""
    amounts = (Amount("Amount", "EUR", 30, "par"),)
    rows = tuple(
        LateRow(intersection=place(name), books=CLOSED, kind=LateKind.TO_RESTATE, amounts=amounts)
        for name in ("Acme", "Beta")
    )
    assert digest_of(rows) == digest_of(rows[::-1]) != digest_of(rows[:1])
    table.write([Put(keys.late_key(CLOSED, record(1)), {"late": late_text(rows)})])
    late, ledger = (
        LateFact(books=CLOSED, record=record(1), rows=rows, lineage=came()),
        BooksLedger(table, lambda _: None),
    )
    ledger.ask(late, "accountant", "the auditors say so", NOW)
    asked = (
        '{"asked_at":"2026-03-02T09:00:00.000Z","asked_by":"accountant",'
        '"digest":"53c1375976db845fd63e8f30656d5b96","reason":"the auditors say so"}'
    )
    ledger.approve(replace(late, asked=asked), "controller", NOW)
    [(key, item)] = table.query("LATE#2026-03#Actual#EMEA").items
    assert key[1] == "WAITS#crm#opportunity#1"
    assert item == {
        "late": late_text(rows),
        "asked": asked,
        "approval": (
            '{"approved_by":"controller","asked_at":"2026-03-02T09:00:00.000Z","asked_by":"accountant",'
            '"at":"2026-03-02T09:00:00.000Z","digest":"53c1375976db845fd63e8f30656d5b96","reason":"the auditors say so"}'
        ),
    }


def test_a_cell_of_which_nobody_knows_what_planning_holds_as_it_stands(table: Table) -> None:
    """It is to be written, and what it was last given is not known any more."""
    commit(table, decide(statement(1, V1), None, (contribution("Acme", 5),), {}))
    CellLedger(table).write_again(TARGET, {CELL: ["Amount"]}, NOW)
    stood = table.get([keys.cell_key(TARGET, CELL)])[keys.cell_key(TARGET, CELL)]
    assert (stood["doubted:Amount"], stood["cell_state"], stood["generation"]) == (1, "dirty#planning", 2)


def test_a_cycle_as_it_stands(table: Table) -> None:
    """Its number grows by one with every page."""
    ledger = ReadbackLedger(table)
    begun = ledger.begin(Cycle.begun(TARGET, NOW))
    assert [begun.revision, ledger.advance(begun).revision] == [1, 2]
    assert table.query("READBACK#planning").items == (
        (
            ("READBACK#planning", "CYCLE"),
            {
                "cycle": (
                    '{"advanced_at":"2026-03-02T09:00:00.000Z","asked_by":"","behind":"","different":0,"equal":0,'
                    '"failing":"","finished_at":null,"off_minor":{},"started_at":"2026-03-02T09:00:00.000Z",'
                    '"under_way":0,"waits_until":null}'
                ),
                "revision": 2,
            },
        ),
    )


def test_the_names_of_what_else_stands_there() -> None:
    """Nothing that was written under a name is ever looked for under another."""
    assert keys.target_key(TARGET) == ("TARGET#planning", "STATE")
    assert keys.receipt_partition(TARGET) == "RECEIPT#planning"
    assert (keys.dirty(TARGET), keys.refused(TARGET)) == ("dirty#planning", "refused#planning")
    assert keys.outcomes_of("crm", NOW.date()) == "OUTCOME#crm#2026-03-02"
    assert keys.check_key(TARGET) == ("TARGET#planning", "CHECK")
    assert keys.kept_members_key(TARGET) == ("TARGET#planning", "MEMBERS")
    assert keys.cycle_key(TARGET) == ("READBACK#planning", "CYCLE")
    assert keys.sampled_key(TARGET) == ("READBACK#planning", "SAMPLED")
    assert keys.repaired_key(TARGET, "0f3a:Amount") == ("READBACK#planning", "REPAIRED#0f3a:Amount")
