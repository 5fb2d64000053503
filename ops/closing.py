"""Closes and opens books, and lets what came too late for them through the line once more: other rules hold for it now."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from ops import period_views
from ops.display import Row
from ops.place import Place
from ops.resending import send_again
from tieout.closing import Books, BooksState
from tieout.errors import PermanentError
from tieout.ledger.closing import BooksLedger, LateFact
from tieout.ledger.gate import Change


class StaysClosedError(PermanentError):
    """Books are closed, and not only to some flows: the message names them, and what opens them."""


def books_ledger(place: Place) -> BooksLedger:
    """The books of a stage."""
    return BooksLedger(place.table, time.sleep)


def open_soft_closed(place: Place, books: Collection[Books], reason: str) -> Row:
    """Open books that are closed to some flows; what `change_books` says.

    Raises:
        StaysClosedError: some are closed to all.
    """
    known = books_ledger(place).changes()
    closed = [str(each) for each in books if each in known and known[each].state is BooksState.CLOSED]
    if closed:
        raise StaysClosedError(f"{', '.join(closed)}: closed to all; `tieout periods reopen` opens that")
    return change_books(place, books, BooksState.OPEN, reason)


def change_books(place: Place, books: Iterable[Books], state: BooksState, reason: str) -> Row:
    """Close or open books, one after the other; what was changed, and what went through the line again.

    Books that stand so already stay as whoever closed or opened them has said; what is late for them goes through all the same.
    """
    ledger, late = books_ledger(place), list[LateFact]()
    rows: dict[str, list[Row]] = {"changed": [], "unchanged": []}
    for each in books:
        stands = _stands(ledger.changes().get(each), state)
        if not stands:
            ledger.change(each, state, place.who, reason, datetime.now(UTC))
        rows["unchanged" if stands else "changed"].append(period_views.change_row(each, ledger.changes()[each]))
        late += ledger.late(each)
    found: Row = {name: some for name, some in rows.items() if some or name == "changed"}
    if not late:
        return found
    sent = send_again(place, (each.lineage for each in late))
    return found | {"late": period_views.sums(late), "sent_again": sent}


def _stands(change: Change | None, state: BooksState) -> bool:
    """Whether books are so as they are to be, and not half so."""
    return change is not None and change.state is state and change.is_done
