from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from functions.intake import chunks
from functions.intake.chunks import Writer, delivered, lines_of_chunk, records_of, rows_of
from functions.intake.parts import Document, record_text
from tests.support.clock import ManualClock
from tests.support.legacy_feeds import JOURNALS, NAME, legacy_connection
from tests.support.memory_store import MemoryObjectStore
from tieout import strict_json
from tieout.arriving.delivery import Delivery
from tieout.file_runs import Drop, FileRun, FileState, delivery_of, run_of
from tieout.moments import moment_text
from tieout.systems.legacy_files.files import open_feed

if TYPE_CHECKING:
    import pytest

DROP = Drop("drops", f"incoming/{NAME}/GL_BR01_202603_42.csv", "e", 1)
RUN = FileRun(
    run=run_of(DROP),
    connection=NAME,
    name="GL_BR01_202603_42.csv",
    drop=DROP,
    state=FileState.NOT_A_FEED,
    seen_at=ManualClock().now(),
    feed="journals",
    own_version="42",
    company="BR01",
    period="2026-03",
)
A = Document(record_text("a"), [b'["1"]', b'["2"]'], b"")
B = Document(record_text('b,"rows":['), [b'["3"]'], b'[["0"]]')
GONE = Document(record_text("gone"), [], b"")
STATED = Document(record_text("stated"), [], b'[["9"]]')


def writer(store: MemoryObjectStore, most: int = 2, attempt: str = "try", run: FileRun = RUN) -> Writer:
    """What writes the chunks of a run, of so many documents at most."""
    reader = open_feed(legacy_connection({**JOURNALS, "chunk_documents": most}), RUN.name)
    assert reader is not None
    return Writer(store, run, reader, attempt)


def test_documents_become_chunks_that_a_manifest_lists() -> None:
    """The last one may be smaller; each says of which run and attempt it is, and is a delivery of its own."""
    store = MemoryObjectStore()
    written = writer(store).write([A, B, GONE])
    folder = f"files/{NAME}/{RUN.run}/chunks/try"
    assert written == (2, 3, 1, f"{folder}/manifest.json")
    assert strict_json.parse(store.get(written.manifest)) == [
        {"connection": NAME, "run": RUN.run, "chunk": 1, "key": f"{folder}/000001"},
        {"connection": NAME, "run": RUN.run, "chunk": 2, "key": f"{folder}/000002"},
    ]
    head, _, body = store.get(f"{folder}/000001").partition(b"\n")
    assert strict_json.parse(head) == {
        "delivery_id": f"file-{RUN.run}-000001",
        "received_at": moment_text(RUN.seen_at),
        "headers": {
            "feed": "journals",
            "version": "42",
            "company": "BR01",
            "period": "2026-03",
            "columns": "company,document,line,account,cost_centre,posting_date,currency,flag,amount",
        },
    }
    assert body == b'{"id":"a","rows":[["1"],["2"]]}\n{"id":"b,\\"rows\\":[","rows":[["3"]],"before":[["0"]]}'
    assert delivery_of(RUN.run, 12) == f"file-{RUN.run}-000012"


def test_a_chunk_is_closed_when_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """At as many bytes as are read at once, whatever the number of its documents; the next one begins anew."""
    line = len(b'{"id":"a","rows":[["1"],["2"]]}')
    for bytes_, chunks_of in ((2 * line, [2, 2, 2, 1]), (2 * line + 1, [3, 3, 1]), (line, [1] * 7)):
        monkeypatch.setattr(chunks, "_CHUNK_BYTES", bytes_)
        store = MemoryObjectStore()
        written = writer(store, most=99).write([A] * 7)
        items = strict_json.parse(store.get(written.manifest))
        assert [len(lines_of_chunk(store.get(each["key"]))) for each in items] == chunks_of
        assert (written.chunks, written.documents, written.gone) == (len(chunks_of), 7, 0)


def test_nothing_is_left_of_an_attempt_that_comes_to_nothing() -> None:
    """And what another one wrote stands."""
    store = MemoryObjectStore()
    kept, given_up = writer(store, attempt="one"), writer(store, attempt="two")
    kept.write([A, B, GONE])
    before = store.keys("", 99)
    given_up.write([A, B, GONE, STATED])
    given_up.discard()
    assert store.keys("", 99) == before
    assert len(before) == 3


def test_a_chunk_is_one_delivery_that_nobody_sent() -> None:
    """It is the same whenever it is sent, of the moment its file was seen: what it carries stands in its chunk."""
    assert delivered(RUN, 2) == Delivery(f"file-{RUN.run}-000002", "FILE", "", {}, b"", RUN.seen_at)
    assert delivered(RUN, 2, b"lines").body == b"lines"


def test_a_file_without_documents_has_a_manifest_without_chunks() -> None:
    """An empty file that says so is a file."""
    store = MemoryObjectStore()
    written = writer(store).write([])
    assert written[:3] == (0, 0, 0)
    assert strict_json.parse(store.get(written.manifest)) == []


def test_documents_are_found_again() -> None:
    """All of them by their records, those with rows by their rows, and of each in a chunk whether it is gone."""
    store = MemoryObjectStore()
    written = writer(store, run=replace(RUN, own_version="43")).write([A, B, GONE, STATED])
    assert list(records_of(store, written.manifest)) == [each.record for each in (A, B, GONE, STATED)]
    assert list(rows_of(store, written.manifest, ["company"])) == [("a", [("1",), ("2",)]), ('b,"rows":[', [("3",)])]
    assert dict(rows_of(store, written.manifest, ["segment", "company"]))["a"] == [("", "1"), ("", "2")]
    folder = written.manifest.removesuffix("manifest.json")
    assert lines_of_chunk(store.get(f"{folder}000001")) == [("a", False), ('b,"rows":[', False)]
    assert lines_of_chunk(store.get(f"{folder}000002")) == [("gone", True), ("stated", False)]
