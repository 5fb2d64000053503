"""Turns Chargebee's invoices and credit notes into billing documents; pure.

The amount of a line is before discounts, and with its taxes where prices include them; a billing document is net of both. What was
paid, applied or is still owed changes nothing of what was billed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.sales import BillingDocument, SalesLine, SalesStatus
from tieout.fields import Row, day_in, objects_in, required, text_in
from tieout.money import Money
from tieout.systems.chargebee.fields import currency_in, money_if_any, money_in

PENDING, VOIDED = "pending", "voided"
INVOICE_STATUSES = ("paid", "posted", "payment_due", "not_paid", VOIDED, PENDING)
CREDIT_NOTE_STATUSES = ("adjusted", "refunded", "refund_due", VOIDED)
WRITE_OFF = "write_off"
_INCLUSIVE, _EXCLUSIVE = "tax_inclusive", "tax_exclusive"
_NO_PRODUCT = "adhoc"  # something that was charged by hand


def invoice_of(number: str, row: Row, zone: ZoneInfo) -> BillingDocument | None:
    """An invoice, billed from its date on; one that was voided stays, without lines. None: pending, until somebody closes it.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    status = _status(row, INVOICE_STATUSES)
    return None if status == PENDING else _document(number, row, status, 1, zone)


def credit_note_of(number: str, row: Row, zone: ZoneInfo) -> BillingDocument | None:
    """A credit note, which takes back from its date on; one that was voided stays, without lines.

    None: an invoice was written off by it. That a customer will not pay makes nothing less that was billed.

    Raises:
        UnreadableRecordError: as `invoice_of`.
    """
    status = _status(row, CREDIT_NOTE_STATUSES)
    return None if is_write_off(row) else _document(number, row, status, -1, zone)


def is_write_off(row: Row) -> bool:
    """Whether a credit note takes back nothing but the hope to be paid."""
    return WRITE_OFF in {text_in(row, "reason_code"), text_in(row, "create_reason_code")}


def net_of(row: Row) -> Money:
    """What a document comes to without taxes, by the sums that it states itself; nothing once it is void."""
    currency = currency_in(row)
    net = Money(0, currency)
    if text_in(row, "status") != VOIDED:
        net = money_in(row, "total", currency) + -money_if_any(row, "round_off_amount", currency)
        for line in objects_in(row, "line_items"):
            net += -money_if_any(line, "tax_amount", currency)
    return net


def _status(row: Row, statuses: tuple[str, ...]) -> str:
    status = text_in(row, "status") or ""
    if status not in statuses:
        raise unreadable("status", "not_known")
    return status


def _document(number: str, row: Row, status: str, sign: int, zone: ZoneInfo) -> BillingDocument:
    is_void = status == VOIDED
    return BillingDocument(
        number=number,
        status=SalesStatus.CANCELLED if is_void else SalesStatus.POSTED,
        day=day_in(row, "date", zone),
        lines=() if is_void else tuple(_signed(each, sign) for each in _checked(row)),
        customer=text_in(row, "customer_id"),
        legal_entity=text_in(row, "business_entity_id"),
    )


def _signed(line: SalesLine, sign: int) -> SalesLine:
    return line if sign > 0 else SalesLine(line_id=line.line_id, amount=-line.amount, product=line.product)


class _Amounts(NamedTuple):
    """What a line comes to without discounts, and the taxes of it."""

    discounted: Money
    tax: Money


def _checked(row: Row) -> Iterator[SalesLine]:
    """The lines, net; a document that comes to something else than its lines is told to a person instead of being billed."""
    currency, price_type = currency_in(row), text_in(row, "price_type")
    if price_type not in {_INCLUSIVE, _EXCLUSIVE}:
        raise unreadable("price_type", "not_known")
    discounts = _discounts(row, currency)
    total = money_if_any(row, "round_off_amount", currency)
    for line in objects_in(row, "line_items"):
        line_id = required(text_in(line, "id"), "line_items.id")
        amounts = _amounts(line, discounts.get(line_id), currency)
        total += amounts.discounted if price_type == _INCLUSIVE else amounts.discounted + amounts.tax
        net = amounts.discounted + -amounts.tax if price_type == _INCLUSIVE else amounts.discounted
        yield SalesLine(line_id=line_id, amount=net, product=_product(line))
    if total != money_in(row, "total", currency):
        raise unreadable("total", "not_what_its_lines_come_to")


def _amounts(line: Row, stated: Money | None, currency: str) -> _Amounts:
    discount = money_if_any(line, "discount_amount", currency) if stated is None else stated
    return _Amounts(money_in(line, "amount", currency) + -discount, money_if_any(line, "tax_amount", currency))


def _discounts(row: Row, currency: str) -> Mapping[str, Money]:
    """What is taken off each line, be it by a discount of its own or its share in one of the whole."""
    off: dict[str, Money] = {}
    for each in objects_in(row, "line_item_discounts"):
        line_id = text_in(each, "line_item_id") or ""
        off[line_id] = off.get(line_id, Money(0, currency)) + money_in(each, "discount_amount", currency)
    return off


def _product(line: Row) -> str | None:
    """The item price, plan, addon or charge that was billed."""
    return None if text_in(line, "entity_type") == _NO_PRODUCT else text_in(line, "entity_id")
