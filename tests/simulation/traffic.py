"""What sources, operators and misfortune do to the line, by chance: the story of one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.documents import Document
from tests.simulation.erp import Changes
from tests.simulation.publishing_members import Publishing, mend_refused
from tests.simulation.resending import send_outdated
from tests.simulation.senders import Event
from tests.simulation.spending import TOOLS
from tests.simulation.storing import Storing
from tests.simulation.systems import CRMS, ERPS, taking_turns
from tests.simulation.targets import ANAPLAN
from tests.simulation.turns import OWN_THEMES
from tests.simulation.world import NeverAtRestError, World
from tieout.errors import TransientError

_COMMANDS_REPEATED = 5
_WHERE_CHANGES = {"documents": ERPS, "reconciled": (*CRMS, *6 * ERPS)}  # where a theme is about documents
_PASSING = frozenset(each.__name__ for each in TransientError.__subclasses__())


@dataclass(frozen=True, slots=True)
class Traffic:
    """Acts on one world."""

    world: World

    @property
    def storing(self) -> Storing:
        """Operators who store mapping entries."""
        return Storing(self.world)

    def run(self) -> None:
        """Traffic with faults, then none of either until the line is at rest."""
        self.storing.plan()
        if self.world.theme == "documents":
            self.world.line.table.begun = self._shorten
        span = self.world.span
        for each in taking_turns(self.world).values():
            each.plan(span)
        world = self.world
        by_operators = (world.undoing, world.closings, world.reading_back, Publishing(world), world.owning)
        world.drifting.plan(span)
        for beside in (world.counting, *by_operators, world.comparing, world.proposing, world.certifying):
            beside.plan(span)
        changes = 0 if self.world.theme in OWN_THEMES else self.world.scenario.changes
        for _ in range(changes):
            self.world.schedule.after(self.world.random.randrange(span), self._change)
        for _ in range(2 * changes // 3):
            self.world.schedule.after(self.world.random.randrange(span), self._spend)
        for at in (span // 3, 2 * span // 3):
            self.world.schedule.after(at, self._redrive)
        if self.world.scenario.fault_scale:
            self._plan_disturbances(span)
        self.end_after(span)
        self.finish()

    def finish(self) -> None:
        """Come to rest, find what nobody told of, then work off what lies in the dead-letter queues.

        What is parked again is parked for a reason. A census behind all of it finds no more. Then planning is read back.

        Raises:
            NeverAtRestError: if the line does not come to rest.
        """
        self.world.run_until_rest()
        self.world.counting.to_the_end()
        self._work_off()
        self.world.counting.check()
        self.world.run_until_rest()
        self.world.proposing.to_the_end()
        self.world.reading_back.to_the_end()
        self.world.certifying.to_the_end()

    def _work_off(self) -> None:
        self.world.run_until_rest()
        self._redrive()
        self.world.run_until_rest()
        self._have_sent_alone()
        self.world.run_until_rest()
        for _ in range(_COMMANDS_REPEATED):
            if not send_outdated(self.world) + mend_refused(self.world, self._retry_refused):
                return
            self.world.run_until_rest()
        raise NeverAtRestError("facts stay outdated, or cells refused, however often they are sent again")

    def _plan_disturbances(self, span: int) -> None:
        def window(switch: Callable[[bool], None]) -> None:
            start, length = self.world.random.randrange(span), self.world.random.choice((20_000, 90_000))
            self.world.schedule.after(start, lambda: switch(self.world.weather.is_on))
            self.world.schedule.after(start + length, lambda: switch(False))  # noqa: FBT003 a switch

        if self.world.random.random() < 0.3:
            window(lambda down: setattr(self.world.weather, "is_bus_down", down))
        if self.world.random.random() < 0.3:
            window(lambda down: setattr(self.world.weather, "is_archive_down", down))
        if self.world.random.random() < 0.3:
            window(lambda wrong: setattr(self.world.weather, "is_misdeclared", wrong))
        for act, theme in ((self.world.doors.rotate, None), (self.storing.replace_one, "mappings")):
            if self.world.random.random() < 0.3 or self.world.theme == theme:
                self.world.schedule.after(self.world.random.randrange(span), act)
        learns = self.world.random.random() < (0.9 if self.world.theme == "planning" else 0.6)
        if self._is_ignorant() and learns:
            self.world.schedule.after(self.world.random.randrange(span), self._add_the_unknown_members)
        self.world.schedule.after(
            self.world.random.randrange(span),
            lambda: self.world.random.choice(list(self.world.senders.values())).forge(),
        )

    def _change(self) -> None:
        name = self.world.random.choice(_WHERE_CHANGES.get(self.world.theme, (*CRMS, *ERPS)))
        if name in self.world.crms:
            events = self.world.crms[name].change_something()
            if self.world.counting.miss_deal(name, events):
                return
            if self.world.random.random() < 0.08:
                events.append(self._odd_event(name))
            self.world.say(name, events)
        else:
            changes = self.world.erps[name].change_something()
            self._say_documents(name, [each for each in changes if not self._is_missed(name, each[0])])

    def _is_missed(self, name: str, document: Document) -> bool:
        return self.world.counting.miss_document(name, document.document_id)

    def _say_documents(self, name: str, changes: Changes) -> None:
        for document, event_type in changes:
            self.world.say_document(name, document, event_type)

    def _shorten(self) -> None:
        """Somebody shortens a large document just after a worker began to commit it."""
        if self.world.weather.is_on and self.world.random.random() < 0.5:
            [(name, erp)] = self.world.erps.items()
            delay = self.world.random.choice((5, 100, 2_000))
            self.world.schedule.after(delay, lambda: self._say_documents(name, erp.shorten()))

    def _spend(self) -> None:
        name = self.world.random.choice(TOOLS)
        events = self.world.tools[name].change_something()
        self.world.note(f"{name}: {[each['type'] for each in events]}")
        self.world.senders[name].say(events)

    def _odd_event(self, name: str) -> Event:
        """What no flow wants, or what nothing can be made of."""
        event = self.world.crms[name].event("creation", "5")
        if self.world.random.random() < 0.5:
            self.world.weather.strike("unrouted_notice")
            event.pop("objectTypeId", None)
            return event | {"subscriptionType": "contact.creation"}
        self.world.weather.strike("malformed_item")
        return event | {"objectId": None}

    def _add_the_unknown_members(self) -> None:
        """Somebody adds in planning what it did not know, and has the refused cells written again."""
        for target in self.world.targets.values():
            target.planning.unknown = target.planning.spoiling = frozenset()
        self._retry_refused()

    def _is_ignorant(self) -> bool:
        """Whether a planning system lacks a member."""
        return any(each.planning.unknown | each.planning.spoiling for each in self.world.targets.values())

    def _retry_refused(self) -> int:
        """`tieout cells retry`, where planning knows every member by now; how many cells were marked."""
        if self._is_ignorant():
            return 0
        now = self.world.schedule.now()
        retried = self.world.line.cells.retry_refused(ANAPLAN, now)  # others have periods that they refuse for good
        for name in self.world.targets.keys() - {ANAPLAN}:
            self.world.line.cells.retry_refused(name, now)
        if retried:
            self.world.weather.strike("refused_retried")
        return retried

    def end_after(self, milliseconds: int) -> None:
        """Let faults and changes end then."""
        self.world.schedule.after(milliseconds, self._end)

    def _end(self) -> None:
        """No more faults; what was lost for good is repaired by people."""
        self.world.weather.is_on = self.world.weather.is_bus_down = self.world.weather.is_archive_down = False
        self.world.weather.is_misdeclared = False
        self.world.line.table.index_lag = 0
        self.world.line.table.settle()
        for name, crm in self.world.crms.items():
            self.world.say(name, crm.mend_all(newborn=self.world.random.random() < 0.5))
        for name, tool in self.world.tools.items():
            self.world.senders[name].say(tool.mend_all())
        self.world.closings.end()
        self.world.undoing.end()
        for each in taking_turns(self.world).values():
            each.end()

    def _redrive(self) -> None:
        """The operator puts parked messages back: send, then delete."""
        for queue, dead_letters in self.world.line.queues():
            dead_letters.visibility_seconds = 30
            batch = dead_letters.receive(10)
            while batch:
                self.world.weather.strike("redriven")
                for message in batch:
                    if message.attributes.get("error") in _PASSING:
                        self.world.weather.strike("tried_too_often")
                    queue.send(message.body)
                    dead_letters.delete(message.handle)
                batch = dead_letters.receive(10)

    def _have_sent_alone(self) -> None:
        """What a tool said of a record is parked, perhaps with what can be read: somebody has it said once more, each alone."""
        parked = {
            notice.key
            for _, envelope in self.world.line.parked()
            for notice in envelope.notices
            if notice.key.connection in self.world.tools
            and notice.key.record_id in self.world.tools[notice.key.connection].said
        }
        for key in sorted(parked):
            self.world.weather.strike("payload_parked")
            for event in self.world.tools[key.connection].said[key.record_id]:
                self.world.senders[key.connection].say_alone(event)
