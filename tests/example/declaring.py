"""The quarter of the example group as it is declared: what ordinarily happens, and the anomalies, each of which can be left out."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tieout.closing import Books

_FOLDER = Path(__file__).parent / "quarter"
STEPS = ("late", "open", "checked")
"""When within a round: before anything else, as it comes, and once the stages were compared for the first time."""
_FIRST_BOOKS_ID = 40_001  # below those that the books give themselves
ROUNDS = {1: ("FY2026-P01", "2026-01"), 2: ("FY2026-P02", "2026-02"), 3: ("FY2026-P03", "2026-03")}
COMPANIES = ("EMEA", "GROUP")


class Act(NamedTuple):
    """Something that happens.

    Attributes:
        kind: the table of the file in which it stands, such as `invoices`.
        said: its entry.
        books_id: what the books call what is made by it, whatever else happens in the quarter.
    """

    kind: str
    said: dict[str, Any]
    books_id: str

    @property
    def moment(self) -> tuple[int, int]:
        """The round and the step in which it happens."""
        return self.said["round"], STEPS.index(self.said.get("step", "open"))


@dataclass(frozen=True)
class Anomaly:
    """What goes wrong, by the name of its file; `says` in one sentence."""

    name: str
    says: str
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Quarter:
    """All that can happen in the quarter."""

    ordinary: tuple[Act, ...]
    anomalies: tuple[Anomaly, ...]

    def acts(self, *, without: Collection[str] = ()) -> list[Act]:
        """What happens, in order, within a step day by day: acts of anomalies take the place of ordinary ones of the same id."""
        happening = {(act.kind, act.said["id"]): act for act in self.ordinary}
        for anomaly in self.anomalies:
            if anomaly.name not in without:
                happening |= {(act.kind, act.said["id"]): act for act in anomaly.acts}
        return sorted(happening.values(), key=lambda act: (act.moment, act.said.get("day", date.min)))


@cache
def quarter() -> Quarter:
    """The quarter as its files declare it."""
    numbers: dict[tuple[str, str], str] = {}
    ordinary = tuple(_acts(_FOLDER / "ordinary.toml", numbers))
    anomalies = []
    for file in sorted((_FOLDER / "anomalies").glob("*.toml")):
        says = tomllib.loads(file.read_text(encoding="utf-8"))["says"]
        anomalies.append(Anomaly(file.stem.partition("-")[2], says, tuple(_acts(file, numbers))))
    return Quarter(ordinary, tuple(anomalies))


def books_of(number: int) -> list[Books]:
    """The books that are closed at the end of a round: the same of both companies."""
    return [Books(company, period, "Actual") for company, period in zip(COMPANIES, ROUNDS[number], strict=True)]


def _acts(file: Path, numbers: dict[tuple[str, str], str]) -> Iterator[Act]:
    for kind, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
        for said in entries if isinstance(entries, list) else ():
            number = numbers.setdefault((kind, said["id"]), str(_FIRST_BOOKS_ID + len(numbers)))
            yield Act(kind, said, number)
