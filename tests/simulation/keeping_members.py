"""Worlds in which planning begins with hardly a member, and is given what is declared: what keeps members, and what must hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from functions.deliver.contradicting import Contradicting
from functions.deliver.declaring import Declarations
from functions.deliver.members import MemberStep
from tests.simulation.entries import all_mappings
from tests.simulation.planning_lists import TOP, ListedSystem
from tieout.ledger.conflicts import ConflictLedger
from tieout.ledger.members import MemberLedger
from tieout.member_sources import MemberSource

if TYPE_CHECKING:
    from tests.simulation.line import Line
    from tests.simulation.targets import SimulatedTarget
    from tests.simulation.world import World
    from tieout.delivering import CellWriter
    from tieout.ports import Clock

THEME = "members"
SOURCES = {"Customer": MemberSource(table="customer", parent=TOP), "Cost centre": MemberSource(file="centres.csv")}
_GROUPS = {"ALL": "", "NORTH": "ALL", "SOUTH": "ALL", "FAR_SOUTH": "SOUTH"}
_MISPLACED = "C-10"  # is there from the start, written small, under another name and parent


@cache
def centres() -> Mapping[str, str]:
    """Code to the code of the parent, of every cost centre that is declared by file."""
    named = {member for key, member in all_mappings().items() if key.table == "cost_centre"} | {_MISPLACED}
    later = {f"{member}x" for member in named}  # which a mapping entry may name some day
    codes = sorted({code.casefold(): code for code in sorted(named | later)}.values())
    below = ("NORTH", "FAR_SOUTH", "SOUTH")
    return {**{code: below[place % 3] for place, code in enumerate(codes)}, "NO_COST_CENTRE": "ALL", **_GROUPS}


def file_of_centres() -> str:
    """The file, in which children stand before their parents."""
    return "code,name,parent\n" + "".join(f"{code},Centre {code},{parent}\n" for code, parent in centres().items())


def first_items(dimensions: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """What the model has of some dimensions before anything is delivered."""
    misplaced = {"code": _MISPLACED.lower(), "name": "Old", "parent": "ALL"}
    found = {
        "Customer": [{"code": TOP, "name": "All customers", "parent": ""}],
        "Cost centre": [{"code": "ALL", "name": "Everything", "parent": ""}, misplaced],
    }
    return {dimension: found[dimension] for dimension in dimensions}


def member_step(
    line: Line,
    target: SimulatedTarget,
    writer: CellWriter,
    clock: Clock,
    has_time: Callable[[float], bool],
    by: str = "deliver",
) -> MemberStep:
    """What keeps the members of a target in one run of its function."""
    [declared] = [each for each in line.landscape.targets if each.name == target.name]
    landscape = replace(line.landscape, targets=(replace(declared, members=target.sources),))
    files = {"centres.csv": file_of_centres()}
    return MemberStep(
        target=target.name,
        sources=target.sources,
        declarations=Declarations(landscape=landscape, target=target.name, files=files, table=line.table),
        open_keeper=lambda: target.open_keeper(writer),
        by=by,
        ledger=MemberLedger(line.table),
        cells=line.cells,
        clock=clock,
        entropy=line.entropy,
        known=target.known,
        has_time=has_time,
        maintenance=target.maintenance,
        contradicted=Contradicting(
            ledger=ConflictLedger(line.table),
            connections=[each.name for each in landscape.connections],
            clock=clock,
            namespace="simulated",
            write=line.log_of_conflicts.append,
        ).note,
    )


def member_violations(world: World) -> Iterator[str]:
    """Whoever is declared and named by a cell is there once; once all were kept, so is all of a file, each below its parent."""
    for target in world.targets.values():
        if not isinstance(target.planning, ListedSystem) or target.sources is not SOURCES:
            continue
        kept = target.planning.kept
        for dimension, items in kept.items():
            counts = Counter(each["code"].casefold() for each in items)
            yield from (f"{dimension} {code} is there {count} times" for code, count in counts.items() if count > 1)
        named = _named(world, target.name)
        stubborn = target.planning.unknown
        customers = {member for (_, table, _), member in world.mappings.items() if table == "customer"} | {
            "NO_CUSTOMER"
        }
        there = {each["code"] for each in kept["Customer"]}
        yield from (f"Customer {code} is not there" for code in (customers & named["Customer"]) - there - stubborn)
        yield from (
            f"Customer {each['code']} is below {each['parent']!r}"
            for each in kept["Customer"]
            if each["code"] != TOP and each["parent"] != TOP
        )
        centres_there = {each["code"].casefold() for each in kept["Cost centre"]}
        yield from (
            f"Cost centre {code} is not there"
            for code in named["Cost centre"] & centres().keys() - stubborn
            if code.casefold() not in centres_there
        )
        found_last = (
            world.line.table.contents().get((f"TARGET#{target.name}", "MEMBERS"), {}).get("findings", "members_denied")
        )
        if "members_denied" not in str(found_last):  # then it is tried again an hour later, and told until then
            yield from _misplaced(kept["Cost centre"], stubborn)


def _misplaced(items: list[dict[str, str]], stubborn: frozenset[str]) -> Iterator[str]:
    found = {each["code"].casefold(): each for each in items}
    for code, parent in centres().items():
        item = found.get(code.casefold())
        if item is None:
            if code not in stubborn:
                yield f"Cost centre {code} is not there"
        elif (item["parent"].casefold(), item["name"]) != (parent.casefold(), f"Centre {code}"):
            yield f"Cost centre {code} is {item}"


def _named(world: World, target: str) -> dict[str, set[str]]:
    """Dimension to the members that the ledger's cells for a target name."""
    named: dict[str, set[str]] = {dimension: set() for dimension in SOURCES}
    for key, item in world.line.table.contents().items():
        if key[0].startswith(f"CELL#{target}#") and "members" in item:
            for dimension, member in json.loads(item["members"]):
                named.get(dimension, set()).add(member)
    return named
