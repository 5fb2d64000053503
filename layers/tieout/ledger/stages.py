"""Reads the stages of a value out of the ledger: what facts say, and what is planned of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from tieout import strict_json
from tieout.facts.families import KINDS
from tieout.facts.recalling import fact_of_text
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import late_of, parts_of, statement_text
from tieout.ledger.late_rows import LateKind
from tieout.ledger.part import Part
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.table import Item as TableItem
from tieout.ledger.table import Key, Table
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.reconciliations import Reconciliation, Side
from tieout.reconciling.items import Item
from tieout.reconciling.stage import Recorded, Stage

_FACTS_AT_ONCE = 200
_CLASSES = {kind.__name__: kind for family in KINDS.values() for kind in family.kinds}


@dataclass(frozen=True)
class StageLedger:
    """The part of the ledger that stages of a value are read from; its index is a moment behind.

    Attributes:
        entities: every entity that a flow carries.
    """

    table: Table
    model: PlanningModel
    entities: tuple[str, ...]

    def sides(self, declared: Reconciliation) -> tuple[list[Item], list[Item]]:
        """The records of the left stage and of the right one, each once, where they come to anything."""
        lefts = tuple(each.left for each in declared.matchings)
        rights = tuple(each.right for each in declared.matchings)
        left = Stage(self.model, declared.left, lefts, declared.apart)
        right = Stage(self.model, declared.right, rights, declared.apart)
        return list(self._items(left)), list(self._items(right))

    def _items(self, stage: Stage) -> Iterator[Item]:
        for some in batched(self._facts(stage.side), _FACTS_AT_ONCE, strict=False):
            for recorded in self._recorded(stage.side, some):
                item = stage.item(recorded)
                if item.amounts:
                    yield item

    def _facts(self, side: Side) -> Iterator[tuple[Key, TableItem]]:
        catalogue = FactCatalogue(self.table)
        kinds = self.model.feed(side.feed).facts if side.is_planned else side.facts
        for connection in side.connections or sorted(self.model.legal_entities):
            for entity in self.entities:
                for key, item in catalogue.items(connection, entity):
                    if item["kind"] in kinds:
                        yield key, item

    def _recorded(self, side: Side, some: Sequence[tuple[Key, TableItem]]) -> Iterator[Recorded]:
        parts = [_parts(side, item) for _, item in some]
        places = FactLedger(self.table).places({name: part for each in parts for name, part in each.items()})
        for (key, item), own in zip(some, parts, strict=True):
            used = strict_json.parse(str(item["mappings"]).encode())
            yield Recorded(
                record=keys.record_of(key),
                fact=fact_of_text(_CLASSES[str(item["kind"])], statement_text(item)),
                found={MappingKey.of_text(text): str(member) for text, member in used.items()},
                planned=tuple((places[name][0], part.minor_by_measure()) for name, part in own.items()),
                waits_for=_waits_for(item),
            )


def _parts(side: Side, item: TableItem) -> dict[str, Part]:
    """What a fact contributes to the cells of a stage: nothing, where the stage has none."""
    if not side.is_planned:
        return {}
    return {name: part for name, part in parts_of(str(item["contributions"])).items() if part.target == side.target}


def _waits_for(item: TableItem) -> str:
    """The mapping entry a fact waits for, or the closed books that some of it does."""
    if "held_for" in item:
        return str(MappingKey(*strict_json.parse(str(item["held_for"]).encode())))
    late = sorted({str(row.books) for row in late_of(item) if row.kind is not LateKind.BOOKED})
    return f"closed books {', '.join(late)}" if late else ""
