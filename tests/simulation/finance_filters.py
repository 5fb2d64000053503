"""Reads a `$filter` of OData as the service of Dynamics does: comparisons joined by `and` and `or`, in parentheses."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from tests.simulation.finance_records import Row

Condition = Callable[[Row], bool]
_WORD = re.compile(r"\s*(?:(\(|\)|and\b|or\b)|(\w+) (eq|ge|gt|lt) ('(?:[^']|'')*'|[0-9TZ:.-]+))")
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
}


@lru_cache(maxsize=256)
def condition_of(text: str) -> Condition | None:
    """What a filter asks of a row; None for what is no filter."""
    words, place = [], 0
    while place < len(text):
        match = _WORD.match(text, place)
        if match is None:
            return None
        words.append(match[1] or _comparison(*match.group(2, 3, 4)))
        place = match.end()
    return _either(words)


def _comparison(name: str, sign: str, stated: str) -> Condition:
    compared = _COMPARED[sign]
    if stated.startswith("'"):
        plain = stated[1:-1].replace("''", "'")
        return lambda row: compared(row[name], plain)
    moment = datetime.fromisoformat(stated)
    return lambda row: compared(datetime.fromisoformat(row[name]), moment)


def _either(words: list[str | Condition]) -> Condition:
    """Alternatives, each of conditions that must all hold; consumes its words."""
    alternatives = [_all(words)]
    while words and words[0] == "or":
        words.pop(0)
        alternatives.append(_all(words))
    return lambda row: any(holds(row) for holds in alternatives)


def _all(words: list[str | Condition]) -> Condition:
    conditions = [_one(words)]
    while words and words[0] == "and":
        words.pop(0)
        conditions.append(_one(words))
    return lambda row: all(holds(row) for holds in conditions)


def _one(words: list[str | Condition]) -> Condition:
    word = words.pop(0)
    if not isinstance(word, str):
        return word
    holds = _either(words)
    words.pop(0)  # what closes it
    return holds
