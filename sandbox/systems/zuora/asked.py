"""What a caller asks of objects: which of them, in which order, how many of them, and what of each.

https://developer.zuora.com/docs/guides/expand-filter-fields-sort/
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_FILTER = re.compile(r"([A-Za-z_]+)\.(EQ|NE|LT|GT|LE|GE|IN):(.*)", re.DOTALL)
_SORT = re.compile(r"([A-Za-z_]+)\.(ASC|DESC)", re.IGNORECASE)
_FIELDS = re.compile(r"([a-z]+)\.fields\[\]")
_DEFAULT_ROWS, _MOST_ROWS = 10, 99


class Filter(NamedTuple):
    """A condition: what is asked for in lower case, an operator such as `EQ`, and its values (several of `IN` alone)."""

    name: str
    operator: str
    values: tuple[str, ...]


class Asked(NamedTuple):
    """What is asked for.

    Attributes:
        rows: how many objects a page has at most, and how many of an object are shown with it.
        after: what the last object of the page before is sorted by, and its id; None: there is none before.
        sort: what is sorted by, in lower case, and whether the greatest comes first.
        expand: what is shown with each, such as `rateplans.rateplancharges`.
        fields: what alone is shown of what is expanded, by what that is called.
    """

    rows: int = _DEFAULT_ROWS
    after: tuple[Any, str] | None = None
    filters: tuple[Filter, ...] = ()
    sort: tuple[str, bool] = ("updateddate", True)
    expand: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = {}


def asked_of(parameters: Iterable[tuple[str, str]]) -> Asked:
    """What the parameters of an address ask for; raises `ValueError` for what the API refuses."""
    pairs = list(parameters)
    single = dict(pairs)
    rows = int(single.get("pageSize", _DEFAULT_ROWS))
    if not 1 <= rows <= _MOST_ROWS:
        raise ValueError("pageSize must be between 1 and 99")
    return Asked(
        rows=rows,
        after=_place(single["cursor"]) if single.get("cursor") else None,
        filters=tuple(_filter(value) for name, value in pairs if name == "filter[]"),
        sort=_sort(single.get("sort[]", "updateddate.DESC")),
        expand=frozenset(value.lower() for name, value in pairs if name == "expand[]"),
        fields={found[1]: frozenset(value.split(",")) for name, value in pairs if (found := _FIELDS.fullmatch(name))},
    )


def cursor_of(value: object, object_id: str) -> str:
    """The cursor behind an object."""
    return base64.b64encode(json.dumps([value, object_id]).encode()).decode()


def _place(cursor: str) -> tuple[Any, str]:
    value, object_id = json.loads(base64.b64decode(cursor, validate=True))
    return value, object_id


def _filter(stated: str) -> Filter:
    found = _FILTER.fullmatch(stated)
    if found is None:
        raise ValueError(f"invalid filter: {stated}")
    name, operator, value = found.groups()
    if operator != "IN":
        return Filter(name.lower(), operator, (value,))
    if not (value.startswith("[") and value.endswith("]")):
        raise ValueError(f"invalid list: {value}")
    return Filter(name.lower(), operator, tuple(value[1:-1].split(",")))


def _sort(stated: str) -> tuple[str, bool]:
    found = _SORT.fullmatch(stated)
    if found is None:
        raise ValueError(f"invalid sort: {stated}")
    return found[1].lower(), found[2].upper() == "DESC"
