"""What S/4HANA's entities are expected to hold, as far as the record step asks for it.

OData V2 writes numbers and dates as texts; a property that was asked for is answered, null or empty where there is no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, listed, nested, text, truth
from tieout.landscape import Connection
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

_KEYS = (
    *("SalesOrder", "BillingDocument", "BusinessPartner", "Product", "SupplierInvoice"),
    *("CompanyCode", "FiscalYear", "AccountingDocument"),
)
_KEY = Field(types=frozenset({"string", "number"}), absent=True)  # a number written without quotes is the same key
_DATA: Expected = {**OTHERS, **dict.fromkeys(_KEYS, _KEY)}  # what else there is depends on the object

DELIVERIES: Mapping[str, Expected] = {
    "event": {
        **dict.fromkeys(("id", "source", "specversion", "type"), text()),
        **dict.fromkeys(("time", "datacontenttype", "subject", "dataschema"), text(absent=True)),
        "data": nested(_DATA),
    },
    "data": _DATA,
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What Event Mesh delivers: events of CloudEvents, or one whose attributes stand in headers."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    for each in listed(outline):
        yield "data" if inside(each, "specversion") is None and inside(each, "data") is None else "event", each
