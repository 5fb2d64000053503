"""What happens in the simulated tools that post whole records: what companies spend, order and pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.demo.story import Controlled, Told, told_of

type Event = Mapping[str, Any]

NORDIC_CLAIMS = {"C-1": ("resa", "2026-11-17", 184_050), "C-2": ("mat", "2026-11-18", 62_000)}
"""What the acquired company's claims come to in the end: account, day and oere of each."""


class Tool(Controlled):
    """A simulated tool."""

    def take_over(self) -> None:
        """Keep it from posting by itself."""
        self._call("POST", "settings", {"send": "on_request"})

    def is_welcome(self) -> bool:
        """Whether its target, asked with the handshake of CloudEvents, consents to its events."""
        return bool(self._call("POST", "handshake", {})["consent"])

    def happen(self, events: Sequence[Event]) -> None:
        """Let events happen in it, which wait until it delivers."""
        self._call("POST", "events", {"events": list(events)})

    def deliver(self, **orders: Any) -> Told:  # noqa: ANN401 JSON values
        """Post what waits; `orders` say how it goes wrong on the way (duplicates, shuffle, repeat)."""
        return told_of(self._call("POST", "deliver", orders)["attempts"])


def expenses() -> list[Event]:
    """A report that is corrected, one that is deleted, and one of another currency."""
    hosting = _receipt("software", "90.00", day="2026-12-02", merchant="hosting")
    return [
        _report("R-1", 1, _receipt("travel", "214.90"), status="draft"),
        _report("R-1", 2, _receipt("travel", "214.90")),
        _report("R-1", 3, _receipt("travel", "241.90")),
        _report("R-2", 1, _receipt("meals", "48.00", merchant=None)),
        {"type": "expense_report.deleted", "data": {"report": {"id": "R-2", "revision": 2}}},
        _report("R-3", 1, hosting, currency="GBP"),
    ]


def meal(number: int) -> Event:
    """One more report, of 10.00 EUR for a meal in December."""
    return _report(f"M-{number}", 1, _receipt("meals", "10.00", day="2026-12-03", merchant=None))


def orders() -> list[Event]:
    """An order that is delivered in part, and one of another company."""
    hosting, chairs = _position("10", "630000", "1250.00"), _position("20", "620000", "980.25")
    return [
        _order("10", "4500001", "2026-11-12T09:00:00.000001Z", hosting, chairs),
        _order("10", "4500001", "2026-11-12T09:00:00.000002Z", hosting, {**chairs, "open": False}),
        _order("20", "4500002", "2026-11-13T10:00:00Z", {**hosting, "openValue": "300000", "currency": "JPY"}),
    ]


def payroll() -> list[Event]:
    """A run and its correction."""
    return [_run(1, 42_100_33, 8_841_07), _run(2, 42_300_33, 8_883_07)]


TOOLS = {
    "expenses-emea": ("Standard Webhooks, v1", expenses),
    "procurement-emea": ("CloudEvents, token", orders),
    "payroll-emea": ("CloudEvents, v1a", payroll),
}
"""How each tool of the sandbox proves itself, and what happens in it."""

ASKS_FIRST = "procurement-emea"
"""The tool that asks whether its events are welcome before it sends any."""

EXPENSE, COMMITTED = ("Operating expenses", "Expense"), ("Commitments", "Committed")
"""The cube and the measure of what is spent, and of what is ordered."""

SPENDING = {
    "expenses-emea": (EXPENSE, "6100/CC_SALES/TRAVEL_AGENCY/EMEA/NO_PARTNER/EUR/Nov 26/Actual", "241.90"),
    "procurement-emea": (COMMITTED, "6300/CC_SALES/HOSTING_HOUSE/EMEA/EUR/Nov 26/Forecast", "1250.00"),
    "payroll-emea": (EXPENSE, "6000/CC_SALES/NO_SUPPLIER/EMEA/NO_PARTNER/EUR/Nov 26/Actual", "42300.33"),
}
"""A cell that each tool must come to: cube and measure, members, and its value."""

MEALS = "6110/CC_SALES/NO_SUPPLIER/EMEA/NO_PARTNER/EUR/Dec 26/Actual"


def claims() -> list[Event]:
    """Two claims of the acquired company's tool, one of them changed once, and a third that is withdrawn."""
    first, second = NORDIC_CLAIMS.items()
    early, late = "2026-11-20T08:00:00Z", "2026-11-20T09:30:00Z"
    return [
        _claim("C-1", early, "resa", "2026-11-17", 150_000),
        _claim(first[0], late, *first[1]),
        _claim(second[0], early, *second[1]),
        _claim("C-3", early, "mat", "2026-11-19", 9_900),
        {"type": "claim.withdrawn", "data": {"claimId": "C-3", "changedAt": late}},
    ]


def claims_of_other_months() -> list[Event]:
    """One more claim of the acquired company in the month before, and one in the month after."""
    return [
        _claim("C-4", "2026-11-20T10:00:00Z", "mat", "2026-10-06", 31_000),
        _claim("C-5", "2026-12-07T10:00:00Z", "mat", "2026-12-04", 9_500),
    ]


def claimed() -> Decimal:
    """What the acquired company has spent in the end, in its own currency."""
    return Decimal(sum(ore for _, _, ore in NORDIC_CLAIMS.values())) / 100


def _report(number: str, revision: int, line: Event, *, status: str = "approved", currency: str = "EUR") -> Event:
    said = {"id": number, "number": number, "revision": revision, "status": status, "currency": currency}
    return {"type": f"expense_report.{status}", "data": {"report": {**said, "cost_center": "sales", "lines": [line]}}}


def _receipt(category: str, gross: str, *, day: str = "2026-11-09", merchant: str | None = "rail") -> Event:
    return {"id": "1", "category": category, "spent_on": day, "gross": gross, "merchant": merchant}


def _order(company: str, number: str, modified_at: str, *positions: Event) -> Event:
    said = {"company": company, "orderNumber": number, "state": "RELEASED", "modifiedAt": modified_at}
    data = {**said, "supplier": {"code": "L-4711"}, "positions": positions}
    return {"type": "sandbox.procurement.order.changed.v1", "data": data}


def _position(number: str, account: str, value: str) -> Event:
    where = {"position": number, "open": True, "glAccount": account, "neededOn": "2026-11-30", "costCentre": "K-100"}
    return {**where, "openValue": value, "currency": "EUR"}


def _run(sequence: int, gross: int, share: int) -> Event:
    cents = {"gross": gross, "employer_share": share}
    sums = [{"key": wage, "wageType": wage, "department": "vertrieb", "cents": sum_} for wage, sum_ in cents.items()]
    data = {"sequence": sequence, "runName": "November", "paidAt": "2026-11-26T12:00:00+01:00", "sums": sums}
    kind = "payroll.run.closed" if sequence == 1 else "payroll.run.corrected"
    return {"type": kind, "subject": "2026-11-emea", "data": data}


def _claim(number: str, changed_at: str, account: str, day: str, ore: int) -> Event:
    receipt = {"no": "1", "type": account, "day": day, "ore": ore, "paidTo": "jarnvag"}
    said = {"claimId": number, "changedAt": changed_at, "approved": True, "department": "salj", "receipts": [receipt]}
    return {"type": "claim.approved", "data": said}
