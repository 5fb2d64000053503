"""A bucket that files are dropped into, their checks, their map and their end, all in memory; and what came of the records."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from functions.intake.check import CheckStep, check_file
from functions.intake.finish import Finished, FinishStep, finish_file
from functions.intake.send import Chunk, SendStep, send_chunk
from functions.intake.waiting import still_waits
from functions.record.payloads import versioned
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.faults import FaultPoint, no_fault
from tests.support.legacy_feeds import NAME, legacy_connection
from tests.support.memory_bus import MemoryBus
from tests.support.memory_store import MemoryObjectStore
from tests.support.memory_table import MemoryTable
from tieout import strict_json
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.payload import read_payload
from tieout.facts.statement import Statement
from tieout.file_runs import ChangedObjectError, Drop, FileRun, FileState, run_of
from tieout.ledger.files import FileLedger
from tieout.systems.legacy_files.contents import read_contents
from tieout.systems.legacy_files.files import marked_by, open_feed

BUCKET = "drops"
FLOW = "record_to_report"


class MemoryScratch:
    """Implements `functions.intake.scratch.Scratch` over lists."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self._lines: list[list[bytes]] = [[] for _ in range(parts)]

    def add(self, record: bytes, line: bytes) -> None:
        """Keep a line in the part of its record."""
        assert b"\n" not in line
        self._lines[zlib.crc32(record) % self.parts].append(line)

    def lines(self, part: int) -> Iterator[bytes]:
        """The lines of a part in the order added."""
        return iter(self._lines[part])

    def clear(self) -> None:
        """Forget them."""
        self._lines = [[] for _ in range(self.parts)]


class MemoryIncoming:
    """Implements `functions.intake.check.Incoming` over a dictionary."""

    def __init__(self, piece_bytes: int = 64) -> None:
        self.io: FaultPoint = no_fault
        self.piece_bytes = piece_bytes
        self.objects: dict[tuple[str, str], tuple[str, bytes]] = {}

    def put(self, key: str, content: bytes) -> Drop:
        """The drop of an object that is put there."""
        etag = f"{zlib.crc32(content):08x}"
        self.objects[BUCKET, key] = (etag, content)
        return Drop(BUCKET, key, etag, len(content))

    def there(self, bucket: str, key: str) -> Drop | None:
        """The object as it is there now."""
        self.io("before incoming.there")
        found = self.objects.get((bucket, key))
        return None if found is None else Drop(bucket, key, found[0], len(found[1]))

    def content(self, drop: Drop) -> Iterator[bytes]:
        """Its bytes, in pieces."""
        self.io("before incoming.content")
        etag, content = self.objects.get((drop.bucket, drop.key), ("", b""))
        if etag != drop.etag:
            raise ChangedObjectError(f"not there any more: {drop.key}")
        for begin in range(0, len(content), self.piece_bytes):
            yield content[begin : begin + self.piece_bytes]
        self.io("after incoming.content")


class IntakeDesk:
    """One connection that drops files.

    Args:
        feeds: what it declares.
        parts: over how many parts rows are spread.
    """

    def __init__(self, *feeds: Mapping[str, Any], parts: int = 3) -> None:
        self.clock, self.entropy = ManualClock(), SeededEntropy()
        self.table, self.store, self.bus = MemoryTable(), MemoryObjectStore(), MemoryBus()
        self.incoming = MemoryIncoming()
        self.connection = legacy_connection(*feeds)
        self.ledger = FileLedger(self.table)
        self.is_busy = False
        self.notices_sent = 0
        self.parts = parts
        self.scratches: list[MemoryScratch] = []
        self.room_asked_for: list[int] = []  # bytes, for each of them
        self.finishing = FinishStep(ledger=self.ledger, clock=self.clock)

    def fail_at(self, io: FaultPoint) -> None:
        """Let everything outside fail where `io` does."""
        self.table.io = self.store.io = self.bus.io = self.incoming.io = io

    def drop(self, name: str, content: bytes) -> Drop:
        """An object dropped for the connection."""
        self.clock.advance(1)
        return self.incoming.put(f"incoming/{NAME}/{name}", content)

    def _scratch(self, expected_bytes: int) -> MemoryScratch:
        self.room_asked_for.append(expected_bytes)
        self.scratches.append(MemoryScratch(self.parts))
        return self.scratches[-1]

    def check(self, drop: Drop) -> FileRun:
        """The first task."""
        return check_file(self.checking, drop)

    def still_waits(self, drop: Drop) -> bool:
        """What is asked of a drop that has waited."""
        return still_waits(self.checking, drop)

    @property
    def checking(self) -> CheckStep:
        """What both work with."""
        return CheckStep(
            connections={NAME: self.connection},
            open_feed=open_feed,
            marked_by=marked_by,
            incoming=self.incoming,
            store=self.store,
            ledger=self.ledger,
            scratch=self._scratch,
            clock=self.clock,
            entropy=self.entropy,
        )

    def manifest(self, run: FileRun) -> list[Chunk]:
        """The chunks of a run."""
        return [Chunk(**each) for each in strict_json.parse(self.store.get(run.manifest))]

    def send(self, chunk: Chunk) -> str:
        """The second task."""
        step = SendStep(
            ledger=self.ledger,
            flows={"journal_entry": FLOW, "invoice": FLOW, "customer": FLOW},
            is_busy=lambda flow: self.is_busy and flow == FLOW,
            bus=self.bus,
            store=self.store,
            clock=self.clock,
            entropy=self.entropy,
        )
        sent = send_chunk(step, chunk)
        self.notices_sent += sent.notices
        return sent.outcome

    def finish(self, run: FileRun) -> Finished:
        """The last task."""
        return finish_file(self.finishing, run.connection, run.run)

    def take(self, name: str, content: bytes) -> FileRun:
        """What became of a file that is dropped and taken to its end, with what follows from it."""
        return self.to_the_end(self.drop(name, content))

    def to_the_end(self, drop: Drop, *, trying: Callable[[Callable[[], Any]], Any] = lambda task: task()) -> FileRun:
        """What the state machine does: check, a map of sends, finish, and the drop that follows; `trying` retries a task."""
        run: FileRun = trying(lambda: self.check(drop))
        if run.state is FileState.ACCEPTED:
            for chunk in trying(lambda: self.manifest(run)):
                trying(lambda chunk=chunk: self.send(chunk))  # type: ignore[misc]  # bound now
            ended: Finished = trying(lambda: self.finish(run))
            if ended.following is not None:
                self.to_the_end(ended.following, trying=trying)
        return run

    def kept(self, drop: Drop) -> FileRun:
        """What is kept of a drop."""
        found = self.ledger.run(NAME, run_of(drop))
        assert found is not None
        return found

    def told(self) -> list[Envelope]:
        """What is on the bus."""
        return [
            read_message(
                f'{{"source":"{each.source}","detail-type":"{each.detail_type}","detail":{each.detail}}}',
                self.store.get,
            )
            for each in self.bus.entries
        ]

    def statements(self) -> dict[str, Statement]:
        """The newest statement of each record of which the bus was told, as the record step finds it."""
        newest: dict[str, Statement] = {}
        for envelope in self.told():
            payloads = {notice.payload for notice in envelope.notices}
            stated = [
                versioned(content)
                for key in sorted(payloads)
                for content in read_contents(read_payload(self.store.get(key)), self.connection)
            ]
            told = [notice.key for notice in envelope.notices]
            for each in stated:
                assert isinstance(each, Statement)
                assert each.key in told, "every document of a chunk is told of"
                before = newest.get(each.key.record_id)
                if before is None or each.source_version > before.source_version:
                    newest[each.key.record_id] = each
        return newest

    def lines(self) -> dict[str, Sequence[tuple[str, str]]]:
        """What stands of each record in the end: account and amount of its lines; records that are gone are not in it."""
        found: dict[str, Sequence[tuple[str, str]]] = {}
        for record_id, each in self.statements().items():
            if each.fact is not None:
                lines: Any = getattr(each.fact, "lines", ())
                found[record_id] = [(line.account, str(line.transaction.decimal())) for line in lines]
        return found
