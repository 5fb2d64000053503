from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from functions.journal import handler
from tests.support.memory_changing import MemoryChangingObjects
from tests.support.table_stream import change_record
from tieout.errors import UnavailableError


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> MemoryChangingObjects:
    """The archive a warm function writes to."""
    archive = MemoryChangingObjects()
    monkeypatch.setattr(handler, "_objects", lambda: archive)
    return archive


def event() -> dict[str, object]:
    """What Lambda hands over."""
    moment = datetime(2026, 11, 25, 12, tzinfo=UTC)
    return {"Records": [change_record(("FACT#a", "STATE"), None, {"revision": 1}, 1, moment)]}


def test_a_batch_is_kept_and_counted(objects: MemoryChangingObjects, capsys: pytest.CaptureFixture[str]) -> None:
    """The log says how many changes came and how many objects were written, and nothing of what was changed."""
    handler.lambda_handler(event(), None)
    handler.lambda_handler(event(), None)
    ((key, body),) = objects.contents().items()
    (line,) = gzip.decompress(body).splitlines()
    assert key == "journal/date=2026-11-25/120000.jsonl.gz"
    assert json.loads(line)["new"] == {"pk": "FACT#a", "sk": "STATE", "revision": 1}
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told == [
        {"level": "INFO", "step": "journal", "records": 1, "objects": 1, "written": written} for written in (1, 0)
    ]


def test_what_is_not_kept_is_an_error_to_lambda(objects: MemoryChangingObjects) -> None:
    """Only an error makes it give the batch again."""

    def io(point: str) -> None:
        raise UnavailableError(point)

    objects.io = io
    with pytest.raises(UnavailableError):
        handler.lambda_handler(event(), None)
