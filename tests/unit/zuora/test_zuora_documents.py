"""What invoices, memos, payments and refunds are: by their states, net of taxes, with lines that add up."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.zuora_objects import ACCOUNT, PRODUCT, application, invoice, item, memo, payment, refund
from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import DocumentState, Payment
from tieout.facts.sales import BillingDocument, SalesStatus
from tieout.facts.statement import Absence
from tieout.money import Money
from tieout.systems.zuora.billing import billing_document_of
from tieout.systems.zuora.cash import payment_of
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.translate import document_statement, payment_statement

OPTIONS = Options()


def billed(kind: str, row: dict[str, Any]) -> BillingDocument:
    """The billing document that an object is."""
    found = billing_document_of(kind, row)
    assert found is not None
    return found


def moved(row: dict[str, Any], kind: str = "payment", options: Options = OPTIONS) -> Payment:
    """The payment that an object is."""
    found = payment_of(kind, row, options)
    assert found is not None
    return found


def lines(fact: Payment) -> list[tuple[str, str, str]]:
    """Account, amount and day of each line."""
    return [(line.account, str(line.transaction), str(line.posting_date)) for line in fact.lines]


def test_an_invoice_is_billed_without_its_taxes_on_its_own_day() -> None:
    """Each item under its product, for the customer's account."""
    found = billed("invoice", invoice(item("1", "100.005"), item("2", "50", productId=None, sKU="SKU-1")))
    assert (found.number, found.day, found.customer) == ("INV00000255", date(2026, 3, 21), ACCOUNT)
    assert [(line.line_id, str(line.amount), line.product) for line in found.lines] == [
        ("1", "100.01 EUR", PRODUCT),
        ("2", "50.00 EUR", "SKU-1"),
    ]


def test_a_discount_is_of_the_product_that_it_makes_cheaper() -> None:
    """An item of its own, below zero."""
    discount = item("2", "-20", productId="discount", appliedToInvoiceItemId="1")
    found = billed(
        "invoice", invoice(item("1", "100"), discount, item("3", "-5", appliedToInvoiceItemId="gone", productId="d"))
    )
    assert [(line.product, line.amount.amount_minor) for line in found.lines] == [
        (PRODUCT, 10_000),
        (PRODUCT, -2_000),
        ("d", -500),
    ]


def test_a_credit_memo_takes_back_and_a_debit_memo_bills_more() -> None:
    """On the day of the memo; an item may name its SKU alone."""
    credit = billed("credit_memo", memo("creditMemo", item(productId=None, sku="SKUE-1"), memoNumber="CM1"))
    assert [(str(line.amount), line.product) for line in credit.lines] == [("-100.00 EUR", "SKUE-1")]
    assert (credit.number, credit.day) == ("CM1", date(2026, 4, 2))
    debit = billed("debit_memo", memo("debitMemo", item()))
    assert [str(line.amount) for line in debit.lines] == ["100.00 EUR"]


@pytest.mark.parametrize(
    "status", ["Draft", "Generating", "Error", "Pending", "PendingForTax", "CancelInProgress", "draft"]
)
def test_what_is_not_posted_is_in_no_books(status: str) -> None:
    """As a draft that will perhaps never be."""
    statement = document_statement(RecordKey("c", "billing_document", "invoice-1"), "invoice", invoice(status=status))
    assert (statement.fact, statement.absence) == (None, Absence.NOT_POSTED)
    assert statement.source_version == "2026-03-21T08:42:47.000Z"


def test_what_was_cancelled_stays_without_lines_and_what_was_reversed_as_it_is() -> None:
    """A credit memo takes the second back; nothing does so of the first."""
    cancelled = billed("invoice", invoice(item(), status="Canceled"))
    assert (cancelled.status, cancelled.lines) == (SalesStatus.CANCELLED, ())
    reversed_one = billed("invoice", invoice(item(), status="Reversed", reversed=True))
    assert (reversed_one.status, len(reversed_one.lines)) == (SalesStatus.POSTED, 1)


@pytest.mark.parametrize(
    ("field", "stated"),
    [
        ("status", {"status": "To Come"}),
        ("invoiceNumber", {"invoiceNumber": None}),
        ("invoiceDate", {"invoiceDate": None}),
        ("invoiceDate", {"invoiceDate": "21.03.2026"}),
        ("currency", {"currency": None}),
        ("chargeAmount", {"invoiceItems": [item(chargeAmount=None)]}),
        ("chargeAmount", {"invoiceItems": [item(chargeAmount=Decimal("1e30"))]}),
        ("id", {"invoiceItems": [item(id=None)]}),
        ("updatedDate", {"updatedDate": None}),
        ("updatedDate", {"updatedDate": "2026-03-21T01:42:47"}),
    ],
)
def test_an_invoice_that_cannot_be_read_says_which_field(field: str, stated: dict[str, Any]) -> None:
    """And nothing of its value."""
    with pytest.raises(UnreadableRecordError, match=f"field {field}: "):
        document_statement(RecordKey("c", "billing_document", "invoice-1"), "invoice", invoice(**stated))


def test_what_was_paid_is_unapplied_until_it_is_applied() -> None:
    """Each application on its own day, be it taken back; what is left stays."""
    fact = moved(
        payment(application("a", "80", "2026-03-30"), application("b", "-30", "2026-04-02"), appliedAmount=Decimal(50))
    )
    assert lines(fact) == [
        ("zuora_bank", "100.00 EUR", "2026-03-29"),
        ("zuora_unapplied", "-100.00 EUR", "2026-03-29"),
        ("zuora_unapplied", "80.00 EUR", "2026-03-30"),
        ("zuora_receivable", "-80.00 EUR", "2026-03-30"),
        ("zuora_unapplied", "-30.00 EUR", "2026-04-02"),
        ("zuora_receivable", "30.00 EUR", "2026-04-02"),
    ]
    assert {line.customer for line in fact.lines} == {ACCOUNT}
    assert [line.account_role for line in fact.lines[:4]] == ["cash", None, None, "receivable"]


def test_what_is_applied_by_no_application_is_so_on_the_day_of_the_payment() -> None:
    """As in a tenant without Invoice Settlement; an application that came to nothing counts for nothing."""
    failed = application("a", "100", "2026-04-02", paymentApplicationStatus="Error")
    fact = moved(payment(failed, appliedAmount=Decimal(60)))
    assert lines(fact)[2:] == [
        ("zuora_unapplied", "60.00 EUR", "2026-03-29"),
        ("zuora_receivable", "-60.00 EUR", "2026-03-29"),
    ]
    assert len(moved(payment(appliedAmount=None)).lines) == 2


def test_a_refund_gives_back_what_it_was_taken_from() -> None:
    """What is unapplied, or what is owed: of a credit, and of a payment where nothing is ever unapplied."""
    assert lines(moved(refund(), "refund")) == [
        ("zuora_bank", "-10.00 EUR", "2026-04-25"),
        ("zuora_unapplied", "10.00 EUR", "2026-04-25"),
    ]
    for row, options in ((refund(sourceType="CreditMemo"), OPTIONS), (refund(), Options(settlement=False))):
        assert lines(moved(row, "refund", options))[1] == ("zuora_receivable", "10.00 EUR", "2026-04-25")


@pytest.mark.parametrize("kind", ["payment", "refund"])
def test_what_has_not_moved_is_in_no_books_and_what_was_taken_back_is_void(kind: str) -> None:
    """A payment that was declined never was; one that was voided was, and is none any more."""
    make = payment if kind == "payment" else refund
    for status in ("Draft", "Processing", "Error", "Pending"):
        assert payment_of(kind, make(status=status), OPTIONS) is None
    for status in ("Voided", "Canceled"):
        fact = moved(make(status=status), kind)
        assert (fact.state, fact.lines) == (DocumentState.VOID, ())
    with pytest.raises(UnreadableRecordError, match="field status: "):
        payment_of(kind, make(status="To Come"), OPTIONS)
    key = RecordKey("c", "payment", f"{kind}-1")
    assert payment_statement(key, kind, make(status="Error"), OPTIONS).absence is Absence.NOT_POSTED


_CENTS = st.integers(-(10**9), 10**9)


@given(
    amount=_CENTS,
    applied=st.none() | _CENTS,
    applications=st.lists(
        st.tuples(_CENTS, st.integers(1, 28), st.sampled_from(["Processed", "Error", ""])), max_size=5
    ),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_the_lines_of_a_payment_add_up_to_nothing_each_day(
    amount: int, applied: int | None, applications: list[tuple[int, int, str]], currency: str
) -> None:
    """And to what was paid on the bank, and to what Zuora says is applied on what customers owe."""
    rows = [
        application(str(place), str(cents), f"2026-04-{day:02}", paymentApplicationStatus=status)
        for place, (cents, day, status) in enumerate(applications)
    ]
    known = Decimal(applied) if applied is not None else None
    fact = moved(payment(*rows, amount=Decimal(amount), appliedAmount=known, currency=currency))
    by_day: dict[date | None, int] = defaultdict(int)
    by_account: dict[str, int] = defaultdict(int)
    for line in fact.lines:
        by_day[line.posting_date] += line.transaction.amount_minor
        by_account[line.account] += line.transaction.amount_minor
    assert not any(by_day.values())
    assert by_account["zuora_bank"] == Money.of(Decimal(amount), currency).amount_minor
    told = sum(cents for cents, _, status in applications if status != "Error")
    wanted = Decimal(told if applied is None else applied)
    assert by_account["zuora_receivable"] == -Money.of(wanted, currency).amount_minor
    assert len({line.line_id for line in fact.lines}) == len(fact.lines)
