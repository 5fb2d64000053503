"""What a feed of files must say so that its files can be read and trusted, seen of the feed alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tieout.systems.legacy_files.layouts import UNUSED

if TYPE_CHECKING:
    from tieout.systems.legacy_files.options import Feed

CUSTOMER = "Customer"
TEXTS = (
    "company",
    "document",
    "line",
    "account",
    "cost_centre",
    "profit_centre",
    "segment",
    "location",
    "partner",
    "product",
    "customer",
    "supplier",
    "reverses",
    "name",
    "country",
    "currency",
    "local_currency",
    "flag",
)
AMOUNTS = ("amount", "local_amount", "group_amount")
SIDES = ("debit", "credit", "local_debit", "local_credit")
DETAIL_COLUMNS = frozenset((*TEXTS, *AMOUNTS, *SIDES, "period", "year", "posting_date", "document_date"))
END_COLUMNS = frozenset(("batch", "rerun", "company", "period", "count", "debit", "credit", "total"))
NAME_PARTS = frozenset(("batch", "rerun", "company", "period"))

_MOST_BYTES = 4 * 1024**3
_MONTHS = 12
_MOST_CHUNK = 2_000  # as many notices as one run of the record step works through


def check(feed: Feed) -> None:
    """Refuse what could not be read or not be trusted; raises `ValueError`."""
    _check_form(feed)
    _check_columns(feed)
    _check_identity(feed)
    if feed.has_amounts:
        _check_amounts(feed)
        _check_signs(feed)
        _check_closing(feed)
    elif feed.balanced != "nothing" or {*AMOUNTS, *SIDES, "flag", "account"} & set(feed.detail.columns):
        raise ValueError(f"{feed.name}: a {CUSTOMER} has neither amounts nor accounts; balanced is 'nothing'")


def _check_form(feed: Feed) -> None:
    is_fixed = feed.form == "fixed"
    for layout in feed.layouts():
        if bool(layout.widths) != is_fixed:
            raise ValueError(f"{feed.name}: widths belong to the form 'fixed', and it to them")
        if len(feed.layouts()) > 1 and not layout.mark:
            raise ValueError(f"{feed.name}: with a header or a trailer every kind of line needs a mark")
    marks = [each.mark for each in feed.layouts()]
    if len(set(marks)) != len(marks) or (is_fixed and len({len(each) for each in marks}) > 1):
        raise ValueError(f"{feed.name}: two kinds of line have the same mark, or marks of different lengths")
    _check_parting(feed, is_fixed=is_fixed)


def _check_parting(feed: Feed, *, is_fixed: bool) -> None:
    if is_fixed and (feed.titles or feed.encoding == "utf-8-sig"):
        raise ValueError(f"{feed.name}: lines of fixed width have no titles and no byte-order mark")
    if len(feed.delimiter) != 1 or len(feed.quote) > 1 or feed.delimiter == feed.quote:
        raise ValueError(f"{feed.name}: delimiter and quote are one character each, and not the same")
    if feed.delimiter in {feed.amounts.decimal, feed.amounts.grouping} and not feed.quote and not is_fixed:
        raise ValueError(f"{feed.name}: the delimiter stands in amounts, and nothing is quoted")
    if not 1 <= feed.most_bytes <= _MOST_BYTES or not 1 <= feed.chunk_documents <= _MOST_CHUNK:
        raise ValueError(
            f"{feed.name}: most_bytes or chunk_documents is not between 1 and {_MOST_BYTES} or {_MOST_CHUNK}"
        )


def _check_columns(feed: Feed) -> None:
    for layout, known in ((feed.detail, DETAIL_COLUMNS), (feed.header, END_COLUMNS), (feed.trailer, END_COLUMNS)):
        strange = sorted(set(layout.columns) - known - {UNUSED}) if layout is not None else ()
        if strange:
            raise ValueError(f"{feed.name}: {strange[0]!r} is no column ({', '.join(sorted(known))})")


def _check_amounts(feed: Feed) -> None:
    columns = set(feed.detail.columns)
    if ("account" in columns) == bool(feed.account):
        raise ValueError(f"{feed.name}: the account is either a column of detail, or one for all rows")
    if not columns & {"period", "posting_date"} and not feed.states("period"):
        raise ValueError(f"{feed.name}: nothing says which period an amount is of")
    if ("year" in columns) != (feed.periods == "number") or ("year" in columns and "period" not in columns):
        raise ValueError(f"{feed.name}: 'year' stands beside 'period' where periods is 'number', and only there")
    if "group_amount" in columns and not feed.group_currency:
        raise ValueError(f"{feed.name}: group_currency is missing")
    sides = {"amount": "debit", "local_amount": "local_debit"}
    if (sides[feed.totals_of] if feed.signs == "two_columns" else feed.totals_of) not in columns:
        raise ValueError(f"{feed.name}: totals_of names {feed.totals_of!r}, which is no column of detail")


def _check_identity(feed: Feed) -> None:
    try:
        groups = set(re.compile(feed.files).groupindex)
    except re.error as error:
        raise ValueError(f"{feed.name}: files is no regular expression") from error
    if groups - NAME_PARTS:
        raise ValueError(f"{feed.name}: files has the group {min(groups - NAME_PARTS)!r}, which says nothing")
    if not feed.states("batch"):
        raise ValueError(
            f"{feed.name}: neither files nor header or trailer states 'batch', by which files replace others"
        )
    _check_key(feed)
    if feed.replaces == "period" and not feed.states("period"):
        raise ValueError(f"{feed.name}: replaces is 'period', which neither files nor header or trailer states")
    if feed.is_to_date and not (feed.replaces == "period" and feed.one_period and "period" in feed.key):
        raise ValueError(
            f"{feed.name}: amounts to date need files of one period that replace it, and 'period' in the key"
        )
    if feed.year_begins_in not in (range(1, 13) if feed.is_to_date and feed.months else (1,)):
        raise ValueError(f"{feed.name}: year_begins_in is no month, or periods are none, or amounts not to date")


def _check_closing(feed: Feed) -> None:
    if "" in feed.closing_numbers or (feed.closing_numbers and "document" not in feed.detail.columns):
        raise ValueError(f"{feed.name}: closing_numbers has one with which all begin, or documents have no numbers")
    if feed.closing_periods and min(feed.closing_periods) <= _MONTHS:
        raise ValueError(f"{feed.name}: closing_periods names one to which a year's movements are posted")


def _check_key(feed: Feed) -> None:
    key, columns = set(feed.key), set(feed.detail.columns)
    known = columns | {each for each in ("company", "period") if feed.states_before(each)}
    if not key or key - known or key & {*AMOUNTS, *SIDES, "flag", UNUSED}:
        raise ValueError(f"{feed.name}: key names no column, or one that names nothing")
    if feed.states("company") and "company" not in columns | key:
        raise ValueError(f"{feed.name}: key lacks 'company', which files say and rows do not")
    if feed.has_amounts and key.isdisjoint({"document", "period", "posting_date", "document_date"}):
        raise ValueError(f"{feed.name}: key names neither a document nor a period: one file would take from another")


def _check_signs(feed: Feed) -> None:
    columns = set(feed.detail.columns)
    if ("flag" in columns) != (feed.signs in {"flag", "flag_and_sign"}):
        raise ValueError(
            f"{feed.name}: the column 'flag' belongs to the signs 'flag' and 'flag_and_sign', and they to it"
        )
    needed = {"debit", "credit"} if feed.signs == "two_columns" else {"amount"}
    unused = {*AMOUNTS} if feed.signs == "two_columns" else {*SIDES}
    if needed - columns or unused & columns or ("local_debit" in columns) != ("local_credit" in columns):
        raise ValueError(f"{feed.name}: detail has not the columns of amounts that signs {feed.signs!r} reads")
    if set(feed.debit_flags) & set(feed.credit_flags) or not feed.debit_flags or not feed.credit_flags:
        raise ValueError(f"{feed.name}: a flag is a debit's or a credit's, and there is one of each")
