"""Bills customers: creates billing documents, hands them to accounting, and cancels them by documents of the opposite kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.entries import EntryKey, sum_of
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.payments import RECEIVABLES
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tenant import Work
from sandbox.systems.sap_s4hana.values import with_zeros

HEADERS, ITEMS = "A_BillingDocument", "A_BillingDocumentItem"
# by type: the SD document category, the type that cancels it, and 1 for what customers owe or -1 for what they are owed
KINDS = {"F2": ("M", "S1", 1), "L2": ("P", "S1", 1), "G2": ("O", "S2", -1), "S1": ("N", "", -1), "S2": ("S", "", 1)}
_REVENUE, _OUTPUT_TAX = "41000000", "22000000"
_BEFORE_FIRST = 90_000_000
_OWN_FIELDS = frozenset({"type", "items", "order", "posted", "exchange_rate", "is_indirect"})
_RATE_UNIT = Decimal("0.00001")


class Billing:
    """The billing documents, within one transaction; every amount of theirs is positive, whatever their kind."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._store = work.store
        self._customizing = Customizing(work.settings, work.store)

    def create(self, plain: Mapping[str, Any]) -> str:
        """Bill; the number.

        Args:
            plain: properties of the header by their names, `CompanyCode` and `BillingDocumentDate` at least; `type` (F2, L2 or
                G2); `items` with `NetAmount`, perhaps `TaxAmount`, `account` and properties by their names, or `order`, of
                which what is not billed yet is billed; `posted`, False where it waits to be handed to accounting;
                `exchange_rate` into the company's currency, and whether it is shown the other way round (`is_indirect`).

        Raises:
            ValueError: if there is nothing to bill, or a property does not fit.
        """
        plain = self._of_order(plain) if plain.get("order") else plain
        number, kind = self._work.next_number(HEADERS, _BEFORE_FIRST), plain.get("type", "F2")
        company = self._customizing.company(plain["CompanyCode"])
        currency = plain.get("TransactionCurrency", company.currency)
        rate = Decimal(str(plain.get("exchange_rate") or self._customizing.rate(currency, company.currency)))
        if currency == company.currency:
            rate = Decimal(1)
        items = self._insert_items(number, {**plain, "TransactionCurrency": currency}, rate)
        header = self._header(plain, kind, items, rate)
        own = {name: value for name, value in plain.items() if name not in _OWN_FIELDS}
        self._store.insert(HEADERS, {**header, **own, "BillingDocument": number, "TransactionCurrency": currency})
        self._tell("Created", number)
        if plain.get("order"):
            SalesOrders(self._work).bill(str(plain["order"]), _order_items(items), is_billed=True)
        if plain.get("posted", True):
            self._hand_over(number)
        return number

    def post(self, number: str) -> EntryKey:
        """Hand a document that waits to accounting, which changes it.

        Raises:
            ValueError: if it was handed over, or is cancelled.
        """
        row = self._store.row(HEADERS, BillingDocument=number)
        if row["AccountingDocument"] or row["BillingDocumentIsCancelled"]:
            raise ValueError(f"{number} does not wait")
        key = self._hand_over(number)
        self._tell("Changed", number)
        return key

    def cancel(self, number: str, how: Mapping[str, Any]) -> str:
        """Cancel a document by another one; the number of that.

        Args:
            number: of the document.
            how: `date` of the cancellation, and perhaps `period` and `negative` of its posting.

        Raises:
            ValueError: if it is cancelled, is a cancellation, or was paid.
        """
        row = self._store.row(HEADERS, BillingDocument=number)
        _, kind, _ = KINDS[str(row["BillingDocumentType"])]
        if not kind or row["BillingDocumentIsCancelled"]:
            raise ValueError(f"{number} cannot be cancelled")
        cancelling = self._copy(row, kind, how["date"])
        self._store.update(HEADERS, {"BillingDocument": number}, {"BillingDocumentIsCancelled": True, **self._stamps()})
        self._tell("Created", cancelling)
        self._tell("Changed", number)
        items = self._store.rows(ITEMS, BillingDocument=number)
        if items[0]["SalesDocument"]:
            SalesOrders(self._work).bill(str(items[0]["SalesDocument"]), _order_items(items), is_billed=False)
        if row["AccountingDocument"]:
            document = EntryKey(
                company_code=str(row["CompanyCode"]),
                fiscal_year=str(row["FiscalYear"]),
                document=str(row["AccountingDocument"]),
            )
            terms = {name: how[name] for name in ("period", "negative") if name in how}
            header = _referring(cancelling)
            key = Clearing(self._work).reverse(document, {"posting_date": how["date"], "header": header, **terms})
            self._posted(cancelling, key)
        return cancelling

    def _of_order(self, plain: Mapping[str, Any]) -> dict[str, Any]:
        order, items = SalesOrders(self._work).unbilled(str(plain["order"]))
        header = {
            name: order[name]
            for name in ("SoldToParty", "TransactionCurrency", "SalesOrganization", "DistributionChannel")
        }
        copied = ("Material", "NetAmount", "ProfitCenter", "WBSElement")
        lines = [
            {name: item[name] for name in copied}
            | {"SalesDocument": item["SalesOrder"], "SalesDocumentItem": item["SalesOrderItem"]}
            for item in items
        ]
        return {"CompanyCode": order["SalesOrganization"], **header, **plain, "items": plain.get("items", lines)}

    def _insert_items(self, number: str, plain: Mapping[str, Any], rate: Decimal) -> list[dict[str, Any]]:
        """Add the items, by tens, and to which accounts they are to be posted.

        Raises:
            ValueError: if there are none, or one has an amount that its currency does not have.
        """
        currency, items = plain["TransactionCurrency"], []
        for place, stated in enumerate(plain["items"], 1):
            net, tax = (self._customizing.exact(stated.get(name, "0"), currency) for name in ("NetAmount", "TaxAmount"))
            own = {name: value for name, value in stated.items() if name != "account"}
            usual = {"SalesDocumentItemCategory": "TAN", "PricingDate": plain["BillingDocumentDate"]}
            amounts = {"NetAmount": str(net), "TaxAmount": str(tax), "GrossAmount": str(net + tax)}
            key = {"BillingDocument": number, "BillingDocumentItem": str(place * 10), "TransactionCurrency": currency}
            items.append({**usual, **own, **amounts, **key})
            self._store.insert(ITEMS, items[-1])
            row = (number, key["BillingDocumentItem"], stated.get("account", _REVENUE), str(rate))
            self._store.select("INSERT INTO account_determination VALUES (?, ?, ?, ?)", row)
        if not items:
            raise ValueError("there is nothing to bill")
        return items

    def _header(
        self, plain: Mapping[str, Any], kind: str, items: Sequence[Mapping[str, Any]], rate: Decimal
    ) -> dict[str, Any]:
        net, tax = (sum(Decimal(str(item[name])) for item in items) for name in ("NetAmount", "TaxAmount"))
        is_indirect = bool(plain.get("is_indirect"))
        return {
            "BillingDocumentType": kind,
            "SDDocumentCategory": KINDS[kind][0],
            "BillingDocumentCategory": "L" if kind == "F2" else "",
            "SalesOrganization": plain["CompanyCode"],
            "DistributionChannel": "10",
            "Division": "00",
            "TotalNetAmount": str(net),
            "TaxAmount": str(tax),
            "TotalGrossAmount": str(net + tax),
            "PayerParty": plain.get("SoldToParty", ""),
            "FiscalYear": "0000",
            "AbsltAccountingExchangeRate": str((1 / rate if is_indirect else rate).quantize(_RATE_UNIT)),
            "AcctgExchangeRateIsIndrctQtan": is_indirect,
            "ExchangeRateDate": plain["BillingDocumentDate"],
            "ExchangeRateType": "M",
            "AccountingPostingStatus": "A",
            "AccountingTransferStatus": "A",
            "InvoiceClearingStatus": "A",
            "CreationDate": self._work.day,
            "CreationTime": self._work.moment.strftime("%H:%M:%S"),
            "LastChangeDateTime": self._work.moment.isoformat(),
        }

    def _copy(self, row: Row, kind: str, day: str) -> str:
        """A document of another kind with the same amounts, which says what it cancels; its number."""
        number, old = self._work.next_number(HEADERS, _BEFORE_FIRST), str(row["BillingDocument"])
        own = {
            "BillingDocument": number,
            "BillingDocumentType": kind,
            "SDDocumentCategory": KINDS[kind][0],
            "BillingDocumentCategory": "",
            "BillingDocumentDate": day,
            "CancelledBillingDocument": old,
            "FiscalYear": "0000",
            "AccountingDocument": "",
            "AccountingPostingStatus": "A",
            "AccountingTransferStatus": "A",
            "CreationDate": self._work.day,
            "CreationTime": self._work.moment.strftime("%H:%M:%S"),
            "LastChangeDateTime": self._work.moment.isoformat(),
        }
        self._store.insert(HEADERS, {**_plain(row), **own})
        for item in self._store.rows(ITEMS, BillingDocument=old):
            self._store.insert(ITEMS, {**item, "BillingDocument": number, "CreationDate": self._work.day})
        return number

    def _hand_over(self, number: str) -> EntryKey:
        row = self._store.row(HEADERS, BillingDocument=number)
        items = self._store.rows(ITEMS, BillingDocument=number)
        terms = self._store.rows("account_determination", billing_document=number)
        accounts = {str(each["billing_document_item"]): str(each["gl_account"]) for each in terms}
        sign = KINDS[str(row["BillingDocumentType"])][2]
        partner = {"PartnerCompany": row["PartnerCompany"], "BillingDocument": number}
        gross, tax = sign * sum_of([row], "TotalGrossAmount"), sign * sum_of(items, "TaxAmount")
        lines = [{"account": RECEIVABLES, "amount": str(gross), "Customer": row["PayerParty"], **partner}]
        lines += [_revenue(item, accounts[str(item["BillingDocumentItem"])], -sign) | partner for item in items]
        lines += [{"account": _OUTPUT_TAX, "amount": str(-tax), "TaxCode": "A1", **partner}] if tax else []
        entry = {
            "company_code": row["CompanyCode"],
            "type": "RV",
            "posting_date": row["BillingDocumentDate"],
            "currency": row["TransactionCurrency"],
            "exchange_rate": terms[0]["exchange_rate"],
            "header": _referring(number),
            "items": lines,
        }
        key = Journal(self._work).post(entry)
        self._posted(number, key)
        return key

    def _posted(self, number: str, key: EntryKey) -> None:
        values = {"AccountingDocument": key.document, "FiscalYear": key.fiscal_year}
        status = {"AccountingPostingStatus": "C", "AccountingTransferStatus": "C"}
        self._store.update(HEADERS, {"BillingDocument": number}, {**values, **status, **self._stamps()})

    def _stamps(self) -> dict[str, str]:
        return {"LastChangeDate": self._work.day, "LastChangeDateTime": self._work.moment.isoformat()}

    def _tell(self, event: str, number: str) -> None:
        shown = with_zeros(number) if self._work.settings.leading_zeros else number
        self._work.tell("BillingDocument", event, {"BillingDocument": shown})


def _revenue(item: Row, account: str, sign: int) -> dict[str, Any]:
    """The line that an item is in accounting."""
    kept = ("ProfitCenter", "CostCenter", "SalesDocument", "SalesDocumentItem", "Material")
    amount = str(sign * Decimal(str(item["NetAmount"])))
    return {"account": account, "amount": amount, "Product": item["Material"], **{name: item[name] for name in kept}}


def _referring(number: str) -> dict[str, object]:
    return {
        "DocumentReferenceID": number,
        "ReferenceDocumentType": "VBRK",
        "OriginalReferenceDocument": number,
        "BillingDocument": number,
    }


def _order_items(items: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(item["SalesDocumentItem"]) for item in items if item.get("SalesDocumentItem")]


def _plain(row: Row) -> dict[str, Any]:
    """A row as it could be entered: what is true or false is stored as a number."""
    is_flag = ("BillingDocumentIsCancelled", "AccountingExchangeRateIsSet", "AcctgExchangeRateIsIndrctQtan")
    return {name: bool(value) if name in is_flag else value for name, value in row.items()}
