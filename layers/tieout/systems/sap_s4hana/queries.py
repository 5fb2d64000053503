"""The OData V2 queries of the record step, and how many keys fit into one; their only inputs are checked ids and moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from tieout.errors import UnreadableRecordError
from tieout.systems.sap_s4hana.ids import is_document_number, journal_parts, spellings

KEYS_PER_QUERY = 100
# What ICM and the proxies before it take is not documented for the cloud; 8 KB is the least that is heard of.
URI_BYTES = 6_000
_ROOT = "/sap/opu/odata/sap"

SALES_ORDER = (
    *("SalesOrder", "SalesOrganization", "SoldToParty", "SalesOrderDate", "CreationDate", "LastChangeDateTime"),
    *("TransactionCurrency", "OverallSDProcessStatus", "OverallSDDocumentRejectionSts"),
    *("PurchaseOrderByCustomer", "ExternalDocumentID"),
)
SALES_ORDER_ITEM = ("SalesOrderItem", "Material", "NetAmount", "TransactionCurrency", "SalesDocumentRjcnReason")
BILLING = (
    *("BillingDocument", "SDDocumentCategory", "BillingDocumentType", "CreationDate", "CreationTime"),
    *("LastChangeDateTime", "BillingDocumentDate", "BillingDocumentIsCancelled", "CancelledBillingDocument"),
    *("TransactionCurrency", "CompanyCode", "FiscalYear", "AccountingDocument", "SoldToParty"),
    "PurchaseOrderByCustomer",
)
BILLING_ITEM = ("BillingDocumentItem", "Material", "NetAmount", "TransactionCurrency", "SalesDocument")
JOURNAL_ITEM = (
    *("CompanyCode", "FiscalYear", "AccountingDocument", "AccountingDocumentItem", "Ledger", "FiscalPeriod"),
    *("DocumentDate", "AccountingDocumentType", "AccountingDocumentCategory"),
    *("AccountingDocumentCreationDate", "CreationTime", "LastChangeDate", "FinancialAccountType", "GLAccount"),
    *("CostCenter", "ProfitCenter", "Segment", "PartnerCompany", "Customer", "Supplier", "Product"),
    *("TransactionCurrency", "AmountInTransactionCurrency", "CompanyCodeCurrency", "AmountInCompanyCodeCurrency"),
    *("IsReversal", "ReverseDocument", "ReverseDocumentFiscalYear"),
    *("DocumentReferenceID", "IntercompanyTransaction"),
)


class EntitySet(NamedTuple):
    """An entity set of an OData service."""

    service: str
    name: str

    @property
    def path(self) -> str:
        """Where it answers."""
        return f"{_ROOT}/{self.service}/{self.name}"


SALES_ORDERS = EntitySet("API_SALES_ORDER_SRV", "A_SalesOrder")
BILLING_DOCUMENTS = EntitySet("API_BILLING_DOCUMENT_SRV", "A_BillingDocument")
JOURNAL_ITEMS = EntitySet("API_OPLACCTGDOCITEMCUBE_SRV", "A_OperationalAcctgDocItemCube")


class Query(NamedTuple):
    """A query of one entity set.

    Attributes:
        columns: the properties asked for; those of an expanded navigation property behind its name and a slash.
        condition: `$filter`; empty: all entities.
        order: the properties by which entities are sorted, so that no page repeats or skips one.
        expand: the navigation property whose entities come along; empty: none.
        most: how many entities at most; 0: all.
    """

    source: EntitySet
    columns: tuple[str, ...]
    condition: str = ""
    order: tuple[str, ...] = ()
    expand: str = ""
    most: int = 0

    def address(self) -> str:
        """Path and query, percent-encoded."""
        parameters = {
            "$select": ",".join(self.columns),
            "$filter": self.condition,
            "$orderby": ",".join(self.order),
            "$expand": self.expand,
            "$top": str(self.most or ""),
            "$format": "json",
        }
        said = "&".join(f"{name}={quote(value, safe='$,()/')}" for name, value in parameters.items() if value)
        return f"{self.source.path}?{said}"


def sales_orders(numbers: Sequence[str]) -> Query:
    """Sales orders with their items, by bare numbers."""
    columns = (*SALES_ORDER, *(f"to_Item/{each}" for each in SALES_ORDER_ITEM))
    return Query(SALES_ORDERS, columns, any_of("sales_order", numbers), ("SalesOrder",), "to_Item")


def billing_documents(numbers: Sequence[str]) -> Query:
    """Billing documents with their items, by bare numbers."""
    columns = (*BILLING, *(f"to_Item/{each}" for each in BILLING_ITEM))
    return Query(BILLING_DOCUMENTS, columns, any_of("billing_document", numbers), ("BillingDocument",), "to_Item")


def journal_items(record_ids: Sequence[str], group_amount: str) -> Query:
    """The items of journal entries in all ledgers, by their record ids.

    Only so is an entry that is posted in other ledgers alone told from one that is hidden from us.
    """
    columns: tuple[str, ...] = JOURNAL_ITEM
    if group_amount:
        columns += (f"AdditionalCurrency{group_amount}", f"AmountInAdditionalCurrency{group_amount}")
    order = ("CompanyCode", "FiscalYear", "AccountingDocument", "AccountingDocumentItem", "Ledger")
    return Query(JOURNAL_ITEMS, columns, any_of("journal_entry", record_ids), order)


def first_of(source: EntitySet, column: str) -> Query:
    """One entity, whichever: whether we are shown any."""
    return Query(source, (column,), most=1)


def sales_order_address(number: str) -> str:
    """One sales order by its bare number, which must be one (`ids.is_sound`)."""
    return f"{SALES_ORDERS.path}('{number}')?$select=SalesOrder&$format=json"


def in_chunks(
    record_ids: Sequence[str], query: Callable[[Sequence[str]], Query], base_bytes: int, limit: int = URI_BYTES
) -> Iterator[tuple[str, ...]]:
    """The record ids in lists short enough for the address of their query.

    Args:
        record_ids: in any order.
        query: makes the query of some.
        base_bytes: length of the address in front of the path.
        limit: of the whole address.
    """
    chunk: list[str] = []
    for record_id in record_ids:
        longer = [*chunk, record_id]
        is_full = len(longer) > KEYS_PER_QUERY or base_bytes + len(query(longer).address()) > limit
        if chunk and is_full:
            yield tuple(chunk)
            longer = [record_id]
        chunk = longer
    if chunk:
        yield tuple(chunk)


def any_of(entity: str, record_ids: Sequence[str]) -> str:
    """The condition that an entity is one of these records, each in both spellings of its number.

    Raises:
        UnreadableRecordError: for an id that may not stand in a query.
    """
    if entity == "journal_entry":
        return " or ".join(map(_is_entry, record_ids))
    column = "SalesOrder" if entity == "sales_order" else "BillingDocument"
    return " or ".join(_is_number(column, each) for each in record_ids)


def _is_entry(record_id: str) -> str:
    parts = journal_parts(record_id)
    if parts is None:
        raise UnreadableRecordError("no journal entry of S/4HANA's")
    company, fiscal_year, document = parts
    number = _is_number("AccountingDocument", document)
    return f"(CompanyCode eq '{company}' and FiscalYear eq '{fiscal_year}' and ({number}))"


def _is_number(column: str, number: str) -> str:
    if not is_document_number(number):
        raise UnreadableRecordError("no number of a document of S/4HANA's")
    return " or ".join(f"{column} eq '{each}'" for each in spellings(number))
