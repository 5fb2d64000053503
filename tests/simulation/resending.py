"""Operators who send facts through the line again whose entries say something else by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.spending import TOOLS
from tests.simulation.systems import CRMS, ERPS, taking_turns
from tieout.ledger.planned import FactCatalogue
from tieout.ownership import Ownership
from tieout.planning.mapping import MappingKey

if TYPE_CHECKING:
    from tests.simulation.world import World


def send_waiting(world: World, entry: MappingKey) -> None:
    """What `tieout mappings put` does once the entry is there: send what waits for it to its flow again."""
    for held in world.line.mappings.waiting(entry):
        world.weather.strike("released")
        world.line.flows[held.lineage.flow].queue.send(held.lineage.envelope().message())


def send_outdated(world: World) -> int:
    """`tieout facts resend --outdated`, for every connection; how many facts were sent."""
    line = world.line
    catalogue = FactCatalogue(line.table, Ownership(line.landscape.owners))
    sent = 0
    in_turn = [name for name, each in taking_turns(world).items() if each.is_part]
    for connection in (*CRMS, *ERPS, *TOOLS, *in_turn):
        facts = (fact for entity in line.landscape.flows_by_entity() for fact in catalogue.facts(connection, entity))
        for fact in catalogue.outdated(facts):
            world.weather.strike("outdated_sent")
            line.flows[fact.lineage.flow].queue.send(fact.lineage.envelope().message())
            sent += 1
    return sent
