"""What a connection of legacy files says in the landscape: how the files of each of its feeds are laid out. Nothing is sniffed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from tieout.declared import Declared
from tieout.systems.legacy_files.layouts import AmountStyle, Layout
from tieout.systems.legacy_files.soundness import CUSTOMER, check

Encoding = Literal[
    "utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "iso-8859-15", "cp850", "cp437", "cp037", "cp500", "cp1140"
]
Signs = Literal["debit_positive", "credit_positive", "flag", "flag_and_sign", "two_columns"]

_FEED = re.compile("[a-z][a-z0-9_]{0,39}")
_NO_CLASSES: Mapping[str, Literal["income", "expense", "asset", "liability", "equity"]] = MappingProxyType({})
_NO_ROLES: Mapping[str, Literal["cash", "receivable"]] = MappingProxyType({})


class Feed(Declared):
    """The files of one kind that a connection drops.

    Attributes:
        name: of the feed, under which its files are told and its records named.
        files: regular expression of the whole name of an object behind `incoming/<connection>/`; the groups `batch`, `rerun`,
            `company` and `period` are what the name says of the content.
        marker: what is appended to the name of an object that says that the file is complete; empty: a file is when it is there.
        entity: the ledger's entity its records are, by which a flow carries them.
        fact: the canonical fact they become: a posted document, or `Customer`, which has no amounts, accounts and periods.
        form: fields parted by a delimiter, or of fixed width.
        delimiter: one character.
        quote: the character that a field with a delimiter, a quote or a new line in it stands in; empty: none is.
        encoding: of every byte; what it has no character for refuses the file.
        most_bytes: a file larger than that is refused unread.
        titles: the first line, exactly, of delimited files that have one.
        detail: the lines that count.
        header: the first line, where there is one.
        trailer: the last line, where there is one.
        key: the columns that together name a record; rows that agree in them are lines of one document. `company` and `period` may
            be what the file's name or header says of all its rows.
        amounts: how they are written.
        signs: what tells a debit from a credit: the sign (`debit_positive`, `credit_positive`), the column `flag` beside amounts
            that are never negative (`flag`), beside signed ones that it must agree with (`flag_and_sign`), or that they stand
            in columns of their own (`two_columns`).
        debit_flags: what `flag` says of a debit; an empty text is a blank flag.
        credit_flags: what it says of a credit.
        dates: how days are written.
        periods: how a period is written: year and month, or year and three digits; `number` where `year` stands beside it.
        months: the periods 1 to 12 are calendar months; else the mapping table `period` says what each is.
        one_period: all rows of a file are of one.
        balanced: what debits and credits are equal in.
        totals_of: which amount the control totals are sums of.
        credit_total: with which sign the control total of the credits is written.
        replaces: what a file stands for, so that a newer one replaces it: its batch, everything of its company and period, or all
            there is of its feed.
        amounts_are: of the period alone, or for the year to date: then a period's are what they are more than the last one's.
        year_begins_in: the month with which amounts to date begin anew, where periods are calendar months; 1: with the year.
        closing_numbers: how the numbers of documents begin that only close a year's income statement, or carry balances forward.
        closing_periods: the numbers of the periods, from 13 on, to which nothing else is posted.
        group_currency: of `group_amount`.
        account: the account of every row, where no column says it.
        account_classes: beginnings of accounts to the class of account; the longest that fits counts.
        account_roles: likewise what else is known of them (`cash`, `receivable`).
        chunk_documents: how many documents at most go through the line together.
    """

    name: str
    files: str
    entity: str
    fact: str
    detail: Layout
    key: Sequence[str]
    marker: str = ""
    form: Literal["delimited", "fixed"] = "delimited"
    delimiter: str = ","
    quote: str = '"'
    encoding: Encoding = "utf-8"
    most_bytes: int = 1024**3
    titles: Sequence[str] = ()
    header: Layout | None = None
    trailer: Layout | None = None
    amounts: AmountStyle = AmountStyle()
    signs: Signs = "debit_positive"
    debit_flags: Sequence[str] = ("D",)
    credit_flags: Sequence[str] = ("C",)
    dates: Literal["YYYY-MM-DD", "YYYYMMDD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"] = "YYYY-MM-DD"
    periods: Literal["YYYY-MM", "YYYYMM", "YYYYPPP", "number"] = "YYYYMM"
    months: bool = True
    one_period: bool = True
    balanced: Literal["document", "company", "file", "nothing"] = "document"
    totals_of: Literal["amount", "local_amount"] = "amount"
    credit_total: Literal["positive", "negative"] = "positive"
    replaces: Literal["batch", "period", "feed"] = "batch"
    amounts_are: Literal["of_the_period", "to_date"] = "of_the_period"
    year_begins_in: int = 1
    closing_numbers: Sequence[str] = ()
    closing_periods: Sequence[int] = ()
    group_currency: str = ""
    account: str = ""
    account_classes: Mapping[str, Literal["income", "expense", "asset", "liability", "equity"]] = _NO_CLASSES
    account_roles: Mapping[str, Literal["cash", "receivable"]] = _NO_ROLES
    chunk_documents: int = 500

    def __post_init__(self) -> None:
        """Read layouts that came as JSON, and refuse what could not be read or not be trusted; raises `ValueError`."""
        for name in ("detail", "header", "trailer"):
            if isinstance(getattr(self, name), Mapping):
                object.__setattr__(self, name, Layout(**getattr(self, name)))
        if isinstance(self.amounts, Mapping):
            object.__setattr__(self, "amounts", AmountStyle(**self.amounts))
        if _FEED.fullmatch(self.name) is None or _FEED.fullmatch(self.entity) is None:
            raise ValueError(f"{self.name!r} or {self.entity!r} is not lower-case words joined by underscores")
        check(self)

    def layouts(self) -> tuple[Layout, ...]:
        """The kinds of line there are."""
        return tuple(each for each in (self.header, self.detail, self.trailer) if each is not None)

    @property
    def has_lines(self) -> bool:
        """Whether a record may have several rows: where lines have names, or documents balance; else a second row is a flaw."""
        return "line" in self.detail.columns or self.balanced == "document"

    @property
    def has_amounts(self) -> bool:
        """Whether its rows are postings."""
        return self.fact != CUSTOMER

    @property
    def is_to_date(self) -> bool:
        """Whether its amounts are for the year to date."""
        return self.amounts_are == "to_date"

    def states(self, name: str) -> bool:
        """Whether a file's name, header or trailer says this of it."""
        return self.states_before(name) or (self.trailer is not None and name in self.trailer.columns)

    def states_before(self, name: str) -> bool:
        """Whether its name or header does, so that it is known of each of its rows."""
        return name in re.compile(self.files).groupindex or (self.header is not None and name in self.header.columns)


class Options(Declared):
    """The options of one connection of legacy files.

    Attributes:
        feeds: the kinds of file it drops; the first whose `files` fits a name is it.
    """

    feeds: Sequence[Feed]

    def __post_init__(self) -> None:
        """Read feeds that came as JSON; raises `ValueError` where there is none, or a name is there twice."""
        feeds = tuple(Feed(**each) if isinstance(each, Mapping) else each for each in self.feeds)
        object.__setattr__(self, "feeds", feeds)
        names = [each.name for each in feeds]
        if not names or len(names) != len(set(names)):
            raise ValueError("feeds names none, or one twice")

    def feed(self, name: str) -> Feed:
        """The feed of a name; `KeyError` where there is none."""
        for each in self.feeds:
            if each.name == name:
                return each
        raise KeyError(name)


def options_of(declared: Mapping[str, Any]) -> Options:
    """The options a landscape declares, which were checked at synth."""
    return Options(**declared)
