"""Closes and opens books, and lets what came too late for them through the line once more: other rules hold for it now."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from ops import period_views
from ops.display import Row
from ops.place import Place
from ops.resending import send_again
from tieout.closing import Books, BooksState
from tieout.ledger.closing import BooksLedger, LateFact


def books_ledger(place: Place) -> BooksLedger:
    """The books of a stage."""
    return BooksLedger(place.table, time.sleep)


def change_books(place: Place, books: Iterable[Books], state: BooksState, reason: str) -> Row:
    """Close or open books, one after the other; what was changed, and what went through the line again."""
    ledger, changed, late = books_ledger(place), [], list[LateFact]()
    for each in books:
        ledger.change(each, state, place.who, reason, datetime.now(UTC))
        changed.append(period_views.change_row(each, ledger.changes()[each]))
        late += ledger.late(each)
    if not late:
        return {"changed": changed}
    sent = send_again(place, (each.lineage for each in late))
    return {"changed": changed, "late": period_views.sums(late), "sent_again": sent}
