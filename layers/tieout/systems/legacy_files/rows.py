"""Reads the fields of a row: which record it is a line of, its amounts debit positive, its period; or what is wrong where (pure).

The checks read every row so before it counts, and the record step reads the kept row in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tieout.errors import MalformedError
from tieout.money import EXACT, Money, is_currency
from tieout.systems.legacy_files.layouts import UNUSED
from tieout.systems.legacy_files.options import Feed
from tieout.systems.legacy_files.soundness import SIDES, TEXTS
from tieout.systems.legacy_files.values import (
    amount_reader,
    date_of,
    example_of,
    money_of,
    month_of,
    month_text,
    text_of,
)

_ZERO = Decimal(0)
# What of a period, such as `2026-03`, stands in a key.
_OF_PERIOD: Mapping[str, Callable[[str], str]] = {"period": str, "year": lambda period: period[:4]}
_DESCRIBED = {
    "spreadsheet_number": "the digits themselves, not what a spreadsheet made of them",
    "control_character": "text without control characters",
    "text_too_long": "at most 200 characters",
    "finer_than_its_currency": "no more decimals than the currency {currency} has",
    "currency_not_iso4217": "an ISO 4217 currency",
    "amount_too_large": "an amount of money",
    "no_such_day": "a day of the calendar",
    "no_such_period": "a period of a year",
}


class FieldFlawError(MalformedError):
    """A field does not hold what its column promises.

    Attributes:
        column: its name.
        expected: what it promises, in words.
        found: what stands there.
    """

    def __init__(self, column: str, expected: str, found: str) -> None:
        super().__init__(f"{column}_unreadable")
        self.column, self.expected, self.found = column, expected, found


class Amounts(NamedTuple):
    """The amounts of a row, debit positive; `local` and `group` are None where the feed has none.

    Attributes:
        debit: what it adds to the control total of debits, as the source adds up: by side where sides are columns, else by sign.
        credit: likewise of credits, as a positive number.
    """

    transaction: Money
    local: Money | None
    group: Money | None
    debit: Decimal
    credit: Decimal


class Row(NamedTuple):
    """What a row says.

    Attributes:
        texts: the columns that are texts, empty where nothing stands in them.
        amounts: by the feed's signs.
        period: `2026-03`; empty where the row names none.
        posting_date: None where it has none.
        document_date: likewise.
    """

    texts: Mapping[str, str]
    amounts: Amounts
    period: str
    posting_date: date | None
    document_date: date | None

    def text(self, column: str) -> str:
        """What stands in a column of text; empty where nothing does, or the feed has no such column."""
        return self.texts.get(column, "")


class RowReader:
    """Reads the rows of one feed.

    Args:
        feed: how they are laid out.
        currency: of amounts beside which none stands.
        columns: the columns, in order; those of the feed unless the rows were kept when it had others.
    """

    def __init__(self, feed: Feed, currency: str, columns: Sequence[str] = ()) -> None:
        self._feed, self._currency = feed, currency
        self._columns = tuple(columns or feed.detail.columns)
        self._places = {name: place for place, name in enumerate(self._columns) if name != UNUSED}
        self._texts = [(name, self._places[name]) for name in TEXTS if name in self._places]
        self._amount = amount_reader(feed.amounts)
        self._example = f"an amount such as {example_of(feed.amounts)}"
        self._signed = _SIGNED[feed.signs]

    def read(self, texts: Sequence[str]) -> Row:
        """What a row says.

        Raises:
            FieldFlawError: a field does not hold what its column promises.
        """
        named = {name: self._text(name, texts[place]) for name, place in self._texts}
        currency = self._currency_of("currency", named)
        local = self._currency_of("local_currency", named)
        if not self._feed.has_amounts:
            nothing = Amounts(Money(0, currency), None, None, _ZERO, _ZERO)
            return Row(texts=named, amounts=nothing, period="", posting_date=None, document_date=None)
        transaction = self._money(texts, "amount", currency, named)
        has_local = "local_amount" in self._places or "local_debit" in self._places
        has_group = "group_amount" in self._places
        in_local = self._money(texts, "local_amount", local, named) if has_local else None
        in_group = self._money(texts, "group_amount", self._feed.group_currency, named) if has_group else None
        control = in_local if self._feed.totals_of == "local_amount" and in_local is not None else transaction
        return Row(
            texts=named,
            amounts=Amounts(transaction, in_local, in_group, *self._sides(texts, control.decimal())),
            period=self._period(texts),
            posting_date=self._date("posting_date", texts),
            document_date=self._date("document_date", texts),
        )

    def plain_amount(self, column: str, raw: str) -> Decimal:
        """A control total as it is written; raises `FieldFlawError`."""
        return self._read(column, raw, self._amount, self._example)

    def _text(self, column: str, raw: str) -> str:
        return self._read(column, raw, text_of, "text")

    def _currency_of(self, column: str, named: Mapping[str, str]) -> str:
        found = named.get(column, "") or self._currency
        if not is_currency(found):
            raise FieldFlawError(column, _DESCRIBED["currency_not_iso4217"], found)
        return found

    def _money(self, texts: Sequence[str], column: str, currency: str, named: Mapping[str, str]) -> Money:
        if self._feed.signs == "two_columns":
            debit, credit = SIDES[:2] if column == "amount" else SIDES[2:]
            column, found = debit, EXACT.subtract(self._side(debit, texts), self._side(credit, texts))
        else:
            raw = texts[self._places[column]]
            found = self._read(column, raw, self._amount, self._example)
            found = self._signed(self._feed, named.get("flag", ""), column, found)
        try:
            return money_of(found, currency)
        except MalformedError as error:
            raise FieldFlawError(column, _described(error, "", currency), str(found)) from error

    def _sides(self, texts: Sequence[str], control: Decimal) -> tuple[Decimal, Decimal]:
        if self._feed.signs == "two_columns":
            debit, credit = SIDES[:2] if self._feed.totals_of == "amount" else SIDES[2:]
            return self._side(debit, texts), self._side(credit, texts)
        return (control, _ZERO) if control > 0 else (_ZERO, -control)

    def _side(self, column: str, texts: Sequence[str]) -> Decimal:
        raw = texts[self._places[column]]
        return self._read(column, raw, self._amount, self._example) if raw.strip() else _ZERO

    def _period(self, texts: Sequence[str]) -> str:
        place = self._places.get("period")
        if place is None:
            return ""
        year = texts[self._places["year"]] if "year" in self._places else ""
        return self.month("period", texts[place], self._feed.periods, year)

    def month(self, column: str, raw: str, style: str, year: str = "") -> str:
        """A period as it is compared; raises `FieldFlawError`."""
        return self._read(
            column,
            raw,
            lambda text: month_text(month_of(text, style, year)),
            f"a period written as {style}" if style != "number" else "the number of a period beside its year",
        )

    def _date(self, column: str, texts: Sequence[str]) -> date | None:
        place = self._places.get(column)
        if place is None or not texts[place].strip():
            return None
        style = self._feed.dates
        return self._read(column, texts[place], lambda text: date_of(text, style), f"a day written as {style}")

    def _read[T](self, column: str, raw: str, read: Callable[[str], T], expected: str) -> T:
        try:
            return read(raw)
        except MalformedError as error:
            raise FieldFlawError(column, _described(error, expected), raw) from error


def record_id_of(feed: Feed, row: Row, said: Mapping[str, str]) -> str:
    """The id of the record a row is a line of: the feed, and the key's fields parted by slashes; `said` is what its file says.

    Raises:
        FieldFlawError: a field of the key is empty in all rows alike: it would name nothing.
    """
    parts = [_key_part(column, row, said) for column in feed.key]
    if not any(parts):
        raise FieldFlawError(feed.key[0], "what names the document", "")
    return "/".join([feed.name, *(part.replace("%", "%25").replace("/", "%2F") for part in parts)])


def id_in_period(feed: Feed, record_id: str, period: str) -> str:
    """The id of a record of a feed in another period, where `period` is part of its key."""
    parts = record_id.split("/")
    for place, column in enumerate(feed.key, 1):
        if column in _OF_PERIOD:
            parts[place] = _OF_PERIOD[column](period)
    return "/".join(parts)


def _key_part(column: str, row: Row, said: Mapping[str, str]) -> str:
    if column in _OF_PERIOD:
        return _OF_PERIOD[column](row.period or said.get("period", ""))
    if column in {"posting_date", "document_date"}:
        day = row.posting_date if column == "posting_date" else row.document_date
        return day.isoformat() if day is not None else ""
    return row.text(column) or (said.get(column, "") if column == "company" else "")


def _described(error: MalformedError, otherwise: str, currency: str = "") -> str:
    return _DESCRIBED.get(error.reason, otherwise).format(currency=currency)


def _debit_positive(_feed: Feed, _flag: str, _column: str, found: Decimal) -> Decimal:
    return found


def _credit_positive(_feed: Feed, _flag: str, _column: str, found: Decimal) -> Decimal:
    return -found


def _is_debit(feed: Feed, flag: str) -> bool:
    if flag not in feed.debit_flags and flag not in feed.credit_flags:
        known = " or ".join(repr(each) for each in (*feed.debit_flags, *feed.credit_flags))
        raise FieldFlawError("flag", known, flag)
    return flag in feed.debit_flags


def _flag(feed: Feed, flag: str, column: str, found: Decimal) -> Decimal:
    is_debit = _is_debit(feed, flag)
    if found < 0:
        raise FieldFlawError(column, "no sign: the flag says which side it is of", str(found))
    return found if is_debit else -found


def _flag_and_sign(feed: Feed, flag: str, column: str, found: Decimal) -> Decimal:
    if found and _is_debit(feed, flag) != (found > 0):
        raise FieldFlawError("flag", f"the side that the sign of {column} says", flag)
    return found


_SIGNED: Mapping[str, Callable[[Feed, str, str, Decimal], Decimal]] = {
    "debit_positive": _debit_positive,
    "credit_positive": _credit_positive,
    "flag": _flag,
    "flag_and_sign": _flag_and_sign,
    "two_columns": _debit_positive,
}
