"""The cells of a period as a certificate has them: what each holds, what adds up to it, and where that came from; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.certifying.document import digest_of
from tieout.certifying.subject import Plain, decimal_text
from tieout.ledger.closed_period import Contributed, PlacedCells, PlannedBy, UnevenCellError
from tieout.ledger.intersections import CellState
from tieout.moments import moment_text


def totals(places: Iterable[PlacedCells]) -> list[Plain]:
    """What the cells come to by target, cube, measure and currency, and how many there are."""
    sums: Counter[tuple[str, ...]] = Counter()
    counts: Counter[tuple[str, ...]] = Counter()
    for place in places:
        for cell in place.state.cells:
            at = (cell.target, cell.cube, cell.measure, cell.currency)
            sums[at] += cell.total_minor
            counts[at] += 1
    names = ("target", "cube", "measure", "currency")
    return [
        {**dict(zip(names, at, strict=True)), "cells": counts[at], "total": decimal_text(sums[at], at[3])}
        for at in sorted(sums)
    ]


def extent(places: Sequence[PlacedCells]) -> Plain:
    """How much the period is made of, and a digest that is the same only where all of its cells and contributions are."""
    return {
        "cells": sum(len(place.state.cells) for place in places),
        "contributions": sum(len(place.contributed) for place in places),
        "facts": len({each.record for place in places for each in place.contributed}),
        "digest": digest_of(strict_json.dump(cell_rows(places)).encode()),
    }


def cell_rows(places: Iterable[PlacedCells]) -> list[Plain]:
    """Every intersection with its cells and the records that contribute to them."""
    return [
        {
            "intersection": place.state.intersection_id,
            "target": place.state.target,
            "cube": place.state.cube,
            "version": place.state.books.version,
            "members": [list(each) for each in place.state.cells[0].members],
            "cells": [_cell(each) for each in place.state.cells],
            "contributions": [_contribution(place, each) for each in place.contributed],
        }
        for place in places
    ]


def unsettled(places: Iterable[PlacedCells]) -> list[Plain]:
    """The cells of which planning does not hold the total: it lacks it, has refused it, or is to hold what stood before an undo."""
    found = []
    for place in places:
        for cell in place.state.cells:
            state = _trouble(cell)
            if state:
                found.append(
                    {
                        "cell": cell.cell_id,
                        "target": cell.target,
                        "cube": cell.cube,
                        "measure": cell.measure,
                        "members": [list(each) for each in cell.members],
                        "currency": cell.currency,
                        "total": decimal_text(cell.total_minor, cell.currency),
                        "in_planning": _optional(cell.written_minor, cell.currency),
                        "state": state,
                        "reason": cell.refused_reason or "",
                    }
                )
    return found


def fact_rows(places: Iterable[PlacedCells], planned_by: Mapping[RecordKey, PlannedBy]) -> list[Plain]:
    """Every record that contributes, with what it is."""
    records = sorted({each.record for place in places for each in place.contributed})
    return [
        {"record": str(each), "kind": planned_by[each].kind, "schema_version": planned_by[each].schema_version}
        for each in records
    ]


def adjusted(places: Iterable[PlacedCells], planned_by: Mapping[RecordKey, PlannedBy]) -> list[Plain]:
    """What stands in the period because it came too late for its own."""
    return [
        row
        for place in places
        for each in place.contributed
        for row in _adjustments(place, each, planned_by[each.record])
    ]


def _adjustments(place: PlacedCells, each: Contributed, fact: PlannedBy) -> Iterator[Plain]:
    """What a fact has booked there; of an amount that comes to nothing there the fact alone knows the currency.

    Raises:
        UnevenCellError: the fact does not know of it, as while it is committed in several steps.
    """
    here = {cell.measure: cell.currency for cell in place.state.cells}
    there = {(row.intersection.intersection_id(), a.measure): a.currency for row in fact.late for a in row.amounts}
    for late in each.part.late:
        for measure, minor, rate in late.shares:
            currency = here.get(measure) or there.get((late.origin, measure))
            if currency is None:
                raise UnevenCellError(f"not all that came too late of {each.record} is committed yet: ask again")
            yield {
                "record": str(each.record),
                "of": {"period": late.books.period, "version": late.books.version},
                "intersection": place.state.intersection_id,
                "target": place.state.target,
                "cube": place.state.cube,
                "measure": measure,
                "currency": currency,
                "amount": decimal_text(minor, currency),
                "rate": rate,
                "recorded_at": moment_text(each.lineage.recorded_at),
            }


def _cell(cell: CellState) -> Plain:
    return {
        "measure": cell.measure,
        "currency": cell.currency,
        "total": decimal_text(cell.total_minor, cell.currency),
        "in_planning": _optional(cell.written_minor, cell.currency),
    }


def _contribution(place: PlacedCells, each: Contributed) -> Plain:
    currencies = {cell.measure: cell.currency for cell in place.state.cells}
    return {
        "record": str(each.record),
        "source_version": each.source_version,
        "shares": [
            {
                "measure": measure,
                "currency": currencies[measure],
                "amount": decimal_text(minor, currencies[measure]),
                "rate": rate,
            }
            for measure, minor, rate in each.part.shares
        ],
        **_came(each),
    }


def _came(each: Contributed) -> Plain:
    """The notice it came in; the delivery, and the object of the archive that has its bytes, where they are kept."""
    notice = each.lineage.notice
    return {
        "notice": notice.notice_id,
        "notice_kind": notice.kind,
        "occurred_at": moment_text(notice.occurred_at) if notice.occurred_at else "",
        "delivery": each.lineage.delivery_id,
        "received_at": moment_text(each.lineage.received_at),
        "recorded_at": moment_text(each.lineage.recorded_at),
        "payload": notice.payload,
        "code_version": each.lineage.code_version,
    }


def _trouble(cell: CellState) -> str:
    if cell.undone_minor is not None:
        return "undone"
    if cell.refused_reason is not None:
        return "refused"
    return "lacking" if cell.is_lacking else ""


def _optional(minor: int | None, currency: str) -> str | None:
    return None if minor is None else decimal_text(minor, currency)
