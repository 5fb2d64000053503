"""People who propose what mapping entries are to say, and others who approve exactly what was shown, whatever goes wrong meanwhile.

It has chance of its own. In worlds of its theme people propose and decide while there is traffic; there, and on one ordinary day
in sixteen, a proposal is made and approved at rest as well, and what that did is compared with what was shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.closing import rules
from tests.simulation.entries import OTHER_MEMBERS, all_mappings, as_stored
from tests.simulation.operators import give_until_done
from tests.simulation.oracle_of_effects import Before, undone_otherwise
from tests.simulation.owners import is_owned
from tests.simulation.resending import send_outdated, send_waiting
from tieout.effects.entries import EntryEffects
from tieout.effects.governing import EffectMovedError, Governing, NotDecidableError
from tieout.errors import TransientError
from tieout.ledger.items import held_for_of, used_of
from tieout.ledger.mappings import PERSON
from tieout.ledger.proposals import Proposal, ProposalState, ProposedEntry
from tieout.ledger.table import Item, Key
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

if TYPE_CHECKING:
    from tests.simulation.world import Scenario, World

THEME = "governed"
_EVERY, _OF_THEM = 16, 7
_LIFETIME_MS = 300_000
_PEOPLE = ("ana", "ben")
_UNDECIDED = frozenset({ProposalState.PROPOSED, ProposalState.APPROVED, ProposalState.STORED})
_NEW_MEMBERS = {**OTHER_MEMBERS, "rate": ("1.2345", "0.9")}
_MAPS = "MAP#"
_Wanted = dict[MappingKey, str | None]  # what entries are to say, as the oracle reads it; None where they are to go


def is_governed(scenario: Scenario) -> bool:
    """Whether entries change by proposals in a world, too: in the theme of its own, and on one ordinary day of some."""
    if scenario.theme is not None:
        return scenario.theme == THEME
    return scenario.seed % _EVERY == _OF_THEM and scenario.fault_scale > 0 and not is_owned(scenario)


class Proposing:
    """What is proposed and decided in one world.

    Attributes:
        is_part: whether anything is.
        said: how often people came to which end.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"governing {world.scenario.seed}")  # noqa: S311 it must repeat itself
        self.is_part = is_governed(world.scenario)
        self.said: Counter[str] = Counter()
        self._broken: list[str] = []
        self._proposed: dict[str, tuple[str, _Wanted]] = {}  # by whom, and what
        self._shown_first: dict[str, str] = {}
        landscape, table = world.line.landscape, world.line.table
        closing = rules(world.scenario.seed, [flow.name for flow in landscape.flows])
        entities = sorted(landscape.flows_by_entity())
        effects = EntryEffects(table=table, model=PlanningModel.of(landscape), closing=closing, entities=entities)
        self._governing = Governing(table=table, effects=effects)
        if self.is_part:
            world.line.journaling.heard = self._heard

    def plan(self, span: int) -> None:
        """Have entries proposed within a span of milliseconds, and proposals decided."""
        if self._world.theme != THEME:
            return
        for _ in range(self._random.randint(4, 8)):
            self._world.schedule.after(self._random.randrange(span), self._propose)
        for _ in range(self._random.randint(12, 24)):
            self._world.schedule.after(self._random.randrange(span), self._decide)

    def to_the_end(self) -> None:
        """Finish what is approved; then propose and approve once or twice where nothing else happens."""
        if not self.is_part:
            return
        for each in self._undecided():
            if each.state is not ProposalState.PROPOSED:
                give_until_done(self._world, "finish", partial(self._finish, each), _LIFETIME_MS)
        self._world.run_until_rest()
        for _ in range(2 if self._world.theme == THEME else 1):
            self._carry_out_one()

    def violations(self) -> Iterator[str]:
        """What was stored that nobody had proposed and somebody else approved, and what was done that was not shown."""
        yield from self._broken
        for each in self._governing.proposals.proposals() if self.is_part else ():
            by, entries = self._proposed[each.proposal_id]
            if each.state in {ProposalState.STORED, ProposalState.EXECUTED} and each.decided_by in {"", by}:
                yield f"{each.proposal_id} was proposed by {by}, and approved by {each.decided_by or 'nobody'}"
            if each.proposed_by != by or each.count > len(entries):
                yield f"{each.proposal_id} of {by} became {each}"

    def _heard(self, key: Key, item: Item | None) -> None:
        """An entry was written: where that came of a proposal, the sources' truth is from now on what it says."""
        if not key[0].startswith(_MAPS) or (item is not None and "proposal" not in item):
            return
        connection, table = key[0].removeprefix(_MAPS).split("#", 1)
        entry, at = MappingKey(connection, table, key[1]), (connection, table, key[1])
        if item is None:
            self._world.mappings.pop(at, None)
            if not any(entries.get(entry, "") is None for _, entries in self._proposed.values()):
                self._broken.append(f"{entry} went, which nobody has proposed")
            return
        by, entries = self._proposed[str(item["proposal"])]
        wanted = entries.get(entry)
        if wanted is not None:
            self._world.mappings[at] = wanted
        if (
            wanted is None
            or (item["stored_by"], item["member"]) != (by, as_stored(wanted))
            or item["approved_by"] == by
        ):
            self._broken.append(f"{entry} was stored as {item}, and {by} proposed {wanted}")

    def _propose(self) -> None:
        by, entries = self._random.choice(_PEOPLE), self._entries()

        def propose() -> None:
            self._proposed_by(by, entries)

        give_until_done(self._world, "propose", propose, _LIFETIME_MS)

    def _proposed_by(self, by: str, entries: _Wanted) -> Proposal | None:
        """What somebody has proposed; nothing where the entries say that already."""
        name = f"p{len(self._proposed)}"
        self._proposed[name] = by, entries
        proposal = Proposal(
            proposal_id=name,
            proposed_by=by,
            proposed_at=self._world.schedule.now(),
            reason="as agreed",
            effect="",
            count=0,
        )
        try:
            kept, effect = self._governing.propose(
                proposal,
                [
                    ProposedEntry(key, None if text is None else as_stored(text), PERSON)
                    for key, text in entries.items()
                ],
            )
        except NotDecidableError:
            self.said["nothing to propose"] += 1
            return None
        self._shown_first[name] = effect.digest
        self.said["proposed"] += 1
        return kept

    def _decide(self) -> None:
        """Somebody looks at a proposal, and approves what was shown last or first, or lets nothing come of it."""

        def attempt() -> None:
            with suppress(TransientError):  # somebody will try again
                found = self._undecided()
                if found:
                    self._decide_one(self._random.choice(found), self._random.choice(_PEOPLE))

        self._world.invoke("decide", attempt, _LIFETIME_MS)

    def _decide_one(self, proposal: Proposal, by: str) -> None:
        governing, now = self._governing, self._world.schedule.now()
        if proposal.state is ProposalState.PROPOSED and self._random.random() < 0.1:
            governing.refuse(proposal, by, "not so", now)
            self.said["refused"] += 1
            return
        first = self._shown_first.get(proposal.proposal_id, proposal.effect)
        digest = first if self._random.random() < 0.3 else proposal.effect
        try:
            stored = governing.approve(proposal, digest, by, now)
        except EffectMovedError:
            self.said["moved"] += 1
        except NotDecidableError:
            self.said["own" if by == proposal.proposed_by else "not what is shown"] += 1
        else:
            self.said["approved"] += 1
            self._finish(stored)

    def _undecided(self) -> list[Proposal]:
        return [each for each in self._governing.proposals.proposals() if each.state in _UNDECIDED]

    def _finish(self, proposal: Proposal) -> None:
        """Store what is not stored yet, and send what it concerns through the line again."""
        proposals = self._governing.proposals
        if proposal.state is ProposalState.APPROVED:
            proposal = self._governing.approve(proposal, "", "", self._world.schedule.now())
        for each in proposals.entries(proposal):
            send_waiting(self._world, each.key)
        send_outdated(self._world)
        proposals.executed(proposal)

    def _carry_out_one(self) -> None:
        """At rest, what a proposal shows is what its approval does, to the minor unit, and nothing else."""
        table, books = self._world.line.table, self._world.closings.books()
        if books and self._random.random() < 0.5:
            self._world.closings.close(self._random.choice(books))
            self._world.run_until_rest()
        by, other = self._random.sample(_PEOPLE, 2)
        proposal = self._proposed_by(by, self._entries())
        if proposal is None:
            return
        before = Before.of(table.contents())
        with suppress(NotDecidableError):
            self._governing.approve(proposal, proposal.effect, by, self._world.schedule.now())
            self._broken.append(f"{by} has approved what {by} had proposed")
        stored = self._governing.approve(proposal, proposal.effect, other, self._world.schedule.now())
        self._finish(stored)
        self._world.run_until_rest()
        shown = self._governing.proposals.effect(proposal)
        self.said["carried out"] += 1
        self.said.update({f"{name} at rest": count for name, count in shown["facts"].items() if name != "of" and count})
        entries = self._proposed[proposal.proposal_id][1]
        self._broken += [f"{entries}: {each}" for each in undone_otherwise(before, table.contents(), shown)]

    def _entries(self) -> _Wanted:
        """What somebody may want entries to say: mostly of such as facts were planned with, or wait for."""
        count = self._random.choice((1, 1, 1, 2, 3))
        waited_for, planned_with = self._concerned()
        concerned = sorted(waited_for if waited_for and self._random.random() < 0.4 else planned_with or all_mappings())
        return {each: self._wanted(each) for each in self._random.sample(concerned, min(count, len(concerned)))}

    def _wanted(self, entry: MappingKey) -> str | None:
        """Another member, none at all, or the one that it was to have from the start."""
        said = self._world.mappings.get((entry.connection, entry.table, entry.key))
        if said is None and entry in all_mappings():
            return all_mappings()[entry]
        if said is not None and self._random.random() < 0.2:
            return None
        return self._random.choice(_NEW_MEMBERS.get(entry.table, (f"{said or entry.key}y",)))

    def _concerned(self) -> tuple[set[MappingKey], set[MappingKey]]:
        """What facts wait for, and what they were planned with."""
        waited_for, planned_with = set[MappingKey](), set[MappingKey]()
        for key, item in self._world.line.table.contents().items():
            if key[0].startswith("FACT#") and "mappings" in item:
                planned_with |= used_of(item).keys()
                waited_for |= set(filter(None, [held_for_of(item)]))
        return waited_for, planned_with
