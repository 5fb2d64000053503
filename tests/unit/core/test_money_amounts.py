"""Amounts: exact, in minor units, and never of two currencies at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.money import Money, apportioned, decimal_of, minor_exponent

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"])
MINOR = st.integers(min_value=-(10**18), max_value=10**18)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("2000", "EUR", 200000),
        ("1500.00", "USD", 150000),
        ("1000000.0", "USD", 100000000),
        ("200000.00000000001110223024625156540", "EUR", 20000000),
        ("1.25E7", "USD", 1250000000),
        ("0.005", "EUR", 1),
        ("-0.005", "EUR", -1),
        ("0.5", "JPY", 1),
        ("1.2345", "KWD", 1235),
        (" 12.50 ", "EUR", 1250),
    ],
)
def test_what_sources_write_is_read_to_the_minor_unit(text: str, currency: str, minor: int) -> None:
    """Scale, exponent and float artefacts of the payload do not matter; the currency's minor unit does."""
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "NaN", "Infinity", "-Infinity", "12,50", "€2", "0x10", "1e", "--1", "1_0x"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """Formatted text and the names of no number are no amounts."""
    with pytest.raises(MalformedError):
        decimal_of(text)


@pytest.mark.parametrize("text", ["1e25", "1e999999", "9" * 30])
def test_what_is_no_amount_of_money_is_refused(text: str) -> None:
    """An amount beyond every budget is a fault or an attack, and costs nothing to refuse."""
    with pytest.raises(MalformedError, match=r"^amount_too_large$"):
        Money.parse(text, "EUR")


@pytest.mark.parametrize("currency", ["eur", "EU", "EURO", "E1R", "", "ÄÖÜ"])
def test_a_currency_has_three_capital_letters(currency: str) -> None:
    """A currency that is none is refused before an amount of it exists."""
    with pytest.raises(MalformedError, match=r"^currency_not_iso4217$"):
        Money.of(Decimal(1), currency)


@given(MINOR, CURRENCIES)
def test_whole_units_and_minor_units_are_the_same_amount(minor: int, currency: str) -> None:
    """An amount written in whole units and read again is the same amount."""
    money = Money(minor, currency)
    assert Money.of(money.decimal(), currency) == money
    assert -money.decimal().as_tuple().exponent == minor_exponent(currency)  # type: ignore[operator]  # it is finite


@given(st.lists(MINOR, max_size=20), CURRENCIES)
def test_sums_are_exact(amounts: list[int], currency: str) -> None:
    """Adding amounts up loses nothing, in any order."""
    total = Money(0, currency)
    for amount in amounts:
        total += Money(amount, currency)
    assert total == Money(sum(amounts), currency)
    assert total + -total == Money(0, currency)


def test_two_currencies_are_never_added() -> None:
    """There is no sum of euros and dollars."""
    with pytest.raises(ValueError, match="cannot add USD to EUR"):
        Money(1, "EUR") + Money(1, "USD")


@given(st.integers(min_value=-(10**12), max_value=10**12), st.decimals("0.0001", "1000", places=4))
def test_a_conversion_is_off_by_at_most_half_a_minor_unit(minor: int, rate: Decimal) -> None:
    """A rate is applied to the exact amount and rounded once, half up."""
    converted = Money(minor, "EUR").converted(rate, "JPY")
    exact = Money(minor, "EUR").decimal() * rate
    assert abs(converted.decimal() - exact) <= Decimal("0.5")


def test_a_probability_rounds_half_up() -> None:
    """Weighted amounts are rounded as finance rounds, away from zero at the half."""
    assert apportioned([Money(5, "EUR")], Decimal("0.5")) == [Money(3, "EUR")]
    assert apportioned([Money(-5, "EUR")], Decimal("0.5")) == [Money(-3, "EUR")]


@pytest.mark.parametrize(("currency", "exponent"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_amount_has_a_quadrillion_billion_minor_units_at_most(currency: str, exponent: int, sign: int) -> None:
    """The largest one is money still, and one more is a fault or an attack: thousands of them add up within 38 digits."""
    largest = sign * Decimal(10**24).scaleb(-exponent)
    assert Money.of(largest, currency).amount_minor == sign * 10**24
    with localcontext(prec=60), pytest.raises(MalformedError) as refused:
        Money.of(largest + sign * Decimal(1).scaleb(-exponent), currency)
    assert refused.value.reason == "amount_too_large"


@pytest.mark.parametrize("text", ["1e25", "-1e25", "9e999999"])
def test_an_exponent_bomb_is_refused_before_its_digits_are_written_out(text: str) -> None:
    """A million digits would take the function's whole time."""
    with pytest.raises(MalformedError):
        Money.of(Decimal(text), "JPY")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: decimal_of("12,50"), "amount_not_a_number"),
        (lambda: decimal_of("1_000"), "amount_not_a_number"),
        (lambda: decimal_of("\u0661\u0662"), "amount_not_a_number"),
        (lambda: decimal_of("NaN"), "amount_not_finite"),
        (lambda: Money.of(Decimal(1), "eur"), "currency_not_iso4217"),
        (lambda: Money.of(Decimal("1e25"), "EUR"), "amount_too_large"),
        (lambda: Money.of(Decimal("1e24"), "EUR"), "amount_too_large"),
    ],
)
def test_a_refusal_has_a_code_that_operators_know(make: Callable[[], object], reason: str) -> None:
    """It is what a parked notice is told by; runbooks name it."""
    with pytest.raises(MalformedError) as refused:
        make()
    assert refused.value.reason == reason


def half_up(exact: Fraction) -> int:
    """The nearest whole number, halves away from zero: as accountants round, and without the code's own arithmetic."""
    whole = (2 * abs(exact) + 1) // 2
    return int(whole if exact >= 0 else -whole)


@given(
    minor=st.integers(-(10**24), 10**24),
    factor=st.decimals(-10, 10, allow_nan=False, allow_infinity=False, places=20),
    parts=st.integers(1, 120),
)
def test_the_largest_amounts_are_as_exact_as_small_ones(minor: int, factor: Decimal, parts: int) -> None:
    """Python's usual 28 digits would round the last ones of an amount times a rate, without a word."""
    money = Money(minor, "KWD")
    assert apportioned([money], factor) == [Money(half_up(minor * Fraction(factor)), "KWD")]
    assert money.divided(parts).amount_minor == half_up(Fraction(minor, parts))
    assert Fraction(money.decimal()) == Fraction(minor, 1000)
    assert str(money).endswith(" KWD")


@given(minor=st.integers(-(10**20), 10**20), rate=st.decimals("0.000001", "1000", places=20))
def test_a_conversion_of_large_amounts_is_exact_to_the_half_unit(minor: int, rate: Decimal) -> None:
    """Rounded once, from the exact product."""
    converted = Money(minor, "KWD").converted(rate, "EUR")
    assert converted == Money(half_up(Fraction(minor, 10) * Fraction(rate)), "EUR")


@given(
    st.lists(st.tuples(st.integers(-(10**20), 10**20), st.sampled_from(["EUR", "JPY"])), max_size=6),
    st.decimals(0, 1, places=20),
)
def test_the_parts_of_a_sum_add_up_to_its_part(amounts: list[tuple[int, str]], factor: Decimal) -> None:
    """Each is within a minor unit of its own product, and together they are the product of what they add up to."""
    money = [Money(minor, currency) for minor, currency in amounts]
    parts = apportioned(money, factor)
    assert [part.currency for part in parts] == [each.currency for each in money]
    for part, whole in zip(parts, money, strict=True):
        assert abs(part.amount_minor - Fraction(factor) * whole.amount_minor) < 1
    for currency in ("EUR", "JPY"):
        total = sum(each.amount_minor for each in money if each.currency == currency)
        assert sum(part.amount_minor for part in parts if part.currency == currency) == half_up(
            Fraction(factor) * total
        )


@pytest.mark.parametrize(
    ("amounts", "factor", "parts"),
    [
        ([1, 1, 1, 1], "0.5", [1, 1, 0, 0]),
        ([10, 19, 18], "0.1", [1, 2, 2]),
        ([11, 19, 18], "0.1", [1, 2, 2]),
        ([-1, -1], "0.5", [0, -1]),
    ],
)
def test_what_rounding_leaves_goes_to_the_largest_fractions(amounts: list[int], factor: str, parts: list[int]) -> None:
    """Of equal ones to the first, so that the same deal is apportioned alike each time."""
    money = [Money(each, "EUR") for each in amounts]
    assert [each.amount_minor for each in apportioned(money, Decimal(factor))] == parts


def test_the_last_digit_of_a_large_product_counts() -> None:
    """Half a minor unit is a whole one, however many digits stand before it; a little less is none."""
    money, nearly = Money(10**24 - 1, "EUR"), Decimal("0.5000000000000000000000005")
    exact = Fraction(10**24 - 1) * Fraction(nearly)
    assert [each.amount_minor for each in apportioned([money], nearly)] == [half_up(exact)]
    assert money.divided(7 * 10**24).amount_minor == 0
    assert Money(10**24 - 1, "EUR").divided(2 * 10**24).amount_minor == 0, "less than a half by the 25th digit"
    assert Money(3 * 10**29 + 1, "EUR").divided(2).amount_minor == 15 * 10**28 + 1


def test_a_long_number_is_rounded_once() -> None:
    """Rounded to 28 digits first, just less than half a cent would become half a cent, and then a whole one."""
    nearly_half = Decimal("0.004" + "9" * 40)
    assert Money.of(nearly_half, "EUR") == Money(0, "EUR")
    assert Money(1, "JPY").converted(nearly_half, "EUR") == Money(0, "EUR")


def test_the_total_of_a_cell_keeps_all_its_digits() -> None:
    """It may be larger than any one amount: up to the 38 digits the ledger holds."""
    assert Fraction(Money(10**37 + 1, "KWD").decimal()) == Fraction(10**37 + 1, 1000)


def test_whatever_precision_others_compute_with_nothing_is_lost_in_sharing_out() -> None:
    """A library that lowers the precision of decimal numbers must not cost anybody a cent."""
    amounts = [Money(123_456_789_012, "EUR"), Money(1, "EUR")]
    with localcontext(prec=5):
        shared = apportioned(amounts, Decimal("0.333333"))
    assert [each.amount_minor for each in shared] == [41_152_221_852, 0]
