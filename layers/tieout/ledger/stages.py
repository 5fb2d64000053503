"""Reads the stages of a value out of the ledger: what facts say, and what is planned of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from tieout.facts.families import CLASSES
from tieout.facts.recalling import fact_of_text
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import found_of, held_for_of, late_of, parts_of, statement_text
from tieout.ledger.late_rows import LateKind
from tieout.ledger.part import Part
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.table import Item as TableItem
from tieout.ledger.table import Key, Table
from tieout.planning.model import PlanningModel
from tieout.reconciliations import Reconciliation
from tieout.reconciling.items import Item
from tieout.reconciling.stage import GONE, Recorded, Stage

_FACTS_AT_ONCE = 200

Sides = tuple[list[Item], list[Item]]


@dataclass(frozen=True)
class StageLedger:
    """The part of the ledger that stages of a value are read from; its index is a moment behind.

    Attributes:
        entities: every entity that a flow carries.
    """

    table: Table
    model: PlanningModel
    entities: tuple[str, ...]

    def sides(self, declared: Reconciliation) -> Sides:
        """The records of the left stage and of the right one, each once, where they come to anything."""
        return self.sides_of([declared])[declared.name]

    def sides_of(self, declared: Sequence[Reconciliation]) -> dict[str, Sides]:
        """The same of several reconciliations by their names, in one walk over the facts."""
        stages = {each.name: _stages(self.model, each) for each in declared}
        every = [stage for both in stages.values() for stage in both]
        items: dict[str, Sides] = {name: ([], []) for name in stages}
        for kind, recorded in self._recorded(every):
            for name, both in stages.items():
                for stage, found in zip(both, items[name], strict=True):
                    if stage.asks_for(recorded.record, kind):
                        item = stage.item(recorded)
                        if item.amounts:
                            found.append(item)
        return items

    def _facts(self, stages: Sequence[Stage]) -> Iterator[tuple[Key, TableItem]]:
        """The facts that any of the stages asks for, each once; of a record that is gone if anything is planned of it."""
        catalogue = FactCatalogue(self.table)
        for connection in sorted(self.model.legal_entities):
            if all(each.side.connections and connection not in each.side.connections for each in stages):
                continue
            for entity in self.entities:
                for key, item in catalogue.items(connection, entity):
                    kind = str(item["kind"])
                    is_nothing = kind in GONE and item["contributions"] == "[]"
                    if not is_nothing and any(each.asks_for(keys.record_of(key), kind) for each in stages):
                        yield key, item

    def _recorded(self, stages: Sequence[Stage]) -> Iterator[tuple[str, Recorded]]:
        """Each with its kind."""
        targets = {each.side.target for each in stages if each.side.is_planned}
        for some in batched(self._facts(stages), _FACTS_AT_ONCE, strict=False):
            parts = [_parts(targets, item) for _, item in some]
            places = FactLedger(self.table).places({name: part for each in parts for name, part in each.items()})
            for (key, item), own in zip(some, parts, strict=True):
                kind = str(item["kind"])
                yield (
                    kind,
                    Recorded(
                        record=keys.record_of(key),
                        fact=fact_of_text(CLASSES[kind], statement_text(item)) if kind in CLASSES else None,
                        found=found_of(item),
                        planned=tuple(
                            (places[name][0], part.minor_by_measure()) for name, part in own.items() if name in places
                        ),
                        waits_for=_waits_for(item),
                    ),
                )


def _stages(model: PlanningModel, declared: Reconciliation) -> tuple[Stage, Stage]:
    lefts = tuple(each.left for each in declared.matchings)
    rights = tuple(each.right for each in declared.matchings)
    left = Stage(model, declared.left, lefts, declared.apart, declared.across_periods)
    return left, Stage(model, declared.right, rights, declared.apart, declared.across_periods)


def _parts(targets: Collection[str], item: TableItem) -> dict[str, Part]:
    """What a fact contributes to cells of these targets."""
    return {name: part for name, part in parts_of(str(item["contributions"])).items() if part.target in targets}


def _waits_for(item: TableItem) -> str:
    """What is in a fact's way: a mapping entry, closed books, or that not all of it is committed yet."""
    if item.get("unfinished"):
        return "a commit that is under way"
    held_for = held_for_of(item)
    if held_for is not None:
        return str(held_for)
    late = sorted({str(row.books) for row in late_of(item) if row.kind is not LateKind.BOOKED})
    return f"closed books {', '.join(late)}" if late else ""
