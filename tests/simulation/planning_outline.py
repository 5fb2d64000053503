"""The Planning application in memory once more, whose customers are added by jobs and seen by cells once it is refreshed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.simulation.planning import Surroundings
from tests.simulation.planning_loads import Job, LoadingApplication, texts_in
from tieout.member_sources import MemberSource

THEME = "published_members"
DIMENSION, TOP = "Customer", "TOP"
SOURCES = {DIMENSION: MemberSource(table="customer", parent=TOP)}
JOBS = {DIMENSION: "Import customers"}


class OutlinedApplication(LoadingApplication):
    """An application whose customers are added by jobs, and seen by cells once it is refreshed.

    It rejects a customer below one that is not there or below itself, and an alias that another has.

    Attributes:
        outline: name to parent of every customer that was added, with the prefix of its dimension.
        aliases: name to alias of each that has one.
        orphans: what was sent with a parent that was not there.
        seen: those that cells can have.
        refreshed: how often it was.
    """

    def __init__(self, around: Surroundings, fate: str) -> None:
        super().__init__(around, fate)
        self.outline = {planned_name(TOP): ""}
        self.aliases: dict[str, str] = {}
        self.orphans: list[str] = []
        self.seen = {planned_name(TOP)}
        self.refreshed = 0

    def knows(self, members: Iterable[tuple[str, str]]) -> bool:
        """Whether cells can have all of these members."""
        found = list(members)
        customers = [planned_name(member) for dimension, member in found if dimension == DIMENSION]
        return super().knows(found) and all(each in self.seen for each in customers)

    def plan_types(self) -> list[str]:
        """One of those it has."""
        return ["Pipeline"]

    def dimensions_of(self, _plan_type: str) -> Sequence[Mapping[str, Any]]:
        """The one whose members are kept."""
        self._weather.io("before planning.read")
        return [{"name": DIMENSION}]

    def hierarchy(self, _plan_type: str, _dimension: str) -> Mapping[str, Any]:
        """All customers, seen or not."""
        self._weather.io("before planning.read")
        return {"name": DIMENSION, "children": self._below("")}

    def work(self, job: Job, is_cancelled: bool) -> list[list[str]]:  # noqa: FBT001 one of its states
        """Import customers, or let cells see them, besides what is imported of data."""
        if job.kind == "IMPORT_DATA":
            return super().work(job, is_cancelled)
        if job.kind == "CUBE_REFRESH":
            self.seen |= set() if is_cancelled else set(self.outline)
            self.refreshed += 1
            return []
        [(_, text)] = texts_in(job.content or b"")
        heading, *rows = csv.reader(io.StringIO(text))
        rows = rows[: len(rows) // 2] if is_cancelled else rows
        rejected = [row for row in rows if not self._add(*row[:3])]
        if rejected:
            self._weather.strike("member_rejected")
        self.count(job, len(rejected), len(rows) - len(rejected))
        return [heading, *([*row, "no such parent"] for row in rejected)] if rejected else []

    def items(self) -> dict[str, dict[str, str]]:
        """Each customer by its code, with its name and the code of its parent."""
        return {
            _code(name): {"name": self.aliases.get(name, ""), "parent": _code(above)}
            for name, above in self.outline.items()
        }

    def _add(self, name: str, parent: str, alias: str) -> bool:
        if parent and parent not in self.outline:
            self.orphans.append(f"{name} was sent below {parent}, which is not there")
            return False
        others = (each for other, each in self.aliases.items() if other != name)
        is_named = bool(alias) and alias.casefold() in map(str.casefold, others)
        if is_named or _code(name) in self.unknown or self._is_below(parent, name):
            return False
        self.outline[name] = parent or self.outline.get(name, "")
        if alias:
            self.aliases[name] = alias
        return True

    def _is_below(self, name: str, above: str) -> bool:
        """Whether a customer is another, or stands below it."""
        while name and name != above:
            name = self.outline[name]
        return bool(name)

    def _below(self, parent: str) -> list[Mapping[str, Any]]:
        return [
            {"name": name, "alias": self.aliases.get(name), "children": self._below(name)}
            for name, above in self.outline.items()
            if above == parent
        ]


def _code(name: str) -> str:
    return name.removeprefix(f"{DIMENSION}:")


def planned_name(member: str) -> str:
    """What the application calls a customer."""
    return f"{DIMENSION}:{member}"
