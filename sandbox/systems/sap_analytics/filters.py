"""Reads `$filter`: a column `eq` a text, joined by `and`, `or` and parentheses, into a test of a fact.

https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html (5.1.1)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

Condition = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<word>\w+)|(?P<sign>[()]))")


def parse_filter(text: str, columns: Collection[str]) -> Condition:
    """The test that a filter is; one that is empty holds of everything.

    Raises:
        ValueError: if it is none, or names a column that there is not.
    """
    if not text.strip():
        return lambda _row: True
    parser = _Parser(_tokens(text), columns)
    found = parser.either()
    parser.expect("")
    return found


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"no filter: {text[place:]}")
        found.append(match[0].strip())
        place = match.end()
    return found


class _Parser:
    """Descends from `or` by `and` to a comparison or what stands in parentheses."""

    def __init__(self, tokens: list[str], columns: Collection[str]) -> None:
        self._tokens = tokens
        self._columns = columns

    def either(self) -> Condition:
        """Conditions of which one holds."""
        parts = [self._both()]
        while self._next() == "or":
            self._tokens.pop(0)
            parts.append(self._both())
        return lambda row: any(part(row) for part in parts)

    def expect(self, token: str) -> None:
        """Take a token, or find the end where it is empty."""
        if self._next() != token:
            raise ValueError(f"no filter: {self._next()} for {token or 'its end'}")
        del self._tokens[:1]

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._next() == "and":
            self._tokens.pop(0)
            parts.append(self._one())
        return lambda row: all(part(row) for part in parts)

    def _one(self) -> Condition:
        if self._next() == "(":
            self.expect("(")
            inner = self.either()
            self.expect(")")
            return inner
        column = self._next()
        if column not in self._columns:
            raise ValueError(f"no column {column}")
        self.expect(column)
        self.expect("eq")
        text = self._next()
        if not text.startswith("'"):
            raise ValueError(f"no text: {text}")
        self.expect(text)
        member = text[1:-1].replace("''", "'")
        return lambda row: bool(row[column] == member)

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""
