"""Posts payments: cash against the open items they clear, with what exchange rates, discounts and overpayments leave over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.entries import EntryKey, key_of, sum_of
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tenant import Work

BANK, RECEIVABLES, PAYABLES = "11001000", "12100000", "21100000"
DISCOUNT, GAIN, LOSS = "44000000", "71100000", "72040000"
_KINDS = {"Customer": ("DZ", RECEIVABLES, 1, "D"), "Supplier": ("KZ", PAYABLES, -1, "K")}


class Payments:
    """What customers pay and suppliers are paid, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._journal = Journal(work)
        self._customizing = Customizing(work.settings, work.store)

    def post(self, payment: Mapping[str, Any]) -> EntryKey:
        """Post a payment, and clear the open items that it names.

        Args:
            payment: `company_code`, `posting_date`, `amount` (positive), `Customer` or `Supplier`, and perhaps `currency`,
                `exchange_rate`, `group_rate`; `clears`, a list of entries (`fiscal_year`, `document`) that are paid in full;
                `discount`, which was deducted from them; `pays_part_of`, an entry that stays open; and `header`. What is
                neither cleared nor deducted stays open as an item of the payment's own.

        Raises:
            ValueError: if a named entry has no open item of this partner in this currency.
        """
        partner = "Customer" if "Customer" in payment else "Supplier"
        kind, account, sign, _ = _KINDS[partner]
        cleared = [line for each in payment.get("clears", ()) for line in self._open_items(payment, partner, each)]
        currency = payment.get("currency") or self._customizing.company(payment["company_code"]).currency
        if any(line["TransactionCurrency"] != currency for line in cleared):
            raise ValueError("an item is in another currency")
        paid, discount = (sign * Decimal(str(payment.get(name, "0"))) for name in ("amount", "discount"))
        total = sum_of(cleared, "AmountInTransactionCurrency")
        rest = total - paid - discount
        to_partner = {"account": account, partner: payment[partner]}
        items: list[dict[str, Any]] = [{"account": BANK, "amount": str(paid)}]
        items += [{"account": DISCOUNT, "amount": str(discount)}] if discount else []
        items += [{**to_partner, "amount": str(-total)}] if cleared else []
        items += [{**to_partner, "amount": str(rest), **_referred(payment)}] if rest else []
        valued = self._valued(items, cleared, payment, currency)
        entry = {
            name: payment[name]
            for name in ("company_code", "posting_date", "exchange_rate", "group_rate")
            if name in payment
        }
        key = self._journal.post(
            {**entry, "type": kind, "currency": currency, "items": valued, "header": payment.get("header", {})}
        )
        self._clear(key, cleared, str(2 + bool(discount)), payment["posting_date"])
        return key

    def _open_items(self, payment: Mapping[str, Any], partner: str, named: Mapping[str, str]) -> list[Row]:
        key = EntryKey(
            company_code=payment["company_code"], fiscal_year=named["fiscal_year"], document=named["document"]
        )
        account_type, number = _KINDS[partner][3], payment[partner]
        found = [
            line
            for line in self._journal.lines(key)
            if line["FinancialAccountType"] == account_type and line[partner] == number and not line["IsCleared"]
        ]
        if not found:
            raise ValueError(f"{named['document']} has no open item of {number}")
        return found

    def _valued(
        self, items: Sequence[Mapping[str, Any]], cleared: Sequence[Row], payment: Mapping[str, Any], currency: str
    ) -> list[Mapping[str, Any]]:
        """The items at today's rates, what is cleared at those it was posted at, and a line for the gain or loss between them."""
        if not cleared:
            return list(items)
        own = self._customizing.company(payment["company_code"]).currency
        wanted = {
            "functional": (own, "exchange_rate", "AmountInCompanyCodeCurrency"),
            "group": (self._work.settings.group_currency, "group_rate", "AmountInAdditionalCurrency1"),
        }
        valued: list[dict[str, Any]] = [dict(item) for item in items]
        difference: dict[str, Decimal] = {}
        position = 1 + any(item["account"] == DISCOUNT for item in items)  # behind bank and discount
        for name, (into, stated, column) in wanted.items():
            rate = (
                Decimal(1)
                if into == currency
                else Decimal(str(payment.get(stated) or self._customizing.rate(currency, into)))
            )
            for place, item in enumerate(valued):
                amount = self._customizing.rounded(Decimal(item["amount"]) * rate, into)
                item[name] = str(-sum_of(cleared, column) if place == position else amount)
            difference[name] = -sum((Decimal(item[name]) for item in valued), Decimal(0))
        if any(difference.values()):
            account = LOSS if (difference["functional"] or difference["group"]) > 0 else GAIN
            line = {name: str(amount) for name, amount in difference.items()}
            valued.append({"account": account, "amount": "0", "IsAutomaticallyCreated": True, **line})
        return list(valued)

    def _clear(self, key: EntryKey, cleared: Sequence[Row], own_item: str, day: str) -> None:
        """Clear the items, and with them the line of the payment that is against them."""
        clearing = Clearing(self._work)
        for line in cleared:
            clearing.clear(key_of(line), [str(line["AccountingDocumentItem"])], key, day)
        if cleared:
            clearing.clear(key, [own_item], key, day)


def _referred(payment: Mapping[str, Any]) -> dict[str, str]:
    """What an open rest of a payment refers to."""
    part = payment.get("pays_part_of")
    return {"InvoiceReference": part["document"], "InvoiceReferenceFiscalYear": part["fiscal_year"]} if part else {}
