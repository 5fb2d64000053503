"""The addresses by which rows are read over the Web API, none longer than is taken; their only inputs are checked.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/overview. Ids are compared one by one, since any other
way to name many of them is a function of Dataverse's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import NamedTuple
from urllib.parse import quote

from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Window
from tieout.moments import moment_text
from tieout.systems.dynamics_sales.options import GUID, Options

OPPORTUNITIES, PRODUCTS = "opportunities", "opportunityproducts"
OPPORTUNITY_ID, PRODUCT_ID, OPPORTUNITY_OF = "opportunityid", "opportunityproductid", "_opportunityid_value"
FREE_TEXT = "name"
PAGE_ROWS = 200
IDS_PER_QUERY = 100  # some 7 KB of address; Dataverse takes 32 KB, and what stands before it may take less
_MILLISECOND_MICROSECONDS = 1000
_CURRENCY = "transactioncurrencyid($select=isocurrencycode)"
_STATE = (OPPORTUNITY_ID, "statecode", "modifiedon", "versionnumber")
_WORTH = ("estimatedvalue", "actualvalue", "estimatedclosedate", "actualclosedate")
_STAMPS = ("modifiedon", "versionnumber")
_MASTERS = {
    "account": ("name", "_parentaccountid_value", "address1_country"),
    "product": ("name", "_parentproductid_value", "validfromdate", "validtodate"),
}
_WHOSE = ("_parentaccountid_value", "_customerid_value", "_ownerid_value")


class Query(NamedTuple):
    """What is asked of one entity set.

    Attributes:
        expand: a related row that is answered with each.
        top: how many rows at most; 0: all of them, page by page.
    """

    entity_set: str
    columns: tuple[str, ...]
    condition: str
    order: str
    expand: str = ""
    top: int = 0

    def without(self, columns: Iterable[str]) -> Query:
        """The same query of fewer columns."""
        left_out = frozenset(columns)
        return self._replace(columns=tuple(each for each in self.columns if each not in left_out))

    def address(self) -> str:
        """Entity set and query, percent-encoded."""
        asked = [("$select", ",".join(self.columns)), ("$filter", self.condition), ("$orderby", self.order)]
        asked += [("$expand", self.expand)] if self.expand else []
        asked += [("$top", str(self.top))] if self.top else [("$count", "true")]
        said = "&".join(f"{name}={quote(value, safe=',()$=')}" for name, value in asked)
        return f"{self.entity_set}?{said}"


class Table(NamedTuple):
    """What is listed for an entity.

    Attributes:
        row_id: the column with the id of a row.
        listed: what a listing says of a row.
        expand: a related row that is answered with it.
    """

    entity_set: str
    row_id: str
    listed: tuple[str, ...]
    expand: str = ""


TABLES: Mapping[str, Table] = {
    "opportunity": Table(OPPORTUNITIES, OPPORTUNITY_ID, (*_STATE, *_WORTH), _CURRENCY),
    "account": Table("accounts", "accountid", ("accountid", *_STAMPS)),
    "product": Table("products", "productid", ("productid", *_STAMPS)),
}


def masters(entity: str, ids: Iterable[str], options: Options) -> Query:
    """One row for each account or product our app may see, with the columns that hold external ids."""
    table, is_account = TABLES[entity], entity == "account"
    own = options.account_ids if is_account else options.product_ids
    columns = _each_once((*table.listed, "statecode", *_MASTERS[entity], *own.values()))
    expand = _CURRENCY if is_account else ""
    return Query(table.entity_set, columns, _any_of(table.row_id, ids), table.row_id, expand)


def opportunities(ids: Iterable[str], options: Options) -> Query:
    """One row for each opportunity our app may see."""
    own = (options.stage_column, options.product_column, options.category_column)
    columns = (*_STATE, FREE_TEXT, *_WORTH, "closeprobability", "exchangerate", *_WHOSE, *own)
    return Query(OPPORTUNITIES, _each_once(columns), _any_of(OPPORTUNITY_ID, ids), OPPORTUNITY_ID, _CURRENCY)


def products(opportunity_ids: Iterable[str], options: Options) -> Query:
    """The products of opportunities."""
    columns = (PRODUCT_ID, OPPORTUNITY_OF, "_productid_value", options.line_amount_column)
    return Query(PRODUCTS, _each_once(columns), _any_of(OPPORTUNITY_OF, opportunity_ids), PRODUCT_ID, _CURRENCY)


def opportunities_of(product_ids: Iterable[str]) -> Query:
    """Which opportunity each product is of."""
    return Query(PRODUCTS, (PRODUCT_ID, OPPORTUNITY_OF), _any_of(PRODUCT_ID, product_ids), PRODUCT_ID)


def listed(table: Table, ids: Iterable[str]) -> Query:
    """One row for each of a table that our app may see, with what a listing says of it."""
    return Query(table.entity_set, table.listed, _any_of(table.row_id, ids), table.row_id, table.expand)


def changed(table: Table, window: Window, after: int) -> Query:
    """A page of the rows written within a window, behind a row version: each row has one of its own, which only rises."""
    within = f"{_within(window)} and versionnumber gt {after}"
    return _page(table, table.listed, within)._replace(expand=table.expand)


def counted(table: Table, window: Window) -> Query:
    """All that was written within a window, by no more than its ids."""
    return Query(table.entity_set, (table.row_id,), _within(window), table.row_id)


def page(table: Table, after: int) -> Query:
    """A page of all rows of a table, behind a row version."""
    return _page(table, (table.row_id, "versionnumber"), f"versionnumber gt {after}")


def tracked(table: Table) -> str:
    """The address by which changes of a table are tracked, which takes neither conditions nor related rows."""
    return f"{table.entity_set}?$select={','.join(table.listed)}"


def in_chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """The ids in parts whose addresses are not too long."""
    yield from batched(ids, IDS_PER_QUERY, strict=False)


def is_record_id(text: str) -> bool:
    """Whether it has the form of an id as we write it."""
    return GUID.fullmatch(text) is not None


def _page(table: Table, columns: tuple[str, ...], condition: str) -> Query:
    return Query(table.entity_set, columns, condition, "versionnumber", top=PAGE_ROWS)


def _within(window: Window) -> str:
    return f"modifiedon ge {_moment(window.since)} and modifiedon lt {_moment(window.until)}"


def _moment(moment: datetime) -> str:
    """The first whole millisecond that is not before a moment, as a literal: Dataverse stamps whole seconds."""
    return moment_text(moment + timedelta(microseconds=-moment.microsecond % _MILLISECOND_MICROSECONDS))


def _any_of(column: str, ids: Iterable[str]) -> str:
    return " or ".join(f"{column} eq {_checked(each)}" for each in ids)


def _checked(record_id: str) -> str:
    if not is_record_id(record_id):
        raise UnreadableRecordError("not an id of Dataverse")
    return record_id


def _each_once(columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in columns if each))
