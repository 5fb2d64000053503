"""Reads SOQL: the part of it that a reader of records needs, into a query.

    SELECT fields or COUNT() FROM object [WHERE ...] [ORDER BY field [ASC|DESC] [NULLS FIRST|LAST], ...] [LIMIT n] [OFFSET n]

Conditions are comparisons with a literal (= != <> < > <= >= LIKE IN, NOT IN), joined by AND or OR, never both without parentheses,
as in Salesforce. Sub-queries, functions and groups are not simulated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_][\w.]*)
    |(?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")
_OPERATORS = frozenset({"=", "!=", "<>", "<", ">", "<=", ">="})


class SoqlError(ValueError):
    """A query that is answered with an error.

    Attributes:
        code: such as `MALFORMED_QUERY`.
        start: where in the query it is wrong; None: nowhere in particular.
    """

    def __init__(self, code: str, message: str, start: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.start = start


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query; of a text literal, what stands between its quotes."""

    kind: str
    text: str
    start: int

    def says(self, *words: str) -> bool:
        """Whether it is one of these words or signs."""
        return self.kind in {"name", "sign"} and self.text.upper() in words


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with literals; `operator` is also `LIKE`, `IN` or `NOT IN`."""

    field: Token
    operator: str
    values: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions that hold together (`AND`), of which one holds (`OR`), or the one that does not (`NOT`)."""

    word: str
    parts: tuple[Condition, ...]


type Condition = Comparison | Joined


@dataclass(frozen=True, slots=True)
class Order:
    """A field by which rows are ordered."""

    field: Token
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What a query says; without fields it counts."""

    object: Token
    fields: tuple[Token, ...]
    where: Condition | None
    order: tuple[Order, ...]
    limit: int | None
    offset: int


def parse(text: str) -> Query:
    """The query that a text is.

    Raises:
        SoqlError: `MALFORMED_QUERY` if it is none.
    """
    return _Parser(_tokens(text)).query()


def _tokens(text: str) -> list[Token]:
    found, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            start = len(text) - len(text[place:].lstrip())
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: '{text[start]}'", start)
        kind, raw = match.lastgroup, match[match.lastgroup]
        said = _ESCAPED.sub(r"\1", raw[1:-1]) if kind == "text" else raw
        found.append(Token(kind, said, match.start(kind)))
        place = match.end()
    return [*found, Token("end", "<EOF>", end)]


class _Parser:
    """Goes through the pieces of one query from left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def query(self) -> Query:
        self._expect("SELECT")
        fields = self._fields()
        self._expect("FROM")
        name = self._name()
        where = self._condition() if self._take("WHERE") else None
        order = self._order() if self._take("ORDER") else ()
        limit = self._number() if self._take("LIMIT") else None
        offset = self._number() if self._take("OFFSET") else 0
        if self._next().kind != "end":
            raise self._unexpected()
        return Query(name, fields, where, order, limit, offset)

    def _fields(self) -> tuple[Token, ...]:
        first = self._name()
        if first.says("COUNT") and self._take("("):
            self._expect(")")
            return ()
        fields = [first]
        while self._take(","):
            fields.append(self._name())
        return tuple(fields)

    def _condition(self) -> Condition:
        parts, word = [self._negated()], ""
        while self._next().says("AND", "OR"):
            if word and not self._next().says(word):
                raise self._unexpected()
            word = self._advance().text.upper()
            parts.append(self._negated())
        return Joined(word, tuple(parts)) if word else parts[0]

    def _negated(self) -> Condition:
        if self._take("NOT"):
            return Joined("NOT", (self._negated(),))
        if self._take("("):
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        field = self._name()
        if self._next().says(*_OPERATORS, "LIKE"):
            operator = self._advance().text.upper()
            return Comparison(field, "!=" if operator == "<>" else operator, (self._literal(),))
        operator = "NOT IN" if self._take("NOT") else "IN"
        self._expect("IN")
        self._expect("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return Comparison(field, operator, tuple(values))

    def _order(self) -> tuple[Order, ...]:
        self._expect("BY")
        found = []
        while True:
            field = self._name()
            descending = self._take("DESC") or (self._take("ASC") and False)
            nulls_last = False
            if self._take("NULLS"):
                nulls_last = self._take("LAST")
                if not nulls_last:
                    self._expect("FIRST")
            found.append(Order(field, descending=descending, nulls_last=nulls_last))
            if not self._take(","):
                return tuple(found)

    def _literal(self) -> Token:
        token = self._next()
        if token.kind in {"text", "datetime", "date", "number"} or token.says("TRUE", "FALSE", "NULL"):
            return self._advance()
        raise self._unexpected()

    def _number(self) -> int:
        if self._next().kind != "number" or not self._next().text.isdecimal():
            raise self._unexpected()
        return int(self._advance().text)

    def _name(self) -> Token:
        if self._next().kind != "name":
            raise self._unexpected()
        return self._advance()

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected()

    def _take(self, word: str) -> bool:
        if self._next().says(word):
            self._place += 1
            return True
        return False

    def _advance(self) -> Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _next(self) -> Token:
        return self._tokens[self._place]

    def _unexpected(self) -> SoqlError:
        return SoqlError("MALFORMED_QUERY", f"unexpected token: '{self._next().text}'", self._next().start)
