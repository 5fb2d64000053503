from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.systems.legacy_files.writing import write_amount
from tieout.errors import MalformedError
from tieout.systems.legacy_files.layouts import AmountStyle
from tieout.systems.legacy_files.values import amount_reader, date_of, example_of, money_of, month_of, text_of

STYLES = st.sampled_from(
    [
        {"decimal": decimal, "grouping": grouping, "negative": negative, "implied_decimals": implied}
        for decimal in ".,"
        for grouping in ("", ".", ",", "'", " ")
        for negative in ("leading", "trailing", "parentheses", "overpunch")
        for implied in (0, 2, 3)
        if decimal != grouping and not (implied and grouping)
    ]
)
AMOUNTS = st.decimals(min_value=-(10**18), max_value=10**18, places=2)


@given(style=STYLES, amount=AMOUNTS)
def test_every_amount_is_read_as_it_was_written(style: dict[str, Any], amount: Decimal) -> None:
    """Whatever the style, an amount comes back to the last digit."""
    assert amount_reader(AmountStyle(**style))(write_amount(style, amount)) == amount


@given(style=STYLES)
def test_the_example_of_a_style_is_of_the_style(style: dict[str, Any]) -> None:
    """What a report shows as an example can be read by the same style, and is minus 1,234.56."""
    assert amount_reader(AmountStyle(**style))(example_of(AmountStyle(**style))) == Decimal("-1234.56")


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ({}, "1.00E+09"),
        ({}, "1,234.56"),
        ({}, "NaN"),
        ({}, ""),
        ({}, "--1"),
        ({}, "1_000"),
        ({}, "\u0661"),
        ({"grouping": ","}, "12,34.56"),
        ({"grouping": ","}, "1,2345.00"),
        ({"decimal": ",", "grouping": "."}, "1.234.56"),
        ({"negative": "trailing"}, "-5.00"),
        ({"negative": "parentheses"}, "(5.00"),
        ({"negative": "parentheses"}, "-5.00"),
        ({"negative": "overpunch"}, "12X"),
        ({"negative": "overpunch"}, "-12A"),
        ({"implied_decimals": 2}, "12.34"),
        ({}, "9" * 31),
    ],
)
def test_what_is_not_plainly_of_the_style_is_no_amount(style: dict[str, Any], text: str) -> None:
    """A text that another style would read otherwise, or that a spreadsheet made, is refused and never guessed."""
    with pytest.raises(MalformedError):
        amount_reader(AmountStyle(**style))(text)


def test_an_amount_that_is_ambiguous_is_read_by_the_declared_style_alone() -> None:
    """1.234 is a thousand and more with dots between thousands, and a little over one with a decimal point."""
    assert amount_reader(AmountStyle(decimal=",", grouping="."))("1.234") == 1234
    assert amount_reader(AmountStyle())("1.234") == Decimal("1.234")


@given(day=st.dates(min_value=date(1900, 1, 1)))
def test_a_day_is_read_in_its_own_style(day: date) -> None:
    """Each style reads its own days."""
    written = {
        "YYYY-MM-DD": day.isoformat(),
        "YYYYMMDD": day.isoformat().replace("-", ""),
        "DD.MM.YYYY": f"{day.day:02d}.{day.month:02d}.{day.year:04d}",
        "DD/MM/YYYY": f"{day.day:02d}/{day.month:02d}/{day.year:04d}",
        "MM/DD/YYYY": f"{day.month:02d}/{day.day:02d}/{day.year:04d}",
    }
    assert {style: date_of(text, style) for style, text in written.items()} == dict.fromkeys(written, day)


@pytest.mark.parametrize(
    ("text", "style"), [("2026-02-30", "YYYY-MM-DD"), ("2026-3-1", "YYYY-MM-DD"), ("13/31/2026", "MM/DD/YYYY")]
)
def test_what_is_no_day_is_refused(text: str, style: str) -> None:
    """Neither a day that is not in the calendar nor one written otherwise is taken."""
    with pytest.raises(MalformedError):
        date_of(text, style)


def test_periods_are_read_special_ones_included() -> None:
    """A period is a year and a number; the thirteenth is one, the hundredth is none."""
    assert month_of("202613", "YYYYMM") == (2026, 13)
    assert month_of("2026003", "YYYYPPP") == (2026, 3)
    assert month_of("3", "number", "2026") == (2026, 3)
    for text, style, year in (
        ("202600", "YYYYMM", ""),
        ("2026-3", "YYYY-MM", ""),
        ("3", "number", "26"),
        ("2026100", "YYYYPPP", ""),
    ):
        with pytest.raises(MalformedError):
            month_of(text, style, year)


def test_text_keeps_its_leading_zeros_and_nothing_a_spreadsheet_did_to_it() -> None:
    """An account is text: zeros before it are part of it, and `1.00E+09` is none."""
    assert text_of(" 0004000  ") == "0004000"
    for wrong in ("1.00E+09", "a\x00b", "a\nb", "x" * 201):
        with pytest.raises(MalformedError):
            text_of(wrong)


def test_an_amount_finer_than_its_currency_is_refused() -> None:
    """Nobody rounds: a yen has no decimals, a euro two, a dinar three."""
    assert money_of(Decimal("10.00"), "JPY").amount_minor == 10
    assert money_of(Decimal("10.125"), "KWD").amount_minor == 10125
    for amount, currency in ((Decimal("10.5"), "JPY"), (Decimal("10.125"), "EUR")):
        with pytest.raises(MalformedError):
            money_of(amount, currency)
