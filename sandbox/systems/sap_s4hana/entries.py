"""What names a journal entry, and what is read off its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.values import Stored, with_zeros

CUBE = "A_OperationalAcctgDocItemCube"
LEADING = "0L"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKey:
    """What names a journal entry: its number is used again in other company codes and years."""

    company_code: str
    fiscal_year: str
    document: str

    def plain(self) -> dict[str, str]:
        """The key as events have it, with ten digits."""
        names = {"CompanyCode": self.company_code, "FiscalYear": self.fiscal_year}
        return {**names, "AccountingDocument": with_zeros(self.document)}

    def where(self) -> dict[str, Stored]:
        """The key as the values of its rows."""
        names = {"CompanyCode": self.company_code, "FiscalYear": self.fiscal_year}
        return {**names, "AccountingDocument": self.document}


def key_of(row: Row) -> EntryKey:
    """The entry that a line is of."""
    names = (str(row[name]) for name in ("CompanyCode", "FiscalYear", "AccountingDocument"))
    return EntryKey(**dict(zip(("company_code", "fiscal_year", "document"), names, strict=True)))


def sum_of(rows: Iterable[Row], name: str) -> Decimal:
    """The sum of an amount over lines."""
    return sum((Decimal(str(row[name])) for row in rows), Decimal(0))
