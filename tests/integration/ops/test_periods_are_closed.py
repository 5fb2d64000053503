"""Periods are closed, soft-closed and opened, and what comes late is listed, by people at a stage in the emulated AWS."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.support.books_desk import MODEL, RULES, TARGET, place
from tests.support.ledger_scenes import lineage, statement
from tests.support.operated_stage import OperatedStage
from tieout.closing import Closing, LateRule
from tieout.errors import UnavailableError
from tieout.ledger.closing import BooksLedger, NotApprovableError
from tieout.ledger.facts import FactLedger
from tieout.ledger.plan import Plan, decide
from tieout.ledger.protecting import Protecting
from tieout.planning.cells import Amount, Contribution, Intersection

MARCH = ("2026-03", "--entity", "EMEA", "--reason", "month end")


OF_EMEA_ALONE = Closing(late=(LateRule(name="EMEA", legal_entities=("EMEA",), closed="restate"),))


def say(
    stage: OperatedStage, number: int, minor: int, flow: str, company: str = "EMEA", closing: Closing = RULES
) -> Plan:
    """A record comes through the line, with an amount of a company in March."""
    ledger = FactLedger(stage.place.table)
    stated = statement(number, datetime.now(UTC).isoformat())
    facts, now = ledger.open([stated.key])
    members = dict(place("Acme", "2026-03").members) | {"Company": company}
    where = Intersection("planning", "Pipeline", tuple(members.items()))
    planned = (Contribution(where, (Amount("Amount", "EUR", minor, "par"),), MODEL.books_of(where)),)
    protecting = Protecting(ledger=ledger, model=MODEL, closing=closing)
    guard = protecting.guard(stated, planned, facts.get(stated.key), now, flow)
    plan = decide(stated, facts.get(stated.key), planned, {}, guard)
    assert ledger.commit([(plan, replace(lineage(stated.key), flow="forecast_to_plan"))]) == {}
    return plan


def test_a_period_is_closed_with_who_and_why_and_opened_again(stage: OperatedStage) -> None:
    """And what came late meanwhile is listed, and goes through the line once more."""
    assert stage.tieout("periods", "list") == []
    say(stage, 1, 100, "forecast")
    [closed] = stage.tieout("periods", "close", *MARCH)["changed"]
    assert (closed["state"], closed["version"], closed["reason"]) == ("closed", "Actual", "month end")
    say(stage, 1, 130, "forecast")
    [late] = stage.tieout("periods", "late")
    assert (late["record"], late["kind"], late["amount"], late["currency"]) == (
        "crm#opportunity#1",
        "held",
        "0.30",
        "EUR",
    )
    assert (late["target"], late["measure"], late["where"]) == (TARGET, "Amount", "/".join(late["members"].values()))
    told = CliRunner().invoke(app, ["periods", "late"], env={"COLUMNS": "200"}).output
    assert TARGET in told  # or two targets' cells look like one twice
    assert stage.tieout("facts", "show", late["record"])["late"] == [
        {name: value for name, value in late.items() if name not in {"asked", "approval"}}
    ]
    [row] = stage.tieout("periods", "list")
    assert (row["legal_entity"], row["period"], row["late"], row["by"]) == ("EMEA", "2026-03", 1, closed["by"])
    opened = stage.tieout("periods", "reopen", *MARCH)
    assert (opened["late"], opened["sent_again"]) == ({"Amount EUR": "0.30"}, 1)
    assert [notice.key.record_id for each in stage.waiting("forecast_to_plan") for notice in each.notices] == ["1"]
    say(stage, 1, 130, "forecast")
    assert stage.tieout("periods", "late") == []


def test_what_came_late_goes_through_the_line_when_other_rules_hold_for_it(stage: OperatedStage) -> None:
    """Soft-closed books accept some of it and closed ones book or hold it otherwise, now and not with the record's next change."""
    say(stage, 1, 100, "forecast")
    assert "sent_again" not in stage.tieout("periods", "close", *MARCH)
    say(stage, 1, 130, "forecast")
    assert stage.tieout("periods", "soft-close", *MARCH)["sent_again"] == 1
    assert stage.tieout("periods", "close", *MARCH)["sent_again"] == 1


def test_a_soft_closed_period_is_opened_and_a_closed_one_only_where_somebody_says_reopen(stage: OperatedStage) -> None:
    """A slip of the hand opens nothing that is closed; what came late goes through the line once more."""
    stage.tieout("periods", "close", *MARCH)
    refused = CliRunner().invoke(app, ["periods", "open", *MARCH])
    assert (refused.exit_code, "tieout periods reopen" in str(refused.exception)) == (1, True)
    assert [row["state"] for row in stage.tieout("periods", "list")] == ["closed"]
    stage.tieout("periods", "soft-close", *MARCH)
    say(stage, 1, 100, "forecast")
    opened = stage.tieout("periods", "open", *MARCH)
    assert ([row["state"] for row in opened["changed"]], opened["sent_again"]) == (["open"], 1)
    assert stage.tieout("periods", "open", *MARCH)["changed"] == []


def test_who_closed_a_period_stays_though_somebody_closes_it_once_more(stage: OperatedStage) -> None:
    """Nothing is changed then; what came late goes through the line all the same, as other rules may hold for it."""
    [closed] = stage.tieout("periods", "close", *MARCH)["changed"]
    again = stage.tieout("periods", "close", *MARCH[:-1], "to be sure")
    assert again == {"changed": [], "unchanged": [closed]}
    assert [row["reason"] for row in stage.tieout("periods", "list")] == ["month end"]
    say(stage, 1, 100, "forecast")
    assert stage.tieout("periods", "close", *MARCH)["sent_again"] == 1
    [soft] = stage.tieout("periods", "soft-close", *MARCH[:-1], "for accounting")["changed"]
    assert (soft["state"], soft["reason"]) == ("soft-closed", "for accounting")


def test_one_that_was_half_closed_is_closed_by_whoever_does_so_again(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It broke off before it was sure that no commit under way goes by what was."""

    def break_off(_: BooksLedger) -> None:
        raise UnavailableError("down")

    with monkeypatch.context() as broken:
        broken.setattr(BooksLedger, "_count_up", break_off)
        assert isinstance(CliRunner().invoke(app, ["periods", "close", *MARCH]).exception, UnavailableError)
    [half] = stage.tieout("periods", "list")
    assert half["state"] == "half closed: give the command again"
    [closed] = stage.tieout("periods", "close", *MARCH)["changed"]
    assert closed["state"] == "closed"


def test_a_closed_period_is_restated_with_an_approval(stage: OperatedStage) -> None:
    """Exactly what was shown, by the line; who asked, who approved and why is kept."""
    stage.tieout("periods", "soft-close", *MARCH)
    say(stage, 1, 130, "books")
    named = ("crm#opportunity#1", "2026-03")
    asked = stage.tieout("periods", "restate", *named, "--reason", "audit")
    assert ([row["kind"] for row in asked["restates"]], stage.waiting("forecast_to_plan")) == (["asked for"], [])
    stage.who = "Controller/ana"
    with pytest.raises(NotApprovableError, match="cannot approve"):
        stage.tieout("periods", "approve", *named)
    stage.who = "Controller/ben"
    assert stage.tieout("periods", "approve", *named)["sent_again"] == 1
    logged = [(row["end"], row["asked_by"], row["approved_by"]) for row in stage.tieout("log", "list", "--limit", "2")]
    assert logged == [("done", "Operator/ana", "Controller/ben"), ("refused", "", "")]
    assert [row["kind"] for row in stage.tieout("periods", "late")] == ["approved"]
    say(stage, 1, 130, "books")
    assert stage.tieout("periods", "late") == []
    [restated] = stage.tieout("periods", "late", "--restated")
    assert (restated["amount"], "Controller/ben" in restated["approval"]) == ("1.30", True)


def test_what_waits_for_nobody_is_in_the_way_of_no_restatement(stage: OperatedStage) -> None:
    """A record that turns out to be another company's is late for both: the one's books are restated, the other's hold it."""
    say(stage, 1, 100, "books")
    stage.tieout("periods", "close", *MARCH)
    stage.tieout("periods", "close", "2026-03", "--entity", "GROUP", "--reason", "month end")
    say(stage, 1, 100, "books", company="GROUP", closing=OF_EMEA_ALONE)
    named = ("crm#opportunity#1", "2026-03")
    asked = stage.tieout("periods", "restate", *named, "--reason", "it was another's")
    assert [(row["legal_entity"], row["kind"]) for row in asked["restates"]] == [("EMEA", "asked for")]
    stage.who = "Controller/ben"
    approved = stage.tieout("periods", "approve", *named)
    assert (approved["sent_again"], [row["legal_entity"] for row in approved["restates"]]) == (1, ["EMEA"])
    say(stage, 1, 100, "books", company="GROUP", closing=OF_EMEA_ALONE)
    assert [(row["legal_entity"], row["kind"]) for row in stage.tieout("periods", "late")] == [("GROUP", "held")]
    refused = CliRunner().invoke(app, ["periods", "restate", *named, "--reason", "that too"])
    assert "nothing of it waits to be restated" in str(refused.exception)


def test_half_of_what_was_asked_for_is_approved_by_nobody(stage: OperatedStage) -> None:
    """A record goes from one company to another, and into the other with another amount since somebody asked: once more, then."""
    say(stage, 1, 100, "books")
    for company in ("EMEA", "GROUP"):
        stage.tieout("periods", "close", "2026-03", "--entity", company, "--reason", "month end")
    say(stage, 1, 100, "books", company="GROUP")
    named = ("crm#opportunity#1", "2026-03")
    assert len(stage.tieout("periods", "restate", *named, "--reason", "it was another's")["restates"]) == 2
    say(stage, 1, 110, "books", company="GROUP")
    stage.who = "Controller/ben"
    with pytest.raises(NotApprovableError, match="nobody has asked for it"):
        stage.tieout("periods", "approve", *named)
    assert {row["kind"] for row in stage.tieout("periods", "late")} == {"asked for", "to restate"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("close", "2026-3", "--entity", "EMEA", "--reason", "x"), "neither a month"),
        (
            ("close", "2026-03", "--entity", "EMAE", "--reason", "x"),
            "there is no company EMAE; the stage has EMEA, GROUP",
        ),
        (
            ("restate", "crm#opportunity#9", "2026-03", "--reason", "x"),
            "`tieout periods late` lists",
        ),
    ],
)
def test_what_would_close_nothing_is_said(stage: OperatedStage, arguments: tuple[str, ...], said: str) -> None:
    """A misspelt company or period is named, with what there is."""
    assert stage.place.table
    result = CliRunner().invoke(app, ["periods", *arguments])
    assert result.exit_code != 0
    assert said in " ".join(f"{result.output} {result.exception}".replace("│", " ").split())
