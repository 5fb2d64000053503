"""A simulated tool, its connection's door and the record step behind it, as the sandbox joins them: what it posts is planned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from functions.receive.pipeline import receive
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import record
from functions.record.work import Message, Report
from infra.door_options import door_options
from infra.landscape import read_landscape
from ops.mapping_tables import read_file
from sandbox.systems.joining import join_connection
from sandbox.systems.serving import serve
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.generic_cases import ROOT
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_table import MemoryTable
from tests.support.receiving import Door, api_event
from tests.support.record_step import record_step
from tieout.facts.reading import SourceReader
from tieout.ledger.cells import CellLedger
from tieout.ledger.mappings import MappingLedger
from tieout.planning.model import PlanningModel
from tieout.system_clock import SystemClock

if TYPE_CHECKING:
    from starlette.requests import Request

LANDSCAPE = read_landscape(ROOT, "sandbox")
_ENTITIES = frozenset(LANDSCAPE.flows_by_entity())


class ToolLine:
    """One connection of the sandbox from its simulated tool to the ledger.

    Attributes:
        answers: statuses to answer next instead of taking the delivery.
    """

    def __init__(self, name: str, door_url: str) -> None:
        self.connection = LANDSCAPE.connection(name)
        self.joined = join_connection(self.connection, door_url)
        self.clock = ManualClock(SystemClock().now())
        self.door = Door(
            system=self.connection.system,
            connection=name,
            options=door_options(self.connection),
            completion=self.connection.completion,
            flows=LANDSCAPE.flows_by_entity(),
            secret_text=json.dumps({"current": self.joined.verifying_secret or self.joined.webhook_secret}),
            clock=self.clock,
        )
        self.table, self.dead_letters = MemoryTable(), MemoryQueue(self.clock, name="dead")
        self.step = record_step(
            self.table,
            entities=_ENTITIES,
            model=PlanningModel.of(LANDSCAPE),
            reader_of=_nobody,
            payloads=KeptPayloads([self.connection], self.door.store.get),
            dead_letters=self.dead_letters,
            fetch=self.door.store.get,
            clock=self.clock,
            entropy=SeededEntropy(1),
        )
        self.answers: list[int] = []
        self._worked = 0
        for entry in read_file(ROOT / "landscape/mappings/sandbox.csv"):
            MappingLedger(self.table).put(entry.key, entry.member, "test", self.clock.now())

    async def take(self, request: Request) -> Response:
        """Answer a request as the deployed door would."""
        body = await request.body()
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        number = f"delivery-{len(self.door.lines)}"
        event = api_event(body, dict(request.headers), method=request.method, request_id=number)
        answer = receive(event, self.door.receiver)
        return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))

    def work(self) -> Report:
        """Record all that the door has put on the bus since it was last asked."""
        new = self.door.bus.entries[self._worked :]
        self._worked += len(new)
        bodies = [
            json.dumps({"source": each.source, "detail-type": each.detail_type, "detail": json.loads(each.detail)})
            for each in new
        ]
        messages = [
            Message(message_id=f"m{number}", receipt_handle="r", body=body, attempt=1)
            for number, body in enumerate(bodies)
        ]
        return record(self.step, messages)

    def planned(self) -> dict[tuple[str, ...], int]:
        """Minor units by cube, measure and members of everything planned that is not zero."""
        return {
            (cell.cube, cell.measure, *(member for _, member in cell.members)): cell.total_minor
            for each in CellLedger(self.table).dirty("anaplan", 1000).found
            for cell in each.cells
            if cell.total_minor
        }

    def parked(self) -> list[tuple[str, str]]:
        """The record and the reason of each notice that was parked."""
        return [
            (json.loads(each.body)["detail"]["notices"][0]["record_id"], each.attributes.get("reason", ""))
            for each in self.dead_letters.contents()
        ]


def _nobody(name: str) -> SourceReader:
    """No connection here is read: all is completed from what is delivered."""
    raise KeyError(name)


class Tool:
    """The simulated tool as a person works it, over its control routes."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=f"{base_url}/_control/", timeout=30, trust_env=False)

    def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 JSON
        """The answer of a control route."""
        answer = self.http.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()

    def tell(self, *events: dict[str, Any]) -> list[int | None]:
        """Let events happen; the status of every request that told of them."""
        return [each["status"] for each in self.call("POST", "events", {"events": list(events)})["attempts"]]


@contextmanager
def tool_line(name: str) -> Iterator[tuple[Tool, ToolLine]]:
    """A tool and the line behind it, both answering over HTTP until the block ends."""
    lines: list[ToolLine] = []

    async def answer(request: Request) -> Response:
        return await lines[0].take(request)

    methods = ["POST", "OPTIONS", "GET", "PUT"]
    with serve(Starlette(routes=[Route("/webhooks/{name}", answer, methods=methods)])) as url:
        lines.append(ToolLine(name, f"{url}/webhooks/{name}"))
        with serve(lines[0].joined.app) as tool_url:
            tool = Tool(tool_url)
            try:
                yield tool, lines[0]
            finally:
                tool.http.close()
