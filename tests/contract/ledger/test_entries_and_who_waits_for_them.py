"""Mapping entries and the facts held for want of one, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW, V1, lineage, record, statement
from tests.support.short_pages import ShortPages
from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage
from tieout.ledger.mappings import PERSON, HeldFact, MappingEntry, MappingLedger
from tieout.ledger.plan import decide
from tieout.ledger.table import Put, Table
from tieout.moments import moment_text
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

ACME, BETA = MappingKey("crm", "customer", "4711"), MappingKey("crm", "customer", "47#12")


def came_later(key: RecordKey, minutes: int) -> Lineage:
    """Where a held fact came from; no two of its moments are the same."""
    received_at = NOW + timedelta(minutes=minutes)
    recorded_at = received_at + timedelta(seconds=7)
    return replace(lineage(key), received_at=received_at, recorded_at=recorded_at, flow="plan_to_forecast")


def held(table: Table, key: RecordKey, entry: MappingKey, minutes: int = 0) -> HeldFact:
    """A deal that waits for an entry."""
    stated = replace(statement(1, V1), key=key)
    origin = came_later(key, minutes)
    assert FactLedger(table).commit([(decide(stated, None, Unmapped(entry), {}), origin)]) == {}
    return HeldFact(record=key, waits_for=entry, lineage=origin)


def test_the_entries_of_a_table_are_listed_with_who_stored_them_and_when(table: Table) -> None:
    """All of them, in order of the source's value, and none of another table or connection."""
    mappings = MappingLedger(ShortPages(table))
    stored = [
        MappingEntry(
            key=MappingKey("crm", "customer", value),
            member=f"Member of {value}",
            stored_by=f"controller {number}",
            stored_at=NOW + timedelta(seconds=number),
        )
        for number, value in enumerate(["4711", "1", "47#12", "9", "ä"])
    ]
    for entry in stored:
        assert mappings.put(entry.key, entry.member, entry.stored_by, entry.stored_at) is None
    for other in (MappingKey("crm", "product", "1"), MappingKey("crm2", "customer", "1")):
        mappings.put(other, "Other", "controller", NOW)
    assert list(mappings.entries("crm", "customer")) == sorted(stored, key=lambda entry: entry.key)
    assert [entry.key.table for entry in mappings.entries("crm", "product")] == ["product"]
    assert list(mappings.entries("crm", "account")) == []


def test_an_entry_that_does_not_say_what_it_is_made_of_was_stored_by_a_person(table: Table) -> None:
    """As all were before there was anything else."""
    table.write([Put(keys.mapping_key(ACME), {"member": "Acme", "stored_by": "ana", "stored_at": moment_text(NOW)})])
    assert MappingLedger(table).entry(ACME) == MappingEntry(key=ACME, member="Acme", stored_by="ana", stored_at=NOW)
    assert MappingEntry(key=ACME, member="Acme", stored_by="ana", stored_at=NOW).origin == PERSON


def test_whoever_stores_an_entry_is_told_which_member_it_replaced(table: Table) -> None:
    """Nothing was replaced by the first member, nor by the same one; the last who stored it is the one who is named."""
    mappings = MappingLedger(table)
    told = [mappings.put(ACME, member, member.lower(), NOW) for member in ("Acme", "Acme", "Acme Inc", "Acme")]
    assert told == [None, None, "Acme", "Acme Inc"]
    assert [(entry.member, entry.stored_by) for entry in mappings.entries("crm", "customer")] == [("Acme", "acme")]


def test_an_entry_the_line_could_not_use_is_not_stored(table: Table) -> None:
    """Who typed it is told at once, and the entry before it stays."""
    mappings = MappingLedger(table)
    mappings.put(ACME, "Acme", "controller", NOW)
    with pytest.raises(MalformedError) as refusal:
        mappings.put(ACME, " Acme", "controller", NOW)
    assert refusal.value.reason == "mapping_empty_or_padded"
    assert [entry.member for entry in mappings.entries("crm", "customer")] == ["Acme"]


def test_every_held_fact_is_listed_with_what_it_waits_for_and_where_it_came_from(table: Table) -> None:
    """Whatever entry it waits for, on whichever page it stands, and whatever signs are in the source's ids."""
    short = ShortPages(table)
    facts = [held(short, record(number), ACME, number) for number in range(5)]
    facts += [held(short, RecordKey("crm", "opportunity", "7#b#c"), BETA)]
    mappings = MappingLedger(short)
    assert sorted(mappings.held(), key=lambda fact: fact.record) == facts
    assert list(mappings.waiting(ACME)) == facts[:5]
    assert list(mappings.waiting(BETA)) == facts[5:]


def test_nothing_is_held_where_nothing_waits(table: Table) -> None:
    """An empty list is an answer."""
    assert list(MappingLedger(table).held()) == []
    assert list(MappingLedger(table).waiting(ACME)) == []
