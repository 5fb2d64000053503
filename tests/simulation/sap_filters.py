"""Reads the conditions of OData V2's `$filter` that the line writes, and says of which entities they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Any

Row = Mapping[str, Any]
Holds = Callable[[Row], bool]
_TOKEN = re.compile(r"\s*(\(|\)|datetimeoffset'[^']*'|datetime'[^']*'|'[^']*'|[A-Za-z0-9_]+)")
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {"eq": eq, "ge": ge, "gt": gt, "le": le, "lt": lt}


@lru_cache(maxsize=1_000)
def holds(condition: str) -> Holds:
    """Whether an entity meets a condition; every one meets an empty condition. `and` binds closer than `or`."""
    if not condition:
        return lambda _row: True
    tokens = _TOKEN.findall(condition)
    assert "".join(tokens) == condition.replace(" ", ""), condition
    tokens.reverse()
    found = _any(tokens)
    assert not tokens, condition
    return found


def _any(tokens: list[str]) -> Holds:
    parts = [_all(tokens)]
    while tokens and tokens[-1] == "or":
        tokens.pop()
        parts.append(_all(tokens))
    return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)


def _all(tokens: list[str]) -> Holds:
    parts = [_one(tokens)]
    while tokens and tokens[-1] == "and":
        tokens.pop()
        parts.append(_one(tokens))
    return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)


def _one(tokens: list[str]) -> Holds:
    token = tokens.pop()
    if token == "(":
        inner = _any(tokens)
        assert tokens.pop() == ")"
        return inner
    compared, stated = _COMPARED[tokens.pop()], _literal(tokens.pop())
    if stated is None:
        return lambda row: row[token] is None
    return lambda row: row[token] is not None and compared(row[token], stated)


def _literal(text: str) -> str | date | datetime | None:
    if text == "null":
        return None
    kind, quoted, _ = text.split("'")
    if kind == "datetimeoffset":
        return datetime.fromisoformat(quoted)
    if kind == "datetime":
        day, _, time = quoted.partition("T")
        assert time == "00:00:00", text
        return date.fromisoformat(day)
    return quoted
