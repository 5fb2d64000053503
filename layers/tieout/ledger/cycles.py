"""One reading back of all cells of a target: how far it has come and what it has counted, and as the item that keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Self

from tieout import strict_json
from tieout.ledger.differences import CellDifference, off_by_currency
from tieout.ledger.table import Item
from tieout.moments import moment_text, parse_moment


class Cycle(NamedTuple):
    """A walk over all intersections of a target in order of their ids.

    Attributes:
        asked_by: who asked, for people; empty where the schedule did.
        advanced_at: when a page was last done.
        finished_at: when all of it was done; None while it is under way.
        behind: the id of the last intersection that was compared; empty at the beginning.
        equal: how many cells planning holds as they are to be.
        under_way: how many were not compared: to be written, refused, or changed while planning was read.
        different: how many differ.
        off_minor: currency to what those are off, too much and too little added up alike, in minor units.
        waits_until: the target is not asked before; None where nothing is in the way.
        failing: the class of the error that the last try ended with; empty where it did not.
        revision: grows with every change: of two that work on a cycle, one is told that it is too late.
    """

    target: str
    started_at: datetime
    advanced_at: datetime
    asked_by: str = ""
    finished_at: datetime | None = None
    behind: str = ""
    equal: int = 0
    under_way: int = 0
    different: int = 0
    off_minor: Mapping[str, int] = MappingProxyType({})
    waits_until: datetime | None = None
    failing: str = ""
    revision: int = 0

    @classmethod
    def begun(cls, target: str, now: datetime, asked_by: str = "") -> Self:
        """A cycle of which nothing is done yet."""
        return cls(target=target, started_at=now, advanced_at=now, asked_by=asked_by)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done of it."""
        return self.finished_at is not None

    @property
    def complete_percent(self) -> int:
        """How much of it lies behind: the ids of intersections are hashes, so that they are spread evenly."""
        if self.is_over:
            return 100
        return 100 * int(self.behind[:4], 16) // 16**4 if self.behind else 0

    def with_page(
        self, equal: int, under_way: int, different: Iterable[CellDifference], behind: str, now: datetime
    ) -> Self:
        """The cycle after one page more."""
        found = tuple(different)
        off = dict(self.off_minor)
        for currency, minor in off_by_currency(found).items():
            off[currency] = off.get(currency, 0) + minor
        return self._replace(
            advanced_at=now,
            behind=behind,
            equal=self.equal + equal,
            under_way=self.under_way + under_way,
            different=self.different + len(found),
            off_minor=off,
            waits_until=None,
            failing="",
        )


def cycle_item(cycle: Cycle, revision: int) -> Item:
    """A cycle as it is kept, but for what its key says."""
    plain = {
        "started_at": moment_text(cycle.started_at),
        "advanced_at": moment_text(cycle.advanced_at),
        "asked_by": cycle.asked_by,
        "finished_at": moment_text(cycle.finished_at) if cycle.finished_at else None,
        "behind": cycle.behind,
        "equal": cycle.equal,
        "under_way": cycle.under_way,
        "different": cycle.different,
        "off_minor": dict(sorted(cycle.off_minor.items())),
        "waits_until": moment_text(cycle.waits_until) if cycle.waits_until else None,
        "failing": cycle.failing,
    }
    return {"cycle": strict_json.dump(plain), "revision": revision}


def kept_cycle(target: str, item: Item) -> Cycle:
    """The cycle that an item keeps."""
    plain = strict_json.parse(str(item["cycle"]).encode())
    finished_at, waits_until = plain["finished_at"], plain["waits_until"]
    return Cycle(
        target=target,
        started_at=parse_moment(plain["started_at"]),
        advanced_at=parse_moment(plain["advanced_at"]),
        asked_by=plain["asked_by"],
        finished_at=parse_moment(finished_at) if finished_at else None,
        behind=plain["behind"],
        equal=plain["equal"],
        under_way=plain["under_way"],
        different=plain["different"],
        off_minor=plain["off_minor"],
        waits_until=parse_moment(waits_until) if waits_until else None,
        failing=plain["failing"],
        revision=int(item["revision"]),
    )
