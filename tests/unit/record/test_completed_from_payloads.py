"""What kept payloads make of notices: which are completed from them, and at which versions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.record.payloads import KeptPayloads, versioned
from functions.record.work import Message, Task
from tests.support.made_up import body_of, booking, connection, made_up_system
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement

VERSION = "2026-03-01T00:00:00.000Z"
DIGEST = "7d1c0cffac8f0b734f7e3b4d481d3a1d"


def task(name: str, payload: str) -> Task:
    """A notice about a record of a connection, as it is worked."""
    notice = Notice(RecordKey(name, "opportunity", "1"), "n", "booking", payload=payload)
    envelope = Envelope(
        delivery_id="d", connection=name, flow="f", received_at=datetime(2026, 3, 2, tzinfo=UTC), notices=(notice,)
    )
    return Task(Message(message_id="m", receipt_handle="r", body="", attempt=1), envelope, notice)


def test_each_connections_payloads_are_read_by_its_own_system() -> None:
    """In one batch with records that their source is asked for, which no payload completes."""
    connections = [connection("asked", completion="read"), connection("told")]
    asked, told = task("asked", ""), task("told", "payloads/told/1")
    payloads = {"payloads/told/1": b'{"headers":{}}\n' + body_of(booking())}
    with made_up_system():
        assert KeptPayloads(connections, payloads.__getitem__).complete([asked, told]) == {}
    assert asked.statement is None
    assert told.statement is not None
    assert told.statement.source_version.startswith(f"{VERSION} content ")


@pytest.mark.parametrize(
    ("absence", "standing"),
    [(Absence.DELETED, "deleted"), (Absence.MERGED, "deleted"), (Absence.NOT_POSTED, "content")],
)
def test_the_version_of_a_content_is_written_alike_for_ever(absence: Absence, standing: str) -> None:
    """The ledger compares it with those it has stored: another spelling would be another version."""
    key = RecordKey("told", "opportunity", "1")
    stated = Statement(key=key, source_version=VERSION, fact=None, absence=absence)
    found = versioned(Content(key, stated, b"what was read"))
    assert isinstance(found, Statement)
    assert found.source_version == f"{VERSION} {standing} {DIGEST}"
