"""What the ledger must hold of a world's master data at rest, by what its sources are at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.simulation.crm import Crm
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.oracle_of_values import Mappings
from tests.simulation.owners import CODES, KNOWS_TOO, MAY_BE, OWNER, SELLS_TOO
from tests.simulation.sales_system import SALES

if TYPE_CHECKING:
    from tests.simulation.world import World


class _Implied(dict[tuple[str, str, str], str]):
    """Entries, and behind them what the owner's numbers imply."""

    def __missing__(self, key: tuple[str, str, str]) -> str:
        if key[:2] != (OWNER, "customer"):
            raise KeyError(key)
        return f"{CODES}{key[2]}"


def entries_of(world: World) -> Mappings:
    """What planning calls everything in a world's sources."""
    return _Implied(world.mappings) if world.owning.is_part else world.mappings


def planned_of(world: World) -> dict[str, tuple[Crm, ZoneInfo]]:
    """The CRMs whose deals are planned: of a company that two of them know, those of the owner."""
    others = SELLS_TOO if world.owning.is_part else {}
    return {name: each for name, each in world.zones.items() if name not in others}


def master_violations(world: World) -> Iterator[str]:
    """Of each account of which it was told that it was merged into another; those that live on, and Dataverse's, are customers."""
    kinds = {key[0]: item["kind"] for key, item in world.line.table.contents().items() if key[0].startswith("FACT#")}
    for each in world.selling.sales.records.values():
        if each.kind == "Account":
            is_told = each.is_deleted and world.selling.telling.is_told(each.record_id)
            # One that lives on is told of beside what makes no notice, if at all.
            right = {"merged"} if is_told else {"merged" if each.is_deleted else "Customer", None}
            found = kinds.get(f"FACT#{SALES}#account#{each.record_id}")
            if found not in right:
                yield f"account {each.record_id} is recorded as {found}, and should be as one of {right}"
    told = {kind for fact, kind in kinds.items() if fact.startswith(f"FACT#{DATAVERSE}#account#")}
    if not told <= {"Customer"}:
        yield f"accounts of Dataverse are recorded as {told}"
    if world.owning.is_part:
        yield from _owned_violations(world)


def _is_named(world: World, number: str) -> bool:
    """Whether somebody has said what a customer is called; whoever has linked it, as long as the other one is called so."""
    key = (KNOWS_TOO, "customer", number)
    if key not in world.mappings or not world.owning.origin_of(key).startswith("link:"):
        return key in world.mappings
    owners = world.owning.origin_of(key).rpartition("/")[2]
    return entries_of(world)[OWNER, "customer", owners] == world.mappings[key]


def _owned_violations(world: World) -> Iterator[str]:
    """Each customer that was told of is recorded, and each that nobody has named is suggested to be each that it may be."""
    yield from world.owning.wrong
    entities = {OWNER: "customer", KNOWS_TOO: "account"}
    kinds = {key[0]: item["kind"] for key, item in world.line.table.contents().items() if key[0].startswith("FACT#")}
    for connection, number in sorted(world.owning.told):
        found = kinds.get(f"FACT#{connection}#{entities[connection]}#{number}")
        if found != "Customer":
            yield f"customer {number} of {connection} is recorded as {found}"
    entries = {key: world.owning.stored(key) for key in world.mappings if key[1] == "customer" and key[0] in entities}
    for key, stored in sorted(entries.items()):
        if stored != (world.mappings[key], world.owning.origin_of(key)):
            yield f"the entry {key} is {stored}, and should be {(world.mappings[key], world.owning.origin_of(key))}"
    unnamed = {number for number in MAY_BE if not _is_named(world, number)}
    told = {number for connection, number in world.owning.told if connection == OWNER}
    right = {(number, owners) for number in unnamed for owners in MAY_BE[number] if owners in told}
    if world.owning.suggested() != right:
        yield f"links that wait are {sorted(world.owning.suggested())}, and should be {sorted(right)}"
