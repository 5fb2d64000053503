"""One simulated world: sources, senders, the real line and planning on one clock, from one seed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from random import Random
from zoneinfo import ZoneInfo

from tests.simulation import relaying
from tests.simulation.certifying import Certifying
from tests.simulation.closing import Closings
from tests.simulation.comparing import Comparing
from tests.simulation.counting import Counting
from tests.simulation.crm import Crm
from tests.simulation.declared import landscape
from tests.simulation.delivering import DELIVER_LIFETIME_MS
from tests.simulation.documents import Document
from tests.simulation.doors import Doors
from tests.simulation.drifting import Drifting
from tests.simulation.erp import Erp
from tests.simulation.governing import Proposing
from tests.simulation.line import RECORD_LIFETIME_MS, Line
from tests.simulation.maintaining import Maintaining
from tests.simulation.owners import is_owned
from tests.simulation.owning import Owning
from tests.simulation.reading_back import ReadingBack, small_pages_of_planning
from tests.simulation.relaying import run_relay
from tests.simulation.sales_system import SALES
from tests.simulation.schedule import FOREVER, Invocation, Schedule
from tests.simulation.senders import Event, netsuite_event
from tests.simulation.spending import tools
from tests.simulation.systems import CRMS, ERPS, readers, receiving, small_answers_of_all
from tests.simulation.taking_turns import TakingTurns
from tests.simulation.targets import FlushQueues, targets
from tests.simulation.undoing import Undoing
from tests.simulation.weather import DRAWN_THEMES, Weather, rest_rate
from tests.simulation.working import Flow
from tests.support.clock import SeededEntropy
from tests.support.memory_queue import MemoryQueue, StoredMessage
from tieout.ledger.table import Key

_STARTS = (  # an ordinary day, the hour New York sets its clocks back, the last hours of a month
    datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 8, 40, tzinfo=UTC),
    datetime(2026, 3, 31, 21, 40, tzinfo=UTC),
)
_TRAFFIC_MILLISECONDS = (60_000, 240_000, 900_000, 1_800_000)
_SPANS = {"writers": 60_000, "planning": 240_000, "crowd": 20_000, "documents": 60_000, "loads": 1_800_000}
_PATIENCE_MILLISECONDS = 8 * 3_600_000  # after which a line without faults must be at rest


class NeverAtRestError(AssertionError):
    """The line was still busy long after the last fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a world is made with.

    Attributes:
        changes: how often something changes in a source.
        fault_scale: 0 for a day on which nothing goes wrong.
        theme: one of `THEMES`; None: by chance.
        ways: in which the Salesforce organisation tells of its changes; None: by chance.
        deletes: whether it ever deletes or merges anything.
    """

    seed: int
    theme: str | None = None
    changes: int = 10
    fault_scale: float = 1.0
    ways: tuple[str, ...] | None = None
    deletes: bool = True


class World(TakingTurns):
    """Everything of one seed."""

    def __init__(
        self, scenario: Scenario, note: Callable[[str], None] | None = None, weather: type[Weather] = Weather
    ) -> None:
        self.random = random = Random(scenario.seed)  # noqa: S311 it must repeat itself
        self.scenario = scenario
        self.schedule = Schedule(random.choice(_STARTS))
        drawn = random.choice(DRAWN_THEMES) if scenario.fault_scale else ""
        self.theme = drawn if scenario.theme is None else scenario.theme
        drawn_span = random.choice(_TRAFFIC_MILLISECONDS)
        self.span = _SPANS.get(self.theme, drawn_span)
        self.may_rest = self.theme in {"writers", "records", "mappings", "documents", "loads"} or random.random() < 0.2
        self.weather = weather(
            random,
            self.schedule,
            rate_scale=scenario.fault_scale * random.choice((0.0, 0.3, 1.0, 1.0, 2.0)),
            rest_rate=rest_rate(random, self.theme) if self.may_rest else 0.0,
            theme=self.theme,
        )
        self._note = note
        self.weather.note = note and (lambda text: note(f"{self.schedule.milliseconds:>9} {text}"))
        self.targets = targets(self)
        self.crms = {name: Crm(random, self.schedule, self.weather, self._telling_deal(name)) for name in CRMS}
        if self.theme in {"writers", "planning"}:
            for crm in self.crms.values():
                crm.is_hot = random.random() < 0.7
        many_lines = 30 if random.random() < 0.03 and self.theme != "documents" else 0
        self.erps = {
            name: Erp(random, self.schedule, self.weather, self._telling_document(name), many_lines=many_lines)
            for name in ERPS
        }
        self.make_those_that_tell(self)
        self.drifting = Drifting(self)
        self.tools = tools(scenario.seed, self.schedule, self.weather)
        if self.theme == "crowd":
            for crm in self.crms.values():
                crm.is_crowded = True
        if self.theme == "documents":
            for erp in self.erps.values():
                erp.is_hot = True
        self.line = Line(
            random=random,
            schedule=self.schedule,
            weather=self.weather,
            entropy=SeededEntropy(scenario.seed),
            landscape=landscape(tuple(self.targets), is_owned=is_owned(scenario)),
            targets=self.targets,
            flush_queue=FlushQueues(self, self.targets),
            readers=readers(self),
        )
        self.undoing, self.closings, self.reading_back = Undoing(self), Closings(self), ReadingBack(self)
        self.maintaining, self.owning, self.comparing = Maintaining(self), Owning(self), Comparing(self)
        self.proposing, self.certifying = Proposing(self), Certifying(self)
        self.make_those_that_drop(self)
        self.counting = Counting(self)
        self.doors = Doors(self)
        self.boxes, self.senders = self.doors.boxes, self.doors.senders
        self.mappings: dict[tuple[str, str, str], str] = {}
        self.invoked: list[tuple[str, int]] = []  # every run of a function, and when it began
        self._not_before: dict[str, int] = {}
        self._events_said = 0
        self.mappings_to_come: dict[Key, Callable[[], None]] = {}
        if self.theme == "mappings":
            self.line.table.missed = self._hurry
        self._queues: dict[str, MemoryQueue] = {name: flow.queue for name, flow in self.line.flows.items()}
        self._queues["relay"] = self.line.relay_queue
        self._flushes = {f"flush {name}": target for name, target in self.targets.items()}
        self._queues |= {name: target.queue for name, target in self._flushes.items()}
        self._held = {name: queue._messages for name, queue in self._queues.items()}

    def replay(self) -> None:
        """Everything ever said, once more; days later where a source that takes part may send something again after days."""
        again = max((each.sends_again_for for each in self.billing.values() if each.is_part), default=timedelta())
        self.schedule.advance_to(self.schedule.milliseconds + again // timedelta(milliseconds=1))
        for sender in self.senders.values():
            sender.repeat_everything()
        self.selling.repeat_everything()
        self.dropping.repeat_everything()
        self.run_until_rest()

    # What happens in the world.

    def _sweep(self) -> None:
        self.invoke("sweep", self.line.sweep, 30_000)
        if self.weather.is_on or self.schedule.has_events() or not self.is_at_rest():
            self.schedule.after(60_000, self._sweep)

    # How people and sources act on the line.

    def say(self, name: str, events: list[Event]) -> None:
        """Have a CRM's events delivered."""
        if self._note is not None and name in self.crms:
            for event in events:
                self.note(
                    f"{name}: {event['subscriptionType']} {event.get('objectId')} {event.get('propertyName', '')}"
                )
        self.senders[name].say(events)

    def say_document(self, name: str, document: Document, event_type: str) -> None:
        """Have an ERP's script post about a document."""
        self._events_said += 1
        self.note(f"{name}: {document.entity} {document.document_id} {event_type}")
        event = netsuite_event(document.record_type, document.document_id, event_type, self._events_said, self.schedule)
        self.senders[name].say([event])

    def _telling_deal(self, name: str) -> Callable[[str], None]:
        def tell(deal_id: str) -> None:
            crm = self.crms[name]
            delay = self.random.choice((5_000, 60_000))
            self.schedule.after(delay, lambda: self.say(name, [crm.event("propertyChange", deal_id, propertyName="x")]))

        return tell

    def _telling_document(self, name: str) -> Callable[[Document], None]:
        def tell(document: Document) -> None:
            delay = self.random.choice((5_000, 60_000))
            self.schedule.after(delay, lambda: self.say_document(name, document, "edit"))

        return tell

    # Lambda's part.

    def run_until_rest(self) -> None:
        """Let everything happen that will; sweep every minute meanwhile.

        Raises:
            NeverAtRestError: if it does not come to rest within hours.
        """
        with small_answers_of_all(), small_pages_of_planning():
            self._run_until_rest()

    def _run_until_rest(self) -> None:
        schedule = self.schedule
        give_up_at = schedule.milliseconds + _PATIENCE_MILLISECONDS
        schedule.after(30_000, self._sweep)
        while True:
            name, due = min(self._due().items(), key=itemgetter(1), default=("", FOREVER))
            if due <= schedule.next_event_at() and name:
                schedule.advance_to(due)
                self._poll(name)
            elif schedule.has_events():
                schedule.run_next_event()
            else:
                break
            if schedule.milliseconds > give_up_at:
                raise NeverAtRestError(f"still busy at {schedule.milliseconds} ms")
        if not self.is_at_rest():
            raise NeverAtRestError("nothing more to come, and not at rest")

    def _due(self) -> dict[str, int]:
        """When each queue may next have a message to work; a flush waits for the one under way."""
        due = {}
        for name, messages in self._held.items():
            if not messages:
                continue
            waiting: Collection[StoredMessage] = messages.values()
            if name in self._flushes:
                now = self.schedule.now()
                waiting = [each for each in waiting if each.receive_count and each.visible_at > now] or waiting
            at = min(message.visible_at for message in waiting)
            due[name] = max(self._not_before.get(name, 0), self.schedule.milliseconds_at(at))
        return due

    def _poll(self, name: str) -> None:
        queue = self._queues[name]
        batch = queue.receive(self.random.choice((1, 3, 10)))
        self._not_before[name] = self.schedule.milliseconds + self.random.choice((5, 100, 1_000) if batch else (1_000,))
        if not batch:
            return
        for message in batch:
            if self.weather.chance("visibility_ran_out"):
                queue.change_visibility(message.handle, self.random.choice((0.05, 3)))
        if name in self._flushes:
            self.maintaining.note_flush(self._flushes[name])
            self.invoke("deliver", lambda: self.line.deliver(self._flushes[name], batch), DELIVER_LIFETIME_MS)
        elif name == "relay":
            system = receiving(SALES)
            self.invoke(
                "relay", lambda: run_relay(self.line, SALES, system, batch), relaying.LIFETIME_MS, may_rest=False
            )
        else:
            flow: Flow = self.line.flows[name]
            self.invoke(f"record {name}", lambda: self.line.work(flow, batch), RECORD_LIFETIME_MS)

    def invoke(
        self, name: str, body: Callable[[], None], lifetime_ms: int, *, may_rest: bool | None = None
    ) -> Invocation:
        """Run a function; `may_rest` None: as the world has it, while there are faults."""
        self.note(f"> {name}")
        self.invoked.append((name, self.schedule.milliseconds))
        may_rest = self.may_rest and self.weather.is_on if may_rest is None else may_rest
        invocation = self.schedule.invoke(name, body, lifetime_ms=lifetime_ms, may_rest=may_rest)
        if invocation.error is not None:
            raise invocation.error
        return invocation

    def _hurry(self, key: Key) -> None:
        """Somebody stores the entry just after a worker found it missing."""
        if key in self.mappings_to_come and self.random.random() < 0.5:
            self.schedule.after(self.random.choice((5, 100, 2_000)), self.mappings_to_come[key])

    # What is asked of the world.

    def note(self, text: str) -> None:
        """A line of the trace."""
        if self._note is not None:
            self._note(f"{self.schedule.milliseconds:>9} {text}")

    def is_at_rest(self) -> bool:
        """Whether nothing is under way that will go on by itself."""
        is_queued = any(queue.contents() for queue in self._queues.values())
        if is_queued or self.schedule.resting or any(target.planning.under_way for target in self.targets.values()):
            return False
        return not self.line.table.left and not any(key.startswith("spool/") for key in self.line.archive._objects)

    @property
    def zones(self) -> dict[str, tuple[Crm, ZoneInfo]]:
        """The CRMs with their accounts' time zones."""
        return {name: (crm, ZoneInfo(CRMS[name])) for name, crm in self.crms.items()}
