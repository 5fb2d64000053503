"""Turns Stripe's invoices and credit notes into billing documents; pure.

Amounts of lines are before discounts, and with those taxes that are included in the price; a billing document is net of both. All
of them are in the document's currency, which lines of credit notes do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from tieout.columns import unreadable
from tieout.facts.sales import BillingDocument, SalesLine, SalesStatus
from tieout.fields import Row, day_in, moment_in, part_of, required, text_in
from tieout.money import Money
from tieout.systems.stripe.fields import currency_in, id_in, money_in, parts_of, version_of

_DRAFT, _VOID = "draft", "void"
_STANDING = frozenset(
    {"open", "paid", "uncollectible"}
)  # billed; whether it is paid, or ever will be, changes nothing of that
_TRANSITIONS = ("finalized_at", "paid_at", "marked_uncollectible_at", "voided_at")


def invoice_of(record_id: str, row: Row, lines: Sequence[Row], zone: ZoneInfo) -> BillingDocument | None:
    """An invoice, billed on the day that is printed on it; one that was voided stays, without lines. None: a draft.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    status = text_in(row, "status")
    if status == _DRAFT:
        return None
    if status != _VOID and status not in _STANDING:
        raise unreadable("status", "not_known")
    return _document(record_id, row, [(each, product_of(each)) for each in lines], 1, invoiced_on(row, zone))


def credit_note_of(
    record_id: str, row: Row, lines: Sequence[Row], products: Mapping[str, str | None], zone: ZoneInfo
) -> BillingDocument:
    """A credit note, which takes back on the day that is printed on it; one that was voided stays, without lines.

    Its lines name no product but the line of the invoice which they take back: `products` are by those.

    Raises:
        UnreadableRecordError: as `invoice_of`.
    """
    status = text_in(row, "status")
    if status not in {"issued", _VOID}:
        raise unreadable("status", "not_known")
    found = [(each, products.get(text_in(each, "invoice_line_item") or "")) for each in lines]
    return _document(record_id, row, found, -1, credited_on(row, zone))


def invoiced_on(row: Row, zone: ZoneInfo) -> date:
    """The day of an invoice: of being finalised, unless somebody has said from when on it is in effect."""
    return _effective_on(row, zone) or day_in(_transitions(row), "finalized_at", zone)


def credited_on(row: Row, zone: ZoneInfo) -> date:
    """The day of a credit note: of being issued, unless somebody has said from when on it is in effect."""
    return _effective_on(row, zone) or day_in(row, "created", zone)


def invoice_version(row: Row) -> str:
    """When an invoice became what it is: each of these moments is set once, and behind them nothing of its lines changes.

    A draft may change without any of them; it is in no books, and at an equal version the contents decide.
    """
    return version_of(row, *(moment_in(_transitions(row), name) for name in _TRANSITIONS))


def credit_note_version(row: Row) -> str:
    """When a credit note was issued, or voided."""
    return version_of(row, moment_in(row, "voided_at"))


def product_of(line: Row) -> str | None:
    """The product of an invoice's line, as API versions since 2025-03-31 name it or those before; None where it has none."""
    pricing = part_of(line, "pricing")
    if pricing is not None:
        return id_in(part_of(pricing, "price_details") or {}, "product")
    return id_in(part_of(line, "price") or {}, "product")


def _transitions(row: Row) -> Row:
    return part_of(row, "status_transitions") or {}


def _effective_on(row: Row, zone: ZoneInfo) -> date | None:
    return day_in(row, "effective_at", zone) if row.get("effective_at") is not None else None


def _document(
    record_id: str, row: Row, lines: Iterable[tuple[Row, str | None]], sign: int, day: date
) -> BillingDocument:
    """A document of lines and their products; what is billed is positive, by a `sign` of 1."""
    currency = currency_in(row)
    is_void = text_in(row, "status") == _VOID
    named = ((required(text_in(each, "id"), "id"), product, _net(each, currency)) for each, product in lines)
    found = () if is_void else (*named, *_shipping(row, currency))
    if not (found or is_void) and row.get("total_excluding_tax"):
        raise unreadable("lines", "missing")
    return BillingDocument(
        number=text_in(row, "number") or record_id,
        status=SalesStatus.CANCELLED if is_void else SalesStatus.POSTED,
        day=day,
        lines=tuple(SalesLine(line_id=name, amount=net if sign > 0 else -net, product=of) for name, of, net in found),
        customer=id_in(row, "customer"),
    )


def _shipping(row: Row, currency: str) -> Iterator[tuple[str, None, Money]]:
    """What is billed for shipping, which is no line of Stripe's and of no product: its total is with all taxes."""
    shipping = part_of(row, "shipping_cost")
    if shipping is not None:
        total, tax = (money_in(shipping, f"amount_{name}", currency) for name in ("total", "tax"))
        yield "shipping", None, total + -tax


def _net(row: Row, currency: str) -> Money:
    amount = money_in(row, "amount", currency)
    for discount in parts_of(row, "discount_amounts"):
        amount += -money_in(discount, "amount", currency)
    for tax in _included_taxes(row):
        amount += -money_in(tax, "amount", currency)
    return amount


def _included_taxes(row: Row) -> Sequence[Row]:
    """The taxes that are in the price: by their behaviour since API version 2025-03-31, by a flag before."""
    newer = [each for each in parts_of(row, "taxes") if each.get("tax_behavior") == "inclusive"]
    return newer + [each for each in parts_of(row, "tax_amounts") if each.get("inclusive") is True]
