"""What kept payloads make of notices: which are completed from them, and at which versions."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.record.payloads import KeptPayloads, versioned
from functions.record.work import Message, Task
from tests.support.made_up import body_of, booking, connection, made_up_system
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.opportunity import Opportunity
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


def test_a_payload_only_tells_what_a_record_was_where_it_is_read_besides() -> None:
    """It may say nothing of it, and a listing names none; what it says and nobody can read fails the notice all the same."""
    told, silent, listed, broken = (task("both", each) for each in ("told", "silent", "", "broken"))
    payloads = {
        "told": b'{"headers":{}}\n' + body_of(booking()),
        "silent": b'{"headers":{}}\n' + body_of(booking(2)),
        "broken": b'{"headers":{}}\n' + body_of(booking(amount="much")),
    }
    with made_up_system():
        connections = [connection("both", completion="both")]
        failures = KeptPayloads(connections, payloads.__getitem__).complete([told, silent, listed, broken])
    assert list(failures) == [broken]
    assert isinstance(told.told, Opportunity)
    assert [each.told for each in (silent, listed)] == [None, None]
    assert [each.statement for each in (told, silent, listed)] == [None] * 3


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
