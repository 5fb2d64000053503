"""JMESPath expressions: compiled once, refused where they could compute with money, and evaluated on one event (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

# They make floats of numbers, or fail at a `Decimal`: an amount is taken as it is written, or not at all.
_COMPUTING = frozenset({"abs", "avg", "ceil", "floor", "max", "max_by", "min", "min_by", "sort_by", "sum", "to_number"})


class ExpressionError(Exception):
    """An expression finds nothing in an event, because the event is not of the form it expects."""


def check_expression(text: str) -> None:
    """Refuse what cannot be compiled, and what computes: at synth, before anything is deployed.

    Raises:
        ValueError: saying why.
    """
    try:
        tree = jmespath.compile(text).parsed
    except JMESPathError as error:
        raise ValueError(f"{text!r} is no JMESPath expression: {_first_line(error)}") from error
    for node in _nodes(tree):
        if node.get("type") == "function_expression" and node.get("value") in _COMPUTING:
            raise ValueError(f"{text!r} computes with {node['value']}(): amounts are taken as they are written")
        if node.get("type") == "function_expression" and node.get("value") not in _known_functions():
            raise ValueError(f"{text!r} calls {node['value']}(), which JMESPath does not have")
        if node.get("type") == "literal" and _holds_float(node.get("value")):
            raise ValueError(f"{text!r} holds a number with a fraction: write it as a text")


def evaluate(text: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 a value of JSON
    """What an expression gives for an event; None where it finds nothing.

    Raises:
        ExpressionError: if it cannot be applied to the event.
    """
    try:
        return _interpreter().visit(_compiled(text).parsed, event)
    except (JMESPathError, TypeError, ValueError, RecursionError) as error:
        raise ExpressionError(type(error).__name__) from error


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:  # noqa: ANN401 the library has no types
    return jmespath.compile(text)


@lru_cache(maxsize=1)  # one for all: it keeps nothing of an event, and each holds itself until garbage is looked for
def _interpreter() -> Any:  # noqa: ANN401 as above
    return TreeInterpreter()


@lru_cache(maxsize=1)
def _known_functions() -> frozenset[str]:
    return frozenset(jmespath.functions.Functions.FUNCTION_TABLE)


def _nodes(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every node of a parsed expression."""
    if isinstance(tree, dict):
        yield tree
        for child in tree.get("children", ()):
            yield from _nodes(child)


def _holds_float(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds_float(each) for each in value.values())
    if isinstance(value, list):
        return any(_holds_float(each) for each in value)
    return isinstance(value, float)


def _first_line(error: JMESPathError) -> str:
    return str(error).splitlines()[0]
