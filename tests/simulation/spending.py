"""An expense tool in memory: its reports change by chance, and it posts each of them whole, with a revision of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tieout.moments import moment_text

TOOLS = ("expenses-emea",)
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
        """Somebody corrects every report that could not be read; the events that tell of it."""
        spoilt = [each for each in self.reports.values() if each.is_spoilt and not each.is_deleted]
        return [self._event(self._fill(report)) for report in spoilt]

    def said_twice(self) -> tuple[Event, Event]:
        """A report of one line, and the same one with other contents."""
        report = self.reports["rep-1"] = Report("rep-1", "EUR", [self._line(Report("", "EUR"), 0)], revision=1)
        first = self._event(report)
        report.lines, report.revision = [{**report.lines[0], "gross": "12.00", "cost_center": "services"}], 2
        return first, self._event(report)

    def say_again(self, report_id: str) -> Event:
        """What somebody has the tool post of a report once more."""
        return self._event(self.reports[report_id])

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
        event = {
            "type": f"expense_report.{verb}",
            "timestamp": moment_text(self._schedule.now()),
            "data": {"report": said},
        }
        if not report.is_spoilt or report.is_deleted or report.status == "draft":  # else a line of it is no amount
            self.said.setdefault(report.report_id, []).append(event)
        return event

    def _odd_events(self) -> list[Event]:
        if self._random.random() > 0.08:
            return []
        return [{"type": self._random.choice(("card.issued", "expense_report.approved")), "data": {}}]


def makes_notices(events: list[Event]) -> bool:
    """Whether a delivery of these events says anything that goes on the bus."""
    return any(each["data"] or each["type"] == "card.issued" for each in events)


def tools(seed: int, schedule: Schedule, weather: Weather) -> dict[str, ExpenseTool]:
    """The tools of a world."""
    return {name: ExpenseTool(Random(f"{seed} {name}"), schedule, weather) for name in TOOLS}  # noqa: S311 it must repeat itself
