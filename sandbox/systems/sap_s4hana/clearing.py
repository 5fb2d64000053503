"""Clears items of journal entries by others, opens them again, and reverses entries: no event tells of what this changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sandbox.systems.sap_s4hana.entries import CUBE, LEADING, EntryKey, key_of
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tenant import Work

_MIRRORED = (
    *(
        "GLAccount",
        "CostCenter",
        "ProfitCenter",
        "Segment",
        "PartnerCompany",
        "Customer",
        "Supplier",
        "Product",
        "Material",
    ),
    *("TaxCode", "SalesDocument", "SalesDocumentItem", "FunctionalArea", "DocumentItemText"),
)

# By which types of document others are reversed, where that is not their own.
_REVERSED_BY = {"DR": "DA", "DG": "DA", "DZ": "DA", "KR": "KA", "KG": "KA", "KZ": "KA", "SA": "AB"}


class Clearing:
    """What later entries do to earlier ones, within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._journal = Journal(work)

    def clear(self, key: EntryKey, items: Sequence[str], clearing: EntryKey, day: str) -> None:
        """Let another entry clear items of an entry, which changes it."""
        cleared: dict[str, object] = {"IsCleared": True, "ClearingDate": day, "ClearingCreationDate": self._work.day}
        cleared |= {"ClearingAccountingDocument": clearing.document, "ClearingDocFiscalYear": clearing.fiscal_year}
        for item in items:
            self._work.store.update(CUBE, key.where() | {"AccountingDocumentItem": item}, cleared)
        if key != clearing:
            self._journal.touch(key, {})
        self._tell_bills([key], "C")

    def reset_clearing(self, clearing: EntryKey) -> list[EntryKey]:
        """Open again what an entry has cleared; the entries that this changes.

        Raises:
            ValueError: if it has cleared nothing.
        """
        by = {"ClearingAccountingDocument": clearing.document, "ClearingDocFiscalYear": clearing.fiscal_year}
        rows = self._work.store.rows(CUBE, CompanyCode=clearing.company_code, Ledger=LEADING, **by)
        if not rows:
            raise ValueError("it has cleared nothing")
        keys = list(dict.fromkeys(key_of(row) for row in rows))
        opened: dict[str, object] = {
            "IsCleared": False,
            "ClearingDate": None,
            "ClearingCreationDate": None,
            "ClearingIsReversed": True,
        }
        opened |= {"ClearingAccountingDocument": "", "ClearingDocFiscalYear": "0000"}
        where = {"CompanyCode": clearing.company_code, **by}
        self._work.store.update(CUBE, where, opened)
        for key in keys:
            self._journal.touch(key, {})
        self._tell_bills(keys, "A")
        return keys

    def reverse(self, key: EntryKey, how: Mapping[str, Any]) -> EntryKey:
        """Post the opposite of an entry, and let both know each other and clear each other.

        Args:
            key: of the entry to be reversed.
            how: `posting_date`, and perhaps `period`, `reason`, `negative` (the same side with the opposite sign, instead of
                the other side), and `header`.

        Raises:
            ValueError: if it was reversed already, or a line of it is cleared.
        """
        lines = self._journal.lines(key)
        if any(line["IsReversed"] or line["IsCleared"] for line in lines):
            raise ValueError("it is reversed already, or cleared")
        first = lines[0]
        items = [{**_mirror(line), "IsNegativePosting": bool(how.get("negative"))} for line in lines]
        reverses: dict[str, object] = {
            "IsReversal": True,
            "ReversalReason": how.get("reason", "01"),
            "ReverseDocument": key.document,
        }
        reverses |= {"ReverseDocumentFiscalYear": key.fiscal_year}
        reverses |= {name: first[name] for name in ("IntercompanyTransaction", "BillingDocument")}
        mirror = {
            "company_code": key.company_code,
            "type": _REVERSED_BY.get(str(first["AccountingDocumentType"]), first["AccountingDocumentType"]),
            "posting_date": how["posting_date"],
            "period": how.get("period", ""),
            "currency": first["TransactionCurrency"],
            "ledgers": sorted({str(row["Ledger"]) for row in self._work.store.rows(CUBE, **key.where())}),
            "exchange_rate": first["ExchangeRate"],
            "header": reverses | how.get("header", {}),
            "items": items,
        }
        reversal = self._journal.post(mirror)
        reversed_by: dict[str, object] = {"IsReversed": True, "ReverseDocument": reversal.document}
        self._journal.touch(key, reversed_by | {"ReverseDocumentFiscalYear": reversal.fiscal_year})
        open_items = [
            str(line["AccountingDocumentItem"]) for line in lines if line["FinancialAccountType"] in {"D", "K"}
        ]
        for each in (key, reversal):
            self.clear(each, open_items, reversal, how["posting_date"])
        return reversal

    def _tell_bills(self, keys: Sequence[EntryKey], status: str) -> None:
        """Let the billing documents of entries know whether they are paid, which is no change of theirs."""
        bills = {str(row["BillingDocument"]) for key in keys for row in self._journal.lines(key)} - {""}
        for bill in bills:
            self._work.store.update("A_BillingDocument", {"BillingDocument": bill}, {"InvoiceClearingStatus": status})


def _mirror(line: Row) -> dict[str, object]:
    amounts = {
        "amount": "AmountInTransactionCurrency",
        "functional": "AmountInCompanyCodeCurrency",
        "group": "AmountInAdditionalCurrency1",
    }
    kept = {name: line[name] for name in _MIRRORED if name != "GLAccount"}
    opposite = {name: str(-Decimal(str(line[column]))) for name, column in amounts.items()}
    return {"account": line["GLAccount"], **opposite, **kept}
