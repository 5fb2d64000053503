"""The planning model in memory once more, with lists whose items are added and changed by calls, as Anaplan answers them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tests.simulation.planning import PlanningSystem, Surroundings
from tieout.errors import LostAnswerError

TOP = "TOP"
LISTS = {"Customer": "101", "Cost centre": "102"}
_LONGEST_LANDING_MILLISECONDS = 300_000
_Item = dict[str, str]


class ListedSystem(PlanningSystem):
    """A model with some lists that begin nearly empty: the further calls of `tieout.systems.anaplan.client.AnaplanClient`.

    An item is refused alone: a code or name that another has, a parent that is not there or below it, a member the model is not to
    know.

    Attributes:
        kept: the items of each list, by dimension, each with its code, name and the code of its parent.
        orphans: what was sent with a parent that was not there.
        changed: how many items were added or changed.
    """

    def __init__(self, around: Surroundings, kept: Mapping[str, Sequence[_Item]]) -> None:
        super().__init__(around)
        self.kept = {dimension: [dict(each) for each in some] for dimension, some in kept.items()}
        self.orphans: list[str] = []
        self.changed = 0

    def items_of(self, dimension: str) -> dict[str, dict[str, str]]:
        """Each item of a list by its code."""
        return {each["code"]: each for each in self.kept[dimension]}

    def knows(self, members: Iterable[tuple[str, str]]) -> bool:
        """Whether each member of one of its lists is an item there."""
        return all(name not in self.kept or self._found(name, member) for name, member in members)

    def model(self) -> Mapping[str, Any]:
        """The model's card."""
        return {"activeState": "UNLOCKED"}

    def is_busy(self) -> bool:
        """Never: what waits for a busy model is met where its calls do not come through."""
        return False

    def lists(self) -> Sequence[Mapping[str, Any]]:
        """The lists."""
        self._weather.io("before planning.read")
        return [{"id": list_id, "name": name} for name, list_id in LISTS.items()]

    def list_card(self, _list_id: str) -> Mapping[str, Any]:
        """A list of the ordinary kind."""
        return {"numberedList": False, "productionData": False}

    def list_items(self, list_id: str) -> Sequence[Mapping[str, Any]]:
        """All items of a list, each with its parent's name."""
        self._weather.io("before planning.read")
        some = self.kept[_dimension(list_id)]
        names = {each["code"]: each["name"] for each in some}
        shown = [{"id": each["code"].casefold(), "code": each["code"], "name": each["name"]} for each in some]
        above = [
            {"parent": names[each["parent"]], "parentId": each["parent"].casefold()} if each["parent"] else {}
            for each in some
        ]
        return [{**item, **parent} for item, parent in zip(shown, above, strict=True)]

    def items(
        self, dimension_id: str, *, codes: Sequence[str] = (), names: Sequence[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """Those of some codes that exist."""
        assert not names
        self._weather.io("before planning.read")
        wanted = {code.casefold() for code in codes}
        return [each for each in self.kept[_dimension(dimension_id)] if each["code"].casefold() in wanted]

    def change_list(self, list_id: str, body: bytes, *, adding: bool) -> Mapping[str, Any]:
        """Add items or change them; what is done without an answer may be done late."""
        self._weather.io("before planning.add")
        dimension, wanted = _dimension(list_id), json.loads(body)["items"]
        act = self._add if adding else self._change
        if self._weather.chance("landing_late"):
            self._do_later(lambda: [act(dimension, each) for each in wanted])
            raise LostAnswerError("no answer in time")
        taken = [act(dimension, each) for each in wanted]
        failures = [
            {"requestIndex": place, "failureType": "INCORRECT_FORMAT"}
            for place, is_taken in enumerate(taken)
            if not is_taken
        ]
        if failures:
            self._weather.strike("member_refused")
        self._weather.io("after planning.add")
        done = len(wanted) - len(failures)
        answer: dict[str, Any] = {
            "added" if adding else "updated": done,
            "ignored": len(failures),
            "total": len(wanted),
        }
        return answer | ({"failures": failures} if failures else {})

    def _do_later(self, act: Callable[[], object]) -> None:
        self.under_way += 1

        def do() -> None:
            self.under_way -= 1
            act()

        self._schedule.after(self._random.randrange(_LONGEST_LANDING_MILLISECONDS), do)

    def _add(self, dimension: str, item: Mapping[str, str]) -> bool:
        parent = self._parent(dimension, item)
        is_taken = self._found(dimension, item["code"]) or self._is_named(dimension, item["name"])
        if is_taken or item["code"] in self.unknown or ("parent" in item and parent is None):
            return False
        self.changed += 1
        self.kept[dimension].append(
            {"code": item["code"], "name": item["name"], "parent": parent["code"] if parent else ""}
        )
        return True

    def _change(self, dimension: str, item: Mapping[str, str]) -> bool:
        found, parent = self._found(dimension, item["code"]), self._parent(dimension, item)
        if found is None or ("parent" in item and (parent is None or self._is_below(dimension, parent, found))):
            return False
        if self._is_named(dimension, item.get("name", found["name"]), unless=found):
            return False
        self.changed += 1
        self._weather.strike("member_moved" if "parent" in item else "member_renamed")
        found["name"] = item.get("name", found["name"])
        found["parent"] = parent["code"] if parent else found["parent"]
        return True

    def _parent(self, dimension: str, item: Mapping[str, str]) -> _Item | None:
        parent = self._found(dimension, item["parent"]) if "parent" in item else None
        if "parent" in item and parent is None:
            self.orphans.append(f"{dimension} {item['code']} was sent below {item['parent']}, which is not there")
        return parent

    def _is_named(self, dimension: str, name: str, unless: _Item | None = None) -> bool:
        """Whether an item has that name already."""
        return any(each["name"].casefold() == name.casefold() and each is not unless for each in self.kept[dimension])

    def _is_below(self, dimension: str, item: _Item | None, above: _Item) -> bool:
        """Whether an item is another, or stands below it."""
        while item is not None and item is not above:
            item = self._found(dimension, item["parent"])
        return item is above

    def _found(self, dimension: str, code: str) -> _Item | None:
        return next((each for each in self.kept[dimension] if each["code"].casefold() == code.casefold()), None)


def _dimension(list_id: str) -> str:
    return next(name for name, each in LISTS.items() if each == list_id)
