"""What the reader of Dynamics 365 Finance makes of a search that an event names: the entries it leads to, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dynamics_answers import (
    BILLS,
    ENTRIES,
    INVOICE,
    INVOICES,
    KEY,
    Environment,
    entry,
    having_invoice,
    key,
)
from tieout.errors import UnavailableError, UnreadableRecordError


def found_by(environment: Environment, search: str, **options: Any) -> list[str]:  # noqa: ANN401 options
    """The record ids a search leads to."""
    page = environment.reader(**options).list_page(key(search))
    assert page.following is None
    return [each.record_id for each in page.keys]


def test_an_invoice_that_an_event_named_leads_to_its_entry() -> None:
    """By its header's voucher, whatever quotes its number has."""
    environment = having_invoice()
    assert found_by(environment, "*usmf/customer_invoice/CIV-000713/") == [KEY.record_id]
    odd = {**INVOICE, "InvoiceNumber": "O'Hara/7"}
    environment.rows[INVOICES] = [odd]
    assert found_by(environment, "*usmf/customer_invoice/O'Hara%2F7/") == [KEY.record_id]
    assert environment.asked(INVOICES)[-1]["$filter"] == "dataAreaId eq 'usmf' and (InvoiceNumber eq 'O''Hara/7')"


def test_a_number_that_several_suppliers_use_leads_to_all_of_theirs() -> None:
    """An entry too many that is read again changes nothing."""
    entries = [entry(f"J-{each}", Voucher=f"API-{each}") for each in (1, 2)]
    bills = [{"dataAreaId": "usmf", "InvoiceNumber": "77", "LedgerVoucher": f"API-{each}"} for each in (1, 2)]
    environment = Environment(**{ENTRIES: entries, BILLS: bills})
    assert found_by(environment, "*usmf/supplier_invoice/77/") == ["usmf/2026-03-31/API-1", "usmf/2026-03-31/API-2"]


def test_a_voucher_leads_to_its_entries_of_every_day() -> None:
    """An accrual and its reversal may share one; what is in other layers is left out, and each is named once."""
    environment = Environment(**{ENTRIES: [
        entry("J-1"), entry("J-2"), entry("J-3", PostingLayer="Tax", AccountingDate="2026-05-01T12:00:00Z"),
        entry("J-4", AccountingDate="2026-04-01T12:00:00Z"),
    ]})  # fmt: skip
    assert found_by(environment, "*usmf/voucher/ARI-000713/") == [KEY.record_id, "usmf/2026-04-01/ARI-000713"]


def test_a_journal_leads_to_all_of_its_vouchers_page_by_page() -> None:
    """The next page begins behind the last number of this one."""
    entries = [entry(f"J-{at:04d}", Voucher=f"GNJ-{at:04d}", JournalBatchNumber="00412") for at in range(200)]
    environment = Environment(**{ENTRIES: entries})
    page = environment.reader().list_page(key("*usmf/journal/00412/"))
    assert len(page.keys) == 200
    assert page.following == key("*usmf/journal/00412/J-0199")
    environment.rows[ENTRIES] = entries[:1]
    assert environment.reader().list_page(page.following).following is None
    first, second = environment.asked(ENTRIES)
    assert first["$filter"] == "dataAreaId eq 'usmf' and (JournalBatchNumber eq '00412')"
    assert second["$filter"] == first["$filter"] + " and JournalNumber gt 'J-0199'"
    assert (first["$top"], first["$orderby"]) == ("200", "JournalNumber")


def test_the_end_of_a_listing_may_be_empty() -> None:
    """Two hundred to the last: the page behind them has none."""
    page = Environment().reader().list_page(key("*usmf/journal/00412/J-0199"))
    assert (page.keys, page.following) == ((), None)


@pytest.mark.parametrize(
    "search", ["*usmf/customer_invoice/CIV-000713/", "*usmf/voucher/ARI-000713/", "*usmf/journal/7/"]
)
def test_what_was_said_to_be_posted_and_is_not_shown_is_asked_for_again(search: str) -> None:
    """The event was told first, or our role has lost the company: either way nothing may be forgotten."""
    with pytest.raises(UnavailableError):
        Environment().reader().list_page(key(search))


def test_an_invoice_whose_entry_is_not_shown_yet_is_asked_for_again() -> None:
    """Subledgers may be carried over into the general ledger later, in batches."""
    for voucher in ("ARI-000713", ""):
        with pytest.raises(UnavailableError):
            Environment(**{INVOICES: [{**INVOICE, "LedgerVoucher": voucher}]}).reader().list_page(
                key("*usmf/customer_invoice/CIV-000713/")
            )


@pytest.mark.parametrize(
    "search", ["*", "*usmf", "*usmf/voucher/1", "*usmf/voucher//", "*usmf/rebate/7/", "usmf/voucher/1/", "*a/b/c/d/e"]
)
def test_what_is_no_search_is_refused(search: str) -> None:
    """Also one for a kind of document that is not declared any more."""
    with pytest.raises(UnreadableRecordError):
        Environment().reader().list_page(key(search))
