"""Documents become chunks, each the kept payload of a delivery, with a manifest that lists them; and back again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from functions.intake.parts import Document
from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.arriving.payload import Payload, encode, read_payload
from tieout.file_runs import FILES_PREFIX, FileRun, delivery_of
from tieout.files import CHUNK_HEADERS, FeedReader
from tieout.ports import ObjectStore

_CHUNK_BYTES = 2 * 1024 * 1024  # a chunk is closed once it has as many; one document may be 1 MB
_ID, _ROWS, _BEFORE = b'{"id":', b',"rows":[', b',"before":'
_METHOD = "FILE"  # of a delivery that nobody sent


class Written(NamedTuple):
    """What was written of a file: how many chunks and documents, how many of these are gone, and the manifest's key."""

    chunks: int
    documents: int
    gone: int
    manifest: str


class ChunkLine(NamedTuple):
    """A document as its line in a chunk says: its id, and whether it is gone."""

    record_id: str
    is_gone: bool


class Writer:
    """Writes the chunks of one run.

    Args:
        attempt: of all that ever write chunks of a run, those of one attempt alone are told of: nobody overwrites another's.
    """

    def __init__(self, store: ObjectStore, run: FileRun, reader: FeedReader, attempt: str) -> None:
        self._store, self._run, self._most = store, run, reader.chunk_documents
        self._folder = f"{FILES_PREFIX}{run.connection}/{run.run}/chunks/{attempt}"
        said = (run.feed, run.version, run.company, run.period, ",".join(reader.columns))
        self._headers = dict(zip(CHUNK_HEADERS, said, strict=True))
        self._items: list[dict[str, Any]] = []

    def write(self, documents: Iterable[Document]) -> Written:
        """Return once chunks and manifest are stored; raises `TieoutError`."""
        lines: list[bytes] = []
        size = total = gone = 0
        for document in documents:
            lines.append(_line(document))
            size += len(lines[-1])
            total += 1
            gone += document.is_gone
            if len(lines) == self._most or size >= _CHUNK_BYTES:
                self._put(lines)
                lines, size = [], 0
        if lines:
            self._put(lines)
        manifest = f"{self._folder}/manifest.json"
        self._store.put(manifest, strict_json.dump(self._items).encode())
        return Written(len(self._items), total, gone, manifest)

    def discard(self) -> None:
        """Remove what was written: nothing will ever name it."""
        for item in self._items:
            self._store.delete(item["key"])
        self._store.delete(f"{self._folder}/manifest.json")

    def _put(self, lines: list[bytes]) -> None:
        chunk = len(self._items) + 1
        key = f"{self._folder}/{chunk:06d}"
        self._store.put(key, encode(delivered(self._run, chunk, b"\n".join(lines)), self._headers))
        self._items.append({"connection": self._run.connection, "run": self._run.run, "chunk": chunk, "key": key})


def delivered(run: FileRun, chunk: int, body: bytes = b"") -> Delivery:
    """The delivery that a chunk is, whenever it is sent."""
    return Delivery(delivery_of(run.run, chunk), _METHOD, "", {}, body, run.seen_at)


def records_of(store: ObjectStore, manifest: str) -> Iterator[bytes]:
    """The records of a run as JSON texts, with memory for one chunk."""
    for payload in _payloads_of(store, manifest):
        for line in payload.body.splitlines():
            yield line[len(_ID) : line.index(_ROWS)]


def rows_of(
    store: ObjectStore, manifest: str, columns: Sequence[str]
) -> Iterator[tuple[str, Sequence[tuple[str, ...]]]]:
    """The records of a run that have rows: id, and rows with these columns; what they had no column for then is empty."""
    for payload in _payloads_of(store, manifest):
        kept = {name: place for place, name in enumerate(payload.headers["columns"].split(","))}
        places = [kept.get(name) for name in columns]
        for line in payload.body.splitlines():
            document = strict_json.parse(line)
            rows = [tuple("" if place is None else row[place] for place in places) for row in document["rows"]]
            if rows:
                yield document["id"], rows


def lines_of_chunk(raw: bytes) -> list[ChunkLine]:
    """The documents of a chunk, in order; raises `MalformedError` where it is none of ours."""
    found = []
    for line in read_payload(raw).body.splitlines():
        record, behind = line[len(_ID) :].split(_ROWS, 1)
        found.append(ChunkLine(str(strict_json.parse(record)), behind == b"]}"))
    return found


def _payloads_of(store: ObjectStore, manifest: str) -> Iterator[Payload]:
    items: list[Mapping[str, Any]] = strict_json.parse(store.get(manifest))
    for item in items:
        yield read_payload(store.get(item["key"]))


def _line(document: Document) -> bytes:
    before = _BEFORE + document.before if document.before else b""
    return _ID + document.record + _ROWS + b",".join(document.rows) + b"]" + before + b"}"
