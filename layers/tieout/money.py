"""Amounts of money as integer minor units with an ISO 4217 currency; never a float."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

from tieout.errors import MalformedError

# ISO 4217 minor-unit exponents that are not 2 (list one, 2024). Payload scale is no guide: SAP sends three decimals for JPY.
_EXPONENTS = dict.fromkeys(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    0,
)
_EXPONENTS |= dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
_EXPONENTS |= dict.fromkeys(["CLF", "UYW"], 4)
_DEFAULT_EXPONENT = 2

EXACT = Context(prec=60)
"""Digits enough for every amount a document states, and for every product of one with a rate, to the last."""

# Anything larger is not an amount of money but a fault or an attack; it also keeps sums inside DynamoDB's 38 digits.
_LIMIT_MINOR = 10**24


def minor_exponent(currency: str) -> int:
    """How many decimals one unit of `currency` is divided into (ISO 4217)."""
    return _EXPONENTS.get(currency, _DEFAULT_EXPONENT)


def is_currency(code: str) -> bool:
    """Whether `code` has the shape of an ISO 4217 code: three upper-case ASCII letters."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()  # noqa: PLR2004 the standard's length


def decimal_of(text: str) -> Decimal:
    """The finite number a source wrote as text, such as `"1500.00"`, `"1.25E7"` or `"200000.00000000001110"`.

    Raises:
        MalformedError: if it is no finite decimal number.
    """
    if not text.isascii() or "_" in text:  # Python reads `1_000` and the digits of every script; no source writes them
        raise MalformedError("amount_not_a_number")
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise MalformedError("amount_not_a_number") from error
    if not number.is_finite():
        raise MalformedError("amount_not_finite")
    return number


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in integer minor units of one currency; arithmetic between currencies is refused."""

    amount_minor: int
    currency: str

    @classmethod
    def of(cls, number: Decimal, currency: str) -> Money:
        """`number` of whole units, rounded half up to the currency's minor unit.

        Raises:
            MalformedError: for something that is no currency, or an amount beyond 10**24 minor units.
        """
        if not is_currency(currency):
            raise MalformedError("currency_not_iso4217")
        if number.adjusted() > 24:  # noqa: PLR2004 same bound as _LIMIT_MINOR, checked before the digits are expanded
            raise MalformedError("amount_too_large")
        minor = int(number.scaleb(minor_exponent(currency), EXACT).to_integral_value(ROUND_HALF_UP, EXACT))
        if abs(minor) > _LIMIT_MINOR:
            raise MalformedError("amount_too_large")
        return cls(minor, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """The amount a source wrote as text: see `decimal_of` and `of`."""
        return cls.of(decimal_of(text), currency)

    def decimal(self) -> Decimal:
        """The amount in whole units, exactly, with the currency's own number of decimals."""
        return Decimal(self.amount_minor).scaleb(-minor_exponent(self.currency), EXACT)

    def divided(self, parts: int) -> Money:
        """One of so many equal parts, such as a month of a yearly amount; rounded half up to the minor unit."""
        with localcontext(EXACT):
            exact = Decimal(self.amount_minor) / parts
            return Money(int(exact.to_integral_value(ROUND_HALF_UP)), self.currency)

    def converted(self, rate: Decimal, currency: str) -> Money:
        """The amount in another currency, `rate` being units of `currency` for one unit of ours; rounded half up once."""
        with localcontext(EXACT):
            return Money.of(self.decimal() * rate, currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{self.decimal()} {self.currency}"


def apportioned(amounts: Sequence[Money], factor: Decimal) -> list[Money]:
    """Each amount multiplied by a factor such as a probability, so that the products add up to the product of their sum.

    Each is rounded down at first; the minor units that are then missing go to the largest fractions, of equal ones to the
    first. Amounts of different currencies are added up apart.
    """
    with localcontext(EXACT):
        exact = [amount.amount_minor * factor for amount in amounts]
        minor = [int(each.to_integral_value(ROUND_FLOOR)) for each in exact]
        for currency in {amount.currency for amount in amounts}:
            places = [place for place, amount in enumerate(amounts) if amount.currency == currency]
            whole = sum(amounts[place].amount_minor for place in places) * factor
            missing = int(whole.to_integral_value(ROUND_HALF_UP)) - sum(minor[place] for place in places)
            for place in sorted(places, key=lambda place: minor[place] - exact[place])[:missing]:
                minor[place] += 1
    return [Money(minor[place], amount.currency) for place, amount in enumerate(amounts)]
