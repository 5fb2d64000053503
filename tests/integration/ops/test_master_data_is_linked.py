"""What operators see of master data: who owns it, who says something else, which records may be the same, and what a link moves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.mapping_tables import UnusableEntriesError
from ops.master_data import NothingToLinkError, records_of
from tests.support.ledger_scenes import NOW, V1, contribution, lineage, statement
from tests.support.operated_stage import CRM, ERP, OperatedStage
from tests.support.telling_masters import tell
from tieout.arriving.notice import RecordKey
from tieout.facts.master_data import TAX_ID, Customer, external_ids
from tieout.ledger.conflicts import ConflictLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.plan import decide
from tieout.masters import conflicts, masters_of
from tieout.moments import moment_text
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

TAXED = external_ids({TAX_ID: "DE 1"})
OF_THE_DEAL = MappingKey(CRM, "customer", "4711")
DEAL = RecordKey(CRM, "opportunity", "1")


def told(stage: OperatedStage) -> None:
    """The ERP and the CRM tell of one customer, and the CRM of a deal with it, which waits for its name."""
    tell(stage.place.table, ERP, Customer(number="1", name="Acme", external_ids=TAXED))
    tell(stage.place.table, CRM, Customer(number="4711", name="ACME Inc.", external_ids=TAXED))
    commit_deal(stage, None)


def commit_deal(stage: OperatedStage, member: str | None) -> None:
    """Record the deal as it is planned with a customer's name, or waits for one."""
    ledger = FactLedger(stage.place.table)
    stated = replace(statement(1, V1), key=DEAL)
    planned = (contribution(member, 100),) if member else Unmapped(OF_THE_DEAL)
    plan = decide(stated, ledger.load([DEAL]).get(DEAL), planned, {OF_THE_DEAL: member} if member else {})
    assert not ledger.commit([(plan, replace(lineage(DEAL), flow="forecast_to_plan"))])


def test_owners_are_told_with_what_they_own(stage: OperatedStage) -> None:
    """As the landscape declares them."""
    assert stage.tieout("ownership", "list") == [
        {
            "owner": "customers", "connection": ERP, "facts": "Customer", "fields": "all", "companies": "all",
            "codes": "C_{number}", "linked_by": "tax_id",
        }
    ]  # fmt: skip


def test_a_suggestion_is_confirmed_and_what_waited_for_it_is_sent_again(stage: OperatedStage) -> None:
    """Once it is, the other system's name is a conflict, and it is not what the customer is called."""
    told(stage)
    [row] = stage.tieout("crosswalk", "list", "customer")
    assert (row["state"], row["connection"], row["number"], row["with"]) == (
        "suggested",
        CRM,
        "4711",
        f"{ERP}/customer/1",
    )
    assert (row["member"], row["evidence"]) == ("C_1", "tax_id=DE1")
    assert stage.tieout("ownership", "conflicts") == []
    assert stage.tieout("crosswalk", "confirm", "customer", CRM, "4711") == [
        {"record": str(DEAL), "waited_for": str(OF_THE_DEAL)}
    ]
    [envelope] = stage.waiting("forecast_to_plan")
    assert [each.key for each in envelope.notices] == [DEAL]
    [row] = stage.tieout("crosswalk", "list")
    assert (row["state"], row["member"], row["with"]) == ("linked", "C_1", f"{ERP}/customer/1")
    assert (row["name"], row["its_name"], row["evidence"]) == ("ACME Inc.", "Acme", "tax_id=DE1")
    [conflict] = stage.tieout("ownership", "conflicts")
    assert (conflict["field"], conflict["holds"], conflict["says"]) == ("name", "Acme", "ACME Inc.")
    assert stage.tieout("ownership", "conflicts", CRM) == [conflict]
    assert stage.tieout("ownership", "conflicts", ERP) == []
    [entry] = stage.tieout("mappings", "list", "customer")
    assert (entry["member"], entry["origin"]) == ("C_1", f"link:{ERP}/customer/1")


def test_a_link_is_taken_back_and_what_was_planned_with_it_is_sent_again(stage: OperatedStage) -> None:
    """It is suggested once more."""
    told(stage)
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    stage.waiting("forecast_to_plan")
    commit_deal(stage, "C_1")
    assert stage.tieout("crosswalk", "take-back", "customer", CRM, "4711") == [
        {"record": str(DEAL), "was_planned_with": "customer 4711 = C_1"}
    ]
    assert [each.key for envelope in stage.waiting("forecast_to_plan") for each in envelope.notices] == [DEAL]
    assert [each["state"] for each in stage.tieout("crosswalk", "list")] == ["suggested"]
    assert stage.tieout("mappings", "list", "customer") == []
    with pytest.raises(NothingToLinkError, match="is not linked"):
        stage.tieout("crosswalk", "take-back", "customer", CRM, "4711")


def test_conflicts_are_told_with_their_number_and_since_when_they_are_counted(stage: OperatedStage) -> None:
    """Of each connection; those that were not counted yet are told as well."""
    told(stage)
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    [conflict] = stage.tieout("ownership", "conflicts")
    assert conflict["since"] == ""
    place = stage.place
    found = list(conflicts(masters_of(records_of(place, Customer)), place.ownership))
    assert ConflictLedger(place.table).news({"Customer"}, found, place.connections, NOW) == {CRM: 1}
    [conflict] = stage.tieout("ownership", "conflicts")
    assert conflict["since"] == moment_text(NOW)
    assert f"1 conflicts ({CRM}: 1)" in CliRunner().invoke(app, ["ownership", "conflicts"]).output


def test_a_link_over_a_files_entry_is_taken_back_to_it(stage: OperatedStage) -> None:
    """As an entry of that file, so that the next import of the file still knows it for its own."""
    told(stage)
    ledger = MappingLedger(stage.place.table)
    ledger.put(OF_THE_DEAL, "ACME_FILED", "import", NOW, "file:names.csv")
    ledger.put(OF_THE_DEAL, "C_1", "controller", NOW, f"link:{ERP}/customer/1")
    stage.tieout("crosswalk", "take-back", "customer", CRM, "4711")
    [row] = stage.tieout("mappings", "list", "customer")
    assert (row["member"], row["origin"]) == ("ACME_FILED", "file:names.csv")


def test_a_link_says_in_every_month_what_its_owner_is_called(stage: OperatedStage) -> None:
    """It was taken over: what was planned of it before stands with the name it had then, and so does the other's."""
    told(stage)
    for member, bounds in (("ACME", ("--to", "2026-03")), ("GLOBEX", ("--from", "2026-04"))):
        stage.tieout("mappings", "put", "customer", "1", member, "--connection", ERP, *bounds)
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    ledger = MappingLedger(stage.place.table)
    [its, ours] = (ledger.entry(MappingKey(each, "customer", number)) for each, number in ((ERP, "1"), (CRM, "4711")))
    assert its is not None
    assert ours is not None
    assert (ours.member, ours.origin) == (its.member, f"link:{ERP}/customer/1")
    assert [each["state"] for each in stage.tieout("crosswalk", "list")] == ["linked"]


def test_a_link_with_what_is_called_otherwise_by_now_is_told_and_can_be_confirmed_again(stage: OperatedStage) -> None:
    """Somebody named the owner's record: the two are one no more, until they are linked once more; taken back, it has no name."""
    told(stage)
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    commit_deal(stage, "C_1")
    stage.tieout("mappings", "put", "customer", "1", "ACME", "--connection", ERP)
    suggested, linked = stage.tieout("crosswalk", "list")
    assert (suggested["state"], suggested["member"], linked["state"], linked["member"]) == (
        *("suggested", "ACME"),
        *("outdated", "C_1"),
    )
    assert stage.tieout("crosswalk", "confirm", "customer", CRM, "4711") == [
        {"record": str(DEAL), "was_planned_with": "customer 4711 = C_1"}
    ]
    assert [(each["state"], each["member"]) for each in stage.tieout("crosswalk", "list")] == [("linked", "ACME")]
    stage.tieout("crosswalk", "take-back", "customer", CRM, "4711")
    assert stage.tieout("mappings", "list", "customer") == [
        each for each in stage.tieout("mappings", "list", "customer") if each["connection"] == ERP
    ]


def test_a_link_with_a_record_that_is_gone_is_told_and_another_suggested(stage: OperatedStage) -> None:
    """The ERP has merged its customer into another, which has the tax number now."""
    told(stage)
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    tell(stage.place.table, ERP, Customer(number="1"), version="2", deleted=True)
    tell(stage.place.table, ERP, Customer(number="2", name="Acme Group", external_ids=TAXED))
    suggested, linked = stage.tieout("crosswalk", "list")
    assert (suggested["member"], linked["state"], linked["its_name"], linked["evidence"]) == ("C_2", "outdated", "", "")
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    assert [(each["state"], each["with"]) for each in stage.tieout("crosswalk", "list")] == [
        ("linked", f"{ERP}/customer/2")
    ]


def test_a_code_that_an_owners_number_implies_is_written_in_no_other_letters(stage: OperatedStage) -> None:
    """Planning takes both for one member, the ledger for two: each of their cells would undo the other's."""
    with pytest.raises(UnusableEntriesError, match="c_1 is written C_1 elsewhere"):
        stage.tieout("mappings", "put", "customer", "4711", "c_1", "--connection", CRM)
    assert stage.tieout("mappings", "list", "customer") == []
    for table, member in (("customer", "C_1"), ("customer", "c-1"), ("customer", "c_"), ("product", "c_1")):
        stage.tieout("mappings", "put", table, "4711", member, "--connection", CRM, "--replace")


def test_a_persons_entry_is_no_link_to_take_back(stage: OperatedStage) -> None:
    """It goes on saying what it does."""
    stage.tieout("mappings", "put", "customer", "4711", "ACME", "--connection", CRM)
    with pytest.raises(NothingToLinkError, match="is not linked"):
        stage.tieout("crosswalk", "take-back", "customer", CRM, "4711")
    assert [each["member"] for each in stage.tieout("mappings", "list", "customer")] == ["ACME"]


def test_where_it_may_be_several_somebody_has_to_choose(stage: OperatedStage) -> None:
    """And only among what is suggested."""
    told(stage)
    tell(stage.place.table, ERP, Customer(number="2", name="Acme South", external_ids=TAXED))
    assert [each["evidence"] for each in stage.tieout("crosswalk", "list")] == ["tax_id=DE1; or 1 others"] * 2
    with pytest.raises(
        NothingToLinkError, match=r"it may be 1 \(tax_id=DE1\), 2 \(tax_id=DE1\): say which with --with"
    ):
        stage.tieout("crosswalk", "confirm", "customer", CRM, "4711")
    with pytest.raises(NothingToLinkError, match="say which"):
        stage.tieout("crosswalk", "confirm", "customer", CRM, "4711", "--with", "3")
    with pytest.raises(NothingToLinkError, match="nothing is suggested for it"):
        stage.tieout("crosswalk", "confirm", "customer", CRM, "4712")
    stage.tieout("crosswalk", "confirm", "customer", CRM, "4711", "--with", "2")
    assert [each["member"] for each in stage.tieout("crosswalk", "list")] == ["C_2"]


def test_a_kind_that_there_is_not_is_said_to_be_none(stage: OperatedStage) -> None:
    """With the kinds there are."""
    with pytest.raises(AssertionError, match="no master data called"):
        stage.tieout("crosswalk", "list", "deal")


def test_an_entry_that_replaces_what_a_number_implied_sends_again_what_was_planned_by_it(stage: OperatedStage) -> None:
    """Nobody had stored another member, and one was planned with all the same."""
    key = RecordKey(ERP, "invoice", "9")
    entry = MappingKey(ERP, "customer", "1")
    ledger = FactLedger(stage.place.table)
    plan = decide(replace(statement(1, V1), key=key), None, (contribution("C_1", 100),), {entry: "C_1"})
    ledger.commit([(plan, replace(lineage(key), flow="record_to_report"))])
    assert stage.tieout("mappings", "put", "customer", "1", "ACME", "--connection", ERP) == [
        {"record": str(key), "was_planned_with": "customer 1 = C_1"}
    ]
    assert stage.tieout("mappings", "put", "customer", "1", "ACME", "--connection", ERP) == []
