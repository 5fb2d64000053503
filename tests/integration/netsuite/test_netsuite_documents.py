"""What a simulated account's documents are read as over real HTTP, through edits, voids, reversals and deletions."""

from __future__ import annotations

from datetime import date

from tests.support.netsuite_account import BILL, INVOICE, JOURNAL, Account
from tieout.errors import AccessDeniedError, UnavailableError, UnreadableRecordError
from tieout.facts.documents import Bill, CreditMemo, DocumentState, Invoice, Payment, PostedDocument
from tieout.facts.statement import Absence

MONTH_3, MONTH_4 = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30))


def days(document: PostedDocument) -> tuple[date | None, date | None]:
    """The first and last day of the period a document is posted to."""
    period = document.posting_period
    assert period is not None
    return period.first_day, period.last_day


def test_an_invoice_is_read_with_its_posted_lines(account: Account) -> None:
    """Lines, dimensions, three amounts, and the period NetSuite posted to."""
    found = account.fact("invoice", account.save(INVOICE))
    assert isinstance(found, Invoice)
    assert (found.number, days(found)) == ("INV10873", MONTH_3)
    assert [str(line.transaction) for line in found.lines] == ["11880.00 EUR", "-9900.00 EUR", "-1980.00 EUR"]
    assert [str(line.group) for line in found.lines] == ["12880.30 USD", "-10682.10 USD", "-2146.72 USD"]
    assert (found.lines[1].customer, found.lines[1].cost_centre, found.lines[1].product) == ("7938", "7", "501")


def test_the_version_is_the_moment_of_the_last_save(account: Account) -> None:
    """It comes back from the account's wall clock unchanged, and grows with every save."""
    record_id = account.save(INVOICE)
    first = account.read("invoice", record_id)
    account.clock.advance(3600)
    account.control("PATCH", f"documents/{record_id}", memo="renewed")
    second = account.read("invoice", record_id)
    assert not isinstance(first, Exception)
    assert not isinstance(second, Exception)
    assert (first.source_version, second.source_version) == ("2026-03-02T09:00:00.000Z", "2026-03-02T10:00:00.000Z")


def test_only_posted_lines_of_the_leading_book_count(account: Account) -> None:
    """A document is posted in every book, and may hold lines that post nowhere."""
    description = {"account": "4000", "amount": "-777.00", "posts": False}
    record_id = account.save(INVOICE, lines=[*INVOICE["lines"], description])
    assert [line.line_id for line in account.fact("invoice", record_id).lines] == ["0", "1", "2"]
    account.reader = account.open(accounting_book="2")
    assert account.fact("invoice", record_id).lines[0].functional.amount_minor == 2 * 1188000
    account.reader = account.open(accounting_book="")
    assert isinstance(account.read("invoice", record_id), UnreadableRecordError)


def test_each_kind_of_document_is_a_fact_of_its_own(account: Account) -> None:
    """The sign comes from the ledger lines: a credit memo's revenue is a debit, a payment's cash is a debit."""
    credit = account.save(INVOICE, id="48290", type="creditmemo", lines=[
        {"account": "4000", "amount": "1980.00"}, {"account": "1100", "amount": "-1980.00"},
    ])  # fmt: skip
    payment = account.save(INVOICE, id="48300", type="customerpayment", unapplied="1000.00", lines=[
        {"account": "1099", "amount": "5000.00"}, {"account": "1100", "amount": "-5000.00"},
    ])  # fmt: skip
    found = account.fact("credit_memo", credit)
    assert isinstance(found, CreditMemo)
    assert found.lines[0].transaction.amount_minor == 198000
    paid = account.fact("payment", payment)
    assert isinstance(paid, Payment)
    assert [(line.account_role, line.transaction.amount_minor) for line in paid.lines] == [
        ("cash", 500000),
        ("receivable", -400000),
        ("receivable", -100000),
    ]


def test_a_bill_is_read_with_its_vendor_and_dimensions(account: Account) -> None:
    """A vendor's credit is a bill whose expense is a credit."""
    bill = account.fact("bill", account.save(BILL))
    assert isinstance(bill, Bill)
    assert [str(line.transaction) for line in bill.lines] == ["-500.00 EUR", "500.00 EUR"]
    expense = bill.lines[1]
    assert (expense.supplier, expense.cost_centre, expense.segment, expense.location) == ("8100", "8", "31", "41")
    credit = account.fact("bill", account.save(BILL, type="vendorcredit", lines=[
        {"account": "2000", "amount": "120.00"}, {"account": "6000", "amount": "-120.00"},
    ]))  # fmt: skip
    assert isinstance(credit, Bill)
    assert credit.lines[1].transaction.amount_minor == -12000


def test_a_pair_of_documents_between_companies_names_each_as_the_others_partner(account: Account) -> None:
    """The customer and the vendor stand for subsidiaries; what one invoices is what the other is billed."""
    invoice = account.fact("invoice", account.save(INVOICE, entity="7990"))
    bill = account.fact("bill", account.save(BILL, entity="8190"))
    assert {line.partner for line in invoice.lines} == {"5"}
    assert {line.partner for line in bill.lines} == {"1"}


def test_a_journal_between_companies_names_partners_by_what_is_to_be_eliminated(account: Account) -> None:
    """By the line's own mark, by its account's, and by the subsidiary that a line says it is due to."""
    record_id = account.save(JOURNAL, type="advintercompanyjournalentry", lines=[
        {"account": "1500", "amount": "90.00", "subsidiary": "1"},
        {"account": "4100", "amount": "-90.00", "subsidiary": "1", "eliminate": True},
        {"account": "6000", "amount": "90.00", "functional": "80.00", "subsidiary": "3"},
        {"account": "2500", "amount": "-90.00", "functional": "-80.00", "subsidiary": "3", "due_to_from": "5"},
    ])  # fmt: skip
    found = account.fact("journal_entry", record_id)
    assert [line.partner for line in found.lines] == ["3", "3", None, "5"]


def test_an_account_without_subsidiaries_or_classes_is_asked_for_neither(account: Account) -> None:
    """It lacks the columns, and would refuse the query."""
    missing = ["class", "location", "eliminate", "duetofromsubsidiary", "representingsubsidiary"]
    account.control("POST", "settings", unknown=missing)
    assert isinstance(account.read("bill", account.save(BILL)), AccessDeniedError)
    account.reader = account.open(dimensions=["department"], partners=False)
    [_, expense] = account.fact("bill", account.save(BILL)).lines
    assert (expense.cost_centre, expense.segment, expense.location, expense.partner) == ("8", None, None, None)


def test_a_direct_void_brings_the_lines_to_zero(account: Account) -> None:
    """The document is still there."""
    record_id = account.save(INVOICE)
    account.control("POST", f"documents/{record_id}/void")
    found = account.fact("invoice", record_id)
    assert found.state is DocumentState.VOID
    assert len(found.lines) == 3
    assert {line.transaction.amount_minor for line in found.lines} == {0}


def test_a_void_by_journal_takes_the_amount_back_once(account: Account) -> None:
    """The original stays in its period; the journal stands in its own; together they are zero."""
    record_id = account.save(INVOICE)
    voided = account.control("POST", f"documents/{record_id}/void", how="journal", date="2026-04-20", period="Apr 2026")
    original, journal = account.fact("invoice", record_id), account.fact("journal_entry", voided["id"])
    assert original.state is DocumentState.POSTED
    assert (days(original), days(journal)) == (MONTH_3, MONTH_4)
    revenue = [
        line.transaction.amount_minor for each in (original, journal) for line in each.lines if line.account == "4000"
    ]
    assert revenue == [-990000, 990000]


def test_a_reversal_pair_keeps_both_journals_in_their_periods(account: Account) -> None:
    """An accrual hits March and its reversal April; only the reversal knows what it reverses."""
    accrual = account.save(JOURNAL)
    reversal = account.control("POST", f"documents/{accrual}/reverse", date="2026-04-01", period="Apr 2026")["id"]
    first, second = account.fact("journal_entry", accrual), account.fact("journal_entry", reversal)
    assert (days(first), days(second)) == (MONTH_3, MONTH_4)
    assert (first.reverses, second.reverses) == (None, accrual)
    assert [line.transaction.amount_minor for line in second.lines] == [-30000, 30000]


def test_a_moved_period_moves_the_document_and_not_its_date(account: Account) -> None:
    """The user changes the posting period alone."""
    record_id = account.save(INVOICE)
    account.control("PATCH", f"documents/{record_id}", period="Apr 2026")
    found = account.fact("invoice", record_id)
    assert (days(found), str(found.document_date)) == (MONTH_4, "2026-04-02")


def test_an_adjustment_period_has_no_month(account: Account) -> None:
    """Where it goes is for the mapping table to say."""
    found = account.fact("journal_entry", account.save(JOURNAL, period="Adj 2026"))
    assert found.posting_period is not None
    assert (found.posting_period.name, days(found)) == ("Adj 2026", (None, None))


def test_group_amounts_follow_the_rate_type_of_the_account_and_the_posting_period(account: Account) -> None:
    """Current for the receivable, average for revenue, historical for equity: of April, not of the document's March."""
    rates = {"current": "2", "average": "3", "historical": "5"}
    account.control("POST", "rates", period="Apr 2026", subsidiary="3", to="1", rates=rates)
    record_id = account.save(JOURNAL, subsidiary="3", currency="EUR", period="Apr 2026", lines=[
        {"account": "1100", "amount": "60"}, {"account": "4000", "amount": "-40"}, {"account": "3000", "amount": "-20"},
    ])  # fmt: skip
    lines = account.fact("journal_entry", record_id).lines
    assert [line.group.amount_minor for line in lines if line.group] == [12000, -12000, -10000]
    assert [line.group_rate for line in lines] == [
        "netsuite:3>1:216:Apr-2026:current=2", "netsuite:3>1:216:Apr-2026:average=3",
        "netsuite:3>1:216:Apr-2026:historical=5",
    ]  # fmt: skip


def test_other_books_and_other_subsidiaries_rates_are_not_mistaken_for_the_groups(account: Account) -> None:
    """A rate row exists per accounting book and per subsidiary converted to."""
    account.control(
        "POST", "rates", period="Mar 2026", subsidiary="3", to="5", rates={"current": "160", "average": "160"}
    )
    wrong = {"current": "9", "average": "9", "historical": "9"}
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates=wrong, book="2")
    right = {"current": "1.0842", "average": "1.0790", "historical": "1.1000"}
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates=right)
    lines = account.fact("invoice", account.save(INVOICE)).lines
    assert [str(line.group) for line in lines] == ["12880.30 USD", "-10682.10 USD", "-2146.72 USD"]


def test_a_period_without_a_rate_gives_no_group_amount(account: Account) -> None:
    """The ledger then holds the fact until there is one."""
    account.control("POST", "rates", period="Mar 2026", subsidiary="3", to="1", rates={})
    assert {line.group for line in account.fact("invoice", account.save(INVOICE)).lines} == {None}


def test_what_is_not_posted_has_no_fact(account: Account) -> None:
    """A document waiting for approval, and an order, which never posts."""
    record_id = account.save(INVOICE, approved=False)
    waiting = account.read("invoice", record_id)
    assert not isinstance(waiting, Exception)
    assert (waiting.absence, waiting.source_version) == (Absence.NOT_POSTED, "2026-03-02T09:00:00.000Z")
    order = account.read("salesorder", account.save(INVOICE, id="50001", type="salesorder"))
    assert not isinstance(order, Exception)
    assert order.absence is Absence.NOT_POSTED
    account.control("PATCH", f"documents/{record_id}", approved=True)
    assert account.fact("invoice", record_id).lines


def test_a_deleted_record_is_gone_without_a_version(account: Account) -> None:
    """The stored version stays."""
    record_id = account.save(INVOICE)
    account.control("DELETE", f"documents/{record_id}")
    for unknown in ([], ["deletedrecord"]):
        account.control("POST", "settings", unknown=unknown)
        for entity in ("invoice", "credit_memo", "payment", "journal_entry", "bill"):
            reading = account.read(entity, record_id)
            assert not isinstance(reading, Exception)
            assert (reading.absence, reading.source_version) == (Absence.DELETED, "")


def test_a_record_our_role_may_not_see_is_not_taken_for_deleted(account: Account) -> None:
    """SuiteQL leaves it out without a word; the REST API tells the truth."""
    record_id = account.save(INVOICE)
    account.control("POST", "role", cannot_see=["CustInvc"])
    assert isinstance(account.read("invoice", record_id), AccessDeniedError)
    for old_casing in (False, True):
        account.control("POST", "settings", old_casing=old_casing)
        account.control("POST", "role", cannot_query=["CustInvc"])
        reading = account.read("invoice", record_id)
        assert isinstance(reading, UnavailableError)
        assert "(Open)" in str(reading)
