"""What operators see of comparisons with the sources, and how they begin and stop them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.comparing import UnlistedError
from ops.place import Place
from tests.support.operated_stage import CRM, ERP, OperatedStage
from tieout.arriving.notice import RecordKey
from tieout.census import Difference, Phase, Purpose, Run, Tally
from tieout.errors import TieoutError
from tieout.facts.listing import Window
from tieout.ledger.censuses import CensusLedger, Found
from tieout.money import Money

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_census_is_begun_for_what_can_be_listed(stage: OperatedStage) -> None:
    """Over the last ninety days where nobody says since when, and up to what is settled."""
    [begun] = stage.tieout("census", "run", CRM)
    [run] = CensusLedger(stage.place.table).runs(CRM)
    assert (run.purpose, run.phase, run.entity) == (Purpose.CENSUS, Phase.LISTING, "opportunity")
    assert run.asked_by
    assert (begun["entity"], begun["phase"], begun["complete_percent"]) == ("opportunity", "listing", 0)
    assert timedelta(days=89) < run.span.until - run.span.since < timedelta(days=91)
    assert timedelta(minutes=14) < datetime.now(UTC) - run.span.until < timedelta(minutes=20)


def test_one_that_is_under_way_is_not_begun_again(stage: OperatedStage) -> None:
    """It is said so, and until somebody stops it."""
    stage.tieout("census", "run", CRM, "--from", "2026-01-01", "--to", "2026-01-31")
    with pytest.raises(TieoutError, match="a census of opportunity is under way since"):
        stage.tieout("census", "run", CRM)
    stopped = stage.tieout("census", "stop", CRM, "--entity", "opportunity", "--purpose", "census")
    assert (stopped["phase"], stopped["since"], stopped["until"]) == (
        "stopped",
        "2026-01-01T00:00:00.000Z",
        "2026-02-01T00:00:00.000Z",
    )
    stage.tieout("census", "run", CRM)
    with pytest.raises(TieoutError, match="no backfill of opportunity is under way"):
        stage.tieout("census", "stop", CRM, "--entity", "opportunity")


@pytest.mark.parametrize(
    ("connection", "entity", "said"),
    [
        (ERP, "", "netsuite cannot list what it has"),
        (CRM, "contract", "hubspot cannot list contract; it lists opportunity"),
    ],
)
def test_what_cannot_be_compared_is_said(stage: OperatedStage, connection: str, entity: str, said: str) -> None:
    """Before anything is begun."""
    with pytest.raises(UnlistedError, match=said):
        stage.tieout("census", "run", connection, "--entity", entity)
    assert CensusLedger(stage.place.table).runs(CRM) == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["--from", "2026-02-01", "--to", "2026-01-01"], "2026-02-01 is not before 2026-01-02"),
        (["--from", "yesterday"], "does not match the format"),
    ],
)
def test_a_span_that_is_none_is_said(stage: OperatedStage, days: list[str], said: str) -> None:
    """So is a day that is none."""
    result = CliRunner().invoke(app, ["census", "run", CRM, *days])
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert CensusLedger(stage.place.table).runs(CRM) == []


def test_what_was_found_is_told_with_what_it_is_worth(stage: OperatedStage) -> None:
    """Beside how far the run is, and which windows were complete."""
    ledger = CensusLedger(stage.place.table)
    span = Window(NOW - timedelta(days=14), NOW)
    run = Run.begun(connection=CRM, entity="opportunity", purpose=Purpose.CENSUS, span=span, now=NOW)
    ledger.begin(run)
    [run] = ledger.runs(CRM)
    tally = Tally(listed=3, worth_minor={"EUR": 12345}, differences={Difference.NEVER_RECEIVED: 1})
    window = Window(span.since, span.since + timedelta(days=7))
    ledger.keep_window(run, window, tally, NOW)
    found = Found(
        key=RecordKey(CRM, "opportunity", "9001"),
        difference=Difference.NEVER_RECEIVED,
        version_there="2026-03-01T00:00:00.000Z",
        version_here="",
        amount=Money(12345, "EUR"),
        day=date(2026, 3, 31),
        planned_minor={},
        periods=(),
        found_at=NOW,
    )
    ledger.keep_found(run, [found])
    told = stage.tieout("census", "show", CRM)
    assert [(each["complete_percent"], each["purpose"]) for each in told["runs"]] == [(0, "census")]
    assert told["found"] == [
        {
            "entity": "opportunity",
            "record": "9001",
            "difference": "never_received",
            "amount": "123.45 EUR",
            "day": "2026-03-31",
            "planned_minor": {},
            "periods": [],
            "version_there": "2026-03-01T00:00:00.000Z",
            "version_here": None,
            "found_at": "2026-03-02T09:00:00.000Z",
        }
    ]
    assert told["complete_windows"] == [
        {
            "entity": "opportunity",
            "since": "2026-02-16T09:00:00.000Z",
            "until": "2026-02-23T09:00:00.000Z",
            "purpose": "census",
            "listed": 3,
            "worth": ["123.45 EUR"],
            "differences": {"never_received": 1},
            "finished_at": "2026-03-02T09:00:00.000Z",
        }
    ]
    assert [each["connection"] for each in stage.tieout("census", "show")] == [CRM]


def test_a_backfill_says_what_it_will_take_before_it_begins(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In calls of the source, time at the pace that is allowed, and money; and begins when somebody says yes."""
    asked: list[Mapping[str, Any]] = []

    def answer(_place: Place, function: str, event: Mapping[str, Any]) -> object:
        assert function == "census"
        asked.append(event)
        return {"records": 1_250_000}

    monkeypatch.setattr(Place, "invoke", answer)
    arguments = ["backfill", CRM, "--entity", "opportunity", "--from", "2025-01-01", "--to", "2025-12-31"]
    refused = CliRunner().invoke(app, arguments, input="n\n")
    assert refused.exit_code == 1
    assert CensusLedger(stage.place.table).runs(CRM) == []
    told = stage.tieout(*arguments, "--yes")
    assert asked[-1] == {
        "estimate": {
            "connection": CRM,
            "entity": "opportunity",
            "since": "2025-01-01T00:00:00.000Z",
            "until": "2026-01-01T00:00:00.000Z",
        }
    }
    assert told["estimate"] == {
        "records": 1_250_000,
        "pages_to_list": 6_303,
        "records_to_read": 1_250_000,
        "minutes_at_least": 316 + 24 * 60,
        "aws_usd_at_most": "35.00",
    }
    assert [each["purpose"] for each in told["begun"]] == ["backfill"]


def test_a_source_that_cannot_say_is_said_to(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The backfill begins all the same."""
    monkeypatch.setattr(Place, "invoke", lambda *_: {"records": None})
    told = stage.tieout("backfill", CRM, "--entity", "opportunity", "--from", "2025-01-01", "--yes")
    assert told["estimate"]["records"] is None
    assert [run.purpose for run in CensusLedger(stage.place.table).runs(CRM)] == [Purpose.BACKFILL]
