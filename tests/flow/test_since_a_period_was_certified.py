"""What has happened to a month since it was certified: told in words, with amounts, by whom and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.support.certified_period import COMPANY, ERP, PERIOD, March, invoice, march
from tieout.certifying.changes import changes
from tieout.certifying.deriving import Asked, derive
from tieout.closing import BooksState
from tieout.facts.documents import Invoice
from tieout.facts.statement import Statement
from tieout.ledger.certificates import CertificateLedger
from tieout.periods import PostingPeriod
from tieout.planning.mapping import MappingKey

INVOICES = (invoice("1", 10_000), invoice("2", 333), invoice("3", 335))


def test_nothing_has_happened_to_a_period_that_was_just_certified() -> None:
    """Nor by being looked at later, nor by what happens to others."""
    made = march(INVOICES)
    before = made.derived()
    made.clock.advance(3600)
    made.record(invoice_of_april())
    assert changes(before, made.derived()) == []


def invoice_of_april() -> Statement:
    """An invoice that is posted to another period."""
    other = invoice("77", 900)
    assert isinstance(other.fact, Invoice)
    april = PostingPeriod("215", "Apr 2026", date(2026, 4, 1), date(2026, 4, 30))
    return replace(other, fact=replace(other.fact, posting_period=april))


def test_what_came_late_is_told_with_its_amount_its_notice_and_when() -> None:
    """And the break that it makes, and that the stages do not come to the same any more."""
    made = march(INVOICES)
    before = made.derived()
    made.clock.advance(60)
    made.record(invoice("4", 2_000))
    found = {each.section: each for each in changes(before, made.derived())}
    assert sorted(found) == ["breaks", "late", "sums"]
    assert (found["late"].what, found["late"].who) == ("came", "d-1")
    assert f"{ERP}#invoice#4 came late and is held: 20.00 GBP Revenue, 25.06 USD Revenue USD" in found["late"].says
    assert found["late"].when.startswith("2026-04-03T09:0")
    assert "held 20.00 GBP of netsuite-group#invoice#4 is open" in found["breaks"].says
    assert found["sums"].says == (
        "ledger postings come to 126.68 GBP, planning to 106.68 GBP;"
        " it was ledger postings come to 106.68 GBP, planning to 106.68 GBP"
    )


def test_whoever_opens_books_and_stores_entries_is_told_by_name() -> None:
    """With the reason; and what moves in them then, fact by fact."""
    made = march(INVOICES)
    before = made.derived()
    made.clock.advance(60)
    made.close(BooksState.OPEN, "audit")
    made.map({MappingKey(ERP, "customer", "7"): "C_9"})
    made.record(replace(INVOICES[0], source_version="2026-04-04T08:00:00.000Z"))
    found = changes(before, made.derived())
    assert [(each.who, each.says) for each in found if each.section == "books"] == [
        ("ben", "the books of Actual are open (audit); it was the books of Actual are closed (month end)")
    ]
    mapped = [each for each in found if each.section == "mappings" and each.what == "came"]
    assert [(each.who, each.says) for each in mapped] == [("ana", "customer 7 is called C_9")]
    moved = [
        (each.what, "/ C_9 /" in each.says, "100.00 GBP" in each.says) for each in found if each.section == "facts"
    ]
    assert sorted(moved) == [("came", True, True), ("went", False, True)]


def test_what_is_booked_to_the_next_period_is_told_on_both_sides() -> None:
    """In March as late, in April as what belongs to March."""
    made = march(INVOICES)
    made.record(invoice("4", 2_000), flow="spending")
    late = made.derived()["late"]
    assert [(each["kind"], each["into"]) for each in late] == [("booked", "2026-04")]
    april = derive_april(made)
    assert [(each["record"], each["of"]["period"], each["amount"]) for each in april["adjusted"]] == [
        (f"{ERP}#invoice#4", PERIOD, "20.00"),
        (f"{ERP}#invoice#4", PERIOD, "25.06"),
    ]


def test_what_comes_to_nothing_where_it_is_booked_but_for_the_rates_is_told_there() -> None:
    """An invoice of March turns out to be April's: both cancel out in pounds, of which April's cell then knows nothing."""
    made = march(INVOICES[:1])
    made.map({MappingKey.rate("average", "GBP", "USD", "2026-04"): "1.27"})
    moved = replace(invoice_of_april(), key=INVOICES[0].key, source_version="2026-04-03T08:00:00.000Z")
    assert isinstance(moved.fact, Invoice)
    lines = invoice("1", 10_000).fact
    assert isinstance(lines, Invoice)
    made.record(replace(moved, fact=replace(moved.fact, lines=lines.lines)), flow="spending")
    april = derive_april(made)
    assert [(each["measure"], each["currency"], each["amount"]) for each in april["adjusted"]] == [
        ("Revenue", "GBP", "-100.00"),
        ("Revenue USD", "USD", "-125.31"),
    ]
    assert [(each["measure"], each["total"]) for each in april["totals"]] == [("Revenue USD", "1.69")]


def derive_april(made: March) -> dict[str, Any]:
    """What a certificate of April would say."""
    ledger = CertificateLedger(made.table)
    evidence = ledger.evidence(COMPANY, PERIOD, made.evidence)
    ledger.keep_evidence(COMPANY, "2026-04", evidence)
    asked = Asked(legal_entity=COMPANY, period="2026-04", as_of=made.clock.now(), evidence=evidence.name)
    return derive(made.table, made.landscape, asked)
