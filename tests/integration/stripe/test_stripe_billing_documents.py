"""Invoices and credit notes of a simulated account as they are read: net lines, products, days, what is void, drafts, long ones."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.support.stripe_account import CUSTOMER, SERVICES, SOFTWARE, LiveStripe
from tieout.errors import UnreadableRecordError
from tieout.facts.sales import SalesStatus
from tieout.facts.statement import Absence
from tieout.moments import moment_text
from tieout.money import Money

EUR = "EUR"
OLDER = "2024-06-20"


def test_an_invoice_is_billed_net_of_discounts_and_taxes(live: LiveStripe) -> None:
    """Those on top are no part of a line's amount, those in the price are."""
    record_id = live.bill(
        {"amount": 10_000, "discount": 1_000, "tax": 1_710, "product": SOFTWARE},
        {"amount": 12_000, "included_tax": 2_000, "product": SERVICES},
        {"amount": 500},
        {"amount": -300, "product": SOFTWARE},
    )
    fact = live.bill_of(record_id)
    assert (fact.number, fact.status, fact.customer) == ("INV-0001", SalesStatus.POSTED, CUSTOMER)
    assert [(each.product, each.amount) for each in fact.lines] == [
        (SOFTWARE, Money(9_000, EUR)),
        (SERVICES, Money(10_000, EUR)),
        (None, Money(500, EUR)),
        (SOFTWARE, Money(-300, EUR)),
    ]
    assert len({each.line_id for each in fact.lines}) == 4
    assert (fact.legal_entity, fact.cancels, fact.accounting_document) == (None, None, None)


def test_an_older_api_version_says_the_same_in_other_words(live: LiveStripe) -> None:
    """Prices and taxes of lines were called otherwise before 2025-03-31."""
    lines = ({"amount": 12_000, "included_tax": 2_000, "tax": 50, "product": SERVICES}, {"amount": 7})
    invoice = live.bill(*lines)
    named = live.control("GET", "state")["invoice"][0]["lines"][0]["id"]
    credited = [{"amount": 1_200, "included_tax": 200, "invoice_line_item": named}]
    note = live.control("POST", f"invoices/{invoice}/credit", lines=credited)["id"]
    older = live.open_reader(api_version=OLDER)
    for record_id in (invoice, note):
        assert live.bill_of(record_id, older) == live.bill_of(record_id)
    assert live.bill_of(note, older).lines[0].product == SERVICES


def test_the_day_is_that_of_finalising_where_the_connection_is(live: LiveStripe) -> None:
    """Late in the evening by UTC it is the next day in Stockholm; a draft of the day before is no matter."""
    live.wait_until(datetime(2026, 11, 29, 12, tzinfo=UTC))
    draft = live.control("POST", "drafts", customer=CUSTOMER, currency="eur", lines=[{"amount": 5}])["id"]
    live.wait_until(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    live.control("POST", f"invoices/{draft}/finalise")
    statement = live.statement(draft)
    assert live.bill_of(draft).day == date(2026, 12, 1)
    assert statement.source_version == "2026-11-30T23:30:00.000Z"


def test_the_day_is_the_one_that_is_printed_on_the_document(live: LiveStripe) -> None:
    """Where somebody has said from when on it is in effect: of an invoice, and of a credit note."""
    live.wait_until(datetime(2026, 12, 2, 12, tzinfo=UTC))
    last_month = int(datetime(2026, 11, 29, 23, 30, tzinfo=UTC).timestamp())
    invoice = live.bill({"amount": 1_000}, effective_at=last_month)
    credit = {"lines": [{"amount": 50}], "effective_at": last_month}
    note = live.control("POST", f"invoices/{invoice}/credit", **credit)["id"]
    for record_id in (invoice, note):
        assert live.bill_of(record_id).day == date(2026, 11, 30)
        assert live.statement(record_id).source_version == "2026-12-02T12:00:00.000Z"


def test_shipping_is_billed_beside_the_lines(live: LiveStripe) -> None:
    """Without its taxes, whether they are on top or in the price; a credit note may take it back."""
    shipping = {"amount_subtotal": 1_000, "amount_tax": 190, "amount_total": 1_190}
    invoice = live.bill({"amount": 5_000, "product": SOFTWARE}, shipping_cost=shipping)
    credit = {"lines": [], "shipping_cost": {"amount_subtotal": 119, "amount_tax": 19, "amount_total": 119}}
    note = live.control("POST", f"invoices/{invoice}/credit", **credit)["id"]
    billed, credited = live.bill_of(invoice), live.bill_of(note)
    assert [(each.product, each.amount) for each in billed.lines] == [
        (SOFTWARE, Money(5_000, EUR)),
        (None, Money(1_000, EUR)),
    ]
    assert [(each.product, each.amount) for each in credited.lines] == [(None, Money(-100, EUR))]
    assert len({each.line_id for each in billed.lines}) == 2


def test_a_draft_is_not_in_the_books_and_can_be_deleted(live: LiveStripe) -> None:
    """While it is edited its version stays, and says nothing."""
    draft = live.control("POST", "drafts", customer=CUSTOMER, currency="eur", lines=[{"amount": 5}])["id"]
    before = live.statement(draft)
    live.clock.advance(5)
    live.control("POST", f"invoices/{draft}/edit", lines=[{"amount": 6}])
    assert live.statement(draft) == before
    assert (before.fact, before.absence) == (None, Absence.NOT_POSTED)
    live.control("POST", f"invoices/{draft}/delete")
    gone = live.statement(draft)
    assert (gone.absence, gone.source_version) == (Absence.DELETED, "")


@pytest.mark.parametrize("how", [("pay",), ("write-off",), ("write-off", "pay")])
def test_whether_it_is_paid_changes_nothing_that_was_billed(live: LiveStripe, how: tuple[str, ...]) -> None:
    """But its version, since Stripe states when."""
    record_id = live.bill()
    before, billed = live.statement(record_id).source_version, live.bill_of(record_id)
    for step in how:
        live.clock.advance(3_600)
        live.control("POST", f"invoices/{record_id}/{step}")
        statement = live.statement(record_id)
        assert statement.source_version > before
        assert statement.fact == billed
        before = statement.source_version


def test_what_is_void_stays_without_lines(live: LiveStripe) -> None:
    """No other document takes it back, so nothing of it may count."""
    invoice, other = live.bill({"amount": 1_000}), live.bill({"amount": 2_000})
    note = live.control("POST", f"invoices/{other}/credit", lines=[{"amount": 50}])["id"]
    live.clock.advance(60)
    live.control("POST", f"invoices/{invoice}/void")
    live.control("POST", f"credit-notes/{note}/void")
    for record_id in (invoice, note):
        fact = live.bill_of(record_id)
        assert (fact.status, fact.lines, fact.customer) == (SalesStatus.CANCELLED, (), CUSTOMER)
        assert live.statement(record_id).source_version == moment_text(live.clock.now())


def test_a_credit_note_takes_back_what_its_lines_name(live: LiveStripe) -> None:
    """The product is said by the line of the invoice alone; one of its own has none."""
    invoice = live.bill({"amount": 5_000, "product": SOFTWARE}, {"amount": 7_000, "product": SERVICES})
    first, second = (each["id"] for each in live.control("GET", "state")["invoice"][0]["lines"])
    credited = [
        {"amount": 700, "discount": 100, "tax": 60, "invoice_line_item": second},
        {"amount": 120, "included_tax": 20, "invoice_line_item": first},
        {"amount": 30},
    ]
    live.clock.advance(86_400)
    fact = live.bill_of(live.control("POST", f"invoices/{invoice}/credit", lines=credited)["id"])
    assert [(each.product, each.amount) for each in fact.lines] == [
        (SERVICES, Money(-600, EUR)),
        (SOFTWARE, Money(-100, EUR)),
        (None, Money(-30, EUR)),
    ]
    assert (fact.number, fact.status, fact.day) == ("CN-0001", SalesStatus.POSTED, live.clock.now().date())


@pytest.mark.parametrize("count", [10, 11, 110, 111, 250])
def test_a_long_invoice_is_read_to_its_last_line(live: LiveStripe, count: int) -> None:
    """Ten of its lines come with it, and a hundred at a time behind them; so do those of a credit note."""
    record_id = live.bill(*({"amount": each + 1} for each in range(count)))
    assert sum(each.amount.amount_minor for each in live.bill_of(record_id).lines) == count * (count + 1) // 2
    assert len(live.addresses) == 1 + -(-(count - 10) // 100)
    credited = [{"amount": each + 1} for each in range(count)]
    note = live.control("POST", f"invoices/{record_id}/credit", lines=credited)["id"]
    assert len({each.line_id for each in live.bill_of(note).lines}) == count


@pytest.mark.irregular
@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("status", "held", "field status: not_known"),
        ("status", None, "field status: not_known"),
        ("currency", "euro", "field currency: not_iso4217"),
        ("amount", "12.50", "field amount: not_a_whole_number"),
        ("amount", True, "field amount: not_a_whole_number"),
        ("effective_at", 10**18, "field effective_at: moment_out_of_range"),
        ("finalized_at", 10**18, "field finalized_at: moment_out_of_range"),
        ("taxes", {"data": "none"}, "field taxes: no_list"),
        ("customer", 5, "field customer: not_text"),
        ("pricing", "price_1", "field pricing: no_object"),
    ],
)
def test_what_cannot_be_read_is_named_and_costs_no_other(
    live: LiveStripe, field: str, value: object, reason: str
) -> None:
    """Never quoted."""
    body = live.shown(f"invoices/{live.bill({'amount': 1_000, 'product': SOFTWARE, 'tax': 5})}")
    for part in (body, body["status_transitions"], *body["lines"]["data"]):
        if field in part:
            part[field] = value
    live.fault("answer", status=200, body=body, path="/v1/invoices")
    reading = live.read(body["id"])
    assert isinstance(reading, UnreadableRecordError)
    assert reading.reason == reason


@pytest.mark.irregular
def test_a_sum_without_lines_is_told_to_a_person(live: LiveStripe) -> None:
    """Credit notes of an amount alone are older than their lines: to credit nothing would lose it, unless it is void."""
    note = live.control("POST", f"invoices/{live.bill()}/credit", lines=[{"amount": 50}])["id"]
    body = live.shown(f"credit_notes/{note}") | {"lines": {"object": "list", "data": [], "has_more": False}}
    live.fault("answer", status=200, body=body, path="/v1/credit_notes")
    reading = live.read(note)
    assert isinstance(reading, UnreadableRecordError)
    assert reading.reason == "field lines: missing"
    live.fault("answer", status=200, body=body | {"status": "void"}, path="/v1/credit_notes")
    assert live.bill_of(note).lines == ()
    live.fault("answer", status=200, body=body | {"total_excluding_tax": 0}, path="/v1/credit_notes")
    assert live.bill_of(note).lines == ()
