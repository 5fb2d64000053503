"""Operators ask what a record was, and what came of a notice, long after: a mapping replaced, an undo, a late adjustment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from tests.support.books_desk import place
from tests.support.operated_history import CRM, OperatedHistory
from tests.support.operated_stage import OperatedStage
from tieout.errors import TieoutError
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey

ACME = MappingKey(CRM, "customer", "4711")
MARCH, APRIL = "2026-03", "2026-04"


@pytest.fixture
def history(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> OperatedHistory:
    """A stage with a past."""
    return OperatedHistory(stage, monkeypatch)


def columns(rows: Sequence[Mapping[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Some columns of rows."""
    return [tuple(row[name] for name in names) for row in rows]


def told(stage: OperatedStage, history: OperatedHistory, number: int) -> Any:  # noqa: ANN401 a command's answer
    """What a record was, once the journal has it."""
    history.keep_journal()
    return stage.tieout("facts", "history", CRM, "opportunity", str(number))


def effects(stage: OperatedStage, history: OperatedHistory, *notice: str) -> Any:  # noqa: ANN401 a command's answer
    """What came of a notice, once the journal has it."""
    history.keep_journal()
    return stage.tieout("notices", "effects", *notice)


def test_every_version_of_a_fact_is_told_with_what_it_moved(stage: OperatedStage, history: OperatedHistory) -> None:
    """Said, held, said again otherwise, read once more with nothing new, gone: amounts in their currency, cell by cell."""
    history.say(1, Unmapped(ACME))
    history.say(1, {("Acme", MARCH): 100_00, ("Acme", APRIL): 30_05})
    history.version = history.delivered[-1].recorded_at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    history.say(1, {("Acme", MARCH): 120_00, ("Acme", APRIL): 30_05})
    history.say(1, {("Acme", MARCH): 120_00, ("Acme", APRIL): 30_05})
    history.say(2, {("Acme", MARCH): 7_00})
    history.version = None
    history.say(1, None)
    found = told(stage, history, 1)
    assert found["record"] == "crm#opportunity#1"
    assert columns(found["versions"], "revision", "outcome", "kind", "held_for", "delivery", "position", "flow") == [
        (1, "held", "Opportunity", "crm#customer#4711", "d-1", 1, "forecast"),
        (2, "applied", "Opportunity", None, "d-2", 1, "forecast"),
        (3, "applied", "Opportunity", None, "d-3", 1, "forecast"),
        (4, "applied", "deleted", None, "d-6", 1, "forecast"),
    ]
    assert sorted(columns(found["moved"], "revision", "period", "before", "after", "moved", "currency")) == [
        (2, MARCH, "0.00", "100.00", "100.00", "EUR"),
        (2, APRIL, "0.00", "30.05", "30.05", "EUR"),
        (3, MARCH, "100.00", "120.00", "20.00", "EUR"),
        (4, MARCH, "120.00", "0.00", "-120.00", "EUR"),
        (4, APRIL, "30.05", "0.00", "-30.05", "EUR"),
    ]
    assert {row["cell"] for row in found["moved"]} == {
        place("Acme", period).intersection_id() for period in (MARCH, APRIL)
    }


def test_a_replaced_mapping_moves_amounts_by_the_notice_it_was_planned_by(
    stage: OperatedStage, history: OperatedHistory
) -> None:
    """It goes through the line again, and so has brought both versions: to the one cell, and from there to the other."""
    history.used = {ACME: "Acme"}
    history.say(1, {("Acme", MARCH): 100_00})
    history.deliver("r1")
    history.used = {ACME: "ACME"}
    history.say_again(1, {("ACME", MARCH): 100_00}, history.delivered[0])
    history.deliver("r2")
    found = effects(stage, history, "d-1", "1")
    assert columns(found["versions"], "revision", "delivery", "position") == [(1, "d-1", 1), (2, "d-1", 1)]
    assert sorted(columns(found["moved"], "revision", "where", "before", "after")) == [
        (1, f"Amount / Acme/EMEA/{MARCH}/Actual", "0.00", "100.00"),
        (2, f"Amount / ACME/EMEA/{MARCH}/Actual", "0.00", "100.00"),
        (2, f"Amount / Acme/EMEA/{MARCH}/Actual", "100.00", "0.00"),
    ]
    assert set(columns(found["written"], "revision", "receipt", "before", "after", "end")) == {
        (1, "r1", None, "100.00", "written"),
        (2, "r2", "100.00", "0.00", "written"),
        (2, "r2", None, "100.00", "written"),
    }
    assert found["versions"] == told(stage, history, 1)["versions"]


def test_the_write_of_a_move_is_the_first_that_had_it(stage: OperatedStage, history: OperatedHistory) -> None:
    """Not one before, nor the next: what planning held then and was given is the cell's, whoever else moved it."""
    history.say(1, {("Acme", MARCH): 100_00})
    history.deliver("r1")
    history.say(2, {("Acme", MARCH): 7_00})
    history.say(1, {("Acme", MARCH): 120_00})
    history.deliver("r2")
    history.say(2, {("Acme", MARCH): 8_00})
    history.deliver("r3")
    asked = {name: effects(stage, history, name)["written"] for name in ("d-1", "d-2", "d-3", "d-4")}
    assert {name: columns(rows, "receipt", "before", "after") for name, rows in asked.items()} == {
        "d-1": [("r1", None, "100.00")],
        "d-2": [("r2", "100.00", "127.00")],
        "d-3": [("r2", "100.00", "127.00")],
        "d-4": [("r3", "127.00", "128.00")],
    }


def test_an_undo_is_told_with_the_write_it_undid(stage: OperatedStage, history: OperatedHistory) -> None:
    """And what came while the cell was undone was given to nobody."""
    history.say(1, {("Acme", MARCH): 100_00})
    history.deliver("r1")
    undone = stage.tieout("undo", "r1", "--yes")["done"]["receipt"]
    history.deliver("r2")
    history.say(1, {("Acme", MARCH): 120_00})
    history.deliver("r3")
    [first] = effects(stage, history, "d-1")["written"]
    assert (first["receipt"], first["after"], first["undone_by"]) == ("r1", "100.00", undone)
    second = effects(stage, history, "d-2")
    assert columns(second["moved"], "before", "after") == [("100.00", "120.00")]
    assert second["written"] == []


def test_a_refused_cell_is_told_until_it_was_taken(stage: OperatedStage, history: OperatedHistory) -> None:
    """The write that was refused with its reason, and the one that was not."""
    history.say(1, {("Acme", MARCH): 100_00, ("Globex", MARCH): 5_00})
    history.deliver("r1", {"Globex": "no such member"})
    assert stage.tieout("cells", "retry")[0]["retried"] == 1
    history.deliver("r2")
    written = effects(stage, history, "d-1")["written"]
    assert sorted(columns(written, "after", "receipt", "refused"), key=str) == [
        ("100.00", "r1", None),
        ("5.00", "r1", "no such member"),
        ("5.00", "r2", None),
    ]


def test_a_late_adjustment_is_told_where_it_was_booked(stage: OperatedStage, history: OperatedHistory) -> None:
    """The closed period stays as it is; the next open one has the difference, and the version says whose it is."""
    history.say(1, {("Acme", MARCH): 100_00}, "spending")
    history.close(MARCH)
    history.say(1, {("Acme", MARCH): 130_00}, "spending")
    history.deliver("r1")
    found = effects(stage, history, "d-2", "1")
    assert columns(found["moved"], "period", "before", "after", "moved") == [(APRIL, "0.00", "30.00", "30.00")]
    assert columns(found["late"], "period", "booked_to", "kind", "amount", "currency") == [
        (MARCH, APRIL, "booked", "30.00", "EUR")
    ]
    assert columns(found["written"], "period", "receipt", "after") == [(APRIL, "r1", "30.00")]
    assert told(stage, history, 1)["late"] == found["late"]


def test_a_notice_that_brought_nothing_is_told_by_how_it_ended(stage: OperatedStage, history: OperatedHistory) -> None:
    """A duplicate has an outcome and nothing else; one at another position, or of no delivery, is none."""
    history.version = "2026-06-01T00:00:00.000Z"
    history.say(1, {("Acme", MARCH): 100_00})
    history.say(1, {("Acme", MARCH): 100_00})
    found = effects(stage, history, "d-2")
    assert columns(found["outcomes"], "connection", "flow", "position", "outcome") == [
        (CRM, "forecast", 1, "duplicate")
    ]
    assert (found["versions"], found["moved"], found["written"]) == ([], [], [])
    for notice in (("d-2", "0"), ("d-9",), ("d-",)):
        result = CliRunner().invoke(app, ["notices", "effects", *notice])
        assert isinstance(result.exception, TieoutError)
        assert f"no notice of delivery {notice[0]}" in str(result.exception)


def test_a_record_that_nobody_told_of_has_no_history(history: OperatedHistory) -> None:
    """Its id may be how that of another begins."""
    history.say(11, {("Acme", MARCH): 100_00})
    history.keep_journal()
    result = CliRunner().invoke(app, ["facts", "history", CRM, "opportunity", "1"])
    assert str(result.exception) == "the ledger knows no opportunity 1 of crm"


@pytest.mark.parametrize("words", [[f"{CRM}#opportunity#1#2"], [CRM, "opportunity", "1#2"]])
def test_a_record_is_asked_for_as_every_table_names_it(history: OperatedHistory, words: list[str]) -> None:
    """Or by its connection, kind and id; an id may have any sign in it."""
    history.say(1, {("Acme", MARCH): 100_00})
    history.keep_journal()
    for command in ("show", "history"):
        result = CliRunner().invoke(app, ["facts", command, *words])
        assert str(result.exception) == f"the ledger knows no opportunity 1#2 of {CRM}"


@pytest.mark.parametrize("words", [["1"], [CRM, "opportunity"], [f"{CRM}##1"], [f"{CRM}#opportunity#"]])
def test_what_names_no_record_is_refused(history: OperatedHistory, words: list[str]) -> None:
    """With what would name one."""
    history.keep_journal()
    result = CliRunner().invoke(app, ["facts", "show", *words])
    assert result.exit_code == 2
    assert "names no record; one is such as" in " ".join(result.stderr.replace("│", " ").split())
