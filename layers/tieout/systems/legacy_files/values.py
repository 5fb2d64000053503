"""Reads what stands in one field, by the declared style alone: what is not plainly of it is refused, never guessed (pure)."""

from __future__ import annotations

import functools
import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tieout.errors import MalformedError
from tieout.money import EXACT, Money, decimal_of
from tieout.periods import PostingPeriod
from tieout.systems.legacy_files.layouts import AmountStyle

type Month = tuple[int, int]
"""A period as a file names it: year and number, of which 13 and above are special ones."""

_MANGLED = re.compile(r"[0-9](?:[.,][0-9]+)?E[+-][0-9]+")
_UNCARRIABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT = 200
_REMEMBERED = 4096  # companies, accounts, days: most columns have few values
_MOST_DIGITS = 30
_OVERPUNCHED = {
    **{each: (str(digit), "") for digit, each in enumerate("{ABCDEFGHI")},
    **{each: (str(digit), "-") for digit, each in enumerate("}JKLMNOPQR")},
    **{str(digit): (str(digit), "") for digit in range(10)},
}
_DATES = {
    "YYYY-MM-DD": re.compile("(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
    "YYYYMMDD": re.compile("(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    "DD.MM.YYYY": re.compile(r"(?P<d>[0-9]{2})\.(?P<m>[0-9]{2})\.(?P<y>[0-9]{4})"),
    "DD/MM/YYYY": re.compile("(?P<d>[0-9]{2})/(?P<m>[0-9]{2})/(?P<y>[0-9]{4})"),
    "MM/DD/YYYY": re.compile("(?P<m>[0-9]{2})/(?P<d>[0-9]{2})/(?P<y>[0-9]{4})"),
}
_PERIODS = {
    "YYYY-MM": re.compile("(?P<y>[0-9]{4})-(?P<p>[0-9]{2})"),
    "YYYYMM": re.compile("(?P<y>[0-9]{4})(?P<p>[0-9]{2})"),
    "YYYYPPP": re.compile("(?P<y>[0-9]{4})(?P<p>[0-9]{3})"),
}
_NUMBER = re.compile("[0-9]{1,3}")
_YEAR = re.compile("[0-9]{4}")
_MOST_PERIODS = 99
_MONTHS = 12
_FIRST_YEAR = 1900


@functools.lru_cache(_REMEMBERED)
def text_of(raw: str) -> str:
    """A text without the blanks around it; leading zeros are part of it.

    Raises:
        MalformedError: for control characters, what is over 200 characters long, and what a spreadsheet made of a number.
    """
    text = raw.strip()
    if len(text) > _LONGEST_TEXT:
        raise MalformedError("text_too_long")
    if _UNCARRIABLE.search(text) is not None:
        raise MalformedError("control_character")
    if _MANGLED.fullmatch(text) is not None:
        raise MalformedError("spreadsheet_number")
    return text


def amount_reader(style: AmountStyle) -> Callable[[str], Decimal]:
    """What reads amounts of a style, to the last digit.

    It raises `MalformedError` for what is not of the style.
    """
    whole = rf"[0-9]{{1,3}}(?:{re.escape(style.grouping)}[0-9]{{3}})+|[0-9]+" if style.grouping else "[0-9]+"
    fraction = "" if style.implied_decimals else rf"(?:{re.escape(style.decimal)}[0-9]+)?"
    number = re.compile(rf"(?:{whole}){fraction}")
    parted = _PARTED[style.negative]

    def read(raw: str) -> Decimal:
        digits, minus = parted(raw.strip())
        if number.fullmatch(digits) is None or len(digits) > _MOST_DIGITS:
            raise MalformedError("not_an_amount")
        plain = digits.replace(style.grouping, "") if style.grouping else digits
        found = decimal_of(minus + plain.replace(style.decimal, "."))
        return found.scaleb(-style.implied_decimals, EXACT) if style.implied_decimals else found

    return read


def example_of(style: AmountStyle) -> str:
    """An amount of a style, for people: minus 1,234.56."""
    digits = f"1{style.grouping}234{style.decimal}56"
    if style.implied_decimals:
        digits = "1234" + "56".ljust(style.implied_decimals, "0")[: style.implied_decimals]
    if style.negative == "parentheses":
        return f"({digits})"
    if style.negative == "trailing":
        return f"{digits}-"
    if style.negative == "overpunch":
        return digits[:-1] + "}JKLMNOPQR"[int(digits[-1])]
    return f"-{digits}"


def money_of(amount: Decimal, currency: str) -> Money:
    """An amount in a currency; raises `MalformedError` where it is finer than the currency: rounding is nobody's here."""
    money = Money.of(amount, currency)
    if money.decimal() != amount:
        raise MalformedError("finer_than_its_currency")
    return money


@functools.lru_cache(_REMEMBERED)
def date_of(raw: str, style: str) -> date:
    """The day written in a style; raises `MalformedError`."""
    match = _DATES[style].fullmatch(raw.strip())
    try:
        if match is not None:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError as error:
        raise MalformedError("no_such_day") from error
    raise MalformedError("not_a_date")


def month_of(raw: str, style: str, year: str = "") -> Month:
    """The period written in a style, or as a number beside its year; raises `MalformedError`."""
    text = raw.strip()
    if style == "number":
        if _NUMBER.fullmatch(text) is None or _YEAR.fullmatch(year.strip()) is None:
            raise MalformedError("not_a_period")
        found = (int(year), int(text))
    else:
        match = _PERIODS[style].fullmatch(text)
        if match is None:
            raise MalformedError("not_a_period")
        found = (int(match["y"]), int(match["p"]))
    if not 1 <= found[1] <= _MOST_PERIODS or found[0] < _FIRST_YEAR:
        raise MalformedError("no_such_period")
    return found


def month_text(month: Month) -> str:
    """A period as it is compared and told: `2026-03`."""
    return f"{month[0]:04d}-{month[1]:02d}"


def months_beside(month: Month, first: int) -> tuple[Month | None, Month]:
    """The periods before and behind one; None before the number `first`, with which its year begins.

    Behind 1 to 12 of a calendar year come its special periods; one that begins with another month goes on into the next year.
    """
    year, number = month
    if first == 1:
        return (year, number - 1) if number > 1 else None, (year, number + 1)
    before = (year, number - 1) if number > 1 else (year - 1, _MONTHS)
    behind = (year, number + 1) if number < _MONTHS else (year + 1, 1)
    return before if number != first else None, behind


def has_days(text: str, *, months: bool) -> bool:
    """Whether days alone say which period it is: a calendar month, where periods are such; a special one has days of another."""
    return months and int(text.rpartition("-")[2]) <= _MONTHS


def posting_period(text: str, *, months: bool) -> PostingPeriod:
    """The period of a text that `month_text` made, with its days where it is a calendar month."""
    year, number = (int(each) for each in text.split("-"))
    if not has_days(text, months=months):
        return PostingPeriod(period_id=text, name=text)
    last = monthrange(year, number)[1]
    return PostingPeriod(period_id=text, name=text, first_day=date(year, number, 1), last_day=date(year, number, last))


def _leading(text: str) -> tuple[str, str]:
    return (text[1:], "-") if text[:1] == "-" else (text.removeprefix("+"), "")


def _trailing(text: str) -> tuple[str, str]:
    return (text[:-1].rstrip(), "-") if text[-1:] == "-" else (text.removesuffix("+"), "")


def _parentheses(text: str) -> tuple[str, str]:
    return (text[1:-1], "-") if text[:1] == "(" and text[-1:] == ")" else (text, "")


def _overpunch(text: str) -> tuple[str, str]:
    digit, minus = _OVERPUNCHED.get(text[-1:], ("", ""))
    return (text[:-1] + digit, minus) if digit else ("", "")


_PARTED: dict[str, Callable[[str], tuple[str, str]]] = {
    "leading": _leading,
    "trailing": _trailing,
    "parentheses": _parentheses,
    "overpunch": _overpunch,
}
