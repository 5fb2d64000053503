"""Master data read out of the ledger, with what planning calls it: stored by somebody, or implied by its owner's numbers."""

from __future__ import annotations

import pytest

from tests.support.ledger_scenes import NOW
from tests.support.memory_table import MemoryTable
from tests.support.telling_masters import tell
from tieout.facts.master_data import CostCentre, Customer
from tieout.ledger.mappings import LINK, PERSON, MappingLedger
from tieout.ledger.masters import MasterLedger
from tieout.ledger.table import ConditionFailedError, Table
from tieout.ownership import Owner, Ownership
from tieout.planning.mapping import MappingKey

ERP, CRM = "erp", "crm"
OWNER = Owner(name="customers", connection=ERP, facts=("Customer",), codes="C_{number}")
LINKED = MappingKey(CRM, "customer", "7")
OF_THE_ERP, OF_ANOTHER = f"{LINK}erp/customer/1", f"{LINK}erp/customer/2"


def ledger_of(table: Table) -> MasterLedger:
    """The master data of two connections, the customers of which one owns."""
    return MasterLedger(table=table, legal_entities={ERP: "GROUP", CRM: "EMEA"}, ownership=Ownership((OWNER,)))


def test_each_record_has_what_planning_calls_it_and_who_has_said_so() -> None:
    """A stored entry stands before what a number implies; what nobody has said is nothing."""
    table = MemoryTable()
    for number in ("1", "2"):
        tell(table, ERP, Customer(number=number, parent="2" if number == "1" else None, legal_entity="9"))
    tell(table, CRM, Customer(number="7", parent="8"))
    tell(table, CRM, Customer(number="8"))
    entries = MappingLedger(table)
    entries.put(MappingKey(ERP, "customer", "2"), "GLOBEX", "controller", NOW, "file:names.csv")
    entries.put(MappingKey(ERP, "legal_entity", "9"), "APAC", "controller", NOW)
    found = ledger_of(table).records(Customer)
    assert [(each.record.record_id, each.code, each.origin, each.parent, each.company) for each in found] == [
        ("7", None, "", None, "EMEA"),
        ("8", None, "", None, "EMEA"),
        ("1", "C_1", "owner:erp", "GLOBEX", "APAC"),
        ("2", "GLOBEX", "file:names.csv", None, "APAC"),
    ]


def test_a_deleted_record_and_one_of_another_kind_are_none() -> None:
    """What was deleted is told to nobody any more."""
    table = MemoryTable()
    tell(table, ERP, Customer(number="1"))
    tell(table, ERP, CostCentre(number="1"))
    assert [each.fact for each in ledger_of(table).records(CostCentre)] == [CostCentre(number="1")]
    tell(table, ERP, Customer(number="1"), version="2", deleted=True)
    assert ledger_of(table).records(Customer) == []


def test_a_link_knows_what_stood_there_before_and_is_taken_back_to_it() -> None:
    """Storing it again, with another code of the same record, forgets nothing of that."""
    entries = MappingLedger(MemoryTable())
    entries.put(LINKED, "OLD", "somebody", NOW)
    for code in ("C_1", "C_1b"):
        entries.put(LINKED, code, "controller", NOW, OF_THE_ERP)
    [link] = entries.entries(CRM, "customer")
    assert (link.member, link.origin, link.before) == ("C_1b", OF_THE_ERP, (("OLD", PERSON),))
    entries.take_back(link, "controller", NOW)
    [entry] = entries.entries(CRM, "customer")
    assert (entry.member, entry.origin, entry.before) == ("OLD", PERSON, ())


def test_what_stood_before_a_link_is_restored_as_what_it_was() -> None:
    """A file's entry is a file's again; a link that another was stored over is a link again, which can be taken back too."""
    entries = MappingLedger(MemoryTable())
    entries.put(LINKED, "OLD", "somebody", NOW, "file:names.csv")
    entries.put(LINKED, "C_1", "controller", NOW, OF_THE_ERP)
    entries.put(LINKED, "C_2", "controller", NOW, OF_ANOTHER)
    seen = []
    for _ in range(2):
        link = entries.entry(LINKED)
        assert link is not None
        entries.take_back(link, "another", NOW)
        entry = entries.entry(LINKED)
        assert entry is not None
        seen.append((entry.member, entry.origin, entry.before, entry.stored_by))
    assert seen == [
        ("C_1", OF_THE_ERP, (("OLD", "file:names.csv"),), "another"),
        ("OLD", "file:names.csv", (), "another"),
    ]


def test_a_persons_word_over_a_link_is_what_stands() -> None:
    """What the link replaced is forgotten with it; a link over that word is taken back to it."""
    entries = MappingLedger(MemoryTable())
    entries.put(LINKED, "OLD", "somebody", NOW)
    entries.put(LINKED, "C_1", "controller", NOW, OF_THE_ERP)
    entries.put(LINKED, "MINE", "somebody", NOW)
    entries.put(LINKED, "C_2", "controller", NOW, OF_ANOTHER)
    link = entries.entry(LINKED)
    assert link is not None
    assert link.before == (("MINE", PERSON),)


def test_a_link_where_nothing_stood_leaves_nothing() -> None:
    """What was planned with it then waits for somebody to say."""
    entries = MappingLedger(MemoryTable())
    entries.put(LINKED, "C_1", "controller", NOW, OF_THE_ERP)
    link = entries.entry(LINKED)
    assert link is not None
    entries.take_back(link, "controller", NOW)
    assert entries.entry(LINKED) is None


@pytest.mark.parametrize("before", [None, "OLD"])
def test_what_somebody_has_stored_meanwhile_is_not_taken_back(before: str | None) -> None:
    """Their word came later."""
    entries = MappingLedger(MemoryTable())
    if before:
        entries.put(LINKED, before, "somebody", NOW)
    entries.put(LINKED, "C_1", "controller", NOW, OF_THE_ERP)
    link = entries.entry(LINKED)
    assert link is not None
    entries.put(LINKED, "C_2", "somebody else", NOW)
    with pytest.raises(ConditionFailedError):
        entries.take_back(link, "controller", NOW)
    assert [each.member for each in entries.entries(CRM, "customer")] == ["C_2"]
