"""What it would do to facts and cells if another landscape were deployed, and every fact were planned again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tieout.effects.effect import Adding, Effect
from tieout.effects.replanning import Replanning
from tieout.landscape import Landscape
from tieout.ledger.facts import FactLedger
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.planner import Planner
from tieout.ledger.table import Item, Key, Table
from tieout.ledger.totals import totals_of
from tieout.planning.model import PlanningModel

Watch = Callable[[Iterable[tuple[Key, Item]]], Iterable[tuple[Key, Item]]]
"""Passes on the facts that are looked through, and may say how many there were."""


@dataclass(frozen=True, kw_only=True)
class LandscapeEffects:
    """Two landscapes of a stage: the one its functions go by, and the one that would be deployed."""

    table: Table
    deployed: Landscape
    wanted: Landscape
    watch: Watch = iter

    def gone(self) -> list[str]:
        """The connections that would be no more: their facts stay as they are planned, since nobody could read their records."""
        return _names_apart(self.deployed, self.wanted)

    def new(self) -> list[str]:
        """The connections that would be new, and have no facts yet."""
        return _names_apart(self.wanted, self.deployed)

    def effect(self) -> Effect:
        """What differs between facts planned by either landscape; what is outdated already is none of it."""
        ledger = FactLedger(self.table)
        today, planner = (
            Planner(ledger=ledger, model=PlanningModel.of(each), closing=each.closing)
            for each in (self.deployed, self.wanted)
        )
        books, adding = ledger.open([])[1], Adding()
        for fact in Replanning(planner=planner, today=today, books=books).replanned(self._facts()):
            adding.add(fact)
        return adding.result((), totals_of(self.table, adding.touched()), books.state_of, only_names=False)

    def _facts(self) -> Iterator[tuple[Key, Item]]:
        """The facts of every connection that both have."""
        catalogue, gone = FactCatalogue(self.table), self.gone()
        entities = self.deployed.flows_by_entity().keys() | self.wanted.flows_by_entity().keys()
        for connection in sorted(each.name for each in self.deployed.connections):
            for entity in sorted(entities) if connection not in gone else ():
                yield from self.watch(catalogue.items(connection, entity))


def _names_apart(one: Landscape, other: Landscape) -> list[str]:
    return sorted({each.name for each in one.connections} - {each.name for each in other.connections})
