"""The SOQL queries we ask, and how many ids fit into one; their only inputs are checked ids, moments and API names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import NamedTuple
from urllib.parse import quote

from tieout.errors import UnreadableRecordError
from tieout.systems.salesforce.cursors import Cursor, Place
from tieout.systems.salesforce.options import ContractFields, LineFields

IDS_PER_QUERY = 200
# Salesforce takes 16,384 bytes of address and headers together; a quarter is for the headers, the token among them.
URI_BYTES = 12_288
# What not every organisation has: one with a single currency has no codes, one without record types has none to name.
OPTIONAL_COLUMNS = ("CurrencyIsoCode", "RecordType.DeveloperName")
FREE_TEXT = "Name"

_RECORD_ID = re.compile("[0-9A-Za-z]{18}", re.ASCII)
_ID_BYTES = len(quote(f"'{'0' * 18}',", safe=""))

_OPPORTUNITY = (
    *("Id", "AccountId", "Name", "StageName", "RecordType.DeveloperName", "Amount", "CurrencyIsoCode", "Probability"),
    *("CloseDate", "ForecastCategory", "Type", "OwnerId", "HasOpportunityLineItem", "IsDeleted", "SystemModstamp"),
)
_LINE_ITEM = ("Id", "OpportunityId", "Product2Id", "TotalPrice", "CurrencyIsoCode", "ServiceDate")
_CONTRACT = (
    *("Id", "AccountId", "ContractNumber", "Name", "StatusCode", "StartDate", "EndDate", "ContractTerm"),
    *("CurrencyIsoCode", "OwnerId", "IsDeleted", "SystemModstamp"),
)

_ACCOUNT = ("MasterRecordId", "Name", "ParentId", "BillingCountry", "CurrencyIsoCode", "IsDeleted", "SystemModstamp")
_PRODUCT = ("Id", "Name", "Family", "IsActive", "IsDeleted", "SystemModstamp")

# Entity to API name of the object: of what belongs to accounts, and of all that is listed.
OF_ACCOUNTS = {"opportunity": "Opportunity", "contract": "Contract"}
LISTED = {**OF_ACCOUNTS, "account": "Account", "product": "Product2"}
PAGE_ROWS = 200
MOST_OF_ACCOUNTS = 2_000  # one page of an answer


class Query(NamedTuple):
    """A query of one object.

    Attributes:
        subject: API name of the object.
        columns: what is asked for, each once.
        rest: everything behind the object's name.
    """

    subject: str
    columns: tuple[str, ...]
    rest: str

    def without(self, columns: Collection[str]) -> Query:
        """The same query of fewer columns."""
        return self._replace(columns=tuple(each for each in self.columns if each not in columns))

    def soql(self) -> str:
        """The statement."""
        return " ".join(("SELECT", ", ".join(self.columns), "FROM", self.subject, self.rest))


CURRENCIES = Query("CurrencyType", ("IsoCode", "ConversionRate", "IsCorporate"), "ORDER BY IsoCode")
DATED_RATES = Query("DatedConversionRate", ("IsoCode", "StartDate", "ConversionRate"), "ORDER BY IsoCode, StartDate")


def opportunities(ids: Iterable[str]) -> Query:
    """One row for each opportunity our user may see, deleted ones included."""
    return Query("Opportunity", _OPPORTUNITY, f"WHERE Id IN ({_list(ids)}) ORDER BY Id")


def line_items(opportunity_ids: Iterable[str], fields: LineFields) -> Query:
    """The live products of opportunities, with the account's own fields of them."""
    columns = (*_LINE_ITEM, fields.recurring_amount, fields.recurring_months, fields.term_months)
    rest = f"WHERE IsDeleted = FALSE AND OpportunityId IN ({_list(opportunity_ids)}) ORDER BY OpportunityId, Id"
    return Query("OpportunityLineItem", _each_once(columns), rest)


def contracts(ids: Iterable[str], fields: ContractFields) -> Query:
    """One row for each contract our user may see, deleted ones included, with the account's own fields of it."""
    own = (fields.value, fields.renewal_amount, fields.renewal_date, fields.probability, fields.product)
    return Query("Contract", _each_once((*_CONTRACT, *own)), f"WHERE Id IN ({_list(ids)}) ORDER BY Id")


def opportunities_of(line_item_ids: Iterable[str]) -> Query:
    """Which opportunity each product is of, deleted ones included."""
    return Query("OpportunityLineItem", ("Id", "OpportunityId"), f"WHERE Id IN ({_list(line_item_ids)}) ORDER BY Id")


def mergers(ids: Iterable[str]) -> Query:
    """Which account each was merged into, if any."""
    return Query("Account", ("Id", "MasterRecordId"), f"WHERE Id IN ({_list(ids)}) ORDER BY Id")


def accounts(ids: Iterable[str], account_ids: Mapping[str, str]) -> Query:
    """One row for each account our user may see, deleted ones included, with the fields that hold external ids."""
    return listed("Account", ("Id", *_ACCOUNT, *account_ids.values()), ids)


def products(ids: Iterable[str], product_ids: Mapping[str, str]) -> Query:
    """One row for each product our user may see, deleted ones included, with the fields that hold external ids."""
    return listed("Product2", (*_PRODUCT, *product_ids.values()), ids)


def of_accounts(subject: str, account_ids: Iterable[str]) -> Query:
    """Which of an object's records belong to accounts, deleted ones included, 2,000 at most."""
    rest = f"WHERE AccountId IN ({_list(account_ids)}) ORDER BY AccountId, Id LIMIT {MOST_OF_ACCOUNTS}"
    return Query(subject, ("Id", "AccountId"), rest)


def changed(subject: str, columns: Iterable[str], since: str, until: str, behind: Place | None) -> Query:
    """One page of what changed from a moment on and before another, deleted records included, in order of stamp and id.

    Args:
        subject: API name of the object.
        columns: of its rows.
        since: a moment as `moments.moment_text` writes it.
        until: likewise.
        behind: where the page before ended; None for the first one.
    """
    start = f"SystemModstamp >= {since}"
    if behind is not None:
        stamp, last = behind.stamp, _checked(behind.record_id)
        start = f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{last}'))"
    rest = f"WHERE {start} AND SystemModstamp < {until} ORDER BY SystemModstamp, Id LIMIT {PAGE_ROWS}"
    return Query(subject, _each_once(columns), rest)


def count(subject: str, since: str, until: str) -> Query:
    """How much of an object changed from a moment on and before another, deleted records included; has no rows."""
    return Query(subject, ("COUNT()",), f"WHERE SystemModstamp >= {since} AND SystemModstamp < {until}")


def listed(subject: str, columns: Iterable[str], ids: Iterable[str]) -> Query:
    """One row for each of an object's records our user may see, deleted ones included."""
    return Query(subject, _each_once(columns), f"WHERE Id IN ({_list(ids)}) ORDER BY Id")


def subject_of(entity: str) -> str:
    """The object whose records are listed for an entity.

    Raises:
        UnreadableRecordError: for an entity that is not listed.
    """
    if entity not in LISTED:
        raise UnreadableRecordError(f"Salesforce's records of {entity} are not listed")
    return LISTED[entity]


def page(subject: str, cursor: Cursor) -> Query:
    """The ids of one page of a listing, deleted records included."""
    conditions = []
    if cursor.after:
        conditions.append(f"Id > '{_checked(cursor.after)}'")
    if cursor.account:
        conditions.append(f"AccountId = '{_checked(cursor.account)}'")
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return Query(subject, ("Id",), f"{where}ORDER BY Id LIMIT {PAGE_ROWS}")


def is_record_id(text: str) -> bool:
    """Whether it has the form of an id in its longer form, whose case does not matter."""
    return _RECORD_ID.fullmatch(text) is not None


def in_chunks(
    ids: Collection[str], query: Callable[[Sequence[str]], Query], address_bytes: int, limit: int = URI_BYTES
) -> Iterator[tuple[str, ...]]:
    """The ids in lists of at most 200, each short enough for the query of it to be part of an address.

    Args:
        ids: in any order.
        query: makes the query of some ids.
        address_bytes: length of the address in front of the query.
        limit: of the whole address.
    """
    fixed = address_bytes + len(quote(query(()).soql(), safe=""))
    yield from batched(ids, max(1, min(IDS_PER_QUERY, (limit - fixed) // _ID_BYTES)), strict=False)


def _each_once(columns: Iterable[str]) -> tuple[str, ...]:
    """Salesforce refuses a query that names a field twice."""
    return tuple(dict.fromkeys(each for each in columns if each))


def _list(ids: Iterable[str]) -> str:
    return ",".join(f"'{_checked(each)}'" for each in ids)


def _checked(record_id: str) -> str:
    if not is_record_id(record_id):
        raise UnreadableRecordError("not a Salesforce id of 18 characters")
    return record_id
