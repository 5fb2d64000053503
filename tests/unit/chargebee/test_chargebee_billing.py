"""What an invoice and a credit note are, as Chargebee states them: net of discounts and taxes, and true to their own sums."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chargebee_rows import VERSION, Row, document, fact_of, line, statement
from tieout.errors import UnreadableRecordError
from tieout.facts.sales import BillingDocument, SalesStatus
from tieout.facts.statement import Absence
from tieout.money import Money
from tieout.systems.chargebee.billing import net_of

kinds = pytest.mark.parametrize(("word", "sign"), [("invoice", 1), ("credit_note", -1)])


def billed(row: Row) -> BillingDocument:
    """The document that a resource is."""
    found = fact_of(row)
    assert isinstance(found, BillingDocument)
    return found


def flaw(row: Row) -> str:
    """Why it cannot be read."""
    with pytest.raises(UnreadableRecordError) as caught:
        statement(row)
    return caught.value.reason


@kinds
def test_a_document_is_billed_on_its_day_by_its_lines(word: str, sign: int) -> None:
    """In the connection's zone; a credit note takes back."""
    found = billed(document(word, "INV/7", line(), line("li_2", 500, entity_type="adhoc"), business_entity_id="be_1"))
    assert (found.number, found.status, found.day) == ("INV/7", SalesStatus.POSTED, date(2026, 12, 1))
    assert (found.customer, found.legal_entity) == ("cus_1", "be_1")
    assert [(each.line_id, each.amount, each.product) for each in found.lines] == [
        ("li_1", Money(sign * 10_000, "EUR"), "PRO-EUR-M"),
        ("li_2", Money(sign * 500, "EUR"), None),
    ]


@pytest.mark.parametrize("status", ["paid", "posted", "payment_due", "not_paid"])
def test_whether_it_is_paid_changes_nothing_of_what_was_billed(status: str) -> None:
    """Nor how much of it is still owed."""
    row = document("invoice", "7", line(), amount_due=4_000, credits_applied=6_000)
    assert billed({**row, "status": status}) == billed(row)


@pytest.mark.parametrize("status", ["adjusted", "refunded", "refund_due"])
@pytest.mark.parametrize("kind", ["adjustment", "refundable", "store"])
def test_a_credit_note_takes_back_whatever_becomes_of_it(kind: str, status: str) -> None:
    """Whether it was applied, refunded, or is kept for later."""
    row = document("credit_note", "7", line())
    assert billed({**row, "status": status, "type": kind}) == billed(row)


@kinds
def test_one_that_was_voided_stays_without_lines(word: str, sign: int) -> None:
    """No other document takes it back, so nothing of it may count."""
    found = billed(document(word, "7", line(amount=sign * 100), status="voided", total=0))
    assert (found.status, found.lines) == (SalesStatus.CANCELLED, ())


@pytest.mark.parametrize(
    "row",
    [
        document("invoice", "7", line(), status="pending"),
        document("credit_note", "7", line(), reason_code="write_off", type="adjustment"),
        document("credit_note", "7", line(), create_reason_code="write_off"),
    ],
)
def test_what_is_in_no_books_is_no_fact(row: Row) -> None:
    """A pending invoice is not closed yet; that a customer will not pay makes nothing less that was billed."""
    found = statement(row)
    assert (found.fact, found.absence, found.source_version) == (None, Absence.NOT_POSTED, VERSION)


@kinds
def test_one_that_was_deleted_is_gone(word: str, sign: int) -> None:
    """At the version of its deletion."""
    found = statement(document(word, "7", line(amount=sign), deleted=True))
    assert (found.absence, found.source_version) == (Absence.DELETED, VERSION)


@pytest.mark.parametrize(
    ("price_type", "discounts", "net", "total"),
    [
        ("tax_exclusive", None, 9_000, 9_900),
        ("tax_inclusive", None, 8_100, 9_000),
        ("tax_exclusive", [("li_1", 500), ("li_1", 250), ("li_2", 1)], 9_250, 10_150),
        ("tax_inclusive", [("li_1", 500)], 8_600, 9_500),
    ],
)
def test_a_line_is_net_of_discounts_and_of_taxes_that_are_in_its_price(
    price_type: str, discounts: list[tuple[str, int]] | None, net: int, total: int
) -> None:
    """Discounts are those listed for the line where any are, else the sum that it states."""
    listed = [{"line_item_id": name, "discount_amount": amount} for name, amount in discounts or ()]
    row = document("invoice", "7", line(discount_amount=1_000, tax_amount=900), price_type=price_type)
    [found] = billed({**row, "line_item_discounts": listed, "total": total}).lines
    assert found.amount == Money(net, "EUR")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"total": 10_001}, "field total: not_what_its_lines_come_to"),
        ({"total": ...}, "field total: not_a_whole_number"),
        ({"status": "draft"}, "field status: not_known"),
        ({"price_type": ...}, "field price_type: not_known"),
        ({"date": ...}, "field date: missing"),
        ({"currency_code": ...}, "field currency_code: not_iso4217"),
        ({"line_items": [line() | {"amount": "1"}]}, "field amount: not_a_whole_number"),
        ({"line_items": [{"amount": 1}]}, "field line_items.id: missing"),
    ],
)
@kinds
def test_what_cannot_be_made_out_is_named(word: str, sign: int, changed: dict[str, Any], reason: str) -> None:
    """A document whose lines are not its total is told to a person instead of being billed."""
    assert flaw(document(word, "7", line(amount=10_000 * abs(sign)), **changed)) == reason


def test_the_rounding_of_a_total_is_none_of_its_lines() -> None:
    """A site may round what is paid."""
    row = document("invoice", "7", line(amount=10_003), round_off_amount=-3, total=10_000)
    assert billed(row).lines[0].amount == Money(10_003, "EUR")
    assert net_of(row) == Money(10_003, "EUR")


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "10000"), ("KWD", "10.000"), ("EUR", "100.00")])
def test_amounts_are_in_the_minor_units_of_iso_4217(currency: str, amount: str) -> None:
    """Of which a yen has none, and a dinar a thousand."""
    [found] = billed(document("invoice", "7", line(), currency_code=currency)).lines
    assert str(found.amount) == f"{amount} {currency}"


lines = st.lists(
    st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=6
)


@given(amounts=lines, price_type=st.sampled_from(["tax_inclusive", "tax_exclusive"]), rounding=st.integers(-50, 50))
@kinds
def test_lines_come_to_what_the_document_says_without_taxes(
    word: str, sign: int, amounts: list[tuple[int, int, int]], price_type: str, rounding: int
) -> None:
    """So a list of documents, which is summed by their totals, agrees with what was billed of each."""
    rows = [
        line(f"li_{place}", each[0], discount_amount=each[1], tax_amount=each[2]) for place, each in enumerate(amounts)
    ]
    row = document(word, "7", *rows, price_type=price_type)
    row |= {"total": row["total"] + rounding, "round_off_amount": rounding}
    found = billed(row)
    assert sum(each.amount.amount_minor for each in found.lines) == sign * net_of(row).amount_minor
