"""Sources that drift on some days, whatever else goes wrong: what is planted must be found, once, and nothing else may be.

It has chance of its own. What was shown is remembered as it was sent or answered; what must be known of it is asked at rest.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from tests.simulation.drifts import ANSWERS, DELIVERIES, Plant, is_drifting
from tests.simulation.signing import Event, Wire, Written
from tieout.arriving.envelope import MAX_DETAIL_BYTES
from tieout.drift import Watch
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Item
from tieout.systems.netsuite.expected import EXPECTED

if TYPE_CHECKING:
    from tests.simulation.dataverse_answers import DataverseAnswers
    from tests.simulation.erp import Erp
    from tests.simulation.http_answers import Answer
    from tests.simulation.world import World
    from tieout.systems.netsuite.rows import Row

_HOW_OFTEN = 0.6
_Name = tuple[str, str, str, str]  # connection, kind, field, drift


class ShownErp:
    """An ERP in memory whose rows a watch is shown, as the real client shows them, and which may drift.

    Attributes:
        watch: is shown the rows.
    """

    def __init__(self, erp: Erp, drifting: Drifting, name: str) -> None:
        self._erp, self._drifting, self._name = erp, drifting, name
        self.watch = Watch(EXPECTED)

    def query(self, suiteql: str, answer: str = "") -> Sequence[Row]:
        """The rows of a query."""
        rows = [dict(row) for row in self._erp.query(suiteql, answer)]
        self._drifting.change(rows, ANSWERS, self._name, answer)
        self.watch.see(answer, rows)
        return [{name: str(value) for name, value in row.items() if value is not None} for row in rows]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 what else the client has
        return getattr(self._erp, name)


class DriftingAnswers:
    """The answers of a Web API in memory, whose rows may drift on their way to the real client."""

    def __init__(self, answers: DataverseAnswers, drifting: Drifting, connection: str) -> None:
        self._answers, self._drifting, self._connection = answers, drifting, connection

    def get(self, address: str, *, headers: Mapping[str, str], **asked: object) -> Answer:
        """A page, if it is one and whole."""
        answer = self._answers.get(address, headers=headers, **asked)
        try:
            page = json.loads(answer.content)
        except ValueError:
            return answer
        kind = urlsplit(address).path.rpartition("/")[2]
        changed = self._drifting.change(page.get("value", []), ANSWERS, self._connection, kind)
        return answer._replace(content=json.dumps(page).encode()) if changed else answer

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 what else the client asks
        return getattr(self._answers, name)


class Drifting:
    """What drifts in a world.

    Attributes:
        is_part: whether anything does.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"{world.scenario.seed} drifts")  # noqa: S311 it must repeat itself
        self.is_part = is_drifting(world.scenario)
        self._begun: set[_Name] = set()
        self._shown: set[_Name] = set()
        self._shown_in_calm: set[_Name] = set()
        self._in_bodies: dict[bytes, set[_Name]] = {}
        self._posted_in_calm: dict[str, set[_Name]] = {}

    def plan(self, span: int) -> None:
        """Have sources drift within a span, each from some moment on for good."""
        if not self.is_part:
            return
        self._world.line.most_detail_bytes = MAX_DETAIL_BYTES  # or some outlines would not fit beside their notices
        for plant in (*ANSWERS, *DELIVERIES):
            if self._random.random() < _HOW_OFTEN:
                self._world.schedule.after(self._random.randrange(span), partial(self._begun.add, _name(plant)))

    def change(
        self, parts: Sequence[Event], plants: Sequence[Plant], connection: str, kind: str | None = None
    ) -> set[_Name]:
        """Have parts of an answer (of some kind) or of a delivery drift in the ways that have begun; in which ways they did."""
        changed = {
            _name(plant)
            for plant in plants
            if plant.connection == connection and kind in {plant.kind, None} and _name(plant) in self._begun
            for part in parts
            if plant.change(part)
        }
        self._shown |= changed
        if kind is not None and not self._world.weather.is_on:
            self._shown_in_calm |= changed
        return changed

    def wire(self, connection: str, wire: Wire) -> Wire:
        """How a sender writes its events down, drifted."""
        return replace(wire, write=partial(self._written, connection, wire.write)) if self.is_part else wire

    def erp(self, name: str, erp: Erp) -> Erp | ShownErp:
        """An ERP, whose answers are watched where anything drifts."""
        return ShownErp(erp, self, name) if self.is_part else erp

    def answers(self, connection: str, answers: DataverseAnswers) -> DataverseAnswers:
        """The answers of a Web API, which may drift where anything does."""
        return cast("DataverseAnswers", DriftingAnswers(answers, self, connection)) if self.is_part else answers

    def post(self, delivery_id: str, request: Mapping[str, Any]) -> None:
        """Remember which delivery has which drifts."""
        body = base64.b64decode(request["body"]) if request["isBase64Encoded"] else request["body"].encode()
        if self.is_part and not self._world.weather.is_on:
            self._posted_in_calm[delivery_id] = self._in_bodies.get(body, set())

    def violations(self) -> Iterator[str]:
        """Each drift that was shown when nothing went wrong is known, nothing else is, and each was told of once."""
        items = self.known()
        for odd in sorted(items.keys() - self._shown):
            yield f"{odd} is called a drift, and nobody planted it"
        for lacking in sorted(self._must_be_known() - items.keys()) if self.is_part else ():
            yield f"{lacking} drifted, and nobody knows"
        seen_as = {_name(plant): plant.seen_as for plant in (*ANSWERS, *DELIVERIES)}
        for name, item in items.items():
            if item["last_at"] < item["first_at"] and not self._world.may_rest:
                yield f"{name} was seen last before it was seen first"
            for shape in ("first_shape", "last_shape"):
                if name in seen_as and _at(json.loads(item[shape]), name[2].split("/")) != seen_as[name]:
                    yield f"{name} has the {shape} {item[shape]}"
        yield from self._misjudged(Counter((str(item["first_by"]), name[0]) for name, item in items.items()))

    def known(self) -> dict[_Name, Item]:
        """What the ledger knows."""
        known: dict[_Name, Item] = {}
        for key, item in self._world.line.table.contents().items():
            if key[0].startswith("DRIFT#"):
                kind, field, drift = key[1].split("|")
                known[key[0].removeprefix("DRIFT#"), kind, field, drift] = item
        return known

    def _misjudged(self, first: Counter[tuple[str, str]]) -> Iterator[str]:
        """A function tells of each drift that it was the first to write, at the latest with what it works next, unless it dies."""
        processes = self._world.line.processes
        told, had_to = processes.told, processes.calm - processes.died
        for by in sorted(first.keys() | told.keys()):
            if told[by] > first[by] or (told[by] < first[by] and by[0] in had_to):
                yield f"{by} was the first to write {first[by]} drifts, and told of {told[by]}"

    def _must_be_known(self) -> set[_Name]:
        """What was shown in calm: in answers, and in deliveries that a flow worked off and of which nothing was malformed."""
        worked = {
            key[1].split("#")[1]
            for key, item in self._world.line.table.contents().items()
            if key[0].startswith("OUTCOME#") and set(outcomes_of(item).values()) - {Outcome.IGNORED}
        }
        lines = [json.loads(line) for line in self._world.line.log]
        whole = {
            line.get("delivery_id")
            for line in lines
            if line["outcome"] in {"accepted", "spooled"} and not line.get("Malformed")
        }
        delivered = (names for each, names in self._posted_in_calm.items() if each in worked & whole)
        return self._shown_in_calm.union(*delivered)

    def _written(
        self, connection: str, write: Callable[[list[Event], Random], Written], events: list[Event], random: Random
    ) -> Written:
        body, headers = write(events, random)
        plants = [plant for plant in DELIVERIES if plant.connection == connection and _name(plant) in self._begun]
        if not plants:
            return body, headers
        said = json.loads(body)
        changed = self.change(said if isinstance(said, list) else [said], plants, connection)
        if changed:
            body = json.dumps(said).encode()
            self._in_bodies[body] = changed
        return body, headers


def _name(plant: Plant) -> _Name:
    return (plant.connection, plant.kind, plant.field, plant.drift)


def _at(shape: object, path: Sequence[str]) -> str:
    """What a shape says of a field: its type; empty where it has none."""
    for name in path:
        shape = shape.get(name, "") if isinstance(shape, dict) else ""
    if isinstance(shape, str):
        return shape
    return "object" if isinstance(shape, dict) else "array"
