"""Receipts of writes to planning, and what undoing one comes to, as plain values for a table or for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from ops.changed_sums import sums_of
from ops.display import Row
from ops.ledger_views import amount_text, before_text, cell_row, members_text
from tieout.errors import PermanentError
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, intersection_state
from tieout.ledger.receipts import DoneReceipt, OpenReceipt, ReceiptLedger, ReceiptRow, receipt_rows
from tieout.ledger.table import Table
from tieout.ledger.undoing import Effect, Fate
from tieout.moments import moment_text

_LOOKED_AT = 20_000  # receipts of one target that are gone through for one that is named by its first digits

_RELEASED = "released"


class UnknownReceiptError(PermanentError):
    """There is no such receipt, or there are several whose id begins so; the message says which."""


def receipts(
    table: Table,
    targets: Iterable[str],
    *,
    since: datetime | None,
    until: datetime | None = None,
    cell: str = "",
    reference: str = "",
) -> Iterator[OpenReceipt]:
    """The receipts of these targets, the newest of all first.

    Args:
        table: the ledger's.
        targets: whose.
        since: none opened before.
        until: none opened then or later.
        cell: only those that wrote a cell whose id begins so.
        reference: only those that the target knows under this id.
    """
    for receipt in ReceiptLedger(table).newest(*targets):
        if since is not None and receipt.opened_at < since:
            return
        is_later = until is not None and receipt.opened_at >= until
        is_another = bool(reference) and reference not in receipt.reference.split()
        if not is_later and not is_another and (not cell or _wrote(receipt, cell)):
            yield receipt


def found(table: Table, targets: Iterable[str], wanted: str) -> OpenReceipt:
    """The receipt of that name, or whose id begins so.

    Raises:
        UnknownReceiptError: there is none, or there are several.
    """
    beginning = wanted.rpartition("#")[2]
    alike = [
        receipt
        for target in targets
        for receipt in islice(ReceiptLedger(table).newest(target), _LOOKED_AT)
        if receipt.receipt_id.startswith(beginning)
    ]
    if len(alike) == 1:
        return alike[0]
    named = ", ".join(each.receipt_id for each in alike[:10])
    what = f"several receipts begin with {wanted}: {named}" if alike else f"there is no receipt {wanted}"
    raise UnknownReceiptError(f"{what}; `tieout receipts list` names them")


def receipt_row(receipt: OpenReceipt) -> Row:
    """A receipt as one line of a list."""
    rows = list(receipt_rows(receipt.cells))
    row = {
        "receipt": receipt.receipt_id,
        "target": receipt.target,
        "opened_at": moment_text(receipt.opened_at),
        "end": "open",
        "cells": len(rows),
        "refused": sum(row.refused is not None for row in rows),
        "before_is": _source(rows),
        "reference": receipt.reference or None,
    }
    if not isinstance(receipt, DoneReceipt):
        return row
    return row | {
        "end": str(receipt.end),
        "answer": receipt.answer,
        "closed_at": moment_text(receipt.closed_at),
        "undoes": receipt.undoes.rpartition("#")[2] or None,
        "by": receipt.by or None,
    }


def receipt_shown(table: Table, receipt: OpenReceipt) -> Row:
    """A receipt with each of its cells: what planning held before and who says so, what it was given, why it did not take it."""
    rows = list(receipt_rows(receipt.cells))
    cells = _cells(table, receipt.target, rows)
    return receipt_row(receipt) | {
        "written": [_row(row, cells[row.cell_id]) for row in rows if row.cell_id in cells],
    }


def effect_shown(effect: Effect) -> Row:
    """What undoing a receipt would do: sums by cube, measure and currency, and cell by cell."""
    return {
        "undoes": effect.receipt.receipt_id,
        "target": effect.receipt.target,
        "restored": len(effect.restored()),
        "left": sum(each.fate is not Fate.RESTORED for each in effect.cells),
        "sums": sums_of((each.cell, each.restored_minor) for each in effect.restored()),
        "cells": [
            _place(each.cell)
            | {
                "in_planning": amount_text(each.cell.written_minor, each.cell),
                "then": amount_text(each.restored_minor, each.cell) if each.fate is Fate.RESTORED else None,
                "fate": str(each.fate),
            }
            for each in effect.cells
        ],
    }


def released_shown(cells: Iterable[CellState], left: Iterable[CellState]) -> Row:
    """Undone cells, those that are released and those that are left as they are: what that comes to in sums and cell by cell."""
    released, kept = list(cells), list(left)
    return {
        "undone": len(released) + len(kept),
        "released": len(released),
        "left": len(kept),
        "sums": sums_of((cell, cell.total_minor) for cell in released),
        "cells": [
            _place(cell)
            | {
                "in_planning": amount_text(cell.written_minor, cell),
                "then": amount_text(cell.total_minor, cell) if fate == _RELEASED else None,
                "fate": fate,
            }
            for fate, some in ((_RELEASED, released), (str(Fate.CLOSED), kept))
            for cell in some
        ],
    }


def _wrote(receipt: OpenReceipt, cell: str) -> bool:
    return any(row.intersection_id.startswith(cell) for row in receipt_rows(receipt.cells))


def _cells(table: Table, target: str, rows: Iterable[ReceiptRow]) -> dict[str, CellState]:
    """Cell id to the cell as it is now."""
    wanted = dict.fromkeys(keys.cell_key(target, row.intersection_id) for row in rows)
    found = table.get(list(wanted))
    return {cell.cell_id: cell for key, item in found.items() for cell in intersection_state(key, item).cells}


def _row(row: ReceiptRow, cell: CellState) -> Row:
    return _place(cell) | {
        "before": before_text(row, cell),
        "before_is": str(row.source),
        "after": amount_text(row.after_minor, cell),
        "refused": row.refused,
    }


def _source(rows: Sequence[ReceiptRow]) -> str:
    """Where the values before come from: of how many cells, where not all are alike."""
    counted = Counter(str(row.source) for row in rows)
    return ", ".join(counted) if len(counted) < 2 else ", ".join(f"{counted[each]} {each}" for each in counted)  # noqa: PLR2004


def _place(cell: CellState) -> Row:
    shown = cell_row(cell)
    return {
        "cell": shown["cell"],
        "cube": shown["cube"],
        "measure": shown["measure"],
        "members": members_text(shown["members"]),
        "currency": shown["currency"],
    }
