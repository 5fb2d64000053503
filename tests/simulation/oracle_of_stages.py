"""What must come of comparing stages, by the ledger's own items and the cells: it shares no code with what compares them."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from tests.simulation.planning import Coordinates

_DECIMALS = {"JPY": 0, "KWD": 3}
_TWO = 2
Items = Mapping[tuple[str, str], Mapping[str, Any]]
Sums = dict[tuple[str, str, str], int]
"""Company, period and currency to minor units of the transactions' currency, wherever there are any."""


class Kept(NamedTuple):
    """What a reconciliation has left behind.

    Attributes:
        breaks: by the records they concern, those of the left side before those of the right; resolved ones left out.
    """

    left: Sums
    right: Sums
    breaks: Mapping[tuple[tuple[str, ...], tuple[str, ...]], Mapping[str, Any]]

    def of(self, records: Iterable[str]) -> Sums:
        """What breaks of nothing but these records come to."""
        known = set(records)
        return added(
            row for (left, right), each in self.breaks.items() if {*left, *right} <= known for row in each["residuals"]
        )

    def of_no_day(self) -> set[str]:
        """The records that are missing in planning because nobody has said when they are."""
        missing = (
            at for at, each in self.breaks.items() if each["kind"] == "missing_there" and not any(_periods(each))
        )
        return {name for left, _ in missing for name in left}


def kept(items: Items, name: str) -> Kept:
    """What a reconciliation of that name has left in a table."""
    own = {key[1]: item for key, item in items.items() if key[0] == f"RECONCILED#{name}"}
    run = json.loads(zlib.decompress(own["STATE"]["run_deflated"]))
    plain = [json.loads(item["break"]) for key, item in own.items() if key.startswith("BREAK#")]
    found = [each["found"] for each in plain if each["state"] != "resolved"]
    return Kept(
        added(run["left"]), added(run["right"]), {(_of(each["left"]), _of(each["right"])): each for each in found}
    )


def added(rows: Iterable[Any]) -> Sums:
    """What rows of a place and an amount each add up to."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for company, period, currency, _, (minor, _) in rows:
        sums[company, period, currency] += minor
    return {place: minor for place, minor in sums.items() if minor}


def planned(
    cells: Mapping[Coordinates, Decimal] | Iterable[tuple[Coordinates, Decimal]], cube: str, measure: str
) -> Sums:
    """What the cells of a measure add up to."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for (of, name, members), value in cells.items() if isinstance(cells, Mapping) else cells:
        if (of, name) == (cube, measure):
            at = dict(members)
            currency = at["Currency"]
            minor = value.scaleb(_DECIMALS.get(currency, _TWO))
            sums[at["Legal entity"], at["Time"], currency] += int(minor)
    return {place: minor for place, minor in sums.items() if minor}


def less(some: Sums, others: Sums) -> Sums:
    """What some come to more than others."""
    off = {place: some.get(place, 0) - others.get(place, 0) for place in some.keys() | others.keys()}
    return {place: minor for place, minor in off.items() if minor}


def lasting(items: Items) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """The breaks that nothing changes which is said once more.

    What is held is told by the entries that were there when its record was last read, of which there may be more by the next time.
    """
    for key, item in items.items():
        if (
            key[0].startswith("RECONCILED#")
            and key[1] != "STATE"
            and json.loads(item["break"])["found"]["kind"] != "held"
        ):
            yield key, item


def lives(items: Items) -> Iterator[str]:
    """What of the life of any break cannot have been: its beginning, its order, or who accepted what they had said themselves."""
    for key, item in items.items():
        if key[0].startswith("RECONCILED#") and key[1].startswith("BREAK#"):
            remarks = json.loads(item["break"])["remarks"]
            said, happened = "", [what for _, _, what, _ in remarks]
            if happened[:1] != ["found"] or [at for at, *_ in remarks] != sorted(at for at, *_ in remarks):
                yield f"{key} happened as {remarks}"
            for _, by, what, _ in remarks:
                if what == "accepted" and said in {"", by}:
                    yield f"{key} was accepted by {by}, and explained by {said or 'nobody'}"
                said = by if what == "explained" else "" if what in {"reopened", "resolved"} else said


def _periods(found: Mapping[str, Any]) -> set[str]:
    return {period for _, period, *_ in found["residuals"]}


def _of(records: Iterable[Any]) -> tuple[str, ...]:
    return tuple("#".join(each) for each in records)
