"""What the tenant bills and credits: invoices, credit memos and debit memos, from draft to posted and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.zuora.tables import KINDS
from sandbox.systems.zuora.tenant import Tenant, plain

_DRAFT, _POSTED = "Draft", "Posted"
_CHARGE, _DISCOUNT = "0", "1"
_EVENTS = {"invoice": "Invoice", "credit_memo": "CreditMemo", "debit_memo": "DebitMemo"}
_Items = Sequence[Mapping[str, Any]]


class Billing:
    """Invoices and memos of one tenant, by their ids or numbers."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._store = tenant.store

    def draft(self, account: str, items: _Items, date: str | None = None, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """A draft of an invoice; an item states its `amount` without taxes, its `tax`, what of it is a `discount`: see `_items`."""
        owner, day = self._store.found("account", account), self._tenant.day(date)
        made = {
            "accountId": owner["id"],
            "currency": owner["currency"],
            "status": _DRAFT,
            "invoiceDate": day,
            "dueDate": day,
            "postedDate": None,
            "sourceType": "Standalone",
            **self._items_of_an_invoice(items),
            **stated,
        }
        return self._tenant.make("invoice", made)

    def bill(self, account: str, items: _Items, date: str | None = None, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Draft an invoice and post it at once."""
        return self.post("invoice", self.draft(account, items, date, **stated)["id"])

    def edit(self, invoice: str, items: _Items) -> Object:
        """Give a draft other items; raises `ValueError` for what is no draft any more."""
        found = self._tenant.in_state("invoice", invoice, _DRAFT)
        return self._tenant.change(found, "InvoiceUpdated", **self._items_of_an_invoice(items))

    def post(self, kind: str, key: str) -> Object:
        """Have a draft in the books."""
        found = self._tenant.in_state(kind, key, _DRAFT)
        stated = {"status": _POSTED, "postedDate": self._store.moment()}
        return self._tenant.change(found, f"{_EVENTS[kind]}Posted", **stated)

    def unpost(self, kind: str, key: str) -> Object:
        """Take what was posted out of the books, to be edited."""
        found = self._tenant.in_state(kind, key, _POSTED)
        return self._tenant.change(found, f"{_EVENTS[kind]}Unposted", status=_DRAFT, postedDate=None)

    def cancel(self, kind: str, key: str) -> Object:
        """Give a draft up."""
        found = self._tenant.in_state(kind, key, _DRAFT)
        return self._tenant.change(found, f"{_EVENTS[kind]}Canceled", status="Canceled")

    def delete(self, kind: str, key: str) -> Object:
        """Delete what is a draft or was given up: it is shown no more, but to queries that ask for what was deleted."""
        found = self._tenant.in_state(kind, key, _DRAFT, "Canceled")
        return self._tenant.change(found, f"{_EVENTS[kind]}Deleted", deleted=True)

    def reverse(self, invoice: str, date: str | None = None) -> Object:
        """Take all of a posted invoice back, by a credit memo; the invoice stays."""
        found = self._tenant.in_state("invoice", invoice, _POSTED)
        lines = [
            {"amount": each["chargeAmount"], "tax": each["taxAmount"], "product": each["productId"]}
            for each in found["invoiceItems"]
        ]
        self._tenant.change(found, "InvoiceReversed", status="Reversed")
        return self.post("credit_memo", self._memo("credit_memo", found, lines, date)["id"])

    def credit(self, invoice: str, items: _Items, date: str | None = None, *, posted: bool = True) -> Object:
        """Take some of an invoice back, by a credit memo."""
        return self._made("credit_memo", invoice, items, date, posted=posted)

    def debit(self, invoice: str, items: _Items, date: str | None = None, *, posted: bool = True) -> Object:
        """Bill more beside an invoice, by a debit memo."""
        return self._made("debit_memo", invoice, items, date, posted=posted)

    def _made(self, kind: str, invoice: str, items: _Items, date: str | None, *, posted: bool) -> Object:
        memo = self._memo(kind, self._tenant.in_state("invoice", invoice, _POSTED, "Reversed"), items, date)
        return self.post(kind, memo["id"]) if posted else memo

    def _memo(self, kind: str, invoice: Mapping[str, Any], items: _Items, date: str | None) -> Object:
        named = KINDS[kind].parts.removesuffix("Items") + "Id"
        found = [self._item_of_a_memo(each) for each in items]
        net = sum((Decimal(each["amountWithoutTax"]) for each in found), Decimal(0))
        tax = sum((Decimal(each["taxAmount"]) for each in found), Decimal(0))
        memo_id = self._store.new_id()
        made = {
            "id": memo_id,
            "accountId": invoice["accountId"],
            "currency": invoice["currency"],
            "status": _DRAFT,
            "memoDate": self._tenant.day(date),
            "postedDate": None,
            "invoiceId": invoice["id"],
            "totalAmount": plain(net + tax),
            "totalAmountWithoutTax": plain(net),
            KINDS[kind].parts: [each | {named: memo_id} for each in found],
        }
        return self._tenant.make(kind, made)

    def _items_of_an_invoice(self, stated: _Items) -> Object:
        items = [item for each in stated for item in self._items(each)]
        net = sum((Decimal(each["chargeAmount"]) for each in items), Decimal(0))
        tax = sum((Decimal(each["taxAmount"]) for each in items), Decimal(0))
        sums = {"amount": plain(net + tax), "amountWithoutTax": plain(net), "taxAmount": plain(tax)}
        return {"invoiceItems": items, **sums}

    def _items(self, stated: Mapping[str, Any]) -> list[Object]:
        """An item of an invoice, and behind it what is taken off it, which is an item of its own."""
        item = {
            "id": self._store.new_id(),
            "chargeAmount": plain(Decimal(stated["amount"])),
            "taxAmount": plain(Decimal(stated.get("tax", 0))),
            "taxMode": "TaxExclusive",
            "processingType": _CHARGE,
            "productId": stated.get("product"),
            "chargeName": stated.get("name", "Licences"),
            "subscriptionNumber": stated.get("subscription"),
            "serviceStartDate": stated.get("start"),
            "serviceEndDate": stated.get("end"),
        }
        if not stated.get("discount"):
            return [item]
        less = {"chargeAmount": plain(-Decimal(stated["discount"])), "taxAmount": "0", "processingType": _DISCOUNT}
        return [item, {**item, "id": self._store.new_id(), "appliedToInvoiceItemId": item["id"], **less}]

    def _item_of_a_memo(self, stated: Mapping[str, Any]) -> Object:
        """An item of a memo: with `inclusive`, its amount is shown with its taxes."""
        net, tax = Decimal(stated["amount"]), Decimal(stated.get("tax", 0))
        is_inclusive = bool(stated.get("inclusive"))
        return {
            "id": self._store.new_id(),
            "amount": plain(net + tax if is_inclusive else net),
            "amountWithoutTax": plain(net),
            "taxAmount": plain(tax),
            "taxMode": "TaxInclusive" if is_inclusive else "TaxExclusive",
            "processingType": _CHARGE,
            "productId": stated.get("product"),
        }
