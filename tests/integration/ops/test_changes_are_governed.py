"""Changes of mapping tables are proposed by one person, shown, and approved by another, at a stage in the emulated AWS."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.governed_tables import NeedsApprovalError
from ops.mapping_tables import UnusableEntriesError
from tests.support.governed import ENTRIES, customer, invoice
from tests.support.operated_proposals import CHECKER, FLOW, deploy, landscape_of, record
from tests.support.operated_stage import CRM, ERP, OperatedStage
from tests.support.telling_masters import tell
from tieout.effects.governing import NotDecidableError
from tieout.facts.master_data import TAX_ID, Customer, external_ids
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.proposals import ProposalState

WHY = ("--reason", "the group renames it")
RENAMED = ("customer", "7", "C_70", "--connection", ERP, *WHY)


@pytest.fixture(autouse=True)
def _planned(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invoice of customer 7, which has a name, and one of customer 8, which has none."""
    landscape = landscape_of(CRM, ERP)
    deploy(monkeypatch, landscape)
    record(stage, landscape, invoice("1", 100_00), ENTRIES)
    record(stage, landscape, invoice("2", 50_00, of="8"), {})


def govern(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What planning calls customers changes only by proposals."""
    declared = {"name": "names", "tables": ["customer"], "connections": [ERP]}
    monkeypatch.setitem(stage.place.outputs, "ApprovalNames", json.dumps(declared))


def member_of(stage: OperatedStage) -> str:
    """What planning calls customer 7."""
    found = MappingLedger(stage.place.table).entry(customer("7"))
    assert found is not None
    return found.member


def test_what_is_proposed_is_shown_and_done_by_somebody_else_alone(stage: OperatedStage) -> None:
    """Nothing before it is approved; then exactly that, and the facts it concerns go through the line again."""
    proposed = stage.tieout("mappings", "propose", *RENAMED)
    assert (proposed["state"], proposed["proposed_by"]) == ("proposed", stage.who)
    assert proposed["named"] == [{"record": f"{ERP}#invoice#1", "would_be": "moved", "waits_for": None}]
    assert [row["difference"] for row in proposed["sums"]] == ["0.00"] * len(proposed["sums"])
    assert (member_of(stage), stage.waiting(FLOW)) == ("C_7", [])
    digits = (proposed["proposal"][:4], "--effect", proposed["effect"][:8])
    with pytest.raises(NotDecidableError, match="somebody else"):
        stage.tieout("mappings", "approve", *digits)
    stage.who = CHECKER
    done = stage.tieout("mappings", "approve", *digits)
    assert (done["state"], done["decided_by"], done["sent_again"]) == ("executed", CHECKER, 1)
    assert member_of(stage) == "C_70"
    assert [notice.key.record_id for each in stage.waiting(FLOW) for notice in each.notices] == ["1"]
    [row] = stage.tieout("mappings", "proposals", "--state", "executed")
    assert row["proposal"] == proposed["proposal"]
    assert stage.tieout("mappings", "proposals", "--state", "proposed") == []
    assert stage.tieout("mappings", "show", digits[0])["cells"] == proposed["cells"]


def test_what_waits_is_released_and_counted_once(stage: OperatedStage) -> None:
    """Whether it is found because it waits, or because it was planned without the entry."""
    proposed = stage.tieout("mappings", "propose", "customer", "8", "C_8", "--connection", ERP, *WHY)
    assert [row["would_be"] for row in proposed["named"]] == ["released"]
    stage.who = CHECKER
    assert stage.tieout("mappings", "approve", proposed["proposal"], "--effect", proposed["effect"])["sent_again"] == 1
    assert [notice.key.record_id for each in stage.waiting(FLOW) for notice in each.notices] == ["2"]


def test_an_effect_that_moved_is_shown_anew_and_nothing_is_done(stage: OperatedStage) -> None:
    """The command fails; what it shows takes another approval."""
    proposed = stage.tieout("mappings", "propose", *RENAMED)
    record(stage, landscape_of(CRM, ERP), invoice("3", 30_00), {})
    stage.who = CHECKER
    approval = ["mappings", "approve", proposed["proposal"], "--effect"]
    answer = CliRunner().invoke(app, [*approval, proposed["effect"], "--json"])
    assert answer.exit_code == 1
    assert "would do something else by now" in answer.stderr
    again = json.loads(answer.stdout)
    assert again["facts"]["moved"] == 2
    assert (member_of(stage), stage.waiting(FLOW)) == ("C_7", [])
    stage.tieout(*approval, again["effect"])
    assert member_of(stage) == "C_70"


def test_a_name_that_goes_is_proposed_like_any_other(stage: OperatedStage) -> None:
    """What has it would wait for it."""
    proposed = stage.tieout("mappings", "retire", "customer", "7", "--connection", ERP, *WHY)
    assert proposed["named"] == [{"record": f"{ERP}#invoice#1", "would_be": "held", "waits_for": f"{ERP}#customer#7"}]
    assert proposed["entries"] == [{"entry": f"{ERP}#customer#7", "says": "C_7", "would_say": None}]


def test_a_file_is_one_proposal(stage: OperatedStage, tmp_path: Path) -> None:
    """Of all its entries that say something else; one that the line could not use spoils it."""
    file = tmp_path / "names.csv"
    file.write_text(f"connection,table,key,member\n{ERP},customer,7,C_7\n{ERP},customer,8,C_8\n{ERP},customer,9,C_9\n")
    proposed = stage.tieout("mappings", "propose", "--file", str(file), *WHY)
    assert [row["would_say"] for row in proposed["entries"]] == ["C_8", "C_9"]
    file.write_text(f"connection,table,key,member\n{ERP},customer,8, C_8\n")
    with pytest.raises(UnusableEntriesError):
        stage.tieout("mappings", "propose", "--file", str(file), *WHY)


@pytest.mark.parametrize("is_own", [True, False])
def test_what_is_refused_or_withdrawn_comes_to_nothing(stage: OperatedStage, is_own: bool) -> None:  # noqa: FBT001
    """With who did so, and why."""
    proposed = stage.tieout("mappings", "propose", *RENAMED)
    if not is_own:
        stage.who = CHECKER
    refused = stage.tieout("mappings", "refuse", proposed["proposal"], "--reason", "not so")
    assert refused["state"] == (ProposalState.WITHDRAWN if is_own else ProposalState.REFUSED)
    assert stage.tieout("mappings", "show", proposed["proposal"])["note"] == "not so"
    assert member_of(stage) == "C_7"


def test_governed_tables_change_by_proposals_alone(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that would change one says what to run; those of other connections change as ever."""
    govern(stage, monkeypatch)
    with pytest.raises(NeedsApprovalError, match="tieout mappings propose"):
        stage.tieout("mappings", "put", "customer", "7", "C_70", "--connection", ERP)
    assert (member_of(stage), stage.waiting(FLOW)) == ("C_7", [])
    stage.tieout("mappings", "put", "customer", "7", "ACME", "--connection", CRM)
    stage.tieout("mappings", "put", "account", "4000", "4021", "--connection", ERP)


def test_a_link_of_a_governed_table_is_proposed_and_taken_back_by_a_proposal(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Confirming it is one person's word, and what comes of it somebody else's; what it was made of is kept."""
    tax = external_ids({TAX_ID: "DE 123 456 789"})
    tell(stage.place.table, ERP, Customer(number="4711", name="Globex", external_ids=tax))
    tell(stage.place.table, CRM, Customer(number="71", name="Globex", external_ids=tax))
    declared = {"name": "names", "tables": ["customer"]}
    monkeypatch.setitem(stage.place.outputs, "ApprovalNames", json.dumps(declared))
    proposed = stage.tieout("crosswalk", "confirm", "customer", CRM, "71")
    assert proposed["entries"] == [{"entry": f"{CRM}#customer#71", "says": None, "would_say": "C_4711"}]
    stage.who = CHECKER
    stage.tieout("mappings", "approve", proposed["proposal"], "--effect", proposed["effect"])
    [row] = stage.tieout("mappings", "list", "customer")[:1]
    assert (row["member"], row["origin"]) == ("C_4711", f"link:{ERP}/customer/4711")
    with pytest.raises(NeedsApprovalError):
        stage.tieout("crosswalk", "take-back", "customer", CRM, "71")


def test_people_are_told_how_it_is_approved(stage: OperatedStage) -> None:
    """Beside the effect, in the digits that the command takes."""
    answer = CliRunner().invoke(app, ["mappings", "propose", *RENAMED], catch_exceptions=False)
    [row] = stage.tieout("mappings", "proposals")
    effect = stage.tieout("mappings", "show", row["proposal"])["effect"]
    assert f"tieout mappings approve {row['proposal'][:8]} --effect {effect[:8]}" in answer.stderr
