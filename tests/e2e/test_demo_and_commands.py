"""The demo itself, and the operator's command line over what it leaves behind."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from rich.text import Text
from typer.testing import CliRunner

from infra.landscape import read_landscape
from ops.cli import app
from ops.place import sandbox_place
from sandbox.demo.planning_systems import ANAPLAN, ORACLE, Planning, PlanningSystems
from sandbox.demo.quiet import wait_until_quiet
from sandbox.demo.run import Demo
from sandbox.places import ROOT
from sandbox.running import Sandbox
from tests.e2e.commands import Tieout
from tieout.arriving import rejected
from tieout.arriving.delivery import Delivery
from tieout.ledger.planned import FactCatalogue

CRM = "hubspot-emea"

pytestmark = pytest.mark.timeout(420)


@pytest.fixture(scope="module")
def shown(sandbox: Sandbox) -> list[str]:
    """What the demo said; every claim it makes has held, else it would have raised."""
    said: list[str] = []
    Demo(sandbox, said.append).run()
    return said


@pytest.fixture
def tieout(tieout: Tieout, shown: list[str]) -> Tieout:
    """Runs a command against what the demo left behind."""
    assert shown
    return tieout


def test_the_demo_holds_what_it_claims(shown: list[str]) -> None:
    """Received, explained, released, redriven, undone, lost and found, a company acquired, a quarter certified: each is checked."""
    claims = [line for line in shown if "holds" in line]
    assert len(claims) == 46, claims


def test_what_the_demo_says_fits_a_terminal(shown: list[str]) -> None:
    """No line it writes is broken in a terminal of 100 columns; its tables fit themselves to it."""
    lines = [Text.from_markup(line).plain for said in shown for line in said.splitlines()]
    assert [line for line in lines if len(line) > 100] == []


def test_an_acquired_company_is_listed_and_explained_as_every_other(tieout: Tieout) -> None:
    """The connection that came by one file has its last success, and its cells name the claims they come from."""
    found = {row["connection"]: row for row in tieout("connections", "list")}
    own = {each.name for each in read_landscape(ROOT, "sandbox", None).connections}
    assert found.keys() == {*own, "expenses-nordics"}
    assert found["expenses-nordics"]["last_success"]
    for target in ("anaplan", "sap-analytics"):
        [cell] = [
            row
            for row in tieout("cells", "list", "--target", target)
            if row["measure"] == "Expense"
            and row["members"].get("Legal entity") == "NORDICS"
            and row["members"]["Account"] == "6100"
        ]
        [why] = tieout("cells", "why", cell["cell"], "Expense")["cells"]
        assert [each["record"] for each in why["contributions"]] == ["expenses-nordics#expense_report#C-1"]


def test_status_tells_the_same_story(tieout: Tieout) -> None:
    """Nothing is held, parked or on its way, and the notices of today are all accounted for."""
    status = tieout("status")
    assert status["held"] == 0
    assert all(row["waiting"] == 0 for row in status["dead_letters"])
    assert [row["dirty"] for row in status["planning"]] == [0, 0, 0]
    assert sum(row["accepted"] for row in status["received_today"]) > 200


def test_a_fact_shows_its_statement_contributions_and_lineage(tieout: Tieout) -> None:
    """An operator sees what a record was stated to be, where it went, what brought it (here a census), and what that wrote."""
    fact = tieout("facts", "show", "netsuite-group", "invoice", "48302")
    assert (fact["kind"], fact["outcome"]) == ("Invoice", "applied")
    assert {each["target"] for each in fact["contributions"]} == {"anaplan", "oracle-epm"}
    assert [each["amount"] for each in fact["contributions"]] == ["13100.00"] * 4
    assert fact["lineage"]["kind"] == "census.older_here"
    history = tieout("facts", "history", "netsuite-group", "invoice", "48302")
    assert history["versions"][-1]["delivery"] == fact["lineage"]["delivery"]
    came = tieout("notices", "effects", fact["lineage"]["delivery"], str(history["versions"][-1]["position"]))
    assert came["moved"] == [row for row in history["moved"] if row["revision"] == fact["revision"]] != []
    assert {(row["cell"], row["measure"]) for row in came["written"]} == {
        (row["cell"], row["measure"]) for row in came["moved"]
    }


def test_the_stages_of_every_value_tie_out(tieout: Tieout) -> None:
    """What every system said is planned, to the minor unit: bookings, orders, billings, revenue and expenses."""
    rows = tieout("reconcile")
    assert {row["reconciliation"]: row["open"] for row in rows} == dict.fromkeys(
        (f"{stage}-to-planning" for stage in ("billings", "bookings", "expenses", "orders", "revenue")), 0
    )
    tied_out = {row["reconciliation"]: row["tied_out"] for row in rows}
    assert all(tied_out[f"{stage}-to-planning"] for stage in ("bookings", "expenses", "revenue"))
    assert [row for row in tieout("breaks", "sums") if row["off"]] == []


def test_what_has_happened_to_the_certified_month_since_is_told(tieout: Tieout) -> None:
    """Its books were opened, by whom and why; the invoices that came late and those that a census found are in it now."""
    signed = tieout("close", "list")
    [certificate] = [each for each in signed if each["legal_entity"] == "GROUP"]
    assert (certificate["period"], len(signed)) == ("2026-11", 1 + 3)  # and a quarter of another company
    found = tieout("close", "delta", "2026-11", "--entity", "GROUP")
    [books] = [row for row in found if row["section"] == "books"]
    assert "are open (an invoice was found)" in books["says"]
    assert books["who"] == certificate["by"]
    assert any(
        "#48310 " in row["says"] and "900.00 USD Revenue" in row["says"] for row in found if row["what"] == "came"
    )


def test_a_cell_is_explained_by_its_number(tieout: Tieout) -> None:
    """Every cell the list names can be asked where it comes from, and its contributions add up."""
    cells = tieout("cells", "list")
    assert len(cells) >= 40
    assert {cell["target"] for cell in cells} == {"anaplan", "oracle-epm", "sap-analytics"}
    for cell in cells[:5]:
        [why] = tieout("cells", "why", cell["cell"], cell["measure"])["cells"]
        assert why["adds_up"]
        assert why["last_write"]["after"] is not None
    measures = {cell["measure"] for cell in cells if cell["cell"] == cells[0]["cell"]}
    assert {why["measure"] for why in tieout("cells", "why", cells[0]["cell"])["cells"]} == measures


def test_a_mapping_file_with_a_bad_line_stores_nothing(tieout: Tieout, tmp_path: Path, shown: list[str]) -> None:
    """The first line the planning model could not use is named, and no other line of the file is stored."""
    assert shown
    before = tieout("mappings", "list", "stage")
    file = tmp_path / "stages.csv"
    file.write_text("connection,table,key,member\nhubspot-emea,stage,x/1,proposal\nhubspot-emea,stage,x/2,nonsense\n")
    with pytest.raises(Exception, match=r"stages.csv:3: mapping stage not canonical"):
        CliRunner().invoke(app, ["mappings", "put", "--file", str(file)], catch_exceptions=False)
    assert tieout("mappings", "list", "stage") == before


def test_an_entry_nobody_waits_for_releases_nothing(tieout: Tieout) -> None:
    """Storing an entry sends exactly the facts that wait for it: here none."""
    assert tieout("mappings", "put", "customer", "5555", "HOOLI", "--connection", "hubspot-emea") == []


def test_an_empty_dead_letter_queue_shows_and_moves_nothing(tieout: Tieout) -> None:
    """The demo's poison message went back to its queue, so there is nothing left to see or to redrive."""
    assert tieout("dlq", "show", "forecast_to_plan") == []
    assert tieout("dlq", "redrive", "forecast_to_plan")["moved"] == 0
    assert {row["waiting"] for row in tieout("dlq", "list")} == {0}


def test_a_replaced_member_moves_what_was_planned_and_one_system_has_that_undone(
    tieout: Tieout,
    sandbox: Sandbox,
    planning: PlanningSystems,
) -> None:
    """Exactly the customer's facts are sent again; Oracle EPM is given back what it held, until the old member is back."""
    before, held = tieout("cells", "list"), {name: held_in(system) for name, system in planning.items()}
    planned = totals(tieout)
    known = tieout("receipts", "list", "--target", ORACLE)
    shown = propose_member(tieout, sandbox, "GLOBEX")
    assert totals(tieout) == planned | shown
    moved = {name: held_in(system) for name, system in planning.items()}
    assert all(moved[name] != held[name] for name in (ANAPLAN, ORACLE))
    writes = [row["receipt"] for row in tieout("receipts", "list", "--target", ORACLE) if row not in known]
    assert [tieout("undo", write, "--yes")["done"]["undoes"] for write in writes] == writes
    wait_until_quiet(sandbox_place(sandbox.endpoints()), sandbox.aws, tell=lambda _: None)
    assert held_in(planning[ORACLE]) == held[ORACLE]
    assert held_in(planning[ANAPLAN]) == moved[ANAPLAN]
    assert {row["target"] for row in tieout("targets", "list") if row["undone"]} == {ORACLE}
    assert sum(tieout("release", write, "--yes")["undone"] for write in writes) > 0
    replace_member(tieout, sandbox, "ACME")
    assert tieout("cells", "list", "--state", "undone") == []
    assert {name: held_in(system) for name, system in planning.items()} == held
    assert [row for row in tieout("cells", "list") if row not in before and Decimal(row["total"])] == []


def propose_member(tieout: Tieout, sandbox: Sandbox, member: str) -> dict[str, Decimal]:
    """Have a customer called otherwise by two people; what was shown to be the totals of the cells that move."""
    renamed = ("customer", "5001", member, "--connection", CRM, "--reason", "a merger")
    proposed = tieout("mappings", "propose", *renamed)
    assert not any(Decimal(each["revalued"]) for each in proposed["sums"])
    approval = ("mappings", "approve", proposed["proposal"][:8], "--effect", proposed["effect"][:8])
    assert tieout("--as", "controller", *approval)["state"] == "executed"
    wait_until_quiet(sandbox_place(sandbox.endpoints()), sandbox.aws, tell=lambda _: None)
    return {each["cell"]: Decimal(each["after"]) for each in proposed["cells"]}


def totals(tieout: Tieout) -> dict[str, Decimal]:
    """The ledger's total of every cell."""
    return {f"{each['cell']}:{each['measure']}": Decimal(each["total"]) for each in tieout("cells", "list")}


def test_a_landscape_shows_what_deploying_it_would_do(tieout: Tieout, sandbox: Sandbox, tmp_path: Path) -> None:
    """The one that is deployed does nothing; one with another sign turns all revenue round."""
    assert tieout("landscape", "effect")["cells"] == []
    for file in sandbox.places.overlay.glob("*.toml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "other.toml").write_text('[[feeds]]\nname = "billed_revenue"\nsign = 1\n', encoding="utf-8")
    turned = tieout("landscape", "effect", "--overlay", str(tmp_path))["cells"]
    assert turned
    assert all(Decimal(each["after"]) == -Decimal(each["before"]) for each in turned if each["measure"] == "Revenue")


def replace_member(tieout: Tieout, sandbox: Sandbox, member: str) -> None:
    """Call a customer otherwise in planning, and wait until all that was planned of it has moved."""
    sent = [row["record"] for row in tieout("mappings", "put", "customer", "5001", member, "--connection", CRM)]
    assert sent
    wait_until_quiet(sandbox_place(sandbox.endpoints()), sandbox.aws, tell=lambda _: None)
    assert tieout("facts", "resend", CRM, "--outdated") == {"connection": CRM, "sent_again": 0}
    shown = tieout("facts", "show", sent[0])
    assert all(f"Customer={member} " in each["where"] for each in shown["contributions"])


def held_in(system: Planning) -> dict[tuple[str, ...], Decimal]:
    """What a planning system holds, zeros left out."""
    cells = {
        (cell["module"], cell["line_item"], *cell["members"].values()): Decimal(cell["value"])
        for cell in system.cells()
    }
    return {at: value for at, value in cells.items() if value}


def test_a_refused_delivery_is_judged_and_sent_by_name(tieout: Tieout, sandbox: Sandbox) -> None:
    """Over the stage's own secret, bus and archive: refused without proof, sent when it is named, then gone."""
    place = sandbox_place(sandbox.endpoints())
    lineage = next(
        fact.lineage
        for fact in FactCatalogue(place.table).facts(CRM, "opportunity")
        if fact.lineage.notice.position == 0 and fact.lineage.notice.key == fact.record
    )
    event = {"subscriptionType": "deal.creation", "objectId": int(lineage.notice.key.record_id)}
    event |= {"portalId": 20_000_001, "eventId": 1, "occurredAt": 1772442000000}
    delivery = Delivery(
        delivery_id=lineage.delivery_id,  # its outcomes are kept, so nothing is counted twice
        method="POST",
        query="",
        headers={},
        body=json.dumps([event]).encode(),
        received_at=lineage.received_at,
    )
    key = rejected.unproven_key(CRM, delivery.received_at, delivery.body, 100)
    others = kept_as(tieout)  # of tests before this one
    place.archive.put(key, rejected.encode(delivery, CRM, "signature_missing", {}))
    assert kept_as(tieout) - others == {key}
    shown = tieout("rejected", "show", key)
    assert (shown["refused_now_for"], len(shown["notices"])) == ("signature_missing", 1)
    assert tieout("rejected", "retry", CRM)[0]["kept_because"] == "signature_missing"
    assert tieout("rejected", "retry", CRM, key, "--unverified")[0]["notices_sent"] == 1
    assert kept_as(tieout) == others
    wait_until_quiet(place, sandbox.aws, tell=lambda _: None)


def kept_as(tieout: Tieout) -> set[str]:
    """The keys of the CRM's refused deliveries."""
    return {row["kept_as"] for row in tieout("rejected", "list", CRM)}


def test_targets_are_looked_at_and_resumed(tieout: Tieout) -> None:
    """Nothing is paused, nothing waits in the spool, and asking for a flush is taken."""
    assert [(row["dirty"], row["paused_until"]) for row in tieout("targets", "list")] == [(0, None)] * 3
    resumed = tieout(
        "targets", "resume", "anaplan"
    )  # a busy machine may have answered a write late: that pause is over
    assert (resumed["target"], resumed["asked_for_a_flush"]) == ("anaplan", True)
    assert tieout("spool", "list") == []
    told = tieout("targets", "members", "anaplan")
    assert [(row["dimension"], row["to_add"], row["to_change"]) for row in told["members"]] == [("Supplier", [], [])]
    assert "AD_AGENCY" not in told["members"][0]["undeclared"]
    added = [(row["by"], row["action"], row["members"]) for row in tieout("targets", "member-writes", "anaplan")]
    assert added == [("deliver", "add", ["HOSTING_HOUSE"])]
