"""The part of OData 4 in which rows are asked for: `$select`, `$filter`, `$orderby`, `$top`, `$count`, page by page, as SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\s*(?:(?P<sign>[()])"
    r"|(?P<enum>Microsoft\.Dynamics\.DataEntities\.\w+'(?:[^']|'')*')"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
    r"|(?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,7})?Z)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_]\w*))"
)
_OPERATORS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_Token = tuple[str, str]


@dataclass(kw_only=True)
class Select:
    """A query as SQL.

    Attributes:
        columns: those that are asked for.
        where: a condition, with a question mark for each value.
        values: the values.
        order: what is ordered by.
        top: how many rows at most, None: all.
    """

    columns: Sequence[str]
    where: str = "1"
    values: list[object] = field(default_factory=list)
    order: str = "1"
    top: int | None = None


def select(parameters: Mapping[str, str], columns: Sequence[str]) -> Select:
    """What parameters ask for of an entity set with these columns.

    Raises:
        ValueError: for a column it does not have, or a condition that is none.
    """
    chosen = parameters.get("$select", ",".join(columns)).split(",")
    for each in chosen:
        _check_column(each, columns)
    found = Select(columns=chosen)
    if "$filter" in parameters:
        reading = _Reading(parameters["$filter"], columns)
        found.where, found.values = reading.condition(), reading.values
    if "$orderby" in parameters:
        found.order = ", ".join(_order(each, columns) for each in parameters["$orderby"].split(","))
    if "$top" in parameters:
        found.top = int(parameters["$top"])
    return found


class _Reading:
    """Reads one condition from its first token to its last."""

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        self._tokens = _tokens_of(text)
        self._columns = columns
        self.values: list[object] = []

    def condition(self) -> str:
        """The whole as SQL."""
        found = self._either()
        if self._tokens:
            raise ValueError(f"Syntax error at '{self._tokens[0][1]}'.")
        return found

    def _either(self) -> str:
        parts = [self._both()]
        while self._is_next("or"):
            parts.append(self._both())
        return f"({' OR '.join(parts)})"

    def _both(self) -> str:
        parts = [self._one()]
        while self._is_next("and"):
            parts.append(self._one())
        return " AND ".join(parts)

    def _one(self) -> str:
        kind, text = self._take()
        if kind == "sign" and text == "(":
            found = self._either()
            if self._take() != ("sign", ")"):
                raise ValueError("A closing parenthesis is missing.")
            return found
        if kind != "word":
            raise ValueError(f"Syntax error at '{text}'.")
        _check_column(text, self._columns)
        _, operator = self._take()
        if operator not in _OPERATORS:
            raise ValueError(f"'{operator}' is no operator.")
        return self._compared(text, _OPERATORS[operator])

    def _compared(self, column: str, operator: str) -> str:
        kind, text = self._take()
        if kind == "moment":
            self.values.append(text if "T" in text else f"{text}T00:00:00Z")
            return f'MOMENT("{column}") {operator} MOMENT(?)'
        if kind == "guid":
            self.values.append(text)
            return f'"{column}" {operator} ? COLLATE NOCASE'
        if kind == "number":
            self.values.append(float(text))
            return f'CAST("{column}" AS REAL) {operator} ?'
        if kind not in {"text", "enum"}:
            raise ValueError(f"'{text}' is no value.")
        self.values.append(text[text.index("'") + 1 : -1].replace("''", "'"))
        return f'"{column}" {operator} ? COLLATE NOCASE'

    def _is_next(self, word: str) -> bool:
        if self._tokens and self._tokens[0] == ("word", word):
            self._tokens.pop(0)
            return True
        return False

    def _take(self) -> _Token:
        if not self._tokens:
            raise ValueError("The condition ends too early.")
        return self._tokens.pop(0)


def _tokens_of(text: str) -> list[_Token]:
    found: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ValueError(f"Syntax error at position {position}.")
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


def _check_column(name: str, columns: Sequence[str]) -> None:
    if name not in columns:
        raise ValueError(f"Could not find a property named '{name}'.")


def _order(text: str, columns: Sequence[str]) -> str:
    name, _, direction = text.strip().partition(" ")
    _check_column(name, columns)
    return f'"{name}" COLLATE NOCASE {"DESC" if direction.strip() == "desc" else "ASC"}'
