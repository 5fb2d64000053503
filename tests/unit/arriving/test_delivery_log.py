"""The line that is written of each delivery, which CloudWatch reads as metrics, and the line of what nobody declared."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tieout.arriving.log import DeliveryLog, note_failure

AT = datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC)


def line_of(outcome: str, counts: dict[str, int], *, namespace: str = "Tieout dev") -> str:
    """What is written of one delivery."""
    lines: list[str] = []
    log = DeliveryLog("receive", "crm", lines.append, namespace=namespace)
    log.note(outcome, AT, counts, {"delivery_id": "d1", "reason": "", "status": 0})
    [line] = lines
    return line


def test_counts_are_metrics_of_the_connection() -> None:
    """As the embedded metric format has it, on one line; a count of nothing is none, and an empty text is left out."""
    assert line_of("accepted", {"Accepted": 3, "Malformed": 0, "Spooled": 1}) == (
        '{"level":"INFO","step":"receive","connection":"crm","outcome":"accepted","delivery_id":"d1","status":0,'
        '"Accepted":3,"Spooled":1,"_aws":{"Timestamp":1772442000123,"CloudWatchMetrics":[{"Namespace":"Tieout dev",'
        '"Dimensions":[["connection"]],"Metrics":[{"Name":"Accepted","Unit":"Count"},{"Name":"Spooled","Unit":"Count"}]}]}}'
    )


@pytest.mark.parametrize(
    ("outcome", "level"),
    [
        *((good, "INFO") for good in ("accepted", "compared", "done", "greeted", "reached", "renewed", "sent")),
        *(("unavailable", "WARNING"), ("unusable", "WARNING")),
    ],
)
def test_what_did_not_go_well_is_a_warning(outcome: str, level: str) -> None:
    """Nothing is counted, so nothing is told to CloudWatch."""
    assert line_of(outcome, {}) == (
        f'{{"level":"{level}","step":"receive","connection":"crm","outcome":"{outcome}","delivery_id":"d1","status":0}}'
    )


def test_a_log_without_a_stage_counts_under_the_products_name(capsys: pytest.CaptureFixture[str]) -> None:
    """And what is not told where to go is printed, which Lambda keeps."""
    DeliveryLog("relay", "crm").note("accepted", AT, {"Accepted": 1}, {})
    [printed] = capsys.readouterr().out.splitlines()
    assert json.loads(printed)["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Tieout"


def test_what_nobody_declared_is_told_of_by_kind_and_place_alone() -> None:
    """The innermost place, and nothing of the text, which may quote what was sent."""
    lines: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError("canary")

    try:
        fail()
    except ZeroDivisionError as error:
        note_failure(error, "receive", "crm", lines.append)
        place = f"{__file__}:{fail.__code__.co_firstlineno + 1}"
    [line] = lines
    assert line == (
        '{"level":"ERROR","step":"receive","connection":"crm","outcome":"unavailable","error":"ZeroDivisionError",'
        f'"raised_at":"{place}"}}'
    )


def test_what_was_raised_nowhere_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    """And before a connection is known, none is named."""
    note_failure(KeyError("canary"), "receive")
    assert capsys.readouterr().out == (
        '{"level":"ERROR","step":"receive","connection":"","outcome":"unavailable","error":"KeyError","raised_at":""}\n'
    )


def test_what_is_counted_by_more_than_one_name_has_a_dimension_for_each() -> None:
    """Together, as one: CloudWatch keeps a metric for each pair."""
    lines: list[str] = []
    log = DeliveryLog("deliver", "anaplan", lines.append, dimension="target", beside={"flow": "forecasts"})
    log.note("reached", AT, {"Changes": 3, "Late": 0}, {})
    line = json.loads(lines[0])
    assert (line["level"], line["target"], line["flow"]) == ("INFO", "anaplan", "forecasts")
    [metrics] = line["_aws"]["CloudWatchMetrics"]
    assert metrics["Dimensions"] == [["target", "flow"]]
    assert metrics["Metrics"] == [{"Name": "Changes", "Unit": "Count"}]
