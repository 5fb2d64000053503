"""One simulated world: sources, senders, the real line and planning on one clock, from one seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

from tests.simulation import erp as erp_module
from tests.simulation.crm import COMPANIES, CURRENCIES, STAGES, Crm
from tests.simulation.erp import ACCOUNTS, CUSTOMERS, DEPARTMENTS, Document, Erp
from tests.simulation.line import DELIVER_LIFETIME_MS, RECORD_LIFETIME_MS, TARGET, Flow, Line
from tests.simulation.planning import PlanningSystem
from tests.simulation.schedule import FOREVER, Schedule
from tests.simulation.senders import Event, Sender, WebhookSecretBox, hubspot_signer, netsuite_event, netsuite_signer
from tests.simulation.weather import Weather
from tests.support.clock import SeededEntropy
from tests.support.memory_queue import MemoryQueue
from tieout.errors import TransientError
from tieout.landscape import Connection
from tieout.mapping import MappingKey
from tieout.ports import SourceReader
from tieout.sources.hubspot import options as hubspot_options
from tieout.sources.hubspot import payloads as hubspot_payloads
from tieout.sources.hubspot import sender as hubspot_sender
from tieout.sources.hubspot import signature as hubspot_signature
from tieout.sources.hubspot.client import HubSpotClient
from tieout.sources.hubspot.reader import HubSpotReader
from tieout.sources.netsuite import options as netsuite_options
from tieout.sources.netsuite import payloads as netsuite_payloads
from tieout.sources.netsuite import sender as netsuite_sender
from tieout.sources.netsuite import signature as netsuite_signature
from tieout.sources.netsuite.client import NetSuiteClient
from tieout.sources.netsuite.lines import Books
from tieout.sources.netsuite.reader import NetSuiteReader

CANARY = b"canary-7f3a"
CRMS = {"hubspot-emea": "Europe/Berlin", "hubspot-amer": "America/New_York"}
ERPS = ("netsuite-group",)
_STARTS = (  # an ordinary day, the hour New York sets its clocks back, the last hours of a month
    datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 8, 40, tzinfo=UTC),
    datetime(2026, 3, 31, 21, 40, tzinfo=UTC),
)
_TRAFFIC_MILLISECONDS = 1_800_000
_PATIENCE_MILLISECONDS = 8 * 3_600_000  # after which a line without faults must be at rest
_RECEIVE_LIFETIME_MS = 10_000


class NeverAtRestError(AssertionError):
    """The line was still busy long after the last fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a world is made with.

    Attributes:
        changes: how often something changes in a source.
        fault_scale: 0 for a day on which nothing goes wrong.
    """

    seed: int
    changes: int = 24
    fault_scale: float = 1.0


class World:
    """Everything of one seed."""

    def __init__(self, scenario: Scenario, note: Callable[[str], None] | None = None) -> None:
        self.random = random = Random(scenario.seed)  # noqa: S311 it must repeat itself
        self.scenario = scenario
        self.schedule = Schedule(random.choice(_STARTS))
        self.may_rest = random.random() < 0.5
        self.weather = Weather(
            random,
            self.schedule,
            rate_scale=scenario.fault_scale * random.choice((0.0, 0.3, 1.0, 1.0, 2.0)),
            rest_rate=random.choice((0.02, 0.1)) if self.may_rest else 0.0,
        )
        self._note = note
        self.weather.note = note and (lambda text: note(f"{self.schedule.milliseconds:>9} {text}"))
        calm = scenario.fault_scale == 0
        self.planning = PlanningSystem(
            random,
            self.schedule,
            self.weather,
            unknown=frozenset({"M-73"}) if random.random() < 0.15 and not calm else frozenset(),
            spoiling=frozenset({"M-503"}) if random.random() < 0.1 and not calm else frozenset(),
        )
        self.crms = {name: Crm(random, self.schedule, self.weather, self._telling_deal(name)) for name in CRMS}
        many_lines = 30 if random.random() < 0.06 else 0
        self.erps = {
            name: Erp(random, self.schedule, self.weather, self._telling_document(name), many_lines=many_lines)
            for name in ERPS
        }
        self.line = Line(
            random=random,
            schedule=self.schedule,
            weather=self.weather,
            entropy=SeededEntropy(scenario.seed),
            planning=self.planning,
            readers=self._readers(),
        )
        self.boxes = {name: WebhookSecretBox(CANARY + name.encode(), CANARY + name.encode()) for name in (*CRMS, *ERPS)}
        self.senders = {name: self._sender(name) for name in self.boxes}
        self.mappings: dict[tuple[str, str, str], str] = {}
        self.deliveries = 0
        self._not_before: dict[str, int] = {}
        self._events_said = 0
        self._receivers: dict[str, Any] = {}
        self._queues: dict[str, MemoryQueue] = {name: flow.queue for name, flow in self.line.flows.items()}
        self._queues["flush"] = self.line.flush_queue

    def run(self) -> None:
        """Traffic with faults, then none of either until the line is at rest."""
        self._plan_mappings()
        span = _TRAFFIC_MILLISECONDS
        for _ in range(self.scenario.changes):
            self.schedule.after(self.random.randrange(span), self._change)
        for at in (span // 3, 2 * span // 3):
            self.schedule.after(at, self._redrive)
        if self.scenario.fault_scale:
            self._plan_disturbances(span)
        self.schedule.after(span, self._end_traffic)
        self.schedule.after(30_000, self._sweep)
        self._run_until_rest(span + _PATIENCE_MILLISECONDS)

    def replay(self) -> None:
        """Everything ever said, once more."""
        for sender in self.senders.values():
            sender.repeat_everything()
        self.schedule.after(30_000, self._sweep)
        self._run_until_rest(self.schedule.milliseconds + _PATIENCE_MILLISECONDS)

    # What happens in the world.

    def _plan_mappings(self) -> None:
        for key, member in _all_mappings().items():
            drawn = self.random.random()
            if drawn < 0.8:
                self._store(key, member)
            elif drawn < 0.96:
                self.schedule.after(self.random.randrange(_TRAFFIC_MILLISECONDS), self._mapping_arrival(key, member))

    def _plan_disturbances(self, span: int) -> None:
        def window(switch: Callable[[bool], None]) -> None:
            start, length = self.random.randrange(span), self.random.choice((20_000, 90_000))
            self.schedule.after(start, lambda: switch(self.weather.is_on))
            self.schedule.after(start + length, lambda: switch(False))  # noqa: FBT003 a switch

        if self.random.random() < 0.4:
            window(lambda down: setattr(self.weather, "is_bus_down", down))
        if self.random.random() < 0.3:
            window(lambda down: setattr(self.weather, "is_archive_down", down))
        if self.random.random() < 0.3:
            self.schedule.after(self.random.randrange(span), self._rotate)
        self.schedule.after(
            self.random.randrange(span), lambda: self.random.choice(list(self.senders.values())).forge()
        )

    def _change(self) -> None:
        name = self.random.choice((*CRMS, *ERPS))
        if name in self.crms:
            events = self.crms[name].change_something()
            if self.random.random() < 0.08:
                events.append(self._odd_event(name))
            self._say(name, events)
        else:
            for document, event_type in self.erps[name].change_something():
                self._say_document(name, document, event_type)

    def _odd_event(self, name: str) -> Event:
        """What no flow wants, or what nothing can be made of."""
        event = self.crms[name].event("creation", "5")
        if self.random.random() < 0.5:
            self.weather.strike("unrouted_notice")
            return event | {"subscriptionType": "contact.creation", "objectTypeId": None}
        self.weather.strike("malformed_item")
        return event | {"objectId": None}

    def _rotate(self) -> None:
        """A new webhook secret: stored first or used first, the old one kept for a while."""
        box = self.boxes[self.random.choice(list(self.boxes))]
        new = CANARY + b"new" + box.current

        def store() -> None:
            self.weather.strike("secret_rotated")
            box.current, box.previous = new, box.current

        def use() -> None:
            box.signing = new

        for act in (store, use):
            self.schedule.after(self.random.randrange(60_000), act)

    def _end_traffic(self) -> None:
        """No more faults; what was lost for good is repaired by people."""
        self.weather.is_on = self.weather.is_bus_down = self.weather.is_archive_down = False
        self.line.table.index_lag = 0
        self.line.table.settle()
        for name, crm in self.crms.items():
            self._say(name, crm.mend_all(newborn=self.random.random() < 0.5))
        for delay in (1_800_000, 5_400_000):
            self.schedule.after(delay, self._redrive)

    def _redrive(self) -> None:
        """The operator puts parked messages back: send, then delete."""
        for flow in self.line.flows.values():
            flow.dead_letters.visibility_seconds = 30
            batch = flow.dead_letters.receive(10)
            while batch:
                self.weather.strike("redriven")
                for message in batch:
                    flow.queue.send(message.body)
                    flow.dead_letters.delete(message.handle)
                batch = flow.dead_letters.receive(10)

    def _sweep(self) -> None:
        self._invoke("sweep", self.line.sweep, 30_000)
        if self.weather.is_on or not self.is_at_rest():
            self.schedule.after(60_000, self._sweep)

    # How people and sources act on the line.

    def _say(self, name: str, events: list[Event]) -> None:
        if self._note is not None:
            for event in events:
                self.note(
                    f"{name}: {event['subscriptionType']} {event.get('objectId')} {event.get('propertyName', '')}"
                )
        self.senders[name].say(events)

    def _say_document(self, name: str, document: Document, event_type: str) -> None:
        self._events_said += 1
        self.note(f"{name}: {document.entity} {document.document_id} {event_type}")
        kind = erp_module.record_type(document)
        event = netsuite_event(kind, document.document_id, event_type, self._events_said, self.schedule)
        self.senders[name].say([event])

    def _telling_deal(self, name: str) -> Callable[[str], None]:
        def tell(deal_id: str) -> None:
            crm = self.crms[name]
            delay = self.random.choice((5_000, 60_000))
            self.schedule.after(
                delay, lambda: self._say(name, [crm.event("propertyChange", deal_id, propertyName="x")])
            )

        return tell

    def _telling_document(self, name: str) -> Callable[[Document], None]:
        def tell(document: Document) -> None:
            delay = self.random.choice((5_000, 60_000))
            self.schedule.after(delay, lambda: self._say_document(name, document, "edit"))

        return tell

    def _mapping_arrival(self, key: MappingKey, member: str) -> Callable[[], None]:
        """`tieout mappings put`: store it, then send what waited to its flow again; repeated until it succeeds."""

        def arrive() -> None:
            done: list[bool] = []

            def put() -> None:
                try:
                    self._store(key, member)
                    for held in self.line.mappings.waiting(key):
                        self.weather.strike("released")
                        self.line.flows[held.flow].queue.send(held.envelope().message())
                except TransientError:
                    return
                done.append(True)

            self._invoke(f"mapping {key}", put, 60_000, may_rest=False)
            if not done:
                self.schedule.after(20_000, arrive)

        return arrive

    def _store(self, key: MappingKey, member: str) -> None:
        self.line.mappings.put(key, member, "controller", self.schedule.now())
        self.mappings[key.connection, key.table, key.key] = member

    def _post(self, name: str) -> Callable[[Mapping[str, Any], Callable[[int], None]], None]:
        def post(event: Mapping[str, Any], answered: Callable[[int], None]) -> None:
            self.deliveries += 1
            request = {**event, "requestContext": {**event["requestContext"], "requestId": f"d{self.deliveries}"}}
            if name not in self._receivers or self.random.random() < 0.2:
                self._receivers[name] = self.line.receiver(name, *self._system(name), lambda: self._secret(name))
            statuses: list[int] = []

            def handle() -> None:
                statuses.append(self.line.receive(request, self._receivers[name]))
                self.note(f"{name} d{self.deliveries}: {statuses[0]}")
                answered(statuses[0])

            invocation = self._invoke(f"receive {name}", handle, _RECEIVE_LIFETIME_MS, may_rest=False)
            if invocation.crashed:
                self._receivers.pop(name)
                answered(502)

        return post

    def _secret(self, name: str) -> str:
        self.weather.io("before secret.value")
        return self.boxes[name].stored()

    # Lambda's part.

    def _run_until_rest(self, give_up_at: int) -> None:
        schedule = self.schedule
        while True:
            name, due = min(self._due().items(), key=_moment, default=("", FOREVER))
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
        due = {name: self._not_before.get(name, 0) for name in self._queues}
        for name, queue in self._queues.items():
            waiting = [message for message in queue._messages.values()]
            if not waiting:
                del due[name]
                continue
            if name == "flush":
                now = self.schedule.now()
                waiting = [each for each in waiting if each.receive_count and each.visible_at > now] or waiting
            at = min(message.visible_at for message in waiting)
            due[name] = max(due[name], self.schedule.milliseconds_at(at))
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
        if name == "flush":
            self._invoke("deliver", lambda: self.line.deliver(batch), DELIVER_LIFETIME_MS)
        else:
            flow: Flow = self.line.flows[name]
            self._invoke(f"record {name}", lambda: self.line.work(flow, batch), RECORD_LIFETIME_MS)

    def _invoke(self, name: str, body: Callable[[], None], lifetime_ms: int, *, may_rest: bool | None = None) -> Any:  # noqa: ANN401 an invocation
        self.note(f"> {name}")
        may_rest = self.may_rest and self.weather.is_on if may_rest is None else may_rest
        invocation = self.schedule.invoke(name, body, lifetime_ms=lifetime_ms, may_rest=may_rest)
        if invocation.error is not None:
            raise invocation.error
        return invocation

    # What is asked of the world.

    def note(self, text: str) -> None:
        """A line of the trace."""
        if self._note is not None:
            self._note(f"{self.schedule.milliseconds:>9} {text}")

    def is_at_rest(self) -> bool:
        """Whether nothing is under way that will go on by itself."""
        queued = any(queue.contents() for queue in self._queues.values())
        items = self.line.table._items
        left = any(
            key[1].startswith("OPEN#") or item.get("cell_state") == f"dirty#{TARGET}" for key, item in items.items()
        )
        return not (queued or left or self.planning.under_way or self.schedule.resting or self._has_spooled())

    def _has_spooled(self) -> bool:
        return any(key.startswith("spool/") for key in self.line.archive._objects)

    # How the world is made.

    def _readers(self) -> dict[str, SourceReader]:
        readers: dict[str, SourceReader] = {}
        for name, zone in CRMS.items():
            connection = Connection(
                name=name, system="hubspot", legal_entity="E", time_zone=zone, default_currency="EUR", api_base_url=""
            )
            readers[name] = HubSpotReader(connection, cast("HubSpotClient", self.crms[name]))
        for name in ERPS:
            books = Books(time_zone=erp_module.ZONE.key, default_currency="USD", group_subsidiary="1")
            readers[name] = NetSuiteReader(cast("NetSuiteClient", self.erps[name]), books, "1")
        return readers

    def _sender(self, name: str) -> Sender:
        box = self.boxes[name]
        signer = hubspot_signer(box, _url(name), self.schedule) if name in CRMS else netsuite_signer(box, self.schedule)
        return Sender(self.random, self.schedule, self.weather, signer, self._post(name))

    @staticmethod
    def _system(name: str) -> tuple[Any, str]:
        return (_HUBSPOT if name in CRMS else _NETSUITE), _url(name)

    @property
    def zones(self) -> dict[str, tuple[Crm, ZoneInfo]]:
        """The CRMs with their accounts' time zones."""
        return {name: (crm, ZoneInfo(CRMS[name])) for name, crm in self.crms.items()}


def _moment(due: tuple[str, int]) -> int:
    return due[1]


def _url(name: str) -> str:
    return f"https://tieout.example/webhooks/{name}"


def _all_mappings() -> dict[MappingKey, str]:
    """Every entry anybody may come to need."""
    stages = ("prospect", "negotiation", "won", "lost", "proposal", "won")
    found: dict[MappingKey, str] = {}
    for name in CRMS:
        found |= {MappingKey(name, "customer", each): f"M-{each}" for each in COMPANIES}
        found |= {MappingKey(name, "product", each): f"P-{each}" for each in ("default", "renewals")}
        found |= {MappingKey(name, "stage", key): stage for key, stage in zip(STAGES, stages, strict=True)}
    for name in ERPS:
        found |= {MappingKey(name, "customer", each): f"M-{each}" for each in CUSTOMERS}
        found |= {MappingKey(name, "account", each): f"A-{each}" for each in (*ACCOUNTS, "1000")}
        departments = (*filter(None, DEPARTMENTS), *(str(1000 + place) for place in range(30)))
        found |= {MappingKey(name, "cost_centre", each): f"C-{each}" for each in departments}
        found[MappingKey(name, "period", "199")] = "2026-03"
    rates = {"EUR": "1.0851", "JPY": "0.006713", "KWD": "3.2504"}
    for currency in CURRENCIES:
        if currency != "USD":
            for month in ("2026-03", "2026-04", "2026-05"):
                found[MappingKey.rate(currency, "USD", month)] = rates[currency]
    return found


_HUBSPOT = SimpleNamespace(
    options=hubspot_options.Options,
    rules=hubspot_sender.RULES,
    verify=hubspot_signature.verify,
    split=hubspot_payloads.split,
)
_NETSUITE = SimpleNamespace(
    options=netsuite_options.Options,
    rules=netsuite_sender.RULES,
    verify=netsuite_signature.verify,
    split=netsuite_payloads.split,
)
