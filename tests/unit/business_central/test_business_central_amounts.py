"""What the amounts of documents are in the books, in the invoice's currency and in the group's, each worked out by hand."""

from __future__ import annotations

import pytest

from tests.support.business_central_books import IBERIA, LUSITANIA, BooksOfCompanies, document_key
from tests.support.business_central_documents import document, functional, problem, transaction
from tieout.errors import UnavailableError


def test_an_invoice_in_a_foreign_currency_keeps_both_amounts() -> None:
    """1,210.00 dollars at 0.90: debtors 1,089.00 euro, revenue 900.00 and VAT 189.00; the claim is exactly the invoice's total."""
    books = BooksOfCompanies()
    books.post("X", ("13100", "1089.00"), ("40100", "-900.00"), ("22400", "-189.00"))
    books.sold("X", "1210.00", currencyCode="USD")
    fact = document(books, document_key("X"))
    assert [str(line.functional) for line in fact.lines] == ["1089.00 EUR", "-900.00 EUR", "-189.00 EUR"]
    assert transaction(fact) == ["1210.00 USD", "-1000.00 USD", "-210.00 USD"]


def test_amounts_in_the_currency_of_an_invoice_balance_to_the_cent() -> None:
    """100.00 dollars are 87.77 euro, in lines of 29.26, 29.26 and 29.25.

    At 100.00 / 87.77 they are 33.34, 33.34 and 33.33: a cent too much, which the first of the largest loses.
    """
    books = BooksOfCompanies()
    books.post("X", ("13100", "87.77"), ("40100", "-29.26"), ("40100", "-29.26"), ("40100", "-29.25"))
    books.sold("X", "100.00", currencyCode="USD")
    assert transaction(document(books, document_key("X"))) == ["100.00 USD", "-33.33 USD", "-33.34 USD", "-33.33 USD"]


def test_a_credit_memo_in_a_foreign_currency_credits_the_claim() -> None:
    """Business Central states totals of credit memos as positive; on the debtors they are credits."""
    books = BooksOfCompanies()
    books.post("X", ("13100", "-1089.00"), ("40100", "1089.00"), kind="Credit Memo")
    books.sold("X", "1210.00", currencyCode="USD", resource="salesCreditMemos")
    assert transaction(document(books, document_key("X", "credit_memo"))) == ["-1210.00 USD", "1210.00 USD"]


@pytest.mark.parametrize("currency", ["JPY", "BHD"])
def test_currencies_of_other_decimals_are_converted_whole(currency: str) -> None:
    """The yen has none, the dinar three."""
    books = BooksOfCompanies()
    books.post("X", ("13100", "6.00"), ("40100", "-6.00"))
    books.sold("X", "1000", currencyCode=currency)
    wanted = {"JPY": ["1000 JPY", "-1000 JPY"], "BHD": ["1000.000 BHD", "-1000.000 BHD"]}
    assert transaction(document(books, document_key("X"))) == wanted[currency]


def test_a_header_of_another_day_or_a_draft_is_not_the_documents() -> None:
    """Numbers of drafts and of posted documents come from different series, and may meet."""
    books = BooksOfCompanies()
    books.post("X", ("13100", "9.00"), ("40100", "-9.00"))
    books.sold("X", "10.00", currencyCode="USD", status="Draft")
    books.sold("X", "10.00", currencyCode="USD", status="In_x0020_Review")
    books.sold("X", "10.00", currencyCode="USD", postingDate="2026-02-15")
    fact = document(books, document_key("X"))
    assert transaction(fact) == ["9.00 EUR", "-9.00 EUR"]
    assert {line.customer for line in fact.lines} == {None}


def test_group_amounts_are_those_of_the_books_in_the_groups_currency() -> None:
    """The books' own, or their additional currency, kept for each entry; none where it was not kept when it was posted."""
    books = BooksOfCompanies()
    books.table(IBERIA, "generalLedgerSetup")[0]["additionalReportingCurrency"] = "USD"
    books.post("A", ("60100", "90.00"), ("10100", "-90.00"), kind=" ", additional=["100.00", "-100.00"])
    books.post("B", ("60100", "90.00"), ("10100", "-90.00"), kind=" ")

    def group(number: str, currency: str) -> list[tuple[str, str | None]]:
        fact = document(books, document_key(number, "none"), group_currency=currency)
        return [(str(line.group), line.group_rate) for line in fact.lines]

    additional, own = "business_central:additional", "business_central:own"
    assert group("A", "USD") == [("100.00 USD", additional), ("-100.00 USD", additional)]
    assert group("A", "EUR") == [("90.00 EUR", own), ("-90.00 EUR", own)]
    assert group("A", "GBP") == group("A", "") == group("B", "USD") == [("None", None)] * 2


def test_each_company_has_its_own_currency_accounts_and_numbers() -> None:
    """The same number in two companies is two documents of two legal entities."""
    books = BooksOfCompanies()
    books.post("X", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    books.post("X", ("60100", "2.00"), ("10100", "-2.00"), kind=" ", company=LUSITANIA)
    own, other = (document(books, document_key("X", "none", company=each)) for each in (IBERIA, LUSITANIA))
    assert functional(own) == [("60100", "1.00 EUR"), ("10100", "-1.00 EUR")]
    assert functional(other) == [("60100", "2.00 USD"), ("10100", "-2.00 USD")]
    assert {line.legal_entity for line in other.lines} == {LUSITANIA}


def test_a_company_that_states_no_currency_has_the_connections() -> None:
    """As an empty code means the local currency everywhere in Business Central."""
    books = BooksOfCompanies()
    books.table(IBERIA, "generalLedgerSetup")[0]["localCurrencyCode"] = ""
    books.post("X", ("60100", "1.00"), ("10100", "-1.00"), kind=" ")
    assert functional(document(books, document_key("X", "none"))) == [("60100", "1.00 GBP"), ("10100", "-1.00 GBP")]


def test_the_currency_of_a_company_that_does_not_show_its_set_up_is_never_made_up() -> None:
    """An empty list is what our user may see, and not that the company has none."""
    books = BooksOfCompanies()
    books.table(LUSITANIA, "generalLedgerSetup").clear()
    books.post("X", ("60100", "1.00"), ("10100", "-1.00"), kind=" ", company=LUSITANIA)
    key = document_key("X", "none", company=LUSITANIA)
    assert isinstance(books.reader().read([key])[key], UnavailableError)


def test_a_document_whose_entries_do_not_balance_is_no_document() -> None:
    """A part of it is missing; unless the company's journals let documents be out of balance."""
    books = BooksOfCompanies()
    books.post("X", ("60100", "1.00"), ("10100", "-0.99"), kind=" ")
    assert problem(books, document_key("X", "none")) == "the lines in EUR do not balance"
    assert len(document(books, document_key("X", "none"), documents_balance=False).lines) == 2
