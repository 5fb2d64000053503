"""What planning's members must be in a world whose customers have an owner, by what the owner last said of each."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.owners import CODES, DIMENSION, KNOWS_TOO, OWNER
from tests.simulation.planning_lists import TOP, ListedSystem
from tests.simulation.planning_outline import OutlinedApplication

if TYPE_CHECKING:
    from tests.simulation.targets import Planning
    from tests.simulation.world import World

_Items = Mapping[str, Mapping[str, str]]


class _Said(NamedTuple):
    """What the owner last said of a customer; `parent` is what planning calls whom it is below, empty for nobody."""

    name: str
    parent: str


def owned_member_violations(world: World) -> Iterator[str]:
    """Each customer is there, called and placed as its owner last said; none was sent before its parent, and none has gone."""
    if not world.owning.is_part:
        return
    for target in world.targets.values():
        planning = target.planning
        if isinstance(planning, ListedSystem | OutlinedApplication):
            items = planning.items_of(DIMENSION) if isinstance(planning, ListedSystem) else planning.items()
            found = (*planning.orphans, *_gone(planning, items), *_misplaced(world, planning, items))
            yield from (f"{target.name}: {each}" for each in found)


def conflict_violations(world: World) -> Iterator[str]:
    """It is remembered of which customers the CRM says another name than their owner does, by what both say now."""
    if not world.owning.is_part:
        return
    said, names = _said(world), world.crms[KNOWS_TOO].companies
    told = [number for connection, number in world.owning.told if connection == KNOWS_TOO]
    codes = {number: world.mappings.get((KNOWS_TOO, "customer", number), "") for number in told}
    right = {
        (code, "name", number)
        for number, code in codes.items()
        if code in said and said[code].name != names[number]["name"]
    }
    items = [item for key, item in world.line.table.contents().items() if key[0] == f"CONFLICT#{KNOWS_TOO}"]
    words = [json.loads(str(item["of"])) for item in items]
    found = {(code, field, number) for _, code, field, _, _, number in words}
    if found != right:
        yield f"known conflicts of the CRM are {sorted(found)}, and should be {sorted(right)}"
    if any(json.loads(line)["connection"] == OWNER for line in world.line.log_of_conflicts):
        yield "conflicts are counted of the owner itself"


def _gone(planning: Planning, items: _Items) -> Iterator[str]:
    used = {dict(members)[DIMENSION] for _, _, members in planning.cells if DIMENSION in dict(members)}
    yield from (f"Customer {code} has a cell, and is not there" for code in sorted(used - items.keys()))


def _misplaced(world: World, planning: Planning, items: _Items) -> Iterator[str]:
    said = _said(world)
    declared = {member for (_, table, _), member in world.mappings.items() if table == "customer"} | {"NO_CUSTOMER"}
    unsure = {code for code in said if _is_unsure(code, said, planning.unknown - items.keys())}
    for code in sorted((declared | said.keys()) - unsure - planning.unknown - items.keys()):
        yield f"Customer {code} is not there"
    for code in sorted(said.keys() & items.keys()):
        if _is_held_up(code, said, items, unsure):
            continue
        item, (name, parent) = items[code], said[code]
        if item["name"] != name and not _is_taken(name, code, items):
            yield f"Customer {code} is called {item['name']!r}, and its owner says {name!r}"
        wanted = parent or TOP
        if code not in unsure and item["parent"] != wanted and not _stayed(item["parent"], parent, said, declared):
            yield f"Customer {code} is below {item['parent']!r}, and its owner says {wanted!r}"


def _said(world: World) -> dict[str, _Said]:
    """What planning calls each customer that was told of, and what the owner said of it last."""
    rows = world.erps[OWNER].customers
    told = sorted(number for connection, number in world.owning.told if connection == OWNER)
    found: dict[str, _Said] = {}
    for number in told:
        parent = str(rows[number].get("parent") or "")
        said = _Said(str(rows[number]["companyname"]), _code_of(world, parent) if parent else "")
        found.setdefault(_code_of(world, number), said)
    return found


def _code_of(world: World, number: str) -> str:
    return world.mappings.get((OWNER, "customer", number), f"{CODES}{number}")


def _is_unsure(code: str, said: Mapping[str, _Said], missing: frozenset[str]) -> bool:
    """Whether it is, by what the owner says, below itself or below one that planning does not take."""
    above, seen = said[code].parent, set[str]()
    while above in said and above not in seen:
        if above == code or above in missing:
            return True
        seen.add(above)
        above = said[above].parent
    return False


def _is_held_up(code: str, said: Mapping[str, _Said], items: _Items, unsure: Collection[str]) -> bool:
    """Whether whom it is to stand below stands below it in planning, and stays there, since nobody can say where else."""
    above, passed = said[code].parent, set[str]()
    while above in items and above not in passed:
        passed.add(above)
        if above == code:
            return not passed.isdisjoint(unsure)
        above = items[above]["parent"]
    return False


def _is_taken(name: str, code: str, items: _Items) -> bool:
    """Whether another has the name, which planning gives to one alone."""
    return any(each["name"].casefold() == name.casefold() for other, each in items.items() if other != code)


def _stayed(above: str, said: str, all_said: Mapping[str, _Said], declared: set[str]) -> bool:
    """Whether it is below nobody by its owner's word, and stands below what another customer was called once, which stays."""
    return not said and above not in all_said and above not in declared and above != TOP
