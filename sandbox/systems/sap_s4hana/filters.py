"""Reads `$filter`: comparisons of a property with a literal, joined by `and`, `or`, `not` and parentheses, into a tree.

Functions such as `substringof`, and arithmetic, are not simulated.
https://www.odata.org/documentation/odata-version-2-0/uri-conventions/ (4.5)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<prefixed>(?:datetime|datetimeoffset|time|guid)'[^']*')
    |(?P<text>'(?:[^']|'')*')
    |(?P<number>-?\d+(?:\.\d+)?[mMlLdDfF]?)
    |(?P<name>[A-Za-z_][\w/]*)
    |(?P<sign>[()])
    )""",
    re.VERBOSE,
)
OPERATORS = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})


class ODataError(ValueError):
    """A request that is answered 400 with this code and message."""

    def __init__(self, message: str, code: str = "/IWBEP/CM_MGW_RT/022") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a filter: `prefixed`, `text`, `number`, `name`, `sign` or `end`."""

    kind: str
    text: str

    def says(self, *words: str) -> bool:
        """Whether it is one of these words or signs."""
        return self.kind in {"name", "sign"} and self.text in words


@dataclass(frozen=True, slots=True)
class Comparison:
    """A property compared with a literal."""

    name: str
    operator: str
    literal: Token


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions that hold together (`and`), of which one holds (`or`), or the one that does not (`not`)."""

    word: str
    parts: tuple[Condition, ...]


type Condition = Comparison | Joined
type _Part = Callable[[], Condition]


def parse_filter(text: str) -> Condition:
    """The condition that a filter is.

    Raises:
        ODataError: if it is none.
    """
    parser = _Parser(_tokens(text))
    found = parser.alternatives()
    parser.expect_end()
    return found


def _tokens(text: str) -> list[Token]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise ODataError(f"Invalid token detected at position {place}")
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return [*found, Token("end", "")]


class _Parser:
    """Goes through the pieces of one filter from left to right; `and` binds more than `or`."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def alternatives(self) -> Condition:
        return self._joined("or", self._together)

    def expect_end(self) -> None:
        if self._next().kind != "end":
            raise self._unexpected()

    def _together(self) -> Condition:
        return self._joined("and", self._single)

    def _joined(self, word: str, part: _Part) -> Condition:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return Joined(word, tuple(parts)) if len(parts) > 1 else parts[0]

    def _single(self) -> Condition:
        if self._take("not"):
            return Joined("not", (self._single(),))
        if self._take("("):
            inner = self.alternatives()
            if not self._take(")"):
                raise self._unexpected()
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        name, operator, literal = self._advance(), self._advance(), self._advance()
        is_literal = literal.kind in {"prefixed", "text", "number"} or literal.says("true", "false", "null")
        if name.kind != "name" or not operator.says(*OPERATORS) or not is_literal:
            raise self._unexpected()
        return Comparison(name.text, operator.text, literal)

    def _take(self, word: str) -> bool:
        if self._next().says(word):
            self._place += 1
            return True
        return False

    def _advance(self) -> Token:
        token = self._next()
        self._place += token.kind != "end"
        return token

    def _next(self) -> Token:
        return self._tokens[self._place]

    def _unexpected(self) -> ODataError:
        return ODataError(f"Invalid token '{self._next().text}' detected in the filter")
