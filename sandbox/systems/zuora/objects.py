"""The tenant's objects as its API finds them: one by its id or number, or page by page by what is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.systems.keeping import Object, Where
from sandbox.systems.zuora.asked import Asked, Filter, cursor_of
from sandbox.systems.zuora.showing import Showing
from sandbox.systems.zuora.store import Store
from sandbox.systems.zuora.tables import FLAGS, KINDS, MOMENTS, PARTS, asked_for, expression

_BY_PATH = {declared.path: kind for kind, declared in KINDS.items()}
_OPERATORS = {"EQ": "=", "NE": "<>", "LT": "<", "GT": ">", "LE": "<=", "GE": ">="}


class Objects:
    """Finds objects of one tenant.

    Args:
        page_rows: how many a page has at most, whatever is asked for.
    """

    def __init__(self, store: Store, page_rows: int) -> None:
        self._store, self._page_rows = store, page_rows
        self._showing = Showing(store)

    def one(self, path: str, key: str, asked: Asked) -> Object:
        """An object; raises `KeyError` for one that is not there."""
        return self._showing.shown(self._store.found(_BY_PATH[path], key), asked)

    def page(self, path: str, asked: Asked) -> Object:
        """A page of objects, or of the parts of one.

        Raises:
            KeyError: for objects that there are none of.
            ValueError: for what cannot be asked of them.
        """
        most = min(asked.rows, self._page_rows)
        rows, has_more = self._parts(path, asked, most) if path in PARTS else self._of_kind(_BY_PATH[path], asked, most)
        shown = [self._showing.shown(each, asked) for each in rows]
        if not has_more:
            return {"data": shown}
        last, sorted_by = rows[-1], asked_for(_BY_PATH.get(path, "invoice")).get(asked.sort[0], "id")
        return {"nextPage": cursor_of(last[sorted_by], last["id"]), "data": shown}

    def _of_kind(self, kind: str, asked: Asked, most: int) -> tuple[Sequence[Object], bool]:
        known = asked_for(kind)
        conditions, values = [], []
        for each in asked.filters:
            condition, wanted = _condition(each, known)
            conditions.append(condition)
            values += wanted
        name, is_descending = asked.sort
        key = expression(_known(name, known))
        if asked.after is not None:
            stands = "utc(?)" if _known(name, known) in MOMENTS else "?"
            conditions.append(f"({key}, id) {'<' if is_descending else '>'} ({stands}, ?)")
            values += asked.after
        direction = "DESC" if is_descending else "ASC"
        return self._store.page_of(kind, Where(conditions, values, f"{key} {direction}, id {direction}"), most)

    def _parts(self, path: str, asked: Asked, most: int) -> tuple[Sequence[Object], bool]:
        """The parts of the one object that is asked for, by their ids."""
        kind, named = PARTS[path]
        [whose] = [each for each in asked.filters if each.name == named.lower() and each.operator == "EQ"]
        parts = self._store.found(kind, whose.values[0])[KINDS[kind].parts]
        after = "" if asked.after is None else asked.after[1]
        left = sorted((each for each in parts if each["id"] > after), key=lambda each: str(each["id"]))
        return left[:most], len(left) > most


def _condition(wanted: Filter, known: Mapping[str, str]) -> tuple[str, list[Any]]:
    name = _known(wanted.name, known)
    stands = "utc(?)" if name in MOMENTS else "?"
    values = [each.lower() == "true" if name in FLAGS else each for each in wanted.values]
    if wanted.operator == "IN":
        places = ", ".join(stands for _ in values)
        return f"{expression(name)} COLLATE NOCASE IN ({places})", values
    return f"{expression(name)} {_OPERATORS[wanted.operator]} {stands} COLLATE NOCASE", values


def _known(name: str, known: Mapping[str, str]) -> str:
    if name not in known:
        raise ValueError(f"{name} cannot be asked for")
    return known[name]
