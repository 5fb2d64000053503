"""Writes files as a legacy ERP does, in any declared layout: postings in, bytes out.

It knows the declaration alone and nothing of the code that reads it, so that each can be held against the other.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

_PLUS, _MINUS = "{ABCDEFGHI", "}JKLMNOPQR"
_DATE_FORMS = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYYMMDD": "%Y%m%d",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD/MM/YYYY": "%d/%m/%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
}

type Posting = Mapping[str, Any]
"""A row by column: amounts as `Decimal`, debit positive; days as `date`; a period as year and number; all else as text."""

type Declaration = Mapping[str, Any]
"""A feed as the landscape declares it."""


class Dropped(NamedTuple):
    """What a file is beside its rows.

    Attributes:
        period: year and number.
        differs: what its header and trailer say otherwise than is so, by column.
    """

    batch: int
    rerun: int = 0
    company: str = ""
    period: tuple[int, int] = (2026, 3)
    differs: Mapping[str, Any] = {}


def write_file(feed: Declaration, postings: Sequence[Posting], dropped: Dropped) -> bytes:
    """The file of some postings, with true counts and totals unless it is told others."""
    ends = _ends(feed, postings, dropped)
    lines: list[list[str]] = [list(feed["titles"])] if feed.get("titles") else []
    for layout, rows in ((feed.get("header"), [ends]), (feed["detail"], postings), (feed.get("trailer"), [ends])):
        if layout:
            lines += [_fields(feed, layout, row) for row in rows]
    text = _joined(feed, lines)
    encoding = str(feed.get("encoding", "utf-8"))
    return text.encode(encoding)


def write_amount(style: Mapping[str, Any], amount: Decimal) -> str:
    """An amount as the style has it; `-0` is written as 0."""
    implied = int(style.get("implied_decimals", 0))
    negative = style.get("negative", "leading")
    is_minus = amount < 0
    if implied:
        digits = str(int(abs(amount).scaleb(implied)))
    else:
        whole, _, fraction = f"{abs(amount):f}".partition(".")
        groups = style.get("grouping", "")
        whole = f"{int(whole):,}".replace(",", groups) if groups else whole
        digits = whole + (style.get("decimal", ".") + fraction if fraction else "")
    if negative == "overpunch":
        return digits[:-1] + (_MINUS if is_minus else _PLUS)[int(digits[-1])]
    if negative == "parentheses":
        return f"({digits})" if is_minus else digits
    if negative == "trailing":
        return f"{digits}-" if is_minus else digits
    return f"-{digits}" if is_minus else digits


def _ends(feed: Declaration, postings: Sequence[Posting], dropped: Dropped) -> dict[str, Any]:
    column = str(feed.get("totals_of", "amount"))
    amounts = [Decimal(each.get(column, 0)) for each in postings]  # a customer has none
    debit = sum((each for each in amounts if each > 0), Decimal(0))
    credit = sum((each for each in amounts if each < 0), Decimal(0))
    stated = {
        "batch": dropped.batch,
        "rerun": dropped.rerun,
        "company": dropped.company,
        "period": dropped.period,
        "count": len(postings),
        "debit": debit,
        "credit": credit if feed.get("credit_total") == "negative" else -credit,
        "total": debit + credit,
    }
    return stated | dict(dropped.differs)


def _fields(feed: Declaration, layout: Mapping[str, Any], row: Mapping[str, Any]) -> list[str]:
    columns, widths = layout["columns"], layout.get("widths") or [0] * len(layout["columns"])
    texts = [
        _fitted(_text(feed, column, row), width, is_text=not isinstance(row.get(column), Decimal | int))
        for column, width in zip(columns, widths, strict=True)
    ]
    return [layout["mark"], *texts] if layout.get("mark") else texts


def _fitted(text: str, width: int, *, is_text: bool) -> str:
    if not width:
        return text
    assert len(text) <= width, f"{text!r} is wider than {width}"
    return text.ljust(width) if is_text else text.rjust(width, "0")


def _text(feed: Declaration, column: str, row: Mapping[str, Any]) -> str:
    style, signs = feed.get("amounts", {}), feed.get("signs", "debit_positive")
    if column == "flag":
        return str(feed.get("credit_flags" if row["amount"] < 0 else "debit_flags", [""])[0])
    if column in {"debit", "credit", "local_debit", "local_credit"} and column not in row:
        amount = row["local_amount" if column.startswith("local") else "amount"]
        mine = amount if column.endswith("debit") else -amount
        return write_amount(style, mine) if mine > 0 else ""
    value = row.get(column, "")
    if isinstance(value, Decimal):
        is_posting = "count" not in row
        value = -value if is_posting and signs == "credit_positive" else value
        return write_amount(style, abs(value) if is_posting and signs == "flag" else value)
    if isinstance(value, date):
        return value.strftime(_DATE_FORMS[str(feed.get("dates", "YYYY-MM-DD"))])
    return _period(feed, column, value, "count" in row) if isinstance(value, tuple) else str(value)


def _period(feed: Declaration, column: str, period: tuple[int, int], is_end: bool) -> str:  # noqa: FBT001 which of the two lines
    year, number = period
    style = feed.get("periods", "YYYYMM")
    if column == "year":
        return f"{year:04d}"
    if style == "number" and not is_end:
        return str(number)
    forms = {"YYYY-MM": f"{year:04d}-{number:02d}", "YYYYPPP": f"{year:04d}{number:03d}"}
    return forms.get(str(style), f"{year:04d}{number:02d}")


def _joined(feed: Declaration, lines: Sequence[Sequence[str]]) -> str:
    if feed.get("form") == "fixed":
        return "".join(f"{''.join(each)}\r\n" for each in lines)
    written = io.StringIO()
    quote = feed.get("quote", '"')
    delimiter = str(feed.get("delimiter", ","))
    writer = (
        csv.writer(written, delimiter=delimiter, quotechar=quote, lineterminator="\r\n")
        if quote
        else csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_NONE, lineterminator="\r\n")
    )
    writer.writerows(lines)
    return written.getvalue()
