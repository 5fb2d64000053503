"""A second system that tells of the same invoices as the books of a world at rest, but for what is planted: each is found.

It is recorded in copies of the ledger, so that the world goes on as if there were none: once in order, once shuffled, twice over
and after what it was before. Comparing fails, and is tried again until it gets through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from functions.reconcile.pipeline import ReconcileStep, compare_stages
from functions.record.settle import Origin, Settling
from tests.simulation.companies import COMPANY_OF
from tests.simulation.discrepancies import AS_OF, ERP, MIRROR, TOLERATED, Planted
from tests.simulation.documents import EXPONENTS
from tests.simulation.oracle_of_stages import Kept, Sums, added, kept, less, lives
from tests.simulation.schedule import CrashedError
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.faults import no_fault
from tests.support.memory_table import MemoryTable
from tieout.arriving.notice import Notice, RecordKey
from tieout.errors import ConflictError, LostAnswerError, ThrottledError, TransientError
from tieout.facts.reading import Reading
from tieout.facts.statement import Absence, Statement
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.stages import StageLedger
from tieout.ledger.table import Item, Key
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.reconciliations import Matching, Reconciliation, Side, Tolerance
from tieout.reconciling.tracking import NotAllowedError

if TYPE_CHECKING:
    from tests.simulation.world import World

_EARNED = {"account_class": ("income",)}
_KINDS = ("Invoice", "CreditMemo")
MIRRORED = Reconciliation(
    name="mirrored",
    left=Side(name="mirror", connections=(MIRROR,), facts=_KINDS, where=_EARNED, amount="posted", sign=-1),
    right=Side(name="books", connections=(ERP,), facts=_KINDS, where=_EARNED, amount="posted", sign=-1),
    matchings=(
        Matching(name="number", left=("number",), right=("number",)),
        Matching(
            name="alike", left=("customer",), right=("customer",), same_amount=True, within_days=9, is_certain=False
        ),
    ),
    apart=("customer",),
    tolerance=Tolerance(minor_units=dict.fromkeys(EXPONENTS, TOLERATED), days=10),
)
_FAILURES = (0.0, 0.05, 0.2)
_MOST_TRIES = 60
_WHENEVER = datetime(2026, 3, 2, 9, tzinfo=UTC)


def mirror_violations(world: World, planted: Sequence[Planted], random: Random) -> Iterator[str]:
    """What a comparison with the mirror finds that is not planted, or does not find, or does not keep as it was."""
    if not planted:
        return
    told = [each for one in planted for each in one.told]
    desks = [_Desk.of(world, random), _Desk.of(world, random)]
    for each in told:
        desks[0].record(each)
    for each in _shuffled(told, random):
        desks[1].record(each)
    for desk in desks:
        desk.compare()
    if desks[0].left_behind() != desks[1].left_behind():
        yield "the same facts in another order give other breaks"
    yield from _found(desks[0], planted)
    yield from _explained(desks[0])
    yield from _put_right(desks[0], planted)


def _shuffled(told: Sequence[Statement], random: Random) -> Iterator[Statement]:
    """Everything twice, and before or after it what it was before."""
    for each in random.sample(told, len(told)):
        earlier = replace(each, source_version="1", fact=None, absence=Absence.NOT_POSTED)
        yield from random.sample([each, each, earlier], 3) if random.random() < 0.5 else (earlier, each, each)


def _found(desk: _Desk, planted: Sequence[Planted]) -> Iterator[str]:
    """Each planted discrepancy is one break, of its kind and its amount in each place, and there is no other."""
    found = desk.kept()
    mirrored = {str(each.twin.record) for each in planted}
    others = [name for left, right in found.breaks if not left for name in right if name not in mirrored]
    breaks = {at: each for at, each in found.breaks.items() if not set(at[1]) & set(others)}
    for one in planted:
        each = breaks.pop(one.records, None) if one.kind else None
        if one.kind and each is None:
            yield f"{one.kind} of {one.records} is planted, and not found"
        elif each is not None and (each["kind"] != one.kind or added(each["residuals"]) != one.off):
            yield f"{one.kind} of {one.off} is planted, {each['kind']} of {each['residuals']} is found"
    yield from (f"nobody has planted {each['kind']} of {at}" for at, each in breaks.items())
    booked: Sums = {}
    for one in planted:
        booked = less(booked, less({}, one.twin.booked))
    if less(found.right, less({}, found.of(others))) != booked:
        yield f"the books come to {found.right}, and should to {booked} beside what is not mirrored"


def _explained(desk: _Desk) -> Iterator[str]:
    """What is explained and accepted stays so run after run, and by whom is seen to."""
    for each in sorted(desk.breaks.breaks(MIRRORED.name), key=lambda each: each.tracked.found.name)[:2]:
        explained = each.tracked.explained("agreed", "ana", desk.clock.now())
        try:
            explained.accepted("ana", desk.clock.now())
        except NotAllowedError:
            accepted = replace(each, tracked=explained.accepted("ben", desk.clock.now()))
            desk.breaks.keep(MIRRORED.name, [accepted], desk.clock.now())
        else:
            yield "somebody has accepted what they had explained themselves"
    before = desk.left_behind()
    desk.compare()
    if desk.left_behind() != before:
        yield "comparing once more has changed what was said of breaks"
    yield from lives(desk.left_behind())


def _put_right(desk: _Desk, planted: Sequence[Planted]) -> Iterator[str]:
    """What the mirror had too much is gone: its breaks are resolved, and nothing else changes."""
    before = desk.left_behind()
    gone = [(one.records, one.extra) for one in planted if one.extra is not None]
    for _, extra in gone:
        desk.record(replace(extra, source_version="~", fact=None, absence=Absence.DELETED))
    desk.compare()
    still = desk.kept().breaks
    yield from (f"{records} are gone, and their break is not" for records, _ in gone if records in still)
    changed = [key for key, item in desk.left_behind().items() if before.get(key) != item and key[1] != "STATE"]
    if len(changed) != len(gone):
        yield f"{len(gone)} breaks are resolved, and {len(changed)} have changed"


@dataclass(kw_only=True)
class _Desk:
    """Whoever records what the mirror says in a copy of the ledger, and compares."""

    table: MemoryTable
    model: PlanningModel
    random: Random
    entities: tuple[str, ...]
    clock: ManualClock = field(default_factory=ManualClock)

    @classmethod
    def of(cls, world: World, random: Random) -> _Desk:
        """A desk of its own, with the entries that the mirror's words need."""
        table = MemoryTable()
        table.begin_as(world.line.table)
        known = PlanningModel.of(world.line.landscape)
        entities = tuple(sorted(world.line.landscape.flows_by_entity()))
        model = replace(known, legal_entities={**known.legal_entities, MIRROR: COMPANY_OF[ERP]})
        desk = cls(table=table, model=model, random=random, entities=entities)
        for (connection, of, value), member in world.mappings.items():
            if connection == ERP:
                MappingLedger(table).put(MappingKey(MIRROR, of, value), member, "controller", desk.clock.now())
        return desk

    @property
    def breaks(self) -> BreakLedger:
        """What is kept of comparing."""
        return BreakLedger(self.table)

    def record(self, statement: Statement) -> None:
        """Have one of the mirror's records settled."""
        settling = Settling(
            ledger=FactLedger(self.table),
            model=self.model,
            reader_of=lambda _: _Says(statement),
            clock=self.clock,
            entropy=SeededEntropy(),
            code_version="mirrored",
        )
        notice = Notice(key=statement.key, notice_id="n", kind="any")
        origin = Origin(notice=notice, delivery_id="d", flow="any", received_at=_WHENEVER)
        result = settling.settle({statement.key: origin})[statement.key]
        assert result.error is None, result.error

    def compare(self) -> None:
        """Compare until it gets through, and once more with nothing in the way."""
        rate = self.random.choice(_FAILURES)

        def strike(point: str) -> None:
            if self.random.random() < rate:
                raise self.random.choice((CrashedError, LostAnswerError, ThrottledError, ConflictError))(point)

        step = ReconcileStep(StageLedger(self.table, self.model, self.entities), self.breaks, self.clock)
        for try_ in range(_MOST_TRIES):
            self.table.io = strike if try_ + 1 < _MOST_TRIES else no_fault
            try:
                compare_stages(step, MIRRORED, AS_OF)
                break
            except (TransientError, CrashedError):
                continue
        self.table.io = no_fault
        compare_stages(step, MIRRORED, AS_OF)

    def left_behind(self) -> Mapping[Key, Item]:
        """Everything that comparing has kept."""
        return {key: item for key, item in self.table.contents().items() if key[0] == f"RECONCILED#{MIRRORED.name}"}

    def kept(self) -> Kept:
        """What it has come to."""
        return kept(self.left_behind(), MIRRORED.name)


@dataclass(frozen=True, slots=True)
class _Says:
    """A source that says one thing."""

    statement: Statement

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was said."""
        return dict.fromkeys(keys, self.statement)
