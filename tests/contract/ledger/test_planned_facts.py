"""Finding the facts of a connection and those planned with a member that was replaced, on the table in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.ledger_scenes import (
    NOW,
    TARGET,
    V1,
    V2,
    committed,
    contribution,
    lineage,
    planned,
    record,
    statement,
)
from tests.support.memory_table import MemoryTable
from tieout.arriving.notice import RecordKey
from tieout.facts.statement import Absence, Statement
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import stored_lineage
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import Outcome, Plan, decide
from tieout.ledger.planned import FactCatalogue, RecordedFact
from tieout.ledger.table import Table, Usage
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

ACME = MappingKey("crm", "customer", "4711")
STAGE = MappingKey("crm", "stage", "default/won")
COMPANY = MappingKey("crm", "legal_entity", "2")
MONTH = MappingKey("crm", "period", "111")
RATE = MappingKey(EVERY_CONNECTION, "rate", "average:EUR>USD@2026-03")


def plan(table: Table, number: int, used: dict[MappingKey, str], *, version: str = V1, cells: str = "") -> Plan:
    """The plan of a deal made with these entries; its amount goes to the cell of the customer's member."""
    stated = statement(number, version)
    name = cells or used.get(ACME, "Beta")
    stored = FactLedger(table).load([stated.key]).get(stated.key)
    return decide(stated, stored, (contribution(name, 100),), used)


def store(table: Table, key: MappingKey, member: str) -> None:
    """Store a mapping entry."""
    MappingLedger(table).put(key, member, "controller", NOW)


def outdated(table: Table, *among: MappingKey) -> list[str]:
    """The ids of the outdated deals."""
    catalogue = FactCatalogue(table)
    found = catalogue.outdated(catalogue.facts("crm", "opportunity"), among or None)
    return [fact.record.record_id for fact in found]


def test_every_fact_of_an_entity_is_found_with_the_notice_it_came_from(table: Table) -> None:
    """Facts that were applied, held and deleted are found, those of other entities and connections are not."""
    ledger = FactLedger(table)
    gone = Statement(key=record(3), source_version=V1, fact=None, absence=Absence.DELETED)
    committed(ledger, plan(table, 1, {}), planned(ledger, statement(2, V1), Unmapped(ACME)), planned(ledger, gone, {}))
    found = list(FactCatalogue(table).facts("crm", "opportunity"))
    assert [(fact.record, fact.outcome, fact.kind) for fact in found] == [
        (record(1), "applied", "Opportunity"),
        (record(2), "held", "Opportunity"),
        (record(3), "applied", "deleted"),
    ]
    assert [fact.lineage for fact in found] == [lineage(record(number)) for number in (1, 2, 3)]
    assert [fact.waits_for for fact in found] == [None, ACME, None]
    assert not list(FactCatalogue(table).facts("crm", "invoice"))
    assert not list(FactCatalogue(table).facts("crm2", "opportunity"))


def test_a_fact_is_sent_again_alone_and_under_its_own_position(table: Table) -> None:
    """Its envelope names the delivery and flow it came with, so that its outcome is counted once."""
    committed(FactLedger(table), plan(table, 1, {}))
    fact = FactCatalogue(table).fact(record(1))
    assert fact is not None
    envelope = fact.lineage.envelope()
    known = lineage(record(1))
    assert (envelope.delivery_id, envelope.flow, envelope.received_at) == ("d-1", "forecast", NOW)
    assert envelope.notices == (known.notice,)
    assert envelope.connection == "crm"
    assert FactCatalogue(table).fact(record(99)) is None


@pytest.mark.parametrize("record_id", ["7", "7#b", "#7#b#c#"])
def test_a_fact_is_found_whatever_signs_are_in_its_record_s_id(table: Table, record_id: str) -> None:
    """Ids are the source's words, and we part ours by one of those signs."""
    key = RecordKey("crm", "opportunity", record_id)
    plan = decide(replace(statement(1, V1), key=key), None, (contribution("Acme", 5),), {ACME: "Acme"})
    assert FactLedger(table).commit([(plan, lineage(key))]) == {}
    expected = RecordedFact(
        record=key,
        kind="Opportunity",
        outcome="applied",
        source_version=V1,
        used={ACME: "Acme"},
        waits_for=None,
        lineage=lineage(key),
    )
    assert FactCatalogue(table).fact(key) == expected
    assert list(FactCatalogue(table).facts("crm", "opportunity")) == [expected]


def test_a_contribution_says_where_it_came_from(table: Table) -> None:
    """Beside the total of a place stands who adds what to it, in which version, and by which notice."""
    committed(FactLedger(table), plan(table, 1, {ACME: "Acme"}))
    key = keys.part_key(TARGET, contribution("Acme", 100).intersection.intersection_id(), record(1))
    item = table.get([key])[key]
    assert (item["shares"], item["source_version"]) == ('[["Amount",100,"par"]]', V1)
    assert stored_lineage("crm", item) == lineage(record(1))


def test_more_facts_than_a_page_holds_are_all_found(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left out at the end of a page."""
    monkeypatch.setattr("tieout.ledger.planned._FACTS_AT_ONCE", 20)
    ledger = FactLedger(table)
    committed(ledger, *(plan(table, number, {}) for number in range(45)))
    assert len(list(FactCatalogue(table).facts("crm", "opportunity"))) == 45


def test_a_fact_is_outdated_when_an_entry_it_was_planned_with_says_something_else(table: Table) -> None:
    """Only facts planned with the replaced member are, and only while it differs."""
    store(table, ACME, "Acme")
    committed(FactLedger(table), plan(table, 1, {ACME: "Acme"}), plan(table, 2, {STAGE: "won"}))
    store(table, STAGE, "won")
    assert outdated(table) == []
    store(table, ACME, "Acme Inc")
    assert outdated(table) == ["1"]
    store(table, ACME, "Acme")
    assert outdated(table) == []


def test_only_the_entries_asked_for_are_looked_at(table: Table) -> None:
    """Who replaces one member sends again what was planned with that one."""
    committed(FactLedger(table), plan(table, 1, {ACME: "Acme"}), plan(table, 2, {RATE: "1.08"}))
    store(table, ACME, "Acme Inc")
    store(table, RATE, "1.09")
    assert outdated(table) == ["1", "2"]
    assert outdated(table, RATE) == ["2"]
    assert outdated(table, STAGE) == []


def test_absent_facts_are_not_outdated_by_a_replaced_member(table: Table) -> None:
    """They use no mapping."""
    ledger = FactLedger(table)
    gone = Statement(key=record(2), source_version=V1, fact=None, absence=Absence.DELETED)
    committed(ledger, planned(ledger, gone, {}))
    store(table, ACME, "Acme Inc")
    assert outdated(table) == []


def test_a_held_fact_that_waits_on_after_a_replaced_entry_is_not_outdated_for_ever(table: Table) -> None:
    """It is read again once, and comes to the same with what is stored now."""
    ledger = FactLedger(table)
    committed(ledger, decide(statement(1, V1), None, Unmapped(STAGE), {ACME: "Acme"}))
    store(table, ACME, "Acme Inc")
    assert outdated(table) == ["1"]
    again = decide(statement(1, V1), ledger.load([record(1)])[record(1)], Unmapped(STAGE), {ACME: "Acme Inc"})
    committed(ledger, again)
    assert outdated(table) == []
    assert ledger.load([record(1)])[record(1)].held_for == STAGE


@pytest.mark.parametrize(
    ("deciding", "members"),
    [(COMPANY, ("EU_BV", "UK_LTD")), (MONTH, ("2026-03", "2026-04")), (STAGE, ("negotiation", "lost"))],
    ids=["company", "period", "stage"],
)
def test_a_held_fact_is_outdated_when_what_it_waits_for_follows_from_a_replaced_entry(
    table: Table, deciding: MappingKey, members: tuple[str, str]
) -> None:
    """A period of the old company's calendar, the rate of the old period, the product of a deal that counts as lost by now."""
    store(table, ACME, "Acme")
    store(table, deciding, members[0])
    committed(FactLedger(table), decide(statement(1, V1), None, Unmapped(RATE), {deciding: members[0], ACME: "Acme"}))
    assert outdated(table) == []
    store(table, deciding, members[1])
    assert outdated(table) == ["1"]
    assert outdated(table, deciding) == ["1"]
    assert outdated(table, ACME) == []


@pytest.mark.parametrize("arrived", [ACME, RATE])
def test_a_held_fact_is_outdated_once_either_of_two_entries_is_there(table: Table, arrived: MappingKey) -> None:
    """Either would release it, though nobody sent it again when that was stored."""
    ledger = FactLedger(table)
    committed(ledger, planned(ledger, statement(1, V1), Unmapped(ACME, RATE)), plan(table, 2, {STAGE: "won"}))
    store(table, STAGE, "won")
    assert outdated(table) == []
    store(table, arrived, "1.08")
    assert outdated(table) == outdated(table, arrived) == ["1"]


def test_an_entry_replaced_without_a_consequence_is_taken_note_of(table: Table) -> None:
    """A deal whose new stage is also an open one is a duplicate, and after that no longer outdated."""
    store(table, STAGE, "prospect")
    ledger = FactLedger(table)
    committed(ledger, plan(table, 1, {STAGE: "prospect"}))
    store(table, STAGE, "qualified")
    assert outdated(table) == ["1"]
    again = plan(table, 1, {STAGE: "qualified"})
    assert again.outcome is Outcome.DUPLICATE
    committed(ledger, again)
    assert outdated(table) == []


@pytest.mark.parametrize("table", ["memory"], indirect=True)  # the emulation counts index writes only roughly
def test_the_catalogue_costs_one_index_write_when_a_fact_is_first_put(table: Table, usages: list[Usage]) -> None:
    """A later version of the fact costs none: the catalogue holds keys alone, and they stay."""
    ledger = FactLedger(table)
    usages.clear()
    committed(ledger, decide(statement(1, V1), None, (), {}))
    committed(ledger, decide(statement(1, V2), ledger.load([record(1)])[record(1)], (), {}))
    assert [usage.units for usage in usages if usage.operation == "PutItem"] == [2, 1]
    found = table.index("catalogue", keys.facts_of("crm", "opportunity")).items
    assert [key for key, _ in found] == [keys.fact_key(record(1))]


@pytest.mark.parametrize(("facts", "asked"), [(199, [199]), (200, [200]), (201, [200, 1])])
def test_facts_are_gone_through_two_hundred_at_a_time(facts: int, asked: list[int]) -> None:
    """An item may have 400 KB, and a function has a memory."""
    usages: list[Usage] = []
    table = MemoryTable(observe=usages.append)
    ledger = FactLedger(table)
    committed(ledger, *(planned(ledger, statement(number, V1), {"Acme": 1}) for number in range(facts)))
    usages.clear()
    assert len(list(FactCatalogue(table).facts("crm", "opportunity"))) == facts
    assert [usage.items for usage in usages if usage.operation == "Query" and usage.items] == asked
