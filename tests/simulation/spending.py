"""An expense tool in memory: its reports change by chance, and it posts each of them whole, with a revision of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tieout.moments import moment_text

EXPENSES, PROCUREMENT = TOOLS = ("expenses-emea", "procurement-emea")
ORDERING = {"11": "EMEA", "12": "AMER"}  # those that order by one procurement tool, and what planning calls them
CATEGORIES = ("travel", "meals", "software")
COST_CENTRES = ("sales", "services", None)
MERCHANTS = ("rail", "hosting", None)
_CURRENCIES = ("EUR", "USD", "JPY", "KWD")
_DAYS = ("2026-03-01", "2026-03-28", "2026-03-31", "2026-04-01", "2026-04-30", "2026-05-31")
_AMOUNTS: Mapping[str, tuple[Any, ...]] = {
    "EUR": ("100.00", "99.9", 12, "-250.50", "0", "0.01"),
    "USD": ("7", 1, "1234567.89"),
    "JPY": (18_000, "1"),
    "KWD": ("1.234", "0.005"),
}
Event = dict[str, Any]

_UNREADABLE = ("12,50", "0.00001", True, "many")


@dataclass(slots=True)
class Report:
    """An expense report."""

    report_id: str
    currency: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    revision: int = 0
    status: str = "approved"
    is_deleted: bool = False
    is_spoilt: bool = False


class ExpenseTool:
    """One account of the tool."""

    def __init__(self, random: Random, schedule: Schedule, weather: Weather) -> None:
        self._random, self._schedule, self._weather = random, schedule, weather
        self.reports: dict[str, Report] = {}
        self._count = 0
        self.said: dict[str, list[Event]] = {}  # every event about a report that can be read

    def change_something(self) -> list[Event]:
        """One change by chance: the event that tells of it, and sometimes one that no flow wants or nothing can be made of."""
        present = [each for each in self.reports.values() if not each.is_deleted or self._random.random() < 0.3]
        if len(present) < 2 or self._random.random() < 0.2:
            report = Report(f"rep-{len(self.reports) + 1}", self._random.choice(_CURRENCIES))
            self.reports[report.report_id] = report
        else:
            report = self._random.choice(present)
        acts = (self._fill, self._withdraw, self._delete, self._spoil, self._change_unnoticed)
        act = self._random.choices(acts, (40, 15, 10, 15, 20))[0]
        act(self._fill(report) if report.is_deleted else report)
        return [self._event(report), *self._odd_events()]

    def mend_all(self) -> list[Event]:
        """Somebody corrects most reports that could not be read; the events that tell of it."""
        spoilt = [
            each
            for each in self.reports.values()
            if each.is_spoilt and not each.is_deleted and self._random.random() < 0.6
        ]
        return [self._event(self._fill(report)) for report in spoilt]

    def said_twice(self) -> tuple[Event, Event]:
        """A report of one line, and the same one with other contents."""
        report = self.reports["rep-1"] = Report("rep-1", "EUR", [self._line(Report("", "EUR"), 0)], revision=1)
        first = self._event(report)
        report.lines, report.revision = [{**report.lines[0], "gross": "12.00", "cost_center": "services"}], 2
        return first, self._event(report)

    def _fill(self, report: Report) -> Report:
        """Other contents, in a new revision; a deleted report comes again."""
        report.status, report.is_spoilt, report.is_deleted = self._random.choice(("approved", "paid")), False, False
        report.lines = [self._line(report, place) for place in range(self._random.randint(0, 3))]
        report.revision += 1
        return report

    def _change_unnoticed(self, report: Report) -> None:
        """The tool forgets to count a revision, so that two things are said of one."""
        if report.revision and not report.is_spoilt:
            self._fill(report).revision -= 1
            report.is_deleted = self._random.random() < 0.3
            self._weather.strike("version_tied")
        else:
            self._fill(report)

    def _withdraw(self, report: Report) -> None:
        report.status = "draft"
        report.revision += 1

    def _delete(self, report: Report) -> None:
        report.is_deleted = True
        report.revision += 1

    def _spoil(self, report: Report) -> None:
        self._fill(report)
        report.is_spoilt = True
        report.lines = [*report.lines, self._line(report, 9) | {"gross": self._random.choice(_UNREADABLE)}]
        self._weather.strike("unreadable_payload")

    def _line(self, report: Report, place: int) -> dict[str, Any]:
        return {
            "id": str(place),
            "category": self._random.choice(CATEGORIES),
            "spent_on": self._random.choice(_DAYS),
            "gross": self._random.choice(_AMOUNTS[report.currency]),
            "cost_center": self._random.choice(COST_CENTRES),
            "merchant": self._random.choice(MERCHANTS),
        }

    def _event(self, report: Report) -> Event:
        """What is posted: the report as it is now, all of it."""
        verb = "deleted" if report.is_deleted else report.status
        said = {
            "id": report.report_id,
            "number": report.report_id.upper(),
            "revision": report.revision,
            "status": report.status,
            "currency": report.currency,
            "lines": [dict(line) for line in report.lines],
        }
        return self._saying(
            report,
            {
                "type": f"expense_report.{verb}",
                "timestamp": moment_text(self._schedule.now()),
                "data": {"report": said},
            },
        )

    def _saying(self, report: Report, event: Event) -> Event:
        if not report.is_spoilt or report.is_deleted or report.status == "draft":  # else a line of it is no amount
            self.said.setdefault(self._key(report), []).append(event)
        return event

    def _key(self, report: Report) -> str:
        return report.report_id

    def _odd_events(self) -> list[Event]:
        if self._random.random() > 0.08:
            return []
        return [{"type": self._random.choice(("card.issued", "expense_report.approved")), "data": {}}]


class ProcurementTool(ExpenseTool):
    """One that posts orders as CloudEvents, each for one of two companies, with the moment of its last change as version."""

    def _key(self, report: Report) -> str:
        return f"{self._company(report)}/{report.report_id}"

    def _company(self, report: Report) -> str:
        return "12" if report.report_id.endswith(("2", "4", "6", "8")) else "11"

    def _event(self, report: Report) -> Event:
        self._count += 1
        said = {
            "company": self._company(report),
            "orderNumber": report.report_id,
            "modifiedAt": f"2026-02-01T{report.revision // 60:02d}:{report.revision % 60:02d}:00+02:00",
            "state": "DRAFT" if report.status == "draft" else "RELEASED",
            "supplier": {"code": report.lines[0]["merchant"] if report.lines else None},
            "positions": [_position(report, line) for line in report.lines],
        }
        return self._saying(
            report,
            {
                "specversion": "1.0",
                "id": f"event-{self._count}",
                "source": "/sandbox/procurement",
                "type": f"sandbox.procurement.order.{'removed' if report.is_deleted else 'changed'}.v1",
                "data": said,
            },
        )

    def _odd_events(self) -> list[Event]:
        return []


def _position(report: Report, line: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "position": line["id"],
        "open": line["id"] != "2",
        "glAccount": line["category"],
        "neededOn": line["spent_on"],
        "openValue": line["gross"],
        "currency": report.currency,
        "costCentre": line["cost_center"],
        "material": None,
    }


def makes_notices(events: list[Event]) -> bool:
    """Whether a delivery of these events says anything that goes on the bus."""
    return any(each["data"] or each["type"] == "card.issued" for each in events)


def tools(seed: int, schedule: Schedule, weather: Weather) -> dict[str, ExpenseTool]:
    """The tools of a world."""
    kinds = {EXPENSES: ExpenseTool, PROCUREMENT: ProcurementTool}
    return {
        name: kind(Random(f"{seed} {name}"), schedule, weather)  # noqa: S311 it must repeat itself
        for name, kind in kinds.items()
    }
