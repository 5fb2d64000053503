"""A tool that puts its events on a bus of the company instead of posting them: the same file of configuration, the same cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.relaying import RelayPost, bus_message
from tests.support.tool_line import ToolLine
from tieout.arriving.payload import read_payload
from tieout.ledger.plan import Outcome

LINE = {"id": "1", "category": "travel", "spent_on": "2026-11-09", "gross": 100.10, "merchant": "rail"}
REPORT = {"id": "rep_1", "number": "EXP-1", "status": "approved", "currency": "EUR", "cost_center": "sales"}
POSITION = {"position": "10", "open": True, "glAccount": "630000", "neededOn": "2026-11-30", "openValue": 1250.5}
ORDER = {"company": "10", "orderNumber": "45", "state": "RELEASED", "supplier": {"code": "L-4711"}}


def report(revision: int) -> Mapping[str, Any]:
    """What the expense tool says of a report."""
    return {
        "type": "expense_report.approved",
        "data": {"report": {**REPORT, "revision": revision, "lines": [{**LINE, "gross": 100.10 + revision}]}},
    }


def order(revision: int) -> Mapping[str, Any]:
    """What the procurement tool says of an order, as a CloudEvent."""
    position = {**POSITION, "openValue": 1250.5 + revision, "currency": "EUR", "costCentre": "K-100"}
    return {
        "specversion": "1.0",
        "id": f"e-{revision}",
        "source": "/procurement",
        "type": "sandbox.procurement.order.changed.v1",
        "data": {**ORDER, "modifiedAt": f"2026-11-0{revision}T09:00:00Z", "positions": [position]},
    }


@pytest.mark.parametrize(
    ("name", "event", "cell", "minor"),
    [
        ("expenses-emea", report, ("Expense", "6100", "CC_SALES", "TRAVEL_AGENCY"), 102_10),
        ("procurement-emea", order, ("Committed", "6300", "CC_SALES", "HOSTING_HOUSE"), 1252_50),
    ],
)
def test_what_a_tool_puts_on_a_bus_is_planned(name: str, event: Any, cell: tuple[str, ...], minor: int) -> None:  # noqa: ANN401 a function of the revision
    """Kept, ordered by the version it states and recorded as if it had been posted; twice, and the older one last."""
    line = ToolLine(name, "http://127.0.0.1:1/")
    post = RelayPost("generic", door=line.door)
    messages = [bus_message(event(revision), id=f"event-{number}") for number, revision in enumerate((2, 2, 1))]
    assert post.take(*messages) == []
    kept = [read_payload(raw).body.decode() for raw in line.door.kept("payloads/").values()]
    assert len(kept) == 3
    assert all(any(body in message for message in messages) for body in kept)
    report_of = line.work()
    assert report_of.outcomes == {Outcome.APPLIED: 1, Outcome.DUPLICATE: 1, Outcome.SUPERSEDED: 1}
    [amount] = [value for place, value in line.planned().items() if place[1:5] == cell]
    assert amount == minor
