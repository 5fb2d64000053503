"""Plans stored facts again, as the record step plans what is stated, and says what would become of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched, chain
from typing import NamedTuple

from tieout.arriving.notice import RecordKey
from tieout.closing import Books, Treatment
from tieout.effects.effect import FAILING, HELD, LATE, MOVED, RELEASED, UNCHANGED, Move, Replanned
from tieout.facts.families import CLASSES
from tieout.facts.recalling import fact_of_text
from tieout.facts.statement import Statement
from tieout.ledger import keys
from tieout.ledger.gate import BooksNow
from tieout.ledger.items import statement_text, stored_fact
from tieout.ledger.late_rows import LateRow
from tieout.ledger.part import Part
from tieout.ledger.plan import Plan, StoredFact
from tieout.ledger.planner import Planner
from tieout.ledger.table import Item, Key
from tieout.ledger.writes import Change, changes
from tieout.planning.cells import Intersection

_FACTS_AT_ONCE = 200  # an item may have 400 KB

Places = Mapping[str, tuple[Intersection, Mapping[str, str]]]


class _Known(NamedTuple):
    """A stored fact that is to be planned again."""

    statement: Statement
    stored: StoredFact
    flow: str


@dataclass(frozen=True, kw_only=True)
class Replanning:
    """What planning again works with.

    Attributes:
        planner: plans as things would be.
        books: as they are.
        today: plans as things are; None where what is stored is taken for that.
    """

    planner: Planner
    books: BooksNow
    today: Planner | None = None

    def replanned(self, items: Iterable[tuple[Key, Item]]) -> Iterator[Replanned]:
        """What would become of each fact, in order; records that have no fact contribute nothing, whatever changes."""
        facts = ((keys.record_of(key), item) for key, item in items if str(item["kind"]) in CLASSES)
        for some in batched(facts, _FACTS_AT_ONCE, strict=False):
            yield from self._some(dict(some))

    def _some(self, items: Mapping[RecordKey, Item]) -> Iterator[Replanned]:
        unfinished = [record for record, item in items.items() if item.get("unfinished")]
        begun = self.planner.ledger.load(unfinished)
        known = {record: _known(record, item, begun.get(record)) for record, item in items.items()}
        planned = self._plans(self.planner, known)
        base = self._plans(self.today, known) if self.today else {}
        found = {record: _changes(known[record], plan, base.get(record)) for record, plan in planned.items()}
        places = self._places(found.values(), (*base.values(), *planned.values()))
        for record, each in known.items():
            if record not in planned or (self.today is not None and record not in base):
                yield Replanned(record=record, revision=each.stored.revision, became=FAILING)
            else:
                yield self._one(each, planned[record], base.get(record), _moves(found[record], places))

    def _plans(self, planner: Planner, known: Mapping[RecordKey, _Known]) -> dict[RecordKey, Plan]:
        """The plans of facts; those that none can be made of are left out."""
        found = planner.found({record: each.statement for record, each in known.items()}, lambda *_: None)
        plans = {}
        for record, used in found.items():
            each = known[record]
            try:
                plans[record] = planner.plan(each.statement, each.flow, each.stored, self.books, used)
            except Exception:  # noqa: BLE001, S112 what the record step would park, whatever the reason: it is told as failing
                continue
        return plans

    def _places(self, found: Iterable[tuple[list[Change], list[Change]]], plans: Iterable[Plan]) -> Places:
        """The coordinates of every intersection that a fact would leave or come to."""
        left = {
            change.intersection_id: change.before
            for each in found
            for change in chain(*each)
            if change.before is not None
        }
        come: dict[str, tuple[Intersection, dict[str, str]]] = {}
        for each in chain.from_iterable(plan.contributions for plan in plans):
            name, currencies = each.intersection.intersection_id(), {a.measure: a.currency for a in each.amounts}
            come.setdefault(name, (each.intersection, {}))[1].update(currencies)  # not every fact touches every measure
        for name, (place, own) in self.planner.ledger.places(left).items():
            come.setdefault(name, (place, {}))[1].update(own)
        return come

    def _one(self, known: _Known, plan: Plan, base: Plan | None, moves: tuple[Move, ...]) -> Replanned:
        waited_for = base.waits_for if base else known.stored.held_for
        waited = base.guard.protected.late if base else known.stored.late
        waits = plan.guard.protected.late
        if plan.waits_for != waited_for:
            became = RELEASED if plan.waits_for is None else HELD
        elif any(move.minor for move in moves):
            became = MOVED
        else:
            became = UNCHANGED if waits == waited else LATE
        before = base.new_parts() if base else known.stored.parts
        return Replanned(
            record=plan.key,
            revision=known.stored.revision,
            became=became,
            waits_for=str(plan.waits_for or ""),
            moves=moves,
            books=self._books(plan, before, set(waits) ^ set(waited)),
            waited=waited,
            waits=waits,
        )

    def _books(self, plan: Plan, before: Mapping[str, Part], late: Iterable[LateRow]) -> dict[Books, Treatment]:
        """The books that change, or would but that they are closed, each with what becomes of changes that this fact brings."""
        parts = (part for each in changes(plan, before) if each.differences() for part in (each.before, each.after))
        concerned = {part.books for part in parts if part is not None} | {row.books for row in late}
        closing = self.planner.closing
        return {each: closing.treatment(each, self.books.state_of(each), plan.guard.flow) for each in concerned}


def _known(record: RecordKey, item: Item, begun: StoredFact | None) -> _Known:
    fact = fact_of_text(CLASSES[str(item["kind"])], statement_text(item))
    statement = Statement(key=record, source_version=str(item["source_version"]), fact=fact)
    return _Known(statement, begun or stored_fact(item), str(item["flow"]))


def _moves(found: tuple[list[Change], list[Change]], places: Places) -> tuple[Move, ...]:
    """How much would be added to each measure, and how much of that already as things are."""
    moved, base = (
        {(change.intersection_id, measure): minor for change in each for measure, minor in change.differences().items()}
        for each in found
    )
    return tuple(
        Move(
            places[name][0],
            measure,
            places[name][1][measure],
            moved.get((name, measure), 0),
            base.get((name, measure), 0),
        )
        for name, measure in sorted(moved.keys() | base.keys())
    )


def _changes(known: _Known, plan: Plan, base: Plan | None) -> tuple[list[Change], list[Change]]:
    """How what is planned differs from what is as things are, and how that does from what is stored."""
    if base is None:
        return changes(plan, known.stored.parts), []
    return changes(plan, base.new_parts()), changes(base, known.stored.parts)
