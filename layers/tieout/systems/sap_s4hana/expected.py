"""What S/4HANA's entities are expected to hold, as far as the record step asks for it.

OData V2 writes numbers and dates as texts; a property that was asked for is answered, null or empty where there is no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tieout.drift import Expected, Field, nested, text, truth
from tieout.systems.sap_s4hana import queries
from tieout.systems.sap_s4hana.sales import PRO_FORMA, SIGNS

_METADATA: Expected = {"__metadata": Field(types=frozenset({"object"}), absent=True)}
_DOCUMENT_CATEGORIES = (*SIGNS, PRO_FORMA, "")


def _entity(columns: Iterable[str], told: Expected) -> Expected:
    return {**_METADATA, **dict.fromkeys(columns, text(null=True)), **told}


def _items(columns: Iterable[str]) -> Field:
    return nested({"results": nested(_entity(columns, {}))}, absent=True)


EXPECTED: Mapping[str, Expected] = {
    queries.SALES_ORDERS.name: _entity(
        queries.SALES_ORDER, {"SalesOrder": text(), "to_Item": _items(queries.SALES_ORDER_ITEM)}
    ),
    queries.BILLING_DOCUMENTS.name: _entity(
        queries.BILLING,
        {
            "BillingDocument": text(),
            "SDDocumentCategory": text(*_DOCUMENT_CATEGORIES),
            "BillingDocumentIsCancelled": truth(),
            "to_Item": _items(queries.BILLING_ITEM),
        },
    ),
    queries.JOURNAL_ITEMS.name: _entity(
        queries.JOURNAL_ITEM,
        {
            **dict.fromkeys(("CompanyCode", "FiscalYear", "AccountingDocument", "Ledger"), text()),
            "IsReversal": truth(),
        },
    ),
}
