"""Posts journal entries: lines that balance in every currency, in every ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.systems.sap_s4hana.customizing import CompanyCode, Customizing
from sandbox.systems.sap_s4hana.entries import CUBE, LEADING, EntryKey
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tenant import Work

ROUNDING = "72050000"
# By type of document; YC is the tenant's own, by which companies close a year for their authorities.
_RANGES = {
    "SA": 1, "AB": 1, "YC": 1, "RV": 90, "DR": 18, "DG": 16, "DA": 16, "DZ": 14, "RE": 51, "KR": 19, "KG": 17, "KA": 17,
    "KZ": 15,
}  # fmt: skip
_RANGE_SIZE = 100_000_000
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """The three amounts of a line, debit positive."""

    transaction: Decimal
    functional: Decimal
    group: Decimal


class Journal:
    """The general ledger, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._customizing = Customizing(work.settings, work.store)

    def post(self, entry: Mapping[str, Any]) -> EntryKey:
        """Post an entry and tell of it.

        Args:
            entry: `company_code`, `posting_date`, `items`, and where they are not as usual `type`, `document_date`, `currency`,
                `exchange_rate` and `group_rate` (from the transaction currency), `period` (a special one), `ledgers`, and
                `header`, which sets properties on every line. An item has `account` and `amount`, debit positive; `functional`
                and `group` where they are not by the rates; and properties of the line by their names.

        Raises:
            ValueError: if it does not balance, the period is closed, or a property does not fit.
            KeyError: for a name that there is not.
        """
        company = self._customizing.company(entry["company_code"])
        day = date.fromisoformat(entry["posting_date"])
        year, period = self._customizing.period_of(company, day, entry.get("period", ""))
        items = self._balanced(entry, company)
        kind = entry.get("type", "SA")
        key = EntryKey(company_code=company.code, fiscal_year=year, document=self._number(company.code, year, kind))
        header = self._header(entry, company) | {"FiscalPeriod": period, "AccountingDocumentType": kind, **key.where()}
        ledgers = entry.get("ledgers") or (LEADING, *self._work.settings.other_ledgers)
        for ledger in ledgers:
            own = 2 if LEADING in ledgers and ledger != LEADING else 1  # the same document, valued otherwise
            for number, (item, amounts) in enumerate(items, 1):
                line = self._line(item, amounts, own)
                place = {"AccountingDocumentItem": str(number), "Ledger": ledger}
                self._work.store.insert(CUBE, {**header, **line, **place})
        self._work.tell("JournalEntry", "Created", key.plain())
        return key

    def lines(self, key: EntryKey) -> list[Row]:
        """The lines of an entry in the leading ledger, or in the one it was posted in.

        Raises:
            KeyError: if there is no such entry.
        """
        rows = self._work.store.rows(CUBE, **key.where())
        ledger = min((str(row["Ledger"]) for row in rows), default="")
        if not rows:
            raise KeyError(f"journal entry {key.plain()}")
        return [row for row in rows if row["Ledger"] == ledger]

    def touch(self, key: EntryKey, values: Mapping[str, object]) -> None:
        """Change every line of an entry, of which no event tells: only the date of its last change does."""
        self._work.store.update(CUBE, key.where(), {**values, "LastChangeDate": self._work.day})

    def _number(self, company_code: str, year: str, kind: str) -> str:
        """The next number of the range of a document type, which begins anew in every company code and year."""
        return self._work.next_number(f"{company_code} {year} {_RANGES[kind]}", _RANGES[kind] * _RANGE_SIZE)

    def _balanced(self, entry: Mapping[str, Any], company: CompanyCode) -> list[tuple[Mapping[str, Any], Amounts]]:
        """The items with their amounts; what the rates leave over in the other currencies goes to a line of its own."""
        currency, group = entry.get("currency", company.currency), self._work.settings.group_currency
        rates = {
            company.currency: _rate(entry, "exchange_rate") or self._customizing.rate(currency, company.currency),
            group: _rate(entry, "group_rate") or self._customizing.rate(currency, group),
        }
        if currency in rates:
            rates[currency] = Decimal(1)
        items = [(item, self._amounts(item, currency, company, rates)) for item in entry["items"]]
        rest = [
            -sum((getattr(each, name) for _, each in items), _ZERO) for name in ("transaction", "functional", "group")
        ]
        if rest[0] or not items:
            raise ValueError("the lines do not balance")
        if rest[1] or rest[2]:
            if any("functional" in item for item, _ in items):
                raise ValueError("the lines do not balance in the other currencies")
            line = {"account": ROUNDING, "IsAutomaticallyCreated": True}
            items.append((line, Amounts(transaction=_ZERO, functional=rest[1], group=rest[2])))
        return items

    def _amounts(
        self, item: Mapping[str, Any], currency: str, company: CompanyCode, rates: Mapping[str, Decimal]
    ) -> Amounts:
        transaction, group = self._customizing.exact(item["amount"], currency), self._work.settings.group_currency
        others = {
            name: self._customizing.exact(item[name], of)
            if name in item
            else self._customizing.rounded(transaction * rates[of], of)
            for name, of in (("functional", company.currency), ("group", group))
        }
        return Amounts(transaction=transaction, **others)

    def _header(self, entry: Mapping[str, Any], company: CompanyCode) -> dict[str, object]:
        currency = entry.get("currency", company.currency)
        rate = _rate(entry, "exchange_rate") or self._customizing.rate(currency, company.currency)
        document_date = entry.get("document_date", entry["posting_date"])
        return {
            "CompanyCodeName": company.name,
            "ChartOfAccounts": "YCOA",
            "PostingDate": entry["posting_date"],
            "DocumentDate": document_date,
            "ExchangeRateDate": document_date,
            "ExchangeRate": str(rate),
            "TransactionCurrency": currency,
            "CompanyCodeCurrency": company.currency,
            "AdditionalCurrency1": self._work.settings.group_currency,
            "AccountingDocumentCreationDate": self._work.day,
            "CreationTime": self._work.moment.strftime("%H:%M:%S"),
            "ReverseDocumentFiscalYear": "0000",
            "ClearingDocFiscalYear": "0000",
            "InvoiceReferenceFiscalYear": "0000",
            **entry.get("header", {}),
        }

    def _line(self, item: Mapping[str, Any], amounts: Amounts, own: int) -> dict[str, object]:
        name, kind = self._customizing.account(item["account"])
        has_result = kind == "result"
        properties = {
            each: value for each, value in item.items() if each not in {"account", "amount", "functional", "group"}
        }
        is_debit = (amounts.transaction or amounts.functional or amounts.group) > 0
        if properties.get("IsNegativePosting"):
            is_debit = not is_debit
        return {
            "GLAccount": item["account"],
            "GLAccountName": name,
            "IsBalanceSheetAccount": not has_result,
            "ProfitLossAccountType": "X" if has_result else "",
            "FinancialAccountType": {"customers": "D", "suppliers": "K"}.get(kind, "S"),
            "DebitCreditCode": "S" if is_debit else "H",
            "AmountInTransactionCurrency": str(amounts.transaction),
            "AmountInCompanyCodeCurrency": str(amounts.functional * own),
            "AmountInAdditionalCurrency1": str(amounts.group * own),
            **properties,
        }


def _rate(entry: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(entry[name])) if entry.get(name) else None
