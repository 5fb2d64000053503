"""Certificates of months in which everything happened, as they were once written down: later code must derive the same.

Whoever has a certificate may ask at any time whether the journal still tells it. Where it is to say anything else, or otherwise,
`tieout.certifying.deriving.FORM` is another, and what derives this form stays beside it; the files of this test never change.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flow.test_certified_periods import INVOICES, STRANGER, find_otherwise, refuse, undo
from tests.flow.test_since_a_period_was_certified import derive_april
from tests.support.certified_period import BOOKS, ERP, March, invoice, march
from tieout.certifying.changes import changes
from tieout.certifying.deriving import FORM
from tieout.ledger.closing import BooksLedger

_KEPT = Path(__file__).parent / "certificates"
_AUDITED = invoice("6", 700)


@pytest.fixture(name="eventful", scope="module")
def _eventful() -> tuple[March, dict[str, Any]]:
    """A March to which everything has happened, and what was said of it before."""
    made = march([*INVOICES, STRANGER, invoice("7", 499), invoice("8", 499)])
    made.compare()
    made.accept()
    before = made.derived()
    made.clock.advance(60)
    made.record(invoice("4", 2_000), flow="spending")
    made.record(invoice("5", 1_000))
    restate(made)
    for happens in (find_otherwise, refuse, undo):
        happens(made)
    gather_with_a_census(made)
    return made, before


def restate(made: March) -> None:
    """An invoice comes after the closing, and goes in since somebody asked for it and somebody else approved it."""
    made.record(_AUDITED, flow="audited")
    books = BooksLedger(made.table, lambda _: None, 1)
    [late] = [each for each in books.late(BOOKS) if each.record == _AUDITED.key]
    books.ask(late, "ana", "the auditor's", made.clock.now())
    [asked] = [each for each in books.late(BOOKS) if each.record == _AUDITED.key]
    books.approve(asked, "ben", made.clock.now())
    made.record(_AUDITED, flow="audited")


def gather_with_a_census(made: March) -> None:
    """Messages are parked, somebody signs for what is not as it should be, and half of March was listed."""
    made.clock.advance(1)
    listed = {ERP: ["invoice", "journal_entry"]}
    made.gather({"order_to_cash": 0, "record_to_report": 2}, "mended on Monday", listed)
    made.list_invoices(20)


def test_a_month_in_which_everything_happened(eventful: tuple[March, dict[str, Any]]) -> None:
    """What came late, was booked elsewhere and restated; breaks, refusals, differences, and a half census."""
    assert FORM == 1
    assert eventful[0].derived() == kept("march")


def test_the_month_after_it(eventful: tuple[March, dict[str, Any]]) -> None:
    """Whose books are open, and in which stands what came too late for March."""
    assert derive_april(eventful[0]) == kept("april")


def test_what_has_happened_since_is_said_in_these_words(eventful: tuple[March, dict[str, Any]]) -> None:
    """Section by section."""
    made, before = eventful
    found = [[each.section, each.what, each.says, each.when, each.who] for each in changes(before, made.derived())]
    assert found == kept("since")


def kept(name: str) -> Any:  # noqa: ANN401 JSON
    """What was written down."""
    return json.loads((_KEPT / f"form-1-{name}.json").read_text(encoding="utf-8"))
