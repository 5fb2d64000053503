"""The three tools of the sandbox: what happens in them is posted, proven, kept, recorded and planned, by configuration alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.generic_cases import CONNECTIONS
from tests.support.tool_line import ToolLine, tool_line


def report(revision: int, gross: str = "100.00", **changed: object) -> dict[str, Any]:
    """An event of the expense tool about one report."""
    said = {
        "id": "rep_1",
        "number": "EXP-1",
        "revision": revision,
        "status": "approved",
        "currency": "EUR",
        "cost_center": "sales",
        "lines": [{"id": "1", "category": "travel", "spent_on": "2026-11-09", "gross": gross, "merchant": "rail"}],
        **changed,
    }
    return {"type": "expense_report.approved", "data": {"report": said}}


def order(modified_at: str, value: object = 1250.5, **changed: object) -> dict[str, Any]:
    """An event of the procurement tool about one order."""
    position = {
        "position": "10",
        "open": True,
        "glAccount": "630000",
        "neededOn": "2026-11-30",
        "openValue": value,
        "currency": "EUR",
        "costCentre": "K-100",
    }
    said = {
        "company": "10",
        "orderNumber": "4500000001",
        "state": "RELEASED",
        "modifiedAt": modified_at,
        "supplier": {"code": "L-4711"},
        "positions": [position],
        **changed,
    }
    return {
        "type": "sandbox.procurement.order.changed.v1",
        "subject": "Bestellung für Müller & Söhne, 100 %",
        "data": said,
    }


def run(sequence: int, cents: int, subject: str = "2026-11-emea") -> dict[str, Any]:
    """An event of the payroll tool about one run."""
    sums = [{"key": "1", "wageType": "gross", "department": "vertrieb", "cents": cents}]
    said = {"sequence": sequence, "runName": "November", "paidAt": "2026-11-26T12:00:00+01:00", "sums": sums}
    return {"type": "payroll.run.closed", "subject": subject, "data": said}


OPERATING = ("Operating expenses", "Expense")
EXPENSE = (*OPERATING, "6100", "CC_SALES", "TRAVEL_AGENCY", "EMEA", "NO_PARTNER", "EUR", "2026-11", "Actual")
ORDER = ("Commitments", "Committed", "6300", "CC_SALES", "HOSTING_HOUSE", "EMEA", "EUR", "2026-11", "Forecast")
WAGES = (*OPERATING, "6000", "CC_SALES", "NO_SUPPLIER", "EMEA", "NO_PARTNER", "EUR", "2026-11", "Actual")


def spent(line: ToolLine) -> dict[tuple[str, ...], int]:
    """What is planned in the transaction currency."""
    return {place: minor for place, minor in line.planned().items() if place[1] in {"Expense", "Committed"}}


def test_an_expense_report_is_planned_and_follows_its_revisions() -> None:
    """The newest revision counts, in whatever order they arrive; a draft and a deletion take it back."""
    with tool_line("expenses-emea") as (tool, line):
        assert tool.tell(report(1, "100.00"), report(3, "300.00"), report(2, "200.00")) == [200, 200, 200]
        line.work()
        assert spent(line) == {EXPENSE: 30_000}
        tool.tell(report(4, status="draft"))
        line.work()
        assert spent(line) == {}
        tool.tell(report(5, "50.00"))
        line.work()
        assert spent(line) == {EXPENSE: 5_000}
        tool.tell({"type": "expense_report.deleted", "data": {"report": {"id": "rep_1", "revision": 6}}})
        tool.tell(report(2, "200.00"))
        line.work()
        assert spent(line) == {}


def test_a_report_that_does_not_fit_is_parked_alone_with_the_path() -> None:
    """Its neighbours are planned, and what is said of it quotes nothing of it."""
    with tool_line("expenses-emea") as (tool, line):
        tool.call("POST", "settings", {"send": "on_request", "batch_size": 10})
        tool.tell(report(1, "12,50", id="rep_2"), report(1), report(1, currency="Euro", id="rep_3"))
        assert [each["status"] for each in tool.call("POST", "deliver", {})["attempts"]] == [200]
        line.work()
        assert spent(line) == {EXPENSE: 10_000}
        assert sorted(line.parked()) == [
            ("rep_2", "lines[0].transaction: not_a_number at line.gross, data.report.currency"),
            ("rep_3", "lines[0].transaction: currency_not_iso4217 at line.gross, data.report.currency"),
        ]


def test_a_revision_nobody_can_read_keeps_no_other_of_its_delivery_waiting() -> None:
    """A sender puts what it likes into one delivery: the newest state is planned, whichever of its neighbours is parked."""
    with tool_line("expenses-emea") as (tool, line):
        tool.call("POST", "settings", {"send": "on_request", "batch_size": 10})
        tool.tell(report(1, "1,00"), report(2, "20.00"), report(3, "30.00"))
        tool.tell({"type": "ping", "data": {}}, report(1, "2,00", id="rep_2"), {"type": "expense_report.x", "data": {}})
        assert [each["status"] for each in tool.call("POST", "deliver", {})["attempts"]] == [200]
        line.work()
        assert spent(line) == {EXPENSE: 3_000}
        assert sorted(record for record, _ in line.parked()) == ["rep_1", "rep_2"]


@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_an_order_is_committed_until_it_is_delivered(mode: str) -> None:
    """By the moment of its change; with nothing open any more, nothing is committed."""
    with tool_line("procurement-emea") as (tool, line):
        tool.call("POST", "settings", {"mode": mode})
        assert tool.tell(order("2026-11-12T09:00:00.000002Z", "20.00"), order("2026-11-12T09:00:00.000001Z")) == [
            202,
            202,
        ]
        line.work()
        assert spent(line) == {ORDER: 2_000}
        tool.tell(order("2026-11-13T09:00:00Z", positions=[]))
        line.work()
        assert spent(line) == {}


def test_the_tool_asks_first_whether_its_events_are_welcome() -> None:
    """Consent for the declared origin, at the rate of the connection; none for another."""
    with tool_line("procurement-emea") as (tool, _line):
        answer = tool.call("POST", "handshake", {"rate": "6000"})
        assert (answer["consent"], answer["headers"]["webhook-allowed-rate"]) == (True, "600")
        tool.call("POST", "settings", {"origin": "stranger.example"})
        assert tool.call("POST", "handshake")["consent"] is False


def test_runs_of_a_batch_are_planned() -> None:
    """Signed with a private key, in one request."""
    with tool_line("payroll-emea") as (tool, line):
        assert tool.tell(run(1, 100_00), run(1, 50_00, "2026-11-bonus"), run(2, 120_00)) == [202]
        line.work()
        assert spent(line) == {WAGES: 170_00}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_who_signs_with_another_secret_is_refused(name: str) -> None:
    """And so is who signs at another time, where the proof has a time."""
    event = {"expenses-emea": report(1), "procurement-emea": order("2026-11-12T09:00:00Z"), "payroll-emea": run(1, 1)}[
        name
    ]
    other = {"payroll-emea": "whsk_" + "A" * 43 + "="}.get(name, "another-secret-of-some-length")
    with tool_line(name) as (tool, line):
        tool.call("POST", "settings", {"send": "on_request", "max_retries": 0})
        tool.tell(event)
        assert [each["status"] for each in tool.call("POST", "deliver", {"secret": other})["attempts"]] == [401]
        if name != "procurement-emea":
            tool.tell(event)
            late = tool.call("POST", "deliver", {"skew_seconds": -3600})
            assert [each["status"] for each in late["attempts"]] == [401]
        assert line.door.bus.entries == []


def test_what_is_sent_twice_or_again_is_planned_once() -> None:
    """Requests are repeated after a failure, answers get lost, and events come twice and in any order."""
    with tool_line("expenses-emea") as (tool, line):
        tool.call("POST", "settings", {"send": "on_request", "retry_delay_seconds": 0.01})
        tool.tell(*(report(revision, f"{revision}.00") for revision in range(1, 8)))
        line.answers += [503, 500]
        sent = tool.call("POST", "deliver", {"shuffle": True, "duplicates": 5, "repeat": 2})["attempts"]
        assert [each["status"] for each in sent].count(200) == 24
        line.work()
        assert spent(line) == {EXPENSE: 700}


@pytest.mark.parametrize("name", CONNECTIONS)
def test_every_good_case_can_be_sent_by_hand(name: str) -> None:
    """The cases of the folder are what an operator can let the tool say in the sandbox."""
    with tool_line(name) as (tool, line):
        cases = tool.call("GET", "cases")
        good = next(each for each in cases if each in {"report_approved", "order_released", "runs_closed_in_a_batch"})
        assert [each["accepted"] for each in tool.call("POST", f"cases/{good}")["attempts"]] == [True]
        line.work()
        assert spent(line)
        assert tool.http.post("cases/no_such_case").status_code == 404
        assert tool.http.post("settings", json={"mode": 7}).status_code == 400
