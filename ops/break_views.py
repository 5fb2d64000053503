"""How two stages of a value compare, as rows for people: breaks with what they come to, and the sums of either stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tieout.ledger.breaks import Run
from tieout.moments import moment_text
from tieout.money import Money
from tieout.reconciling.items import NOTHING, Amounts
from tieout.reconciling.tracking import TrackedBreak

Row = dict[str, Any]
SHOWN_OF_A_BREAK = ("break", "reconciliation", "kind", "state", "off", "age_days", "owner", "due", "records")
SHOWN_OF_A_RUN = (
    *("reconciliation", "left", "right", "compared_at", "tied_out"),
    *("found", "open", "resolved", "left_to_the_next", "outdated_links"),
)


def break_row(reconciliation: str, tracked: TrackedBreak, today: date) -> Row:
    """A break in one line."""
    found = tracked.found
    since = found.since or tracked.found_at.date()
    return {
        "break": found.name,
        "reconciliation": reconciliation,
        "kind": str(found.kind),
        "state": str(tracked.state),
        "off": off_text(found.residuals),
        "age_days": (today - since).days,
        "owner": tracked.owner,
        "due": tracked.due.isoformat() if tracked.due else "",
        "records": " ".join(str(each) for each in (*found.left, *found.right)),
    }


def break_record(
    reconciliation: str, stages: tuple[str, str], tracked: TrackedBreak, reporting: str, today: date
) -> Row:
    """All that is known of a break."""
    found = tracked.found
    return break_row(reconciliation, tracked, today) | {
        "records": [
            {"stage": stage, "record": str(record)}
            for stage, side in zip(stages, (found.left, found.right), strict=True)
            for record in side
        ],
        "matching": found.matching,
        "waits_for": ", ".join(found.waits_for),
        "may_be": " ".join(str(each) for each in found.may_be),
        "places": list(_places(found.residuals, reporting)),
        "remarks": [
            {"at": moment_text(each.at), "by": each.by, "what": each.what, "note": each.note}
            for each in tracked.remarks
        ],
    }


def sum_rows(reconciliation: str, run: Run) -> Iterator[Row]:
    """What either stage came to, by company, period and currency, and the difference."""
    for place in sorted(run.left.keys() | run.right.keys()):
        left, right = (side.get(place, NOTHING).transaction for side in (run.left, run.right))
        yield {
            "reconciliation": reconciliation,
            "company": place.legal_entity,
            "period": place.period,
            "left": str(Money(left, place.currency)),
            "right": str(Money(right, place.currency)),
            "off": str(Money(left - right, place.currency)) if left != right else "",
        }


def run_row(reconciliation: str, stages: tuple[str, str], run: Run | None) -> Row:
    """When two stages were compared last."""
    return {
        "reconciliation": reconciliation,
        "left": stages[0],
        "right": stages[1],
        "compared_at": moment_text(run.at) if run else "",
        "as_of": run.as_of.isoformat() if run else "",
        "tied_out": run.tied_out if run else 0,
        "outdated_links": " ".join(f"{left}|{right}" for left, right in run.outdated) if run else "",
    }


def off_text(residuals: Amounts) -> str:
    """What a break comes to in each currency: the sum, or what has moved where that is nothing."""
    sums: dict[str, list[int]] = {}
    for place, amount in residuals.items():
        sums.setdefault(place.currency, []).append(amount.transaction)
    return ", ".join(_off(minor, currency) for currency, minor in sorted(sums.items()))


def _off(minor: list[int], currency: str) -> str:
    total = sum(minor)
    if total or not any(minor):
        return str(Money(total, currency))
    return f"{Money(sum(each for each in minor if each > 0), currency)} elsewhere"


def _places(residuals: Mapping[Any, Any], reporting: str) -> Iterator[Row]:
    for place, amount in residuals.items():
        yield {
            "company": place.legal_entity,
            "period": place.period,
            "apart": " ".join(place.apart),
            "off": str(Money(amount.transaction, place.currency)),
            "off_reporting": str(Money(amount.reporting, reporting)),
        }
