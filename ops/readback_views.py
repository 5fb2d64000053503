"""What reading planning back came to, as plain values for a table or for JSON: how far it is, and which cells differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ops.display import Row
from ops.ledger_views import members_text
from tieout.ledger.cycles import Cycle
from tieout.ledger.differences import CellDifference
from tieout.moments import moment_text
from tieout.money import Money

SHOWN_OF_A_DIFFERENCE = (
    "cell",
    "measure",
    "members",
    "ledger",
    "planning",
    "written_at",
)  # to people; the rest: --json


def cycle_row(target: str, cycle: Cycle | None, standing: int) -> Row:
    """How far the last cycle of a target is, what it has counted, and how many cells are known to differ now."""
    if cycle is None:
        return {"target": target, "state": "never read back", "standing": standing}
    return {
        "target": target,
        "state": "done" if cycle.is_over else "under way",
        "started_at": moment_text(cycle.started_at),
        "complete_percent": cycle.complete_percent,
        "equal": cycle.equal,
        "under_way": cycle.under_way,
        "different": cycle.different,
        "off": _money(cycle.off_minor),
        "standing": standing,
        "finished_at": moment_text(cycle.finished_at) if cycle.finished_at else None,
        "advanced_at": moment_text(cycle.advanced_at),
        "asked_by": cycle.asked_by or None,
        "failing": cycle.failing or None,
        "waits_until": moment_text(cycle.waits_until) if cycle.waits_until else None,
    }


def difference_row(difference: CellDifference) -> Row:
    """A cell that differs: where it stands, what either side holds, and who wrote to its place last."""
    off = difference.off_minor
    return {
        "cell": difference.intersection_id,
        "target": difference.target,
        "cube": difference.cube,
        "measure": difference.measure,
        "members": members_text(dict(difference.members)),
        "currency": difference.currency,
        "ledger": str(Money(difference.wanted_minor, difference.currency).decimal()),
        "planning": None if difference.held is None else format(difference.held, "f"),
        "off": None if off is None else str(Money(off, difference.currency).decimal()),
        "written_at": difference.written_at or None,
        "receipt": difference.last_receipt.rpartition("#")[2] or None,
        "since": moment_text(difference.since),
        "found_at": moment_text(difference.found_at),
    }


def sums_off(differences: Iterable[CellDifference]) -> list[Row]:
    """What planning is off, by cube, measure and currency: how many cells, too much and too little, and both together."""
    sums: dict[tuple[str, str, str], list[int]] = {}
    for each in differences:
        counted = sums.setdefault((each.cube, each.measure, each.currency), [0, 0, 0])
        off = each.off_minor or 0
        for place, minor in enumerate((1, max(off, 0), min(off, 0))):
            counted[place] += minor
    return [
        {"cube": cube, "measure": measure, "currency": currency, "cells": cells}
        | {
            name: str(Money(minor, currency).decimal())
            for name, minor in {"too_much": much, "too_little": little, "off": much + little}.items()
        }
        for (cube, measure, currency), (cells, much, little) in sorted(sums.items())
    ]


def _money(minor: Mapping[str, int]) -> list[str]:
    return [str(Money(amount, currency)) for currency, amount in sorted(minor.items())]
