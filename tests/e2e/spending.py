"""What people claim in the simulated expense tool. It keeps no claims, and nobody can ask it: what it told of is kept here."""

from __future__ import annotations

from typing import Any

from tests.e2e.simulators import FIRST, SECOND, Simulator

SPENDING, TOOL = "expenses-emea", "expenses-emea"  # the connection, and the system


class Claims:
    """The claims of the tool, which posts them whole, in any order and some of them twice."""

    def __init__(self, tool: Simulator) -> None:
        self._tool = tool
        self.told: list[dict[str, Any]] = []

    def happen(self, *events: dict[str, Any]) -> None:
        """Let events happen, which the tool posts at once."""
        self.told += events
        self._tool.call("POST", "settings", {"send": "on_request", "batch_size": 10})
        self._tool.call("POST", "events", {"events": list(events)})
        self._tool.call("POST", "deliver", {"shuffle": True, "duplicates": 5})
        self._tool.call("POST", "settings", {"send": "immediately", "batch_size": 1})


def claims_of_the_day() -> list[dict[str, Any]]:
    """Twelve claims in two months; some are drafts first, some are corrected, some withdrawn."""
    return [
        *(_claim(number, 1, f"{40 + number}.35", status="draft" if number % 3 else "approved") for number in range(12)),
        *(_claim(number, 2, f"{50 + number}.45") for number in range(0, 12, 2)),
        *(_withdrawn(number, 3) for number in (3, 8)),
    ]


def late_claims() -> list[dict[str, Any]]:
    """Of the first month one claim is corrected, one withdrawn and one handed in; and one is of the second."""
    return [_claim(0, 3, "77.77"), _withdrawn(2, 3), _claim(20, 1, "19.99", currency="USD"), _claim(21, 1, "18.88")]


def next_claim() -> dict[str, Any]:
    """One more of the second month."""
    return _claim(23, 1, "16.66")


def _claim(number: int, revision: int, gross: str, status: str = "approved", currency: str = "EUR") -> dict[str, Any]:
    """A claim of two lines, of one month."""
    line = {"category": "travel", "spent_on": f"{(FIRST, SECOND)[number % 2]}-09", "merchant": "rail"}
    lines = [
        {"id": "1", **line, "gross": gross},
        {"id": "2", **line, "gross": "3.33", "category": "meals", "merchant": None, "cost_center": "services"},
    ]
    head = {"id": f"E-{number}", "number": f"E-{number}", "revision": revision, "status": status}
    report = head | {"currency": currency, "cost_center": "sales", "lines": lines}
    return {"type": "expense_report.approved", "data": {"report": report}}


def _withdrawn(number: int, revision: int) -> dict[str, Any]:
    """A claim that is deleted."""
    return {"type": "expense_report.deleted", "data": {"report": {"id": f"E-{number}", "revision": revision}}}
