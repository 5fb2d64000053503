"""What the ledger holds, as plain values for a table or for JSON: facts, cells and where they come from, what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ops.period_views import late_of_fact
from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, intersection_state
from tieout.ledger.items import fact_lineage, late_of, statement_text
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.outcomes import OutcomeLedger
from tieout.ledger.planned import RecordedFact
from tieout.ledger.receipts import ReceiptRow, Source, receipt_rows
from tieout.ledger.table import Item, Key, Table, pages
from tieout.moments import moment_text
from tieout.money import Money

Row = dict[str, Any]

SHOWN_OF_A_HELD_FACT = ("waits_for", "connection", "record", "held_at")  # to people; the rest repeats it

_WITH_BOOKS = frozenset({"asked", "approval"})  # a fact itself does not know of them
_STATES = ("dirty", "refused", "undone")
_DIGITS_OF_AN_ID = 32
_MOST_NAMED = 10


def fact(table: Table, record: RecordKey) -> Row | None:
    """The stored fact of a record with its contributions and lineage; None where the ledger knows no such record."""
    key = keys.fact_key(record)
    item = table.get([key]).get(key)
    if item is None:
        return None
    return {
        "record": str(record),
        "kind": item["kind"],
        "outcome": item["outcome"],
        "source_version": item["source_version"],
        "revision": item["revision"],
        "held_for": "#".join(_json(str(item["held_for"]))) if "held_for" in item else None,
        "statement": _json(statement_text(item)),
        "contributions": _contributions(table, item),
        "late": [
            {name: row[name] for name in row if name not in _WITH_BOOKS}
            for row in late_of_fact(record, late_of(item), fact_lineage(key, item))
        ],
        "mappings": _json(str(item["mappings"])),
        "lineage": _lineage(item),
    }


def fact_row(found: RecordedFact) -> Row:
    """A fact as one line of a list."""
    return {
        "record": str(found.record),
        "kind": found.kind,
        "outcome": found.outcome,
        "held_for": str(found.waits_for) if found.waits_for else None,
        "source_version": found.source_version,
        "recorded_at": moment_text(found.lineage.recorded_at),
    }


def cells(table: Table, target: str, *, state: str = "") -> Iterator[Row]:
    """The cells of a target, all or those that are `dirty`, `refused` or `undone`."""
    return map(cell_row, cell_states(table, target, state=state))


def cell_states(table: Table, target: str, *, state: str = "") -> Iterator[CellState]:
    """The cells of a target, all or those that are `dirty`, `refused` or `undone`."""
    if not state:
        yield from cells_indexed(table, "catalogue", keys.cells_of(target))
        return
    # An intersection that lacks a cell stands among the dirty ones, with the refused and undone cells it has, and so on.
    values = (keys.dirty(target), keys.refused(target), keys.undone(target))
    for value in values[: _STATES.index(state) + 1]:
        for cell in cells_indexed(table, "cells_by_state", value):
            if (cell.is_lacking, cell.refused_reason is not None, cell.undone_minor is not None)[_STATES.index(state)]:
                yield cell


def intersections_named(table: Table, target: str, beginning: str) -> list[str]:
    """The ids of a target's intersections that begin so, the first ten at most.

    One read of an index that is a moment behind; a whole id costs none and is taken as it is.
    """
    if len(beginning) == _DIGITS_OF_AN_ID:
        return [beginning]
    prefix, _ = keys.cell_key(target, beginning)
    found = table.index("catalogue", keys.cells_of(target), prefix=prefix, limit=_MOST_NAMED)
    return [key[0].rsplit("#", 1)[1] for key, _ in found.items]


def why(table: Table, target: str, intersection_id: str) -> list[Row]:
    """Where the totals of an intersection's cells come from: every contribution with its notice, and the last write.

    The write is the intersection's: a cell that was not among those written shows none.

    Empty where the ledger has no such intersection.
    """
    key = keys.cell_key(target, intersection_id)
    item = table.get([key]).get(key)
    if item is None:
        return []
    parts = list(_parts(table, key[0]))
    receipt = _receipt(table, target, str(item.get("last_receipt", "")))
    return [_why_cell(cell, parts, receipt) for cell in intersection_state(key, item).cells]


def _why_cell(cell: CellState, parts: list[tuple[Key, Item]], receipt: Row | None) -> Row:
    shown = [row for key, part in parts if (row := _part_row(key, part, cell)) is not None]
    adds_up = sum(int(part["amount_minor"]) for part in shown) == cell.total_minor
    return cell_row(cell) | {"contributions": shown, "adds_up": adds_up, "last_write": _last_write(cell, receipt)}


def held(table: Table) -> list[Row]:
    """The facts that wait for a mapping entry, by what they wait for."""
    rows = [
        {
            "waits_for": f"{each.waits_for.table} {each.waits_for.key}",
            "connection": each.waits_for.connection,
            "table": each.waits_for.table,
            "key": each.waits_for.key,
            "record": str(each.record),
            "held_at": moment_text(each.lineage.recorded_at),
        }
        for each in MappingLedger(table).held()
    ]
    return sorted(rows, key=lambda row: (row["waits_for"], row["record"]))


def received(table: Table, connections: tuple[str, ...], day: date) -> list[Row]:
    """How the notices received on a UTC day ended, by connection and flow."""
    rows = []
    for connection in connections:
        by_flow: dict[str, Counter[str]] = {}
        for (flow, outcome), count in OutcomeLedger(table).count(connection, day).items():
            by_flow.setdefault(flow, Counter())[str(outcome)] += count
        for flow, outcomes in sorted(by_flow.items()):
            rows.append(
                {"connection": connection, "flow": flow, "accepted": outcomes.total(), **dict(sorted(outcomes.items()))}
            )
    return rows


def cells_indexed(table: Table, index: str, value: str) -> Iterator[CellState]:
    """The cells of the intersections an index names, read from the table."""
    for key, item in _indexed(table, index, value):
        yield from intersection_state(key, item).cells


def cell_row(cell: CellState) -> Row:
    """A cell as one line of a list."""
    return {
        "cell": cell.intersection_id,
        "target": cell.target,
        "cube": cell.cube,
        "measure": cell.measure,
        "members": dict(cell.members),
        "currency": cell.currency,
        "total": amount_text(cell.total_minor, cell),
        "in_planning": amount_text(cell.written_minor, cell),
        "refused": cell.refused_reason,
        "undone_to": amount_text(cell.undone_minor, cell),
    }


def amount_text(minor: int | None, cell: CellState) -> str | None:
    """An amount of a cell in whole units; None of none."""
    return None if minor is None else str(Money(minor, cell.currency).decimal())


def before_text(row: ReceiptRow, cell: CellState) -> str | None:
    """What planning held of a cell before a write; None where it held nothing."""
    return str(Source.UNKNOWN) if row.source is Source.UNKNOWN else amount_text(row.before_minor, cell)


def members_text(members: Mapping[str, str]) -> str:
    """Where a cell stands, for a table."""
    return "/".join(members.values())


def _part_row(key: Key, item: Item, cell: CellState) -> Row | None:
    """What a fact contributes to a cell; None where it contributes to other measures alone."""
    share = next((share for share in _json(str(item["shares"])) if share[0] == cell.measure), None)
    if share is None:
        return None
    _, amount_minor, rate = share
    return {
        "record": key[1].removeprefix(keys.PART_PREFIX),
        "amount": amount_text(int(amount_minor), cell),
        "amount_minor": int(amount_minor),
        "rate": rate,
        "source_version": item["source_version"],
        **_lineage(item),
    }


def _parts(table: Table, partition: str) -> Iterator[tuple[Key, Item]]:
    for page in pages(lambda after: table.query(partition, prefix=keys.PART_PREFIX, after=after)):
        yield from page.items


def _receipt(table: Table, target: str, name: str) -> Row | None:
    """The last write to planning of an intersection, None where there is no receipt of one."""
    key = (keys.receipt_partition(target), keys.DONE_PREFIX + name)
    item = table.get([key]).get(key) if name else None
    return None if item is None else {"receipt": name, **item}


def _last_write(cell: CellState, receipt: Row | None) -> Row | None:
    """What the last write of the intersection did to a cell of it; None where it was not among the cells written."""
    rows = receipt_rows(str(receipt["cells"])) if receipt else ()
    row = next((row for row in rows if row.cell_id == cell.cell_id), None)
    if row is None or receipt is None:
        return None
    return {
        "receipt": receipt["receipt"],
        "before": before_text(row, cell),
        "before_is": str(row.source),
        "after": amount_text(row.after_minor, cell),
        "answer": receipt["answer"],
        "at": receipt["closed_at"],
    }


def _indexed(table: Table, index: str, value: str) -> Iterator[tuple[Key, Item]]:
    """The items an index names, read from the table."""
    for page in pages(lambda after: table.index(index, value, after=after)):
        yield from sorted(table.get([key for key, _ in page.items]).items())


def _contributions(table: Table, item: Item) -> list[Row]:
    """What a fact contributes, cell by cell; nothing while a commit in several steps is unfinished."""
    rows = _json(str(item["contributions"]))
    found = table.get([keys.cell_key(target, intersection_id) for intersection_id, target, *_ in rows])
    shown = []
    for intersection_id, target, shares, *_ in rows:
        key = keys.cell_key(target, intersection_id)
        cells = {cell.measure: cell for cell in intersection_state(key, found[key]).cells} if key in found else {}
        shown += [_contribution_row(cells[measure], int(minor), rate) for measure, minor, rate in shares]
    return shown


def _contribution_row(cell: CellState, amount_minor: int, rate: str) -> Row:
    row = {"cell": cell.intersection_id, "target": cell.target, "measure": cell.measure, "where": _where(cell)}
    return row | {"amount": amount_text(amount_minor, cell), "rate": rate}


def _where(cell: CellState) -> str:
    return " / ".join([cell.cube, cell.measure, *(f"{name}={member}" for name, member in cell.members)])


def _lineage(item: Item) -> Row:
    notice = _json(str(item["notice"]))
    return {
        "notice": notice["notice_id"],
        "kind": notice["kind"],
        "occurred_at": notice["occurred_at"],
        "delivery": item["delivery_id"],
        "received_at": item["received_at"],
        "recorded_at": item["recorded_at"],
        "code_version": item["code_version"],
        "payload": notice.get("payload") or None,  # the object of the archive the record was completed from
    }


def _json(text: str) -> Any:  # noqa: ANN401 JSON values
    return strict_json.parse(text.encode())
