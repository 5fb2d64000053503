"""A connection of the made-up system from its door to the ledger, in memory: what is posted, recorded and parked."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.record.payloads import KeptPayloads
from functions.record.pipeline import record
from functions.record.work import Message, Report
from tests.support.clock import SeededEntropy
from tests.support.made_up import body_of, connection
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_table import MemoryTable
from tests.support.receiving import Door
from tests.support.record_step import record_step
from tests.support.systems.made_up.contents import read_contents
from tieout.arriving.door import Answer
from tieout.arriving.notice import RecordKey
from tieout.facts.reading import ContentsReader, SourceReader
from tieout.ledger import keys
from tieout.ledger.items import Lineage, stored_lineage
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Item
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

NAME = "somewhere"
STAGE = MappingKey(NAME, "stage", "-/-")


class PayloadLine:
    """One connection completed from payloads, with all that it touches at hand.

    Nothing is planned of its facts, but they are held until their stage is mapped.

    Args:
        is_mapped: whether it is.
        readers: the readers of other connections in the same flow.
    """

    def __init__(self, *, is_mapped: bool = True, readers: Mapping[str, SourceReader] | None = None) -> None:
        self.door = Door(system="made_up", completion="payload")
        self.table = MemoryTable()
        self.dead_letters = MemoryQueue(self.door.clock, name="dead")
        self.read: ContentsReader = read_contents
        self.connection = connection()
        self._numbers = itertools.count()
        self.step = record_step(
            self.table,
            entities={"opportunity"},
            model=PlanningModel((), "USD", {self.connection.name: self.connection.legal_entity}),
            reader_of=(readers or {}).__getitem__,
            payloads=KeptPayloads([self.connection], self.door.store.get, lambda _: self.read),
            dead_letters=self.dead_letters,
            fetch=self.door.store.get,
            clock=self.door.clock,
            entropy=SeededEntropy(1),
        )
        if is_mapped:
            self.map_stage()

    def map_stage(self) -> None:
        """Store the mapping entry its facts wait for."""
        MappingLedger(self.table).put(STAGE, "lost", "test", self.door.clock.now())

    def post(self, *bookings: dict[str, object], headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to an authentic delivery about bookings, with an id of its own."""
        body, number = body_of(*bookings), next(self._numbers)
        context = {"requestId": f"delivery-{number}", "http": {"method": "POST"}}
        signed = self.door.sign(body) | dict(headers or {})
        return self.door.post(body, signed, change={"requestContext": context})

    def bodies(self) -> list[str]:
        """The queue messages that the bus makes of all it has accepted, in order."""
        return [
            json.dumps({"source": each.source, "detail-type": each.detail_type, "detail": json.loads(each.detail)})
            for each in self.door.bus.entries
        ]

    def work(self, bodies: Sequence[str] | None = None, *, attempt: int = 1) -> Report:
        """One batch of the record step, of all that is on the bus where nothing else is given."""
        found = self.bodies() if bodies is None else bodies
        messages = [
            Message(message_id=f"m{number}", receipt_handle="r", body=body, attempt=attempt)
            for number, body in enumerate(found)
        ]
        return record(self.step, messages)

    def item(self, record_id: str = "1") -> Item:
        """The fact item of a record."""
        key = keys.fact_key(RecordKey(NAME, "opportunity", record_id))
        return self.table.contents()[key]

    def stands(self, record_id: str = "1") -> tuple[str, str]:
        """The stated version of a record, and its amount or why there is none."""
        item = self.item(record_id)
        said: dict[str, Any] = json.loads(str(item["statement"]))
        return str(item["source_version"]).split(" ")[0], str(said.get("amount", said.get("absence")))

    def lineage(self, record_id: str = "1") -> Lineage:
        """What the ledger puts a fact down to."""
        return stored_lineage(NAME, self.item(record_id))

    def outcomes(self) -> dict[str, list[Outcome]]:
        """The outcomes of each delivery's notices, by the delivery, in order of position."""
        return {
            key[1].split("#")[1]: [outcome for _, outcome in sorted(outcomes_of(item).items())]
            for key, item in self.table.contents().items()
            if key[0].startswith("OUTCOME#")
        }

    def parked(self) -> list[tuple[str, str, str]]:
        """The record, the error and its reason of each notice that was parked alone."""
        return [
            (
                json.loads(each.body)["detail"]["notices"][0]["record_id"],
                each.attributes["error"],
                each.attributes.get("reason", ""),
            )
            for each in self.dead_letters.contents()
        ]
