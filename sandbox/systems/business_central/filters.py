"""Turns a `$filter` into a condition in SQL, as far as the API itself takes it.

What it refuses is what a reader would otherwise learn from a customer: a property that is none, a literal of another type
(a GUID in quotes), and `or` between different properties.
https://learn.microsoft.com/dynamics365/business-central/dev-itpro/webservices/odata-known-limitations
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sandbox.systems.business_central.answering import ODataError
from sandbox.systems.business_central.schema import EntitySet
from sandbox.systems.business_central.values import Stored, moment_text, unescaped

_GUID = "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)"
_TOKEN = re.compile(
    rf"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<guid>{_GUID})|(?P<datetime>{_MOMENT})|(?P<date>\d{{4}}-\d\d-\d\d)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),]))"
)
_OPERATORS = {"eq": "IS", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_KIND_OPERATORS = {"eq": "Equal", "ne": "NotEqual", "gt": "GreaterThan", "ge": "GreaterThanOrEqual", "lt": "LessThan",
                   "le": "LessThanOrEqual", "in": "Equal"}  # fmt: skip
_LITERALS = {
    "text": "text",
    "enumeration": "text",
    "decimal": "number",
    "integer": "number",
}  # else as the kind is called
_EDM = {"guid": "Guid", "text": "String", "number": "Decimal", "date": "Date", "datetime": "DateTimeOffset",
        "boolean": "Boolean"}  # fmt: skip


class Condition(NamedTuple):
    """A condition in SQL with its values, and which properties it names."""

    sql: str
    values: tuple[Stored, ...]
    properties: frozenset[str]


class _Token(NamedTuple):
    kind: str
    said: str


def parse_filter(text: str, entity_set: EntitySet) -> Condition:
    """The condition that a filter on an entity set is.

    Raises:
        ODataError: as the API would answer it.
    """
    parser = _Parser(_tokens(text), entity_set, text)
    condition = parser.alternatives()
    parser.expect_end()
    return condition


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _syntax(text, place)
        said = match[match.lastgroup]
        kind = "boolean" if said in {"true", "false"} else match.lastgroup
        found.append(_Token(kind, said))
        place = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[_Token], entity_set: EntitySet, text: str) -> None:
        self._tokens = tokens
        self._set = entity_set
        self._text = text
        self._place = 0

    def alternatives(self) -> Condition:
        """Conditions of which one must hold; they are about one property."""
        found = self._joined("or", self._conjunction)
        if len(found) == 1:
            return found[0]
        if len(frozenset().union(*(each.properties for each in found))) > 1:
            message = "The 'OR' operator is not supported on distinct fields on an OData filter."
            raise ODataError(501, "BadRequest_MethodNotImplemented", message)
        return _combined("OR", found)

    def expect_end(self) -> None:
        if self._place < len(self._tokens):
            raise _syntax(self._text, len(self._text))

    def _conjunction(self) -> Condition:
        found = self._joined("and", self._primary)
        return found[0] if len(found) == 1 else _combined("AND", found)

    def _joined(self, word: str, parse: Callable[[], Condition]) -> list[Condition]:
        found = [parse()]
        while self._take_if("word", word):
            found.append(parse())
        return found

    def _primary(self) -> Condition:
        if not self._take_if("mark", "("):
            return self._comparison()
        inner = self.alternatives()
        self._take("mark", ")")
        return inner

    def _comparison(self) -> Condition:
        name, operator = self._take("word").said, self._take("word").said
        kind = self._set.properties.get(name)
        if kind is None:
            raise unknown_property(name, self._set)
        if operator == "in":
            return self._membership(name, kind)
        if operator not in _OPERATORS:
            raise _syntax(self._text, len(self._text))
        value = self._literal(kind, operator)
        return Condition(f'"{name}" {_OPERATORS[operator]} ?', (value,), frozenset({name}))

    def _membership(self, name: str, kind: str) -> Condition:
        self._take("mark", "(")
        values = [self._literal(kind, "in")]
        while self._take_if("mark", ","):
            values.append(self._literal(kind, "in"))
        self._take("mark", ")")
        return Condition(f'"{name}" IN ({", ".join("?" * len(values))})', tuple(values), frozenset({name}))

    def _literal(self, kind: str, operator: str) -> Stored:
        token = self._take("")
        wanted = _LITERALS.get(kind, kind)
        if token.kind != wanted:
            message = (
                f"A binary operator with incompatible types was detected. Found operand types 'Edm.{_EDM[wanted]}' and"
                f" 'Edm.{_EDM.get(token.kind, token.kind)}' for operator kind '{_KIND_OPERATORS[operator]}'."
            )
            raise ODataError(400, "BadRequest", message)
        return _value(kind, token.said)

    def _take_if(self, kind: str, said: str) -> bool:
        is_next = self._place < len(self._tokens) and self._tokens[self._place] == (kind, said)
        self._place += is_next
        return is_next

    def _take(self, kind: str, said: str = "") -> _Token:
        if self._place >= len(self._tokens):
            raise _syntax(self._text, len(self._text))
        token = self._tokens[self._place]
        if (kind and token.kind != kind) or (said and token.said != said):
            raise _syntax(self._text, self._text.find(token.said))
        self._place += 1
        return token


def unknown_property(name: str, entity_set: EntitySet) -> ODataError:
    """The refusal of a property that is none."""
    return ODataError(
        400, "BadRequest", f"Could not find a property named '{name}' on type 'Microsoft.NAV.{entity_set.type_name}'."
    )


def _combined(word: str, conditions: list[Condition]) -> Condition:
    sql = f" {word} ".join(each.sql for each in conditions)
    values = tuple(value for each in conditions for value in each.values)
    return Condition(f"({sql})", values, frozenset().union(*(each.properties for each in conditions)))


def _value(kind: str, said: str) -> Stored:
    """A literal as the tables keep it."""
    if kind in {"text", "enumeration"}:
        plain = said[1:-1].replace("''", "'")
        return unescaped(plain) if kind == "enumeration" else plain
    if kind == "datetime":
        return moment_text(datetime.fromisoformat(said))
    if kind == "boolean":
        return int(said == "true")
    if kind == "integer" and "." not in said:
        return int(said)
    return said.lower() if kind == "guid" else said


def _syntax(text: str, place: int) -> ODataError:
    return ODataError(400, "BadRequest", f"Syntax error at position {place} in '{text}'.")
