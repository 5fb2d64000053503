"""What an approval has done, by the ledger's own items: it shares no code with what says beforehand what it will do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

_DECIMALS = {"JPY": 0, "KWD": 3}
_TWO = 2
Items = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Before:
    """A ledger at a moment.

    Attributes:
        totals: by cell, in whole units.
        held: record to what it waits for; empty where it waits for nothing.
        contributed: record to what it adds, by cell in minor units.
        late: what came too late for closed books, by all that a row says, in whole units.
    """

    totals: Mapping[str, Decimal]
    held: Mapping[str, str]
    contributed: Mapping[str, Mapping[tuple[str, str], int]]
    late: Mapping[tuple[str, ...], Decimal]

    @classmethod
    def of(cls, items: Items) -> Self:
        """What a table holds."""
        facts = {key[0]: item for key, item in items.items() if key[0].startswith("FACT#")}
        return cls(
            dict(_totals(items)),
            {name: item.get("held_for", "") for name, item in facts.items()},
            {name: _contributed(item) for name, item in facts.items()},
            _late(items),
        )


def undone_otherwise(before: Before, items: Items, shown: Mapping[str, Any]) -> Iterator[str]:
    """How what has happened since differs from what was shown."""
    after = Before.of(items)
    moved = {
        at: (before.totals.get(at, Decimal(0)), after.totals.get(at, Decimal(0)))
        for at in before.totals.keys() | after.totals.keys()
    }
    moved = {at: each for at, each in moved.items() if each[0] != each[1]}
    said = {each["cell"]: (Decimal(each["before"]), Decimal(each["after"])) for each in shown["cells"]}
    if moved != said:
        yield f"cells moved otherwise than shown: {sorted(moved.items() ^ said.items())[:4]}"
    counts = Counter(_became(before, after, name) for name in after.held)
    for name in ("released", "held", "moved"):
        if counts[name] != shown["facts"][name]:
            yield f"{counts[name]} facts were {name}, and {shown['facts'][name]} were shown"
    late = _difference(before.late, after.late)
    rows = {_row(each): Decimal(each["amount"]) for each in shown["late"]}
    if late != rows:
        yield f"what comes late is otherwise than shown: {sorted(late.items() ^ rows.items())[:4]}"


def _became(before: Before, after: Before, name: str) -> str:
    if before.held.get(name, "") != after.held[name]:
        return "held" if after.held[name] else "released"
    return "moved" if before.contributed.get(name, {}) != after.contributed[name] else "unchanged"


def _totals(items: Items) -> Iterator[tuple[str, Decimal]]:
    for key, item in items.items():
        if key[0].startswith("CELL#") and key[1] == "STATE":
            for name, minor in item.items():
                if name.startswith("total:"):
                    measure = name.removeprefix("total:")
                    yield f"{key[0].split('#', 2)[2]}:{measure}", _whole(minor, item[f"currency:{measure}"])


def _contributed(item: Mapping[str, Any]) -> Mapping[tuple[str, str], int]:
    sums: Counter[tuple[str, str]] = Counter()
    for intersection, _, shares, *_ in json.loads(item["contributions"]):
        for measure, minor, _ in shares:
            sums[intersection, measure] += minor
    return {at: minor for at, minor in sums.items() if minor}


def _late(items: Items) -> Mapping[tuple[str, ...], Decimal]:
    sums: dict[tuple[str, ...], Decimal] = {}
    for key, item in items.items():
        if not key[0].startswith("FACT#") or "late" not in item:
            continue
        for books, kind, into, (target, cube, members), amounts in json.loads(item["late"]):
            for measure, currency, minor, _ in amounts:
                named = json.dumps([member for _, member in members])
                at = (books, kind, into.partition("#")[0], target, cube, measure, named, currency)
                sums[at] = sums.get(at, Decimal(0)) + _whole(minor, currency)
    return sums


def _difference(
    before: Mapping[tuple[str, ...], Decimal], after: Mapping[tuple[str, ...], Decimal]
) -> dict[tuple[str, ...], Decimal]:
    both = {at: after.get(at, Decimal(0)) - before.get(at, Decimal(0)) for at in before.keys() | after.keys()}
    return {at: each for at, each in both.items() if each}


def _row(said: Mapping[str, Any]) -> tuple[str, ...]:
    books = "#".join((said["period"], said["version"], said["legal_entity"]))
    place = (said["target"], said["cube"], said["measure"], json.dumps(said["members"]), said["currency"])
    return (books, said["becomes"], said["into"], *place)


def _whole(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-_DECIMALS.get(currency, _TWO))
