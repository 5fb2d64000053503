"""The OData V2 queries of a listing: what changed within a window, in order of keys, behind the key where a page ended.

By keys and not by stamps: S/4HANA's stamps have more digits than it shows, so that no page could begin exactly behind one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Window
from tieout.systems.sap_s4hana import queries
from tieout.systems.sap_s4hana.fields import Row
from tieout.systems.sap_s4hana.ids import is_key_part
from tieout.systems.sap_s4hana.queries import EntitySet, Query

PAGE_RECORDS = 200
PAGE_ITEMS = 5_000  # of journal entries: ten or so each in every ledger, and 999 at most
_KEY = {
    "sales_order": ("SalesOrder",),
    "billing_document": ("BillingDocument",),
    "journal_entry": ("CompanyCode", "FiscalYear", "AccountingDocument"),
}
_SALES_ORDER = (
    "SalesOrder",
    "LastChangeDateTime",
    "CreationDate",
    "SalesOrderDate",
    "TotalNetAmount",
    "TransactionCurrency",
)
_BILLING = (
    *("BillingDocument", "LastChangeDateTime", "CreationDate", "CreationTime", "BillingDocumentDate", "TotalNetAmount"),
    *("TransactionCurrency", "SDDocumentCategory", "BillingDocumentType"),
)
_JOURNAL_ITEM = (
    *("CompanyCode", "FiscalYear", "AccountingDocument", "AccountingDocumentItem", "Ledger", "PostingDate"),
    *("AccountingDocumentCreationDate", "CreationTime", "LastChangeDate"),
    *("CompanyCodeCurrency", "AmountInCompanyCodeCurrency"),
)
_MILLISECOND_MICROSECONDS = 1000


def changed(entity: str, window: Window, cursor: str) -> Query:
    """What of an entity may have changed within a window, behind a cursor; whose version is outside is to be left out.

    Raises:
        UnreadableRecordError: for a cursor that is none.
    """
    source, columns, most = _asked_for(entity)
    condition = _entered_or_changed(window) if entity == "journal_entry" else _changed_or_created(window)
    behind = f" and {_behind(_KEY[entity], _key_in(entity, cursor))}" if cursor else ""
    order = (*_KEY[entity], "AccountingDocumentItem", "Ledger") if entity == "journal_entry" else _KEY[entity]
    return Query(source, columns, f"({condition}){behind}", order, most=most)


def known(entity: str) -> Callable[[Sequence[str]], Query]:
    """Makes the query of some records, by their record ids."""
    source, columns, _ = _asked_for(entity)

    def query(record_ids: Sequence[str]) -> Query:
        return Query(source, columns, queries.any_of(entity, record_ids), _KEY[entity])

    return query


def cursor_behind(entity: str, row: Row) -> str:
    """The cursor of a page that ends with an entity: its key as S/4HANA writes it, which is how it compares."""
    return "/".join(str(row.get(each)) for each in _KEY[entity])


def _asked_for(entity: str) -> tuple[EntitySet, tuple[str, ...], int]:
    if entity == "sales_order":
        return queries.SALES_ORDERS, _SALES_ORDER, PAGE_RECORDS
    if entity == "billing_document":
        return queries.BILLING_DOCUMENTS, _BILLING, PAGE_RECORDS
    if entity == "journal_entry":
        return queries.JOURNAL_ITEMS, _JOURNAL_ITEM, PAGE_ITEMS
    raise UnreadableRecordError(f"S/4HANA's records of {entity} are not listed")


def _changed_or_created(window: Window) -> str:
    """By the stamp of the last change; what was never changed has none, and was created on a day of the window."""
    since, until = (f"datetimeoffset'{_whole_milliseconds(each)}'" for each in window)
    created = _on_days_of("CreationDate", window)
    return (
        f"(LastChangeDateTime ge {since} and LastChangeDateTime lt {until})"
        f" or (LastChangeDateTime eq null and {created})"
    )


def _entered_or_changed(window: Window) -> str:
    """By the day on which an entry was entered, or last changed: there are no moments to compare with."""
    return " or ".join(
        f"({_on_days_of(each, window)})" for each in ("AccountingDocumentCreationDate", "LastChangeDate")
    )


def _on_days_of(column: str, window: Window) -> str:
    first, last = (f"datetime'{each.astimezone(UTC):%Y-%m-%d}T00:00:00'" for each in window)
    return f"{column} ge {first} and {column} le {last}"


def _whole_milliseconds(moment: datetime) -> str:
    """The first whole millisecond that is not before a moment: versions have no finer parts."""
    rounded = moment + timedelta(microseconds=-moment.microsecond % _MILLISECOND_MICROSECONDS)
    return f"{rounded.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{rounded.microsecond // _MILLISECOND_MICROSECONDS:03d}Z"


def _behind(names: Sequence[str], key: Sequence[str]) -> str:
    """The condition that an entity comes behind a key, in the order of these properties."""
    name, value = names[0], key[0]
    if len(names) == 1:
        return f"{name} gt '{value}'"
    return f"({name} gt '{value}' or ({name} eq '{value}' and {_behind(names[1:], key[1:])}))"


def _key_in(entity: str, cursor: str) -> list[str]:
    parts = cursor.split("/")
    if len(parts) != len(_KEY[entity]) or not all(map(is_key_part, parts)):
        raise UnreadableRecordError("no place in a listing of S/4HANA")
    return parts
