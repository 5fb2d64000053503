"""One large file through the real steps, part by part, with everything outside in memory or on disk: see `files.py`."""

from __future__ import annotations

import json
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from functions.intake.check import CheckStep, check_file
from functions.intake.scratch import DiskScratch
from functions.intake.send import Chunk, SendStep, send_chunk
from functions.record.payloads import KeptPayloads
from functions.record.pipeline import record
from functions.record.work import Message
from infra.landscape import read_landscape
from tests.support.legacy_feeds import JOURNALS, NAME, legacy_connection
from tests.support.memory_queue import MemoryQueue
from tests.support.memory_table import MemoryTable
from tests.support.record_step import record_step
from tieout.arriving.spool import BusEntry
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import SourceReader
from tieout.file_runs import Drop, FileRun, FileState
from tieout.ledger.files import FileLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.table import Usage
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems.legacy_files.files import marked_by, open_feed

ROOT = Path(__file__).resolve().parents[2]
FILE = "GL_BR01_202603_42.csv"
LINES = 4  # of a document
_PIECE = 1024 * 1024
_SAMPLED_CHUNKS = 20
_MEMBERS = {
    ("legal_entity", "BR01"): "LATAM",
    ("account", "4000"): "4010",
    ("account", "6000"): "6400",
    **{("cost_centre", f"CC{number}"): f"CC_{number}" for number in range(50)},
}


class FolderStore:
    """Implements `tieout.ports.ObjectStore` in a folder: what is stored takes no memory of the function's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.calls: Counter[str] = Counter()

    def put(self, key: str, body: bytes) -> None:
        """Keep an object."""
        self.calls["put"] += 1
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        self.calls["get"] += 1
        try:
            return (self._folder / key).read_bytes()
        except FileNotFoundError as error:
            raise UnreadableRecordError(key) from error

    def keys(self, prefix: str, limit: int, *, after: str = "") -> Sequence[str]:
        """None: nobody lists here."""
        del prefix, limit, after
        return ()

    def delete(self, key: str) -> None:
        """Remove an object."""
        (self._folder / key).unlink(missing_ok=True)


class FileOnDisk:
    """Implements `functions.intake.check.Incoming` over one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def there(self, bucket: str, key: str) -> Drop | None:
        """The file."""
        return Drop(bucket, key, "e", self._path.stat().st_size)

    def content(self, _drop: Drop) -> Iterator[bytes]:
        """Its bytes."""
        with self._path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


class CountingBus:
    """A bus that takes everything, and counts it in entries of 64 KB."""

    def __init__(self, keep: Callable[[BusEntry], object]) -> None:
        self._keep = keep
        self.entries = 0

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """Take them."""
        for each in entries:
            self.entries += -(-len(each.detail) // 65_536)
            self._keep(each)
        return [""] * len(entries)


def write(path: Path, rows: int) -> None:
    """A file of journal entries with that many rows, four to a document, its totals in the trailer."""
    with path.open("w", encoding="cp1252", newline="") as file:
        file.write("H;BR01;202603;42;0\r\n")
        cents = 0
        for number in range(rows // LINES):
            worth = 1_000 + number % 900_000
            cents += 2 * worth
            for line, (account, flag) in enumerate((("1100", "S"), ("4000", "H"), ("6000", "S"), ("2000", "H")), 1):
                centre, amount = f"CC{number % 50}", f"{worth // 100},{worth % 100:02d}"
                file.write(f"D;BR01;J{number:09d};{line};{account};{centre};31.03.2026;BRL;{flag};{amount};x\r\n")
        total = f"{cents // 100},{cents % 100:02d}"
        file.write(f"T;{rows // LINES * LINES};{total};{total}\r\n")


def run_part(part: str, folder: Path) -> dict[str, Any]:
    """What a part took, in this process."""
    began, loaded = time.process_time(), _peak_mb()
    found = {"check": _check, "send": _send, "record": _record}[part](folder)
    return {"cpu_seconds": time.process_time() - began, "loaded_mb": loaded, "peak_mb": _peak_mb(), **found}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _check(folder: Path) -> dict[str, Any]:
    path, store = folder / "file.csv", FolderStore(folder / "archive")
    step = CheckStep(
        connections={NAME: legacy_connection(JOURNALS)},
        open_feed=open_feed,
        marked_by=marked_by,
        incoming=FileOnDisk(path),
        store=store,
        ledger=FileLedger(MemoryTable()),
        scratch=lambda size: DiskScratch(folder / "scratch", size),
        clock=SystemClock(),
        entropy=SystemEntropy(),
    )
    size = path.stat().st_size
    run = check_file(step, Drop("drops", f"incoming/{NAME}/{FILE}", "e", size))
    assert run.state is FileState.ACCEPTED, run
    (folder / "run.json").write_text(json.dumps(run.plain() | {"run": run.run}))
    return {
        "rows": run.rows,
        "documents": run.documents,
        "chunks": run.chunks,
        "bytes": size,
        "puts": store.calls["put"],
    }


def _accepted(folder: Path) -> tuple[FileRun, FolderStore, list[Chunk]]:
    plain = json.loads((folder / "run.json").read_text())
    run = FileRun.of_plain(NAME, plain.pop("run"), plain, 0)
    store = FolderStore(folder / "archive")
    return run, store, [Chunk(**each) for each in json.loads(store.get(run.manifest))]


def _send(folder: Path) -> dict[str, Any]:
    run, store, chunks = _accepted(folder)
    usages: list[Usage] = []
    ledger = FileLedger(MemoryTable(observe=usages.append))
    ledger.keep(run)
    sample: list[BusEntry] = []
    bus = CountingBus(lambda entry: sample.append(entry) if len(sample) < _SAMPLED_CHUNKS else None)
    step = SendStep(
        ledger=ledger,
        flows={"journal_entry": "record_to_report"},
        is_busy=lambda _: False,
        bus=bus,
        store=store,
        clock=SystemClock(),
        entropy=SystemEntropy(),
    )
    for each in chunks:
        send_chunk(step, each)
    bodies = [_message(each) for each in sample]
    (folder / "sample.json").write_text(json.dumps(bodies))
    return {"bus": bus.entries, "write_units": _units(usages, "Put"), "read_units": _units(usages, "Get")}


def _message(entry: BusEntry) -> str:
    plain = {"source": entry.source, "detail-type": entry.detail_type, "detail": json.loads(entry.detail)}
    return json.dumps(plain)


def _record(folder: Path) -> dict[str, Any]:
    store, usages = FolderStore(folder / "archive"), list[Usage]()
    ledger_table, clock = MemoryTable(observe=usages.append), SystemClock()
    shipped = read_landscape(ROOT, "sandbox")
    anaplan = shipped.target("anaplan")
    landscape = replace(shipped, connections=(legacy_connection(JOURNALS),), targets=(anaplan,))
    step = record_step(
        ledger_table,
        entities={"journal_entry"},
        model=PlanningModel.of(landscape),
        reader_of=_nobody,
        payloads=KeptPayloads(landscape.connections, store.get),
        dead_letters=MemoryQueue(clock, name="dead"),
        fetch=store.get,
        clock=clock,
        entropy=SystemEntropy(),
    )
    mappings = MappingLedger(ledger_table)
    for (name, key), member in _MEMBERS.items():
        mappings.put(MappingKey(NAME, name, key), member, "bench", clock.now())
    mappings.put(MappingKey.rate("average", "BRL", "USD", "2026-03"), "0.20", "bench", clock.now())
    usages.clear()
    bodies = json.loads((folder / "sample.json").read_text())
    began, outcomes = time.process_time(), Counter[str]()
    for body in bodies:
        outcomes.update(record(step, [Message(message_id="m", receipt_handle="r", body=body, attempt=1)]).outcomes)
    calls = Counter(each.operation for each in usages)
    return {
        "work_seconds": time.process_time() - began,
        "messages": len(bodies),
        "outcomes": dict(outcomes),
        "table_calls": sum(calls.values()),
        "write_units": _units(usages, "Transact", "Update", "Put"),
        "read_units": _units(usages, "BatchGet", "Query"),
    }


def _nobody(name: str) -> SourceReader:
    """No connection here is read."""
    raise KeyError(name)


def _units(usages: Sequence[Usage], *operations: str) -> float:
    return sum(each.units for each in usages if any(part in each.operation for part in operations))
