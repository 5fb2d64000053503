"""What it would do to facts and cells if mapping entries said something else, or were gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from tieout.closing import Closing
from tieout.effects.effect import Adding, Effect
from tieout.effects.replanning import Replanning
from tieout.facts.families import TABLES as FAMILY_TABLES
from tieout.facts.family import PERIOD_TABLE
from tieout.ledger import keys
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import BooksNow
from tieout.ledger.items import held_for_of, used_of
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.planner import Planner
from tieout.ledger.proposals import ProposedEntry
from tieout.ledger.table import MAX_TRANSACTION_WRITES, Item, Key, Table
from tieout.ledger.totals import totals_of
from tieout.planning.mapping import EVERY_CONNECTION, LEGAL_ENTITY, RATE, MappingKey
from tieout.planning.model import PlanningModel

Watch = Callable[[Iterable[tuple[Key, Item]]], Iterable[tuple[Key, Item]]]
"""Passes on the facts that are looked through, and may say how many there were."""

_FACTS_AT_ONCE = 200
_MORE_THAN_NAMES = {RATE, LEGAL_ENTITY, PERIOD_TABLE, *(each for each, known in FAMILY_TABLES.items() if known)}


@dataclass(frozen=True, kw_only=True)
class EntryEffects:
    """What working effects out takes.

    Attributes:
        entities: every entity that a flow carries.
    """

    table: Table
    model: PlanningModel
    closing: Closing
    entities: Sequence[str]
    watch: Watch = iter

    def effect(self, entries: Sequence[ProposedEntry], books: BooksNow) -> Effect:
        """What it would do if these entries said what they are to say, while books are as they are."""
        proposed = {each.key: each.text for each in entries}
        planner = Planner(ledger=FactLedger(self.table), model=self.model, closing=self.closing, proposed=proposed)
        adding = Adding(MAX_TRANSACTION_WRITES)
        for fact in Replanning(planner=planner, books=books).replanned(self._concerned(proposed)):
            adding.add(fact)
        stored = planner.ledger.mappings(proposed)
        return adding.result(
            sorted((str(key), stored.get(key), text) for key, text in proposed.items()),
            totals_of(self.table, adding.touched()),
            books.state_of,
            only_names=not any(each.key.table in _MORE_THAN_NAMES for each in entries),
        )

    def _concerned(self, proposed: Mapping[MappingKey, str | None]) -> Iterator[tuple[Key, Item]]:
        """The facts that wait for one of these entries, and those that were planned with something else than it is to say."""
        waiting = {fact.record for entry in proposed for fact in MappingLedger(self.table).waiting(entry)}
        for some in batched(sorted(waiting), _FACTS_AT_ONCE, strict=False):
            yield from sorted(self.table.get([keys.fact_key(record) for record in some]).items())
        catalogue, owners = FactCatalogue(self.table), {key.connection for key in proposed}
        for connection in sorted(self.model.legal_entities):
            for entity in self.entities if owners & {connection, EVERY_CONNECTION} else ():
                for key, item in self.watch(catalogue.items(connection, entity)):
                    if keys.record_of(key) not in waiting and _is_concerned(item, proposed):
                        yield key, item


def _is_concerned(item: Item, proposed: Mapping[MappingKey, str | None]) -> bool:
    used, waits_for = used_of(item), held_for_of(item)
    entries = {*used, *((waits_for,) if waits_for else ())} & proposed.keys()
    return any(used.get(each) != proposed[each] for each in entries)
