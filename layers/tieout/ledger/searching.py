"""What a notice itself brought, by the journal: how it ended, and the facts that are kept with it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.ledger import keys
from tieout.ledger.items import Lineage, fact_lineage, parts_of
from tieout.ledger.journal_lines import Line, line_of
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Item

APART = timedelta(seconds=1)
"""The changes of one transaction may be told of different seconds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Notices that are asked for: one of a delivery by its position, or all of it."""

    delivery_id: str
    position: int | None = None

    def brought(self, lineage: Lineage) -> bool:
        """Whether one of them brought it."""
        return lineage.delivery_id == self.delivery_id and self.has(lineage.notice.position)

    def has(self, position: int) -> bool:
        """Whether the notice of that position is one of them."""
        return self.position in {None, position}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a notice ended in one flow, and the second since when that stands."""

    connection: str
    flow: str
    position: int
    outcome: Outcome
    at: datetime


class Search:
    """Goes through the journal for some notices.

    Attributes:
        partitions: of the facts they brought, and of the intersections that these contributed to before or after.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.partitions: set[str] = set()
        self._seconds: set[datetime] = set()
        self._takes_up_another = False
        self._named = json.dumps(wanted.delivery_id, ensure_ascii=False)[1:-1].encode()
        self._ends: dict[tuple[str, str, int], dict[int, Ended]] = {}

    @property
    def since(self) -> datetime | None:
        """Where the journal has to be read from for what came of them; None: from its beginning.

        So it is where a commit started over what another one had left unfinished, at whatever time.
        """
        return None if self._takes_up_another or not self._seconds else min(self._seconds) - APART

    @property
    def has_found(self) -> bool:
        """Whether the journal tells of them at all."""
        return bool(self._ends or self.partitions)

    def take(self, lines: Iterable[bytes]) -> None:
        """Look through some lines of the journal."""
        for text in lines:
            if self._named in text and (line := line_of(text)).new is not None:
                self._take(line, line.new)

    def ends(self) -> list[Ended]:
        """How each ended, by connection, flow and position."""
        return [ends[max(ends)] for _, ends in sorted(self._ends.items())]

    def _take(self, line: Line, new: Item) -> None:
        kind = line.key[0].partition("#")[0]
        if kind == "OUTCOME":
            self._take_outcomes(line, new)
        elif kind == "FACT" and self.wanted.brought(fact_lineage(line.key, new)):
            self._take_fact(line, new)

    def _take_fact(self, line: Line, new: Item) -> None:
        self._seconds.add(line.at)
        self._takes_up_another |= _is_left_by_another(line.old or {}, new)
        self.partitions.add(line.key[0])
        for item in filter(None, (line.old, new)):
            parts = parts_of(str(item["contributions"])).items()
            self.partitions |= {keys.cell_key(part.target, name)[0] for name, part in parts}

    def _take_outcomes(self, line: Line, new: Item) -> None:
        _, connection, _ = line.key[0].split("#")
        _, delivery_id, flow = line.key[1].split("#")
        if delivery_id != self.wanted.delivery_id:
            return
        before = outcomes_of(line.old or {})
        for position, outcome in outcomes_of(new).items():
            if self.wanted.has(position) and before.get(position) != outcome:
                end = Ended(connection=connection, flow=flow, position=position, outcome=outcome, at=line.at)
                self._ends.setdefault((connection, flow, position), {})[line.sequence] = end


def _is_left_by_another(old: Item, new: Item) -> bool:
    """Whether what was there is a commit that somebody else began and did not finish."""
    return "unfinished" in old and old["recorded_at"] != new["recorded_at"]
