"""What people spend by the simulated tools. They keep nothing, and nobody can ask them: what they told of is kept here."""

from __future__ import annotations

from typing import Any

from tests.e2e.simulators import FIRST, MONTHS, SECOND, Simulator

EXPENSES, PROCUREMENT, PAYROLL = "expenses-emea", "procurement-emea", "payroll-emea"


class Tool:
    """What a tool has told of, which posts it whole, in any order and some of it twice."""

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


def spend(tools: dict[str, Tool]) -> None:
    """A busy day in all tools."""
    tools[EXPENSES].happen(*_claims_of_the_day())
    tools[PROCUREMENT].happen(*_orders_of_the_day())
    tools[PAYROLL].happen(*_runs_of_the_day())


def _claims_of_the_day() -> list[dict[str, Any]]:
    """Twelve claims in two months; some are drafts first, some are corrected, some withdrawn."""
    return [
        *(_claim(number, 1, f"{40 + number}.35", status="draft" if number % 3 else "approved") for number in range(12)),
        *(_claim(number, 2, f"{50 + number}.45") for number in range(0, 12, 2)),
        *(_withdrawn(number, 3) for number in (3, 8)),
    ]


def _orders_of_the_day() -> list[dict[str, Any]]:
    """Eight purchase orders in two months; some are drafts first, some delivered in part, one is removed."""
    return [
        *(
            _order(number, 1, f"{210 + number}.20", state="DRAFT" if number % 3 == 0 else "RELEASED")
            for number in range(8)
        ),
        *(_order(number, 2, f"{220 + number}.30") for number in range(0, 8, 2)),
        {
            "type": "sandbox.procurement.order.removed.v1",
            "data": {"company": "10", "orderNumber": "O-5", "modifiedAt": _on(3)},
        },
    ]


def _runs_of_the_day() -> list[dict[str, Any]]:
    """Three payroll runs, of which one is corrected and one withdrawn."""
    return [
        *(_run(number, 1, 4_000_01 + number) for number in range(3)),
        _run(0, 2, 4_100_02),
        {"type": "payroll.run.withdrawn", "subject": "R-2", "data": {"sequence": 2}},
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


def _order(number: int, day: int, value: str, state: str = "RELEASED") -> dict[str, Any]:
    """A purchase order of two positions, one of which is delivered."""
    usual = {
        "glAccount": "630000",
        "neededOn": f"{list(MONTHS)[number % 2]}-20",
        "costCentre": "K-100",
        "currency": "EUR",
    }
    positions = [
        {"position": "1", "open": True, "openValue": value, **usual},
        {"position": "2", "open": False, "openValue": "5.00", **usual},
    ]
    head = {"company": "10", "orderNumber": f"O-{number}", "state": state, "modifiedAt": _on(day)}
    data = head | {"supplier": {"code": ("L-4711", "L-4712")[number % 2]}, "positions": positions}
    return {"type": "sandbox.procurement.order.changed.v1", "data": data}


def _on(day: int) -> str:
    return f"{FIRST}-0{day}T09:00:00Z"


def _run(number: int, sequence: int, cents: int) -> dict[str, Any]:
    """A payroll run of one month, by department and kind of wage."""
    sums = [
        {"key": "1", "wageType": "gross", "department": "vertrieb", "cents": cents},
        {"key": "2", "wageType": "employer_share", "department": "beratung", "cents": cents // 5},
    ]
    paid = {
        "sequence": sequence,
        "runName": f"R-{number}",
        "paidAt": f"{list(MONTHS)[number % 2]}-26T12:00:00+02:00",
        "sums": sums,
    }
    return {
        "type": "payroll.run.corrected" if sequence > 1 else "payroll.run.closed",
        "subject": f"R-{number}",
        "data": paid,
    }
