"""Reconciliations and what became of their breaks, to the letter, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.support.ledger_scenes import NOW
from tests.support.short_pages import ShortPages
from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.arriving.notice import RecordKey
from tieout.ledger.breaks import BreakLedger, KeptBreak, KeptLink, Run
from tieout.ledger.table import Table
from tieout.reconciling.breaks import Break
from tieout.reconciling.items import Amount, Place
from tieout.reconciling.matching import Link
from tieout.reconciling.reconcile import reconcile
from tieout.reconciling.tracking import BreakState, TrackedBreak

NAME = DECLARED.name
BILLED = item("billing", "A-1", {place(): amount(10_000), place(period="2026-04"): amount(-1)}, waits_for="customer 7")
BOOKED = item("books", "", {place(): amount(9_999)})
ODD = Link(RecordKey("billing", "invoice", "a|b#c"), RecordKey("books", "invoice", "|"))


def found() -> Break:
    """What is billed and waits."""
    [one] = [each for each in reconcile(DECLARED, [BILLED], [BOOKED], AS_OF).breaks if each.left]
    return replace(one, may_be=(BOOKED.record,), matching="number")


def test_a_break_is_read_back_with_all_that_happened_to_it(table: Table) -> None:
    """Its places, its records, who said what and when."""
    ledger, begun = BreakLedger(table), TrackedBreak.begun(found(), NOW)
    assert ledger.keep(NAME, [KeptBreak(begun, 0)], NOW) == frozenset()
    said = begun.assigned("ana", date(2026, 7, 8), "ben", NOW).explained("billed in advance", "ana", NOW)
    assert ledger.keep(NAME, [KeptBreak(said, 1)], NOW) == frozenset()
    assert list(ledger.breaks(NAME)) == [KeptBreak(said, 2)]
    assert list(ledger.breaks("another")) == []


def test_of_two_who_change_a_break_the_later_is_told(table: Table) -> None:
    """Neither a new one nor one that is known is overwritten."""
    ledger, begun = BreakLedger(table), TrackedBreak.begun(found(), NOW)
    ledger.keep(NAME, [KeptBreak(begun, 0)], NOW)
    assert ledger.keep(NAME, [KeptBreak(begun.gone(NOW), 0)], NOW) == {begun.found.name}
    ledger.keep(NAME, [KeptBreak(begun.explained("so", "ana", NOW), 1)], NOW)
    assert ledger.keep(NAME, [KeptBreak(begun.gone(NOW), 1)], NOW) == {begun.found.name}
    [kept] = ledger.breaks(NAME)
    assert kept.tracked.state is BreakState.EXPLAINED


def test_what_is_resolved_goes_by_itself_and_nothing_else_does(table: Table) -> None:
    """As long after as receipts are kept; if it is back, it stays."""
    ledger, begun = BreakLedger(table, kept_days=30), TrackedBreak.begun(found(), NOW)

    def ends_at() -> object:
        [(_, kept)] = table.query(f"RECONCILED#{NAME}", prefix="BREAK#").items
        return kept.get("expires_at")

    ledger.keep(NAME, [KeptBreak(begun, 0)], NOW)
    assert ends_at() is None
    ledger.keep(NAME, [KeptBreak(begun.gone(NOW), 1)], NOW)
    assert ends_at() == int((NOW + timedelta(days=30)).timestamp())
    ledger.keep(NAME, [KeptBreak(begun.gone(NOW).seen(found(), NOW), 2)], NOW)
    assert ends_at() is None


def test_a_link_is_read_back_whatever_its_records_are_called(table: Table) -> None:
    """Confirmed again it is of what its records come to now; parted it is forgotten."""
    ledger = BreakLedger(table)
    for state in ("before", "after"):
        ledger.link(NAME, KeptLink(link=ODD, came_to=state, by="ana", at=NOW))
    assert list(ledger.links(NAME)) == [KeptLink(link=ODD, came_to="after", by="ana", at=NOW)]
    assert list(ledger.breaks(NAME)) == []
    ledger.part(NAME, ODD)
    ledger.part(NAME, ODD)
    assert list(ledger.links(NAME)) == []


def test_every_break_and_link_of_a_reconciliation_is_told(table: Table) -> None:
    """However many pages they fill."""
    ledger = BreakLedger(table)
    records = [RecordKey("books", "invoice", f"{number}") for number in range(5)]
    every = [TrackedBreak.begun(replace(found(), right=(each,)), NOW) for each in records]
    ledger.keep(NAME, [KeptBreak(each, 0) for each in every], NOW)
    for each in records:
        ledger.link(NAME, KeptLink(link=Link(ODD.left, each), came_to="", by="ana", at=NOW))
    short = BreakLedger(ShortPages(table))
    assert sorted(each.tracked.found.right for each in short.breaks(NAME)) == [(each,) for each in records]
    assert [each.link for each in short.links(NAME)] == [Link(ODD.left, each) for each in records]


def test_how_stages_compared_is_read_back_however_many_places_there_are(table: Table) -> None:
    """A group of a hundred companies in ten currencies over ten years is one item."""
    sums = {
        Place(f"E{company:03}", f"{2020 + period // 12}-{period % 12 + 1:02}", currency): Amount(company * period, -1)
        for company in range(100)
        for period in range(120)
        for currency in ("EUR", "USD")
    }
    run = Run(at=NOW, as_of=AS_OF, left=sums, right={}, tied_out=7, outdated=(ODD,))
    ledger = BreakLedger(table)
    assert ledger.run(NAME) is None
    ledger.keep_run(NAME, run)
    assert ledger.run(NAME) == run
