"""How one line of a file is laid out, and how amounts are written in it: parts of what a feed declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tieout.declared import Declared

UNUSED = ""
"""The name of a column that is there and nobody reads."""

_MOST_DECIMALS = 9


class AmountStyle(Declared):
    """How amounts are written; one style for all amounts of a feed.

    Attributes:
        decimal: what stands before the fraction.
        grouping: what parts the thousands; empty: nothing does.
        negative: where a negative amount says so: a minus before it or behind it, in parentheses, or overpunched on the last
            digit (`{` and `A` to `I` are 0 to 9, `}` and `J` to `R` are -0 to -9).
        implied_decimals: how many of the digits are the fraction, where no sign parts them; 0: the sign does.
    """

    decimal: Literal[".", ","] = "."
    grouping: Literal["", ".", ",", "'", " "] = ""
    negative: Literal["leading", "trailing", "parentheses", "overpunch"] = "leading"
    implied_decimals: int = 0

    def __post_init__(self) -> None:
        """Refuse a style in which one text could be two amounts; raises `ValueError`."""
        if self.decimal == self.grouping:
            raise ValueError(f"amounts: {self.decimal!r} cannot part thousands and fractions both")
        if not 0 <= self.implied_decimals <= _MOST_DECIMALS:
            raise ValueError(f"amounts: implied_decimals is not between 0 and {_MOST_DECIMALS}")
        if self.implied_decimals and self.grouping:
            raise ValueError("amounts: implied decimals leave no thousands to part")


class Layout(Declared):
    """One kind of line of a file.

    Attributes:
        columns: what stands in it, in order; an empty name is a column that nobody reads.
        mark: how such a line begins: the first field of a delimited line, or the first characters of a fixed one; it is no
            column. Empty: every line is of this kind.
        widths: the characters of each column, where widths are fixed.
    """

    columns: Sequence[str]
    mark: str = ""
    widths: Sequence[int] = ()

    def __post_init__(self) -> None:
        """Refuse columns that nobody could tell apart; raises `ValueError`."""
        used = [each for each in self.columns if each != UNUSED]
        if not used or len(used) != len(set(used)):
            raise ValueError("columns names none, or one twice")
        if self.widths and (len(self.widths) != len(self.columns) or min(self.widths) < 1):
            raise ValueError("widths has not one width above 0 for each of columns")
