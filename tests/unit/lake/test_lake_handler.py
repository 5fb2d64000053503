from __future__ import annotations

import json

import pytest

from functions.lake import handler
from tests.support.lake_day import LakeDay, a_day, told_of


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> LakeDay:
    """The lake that a warm function derives."""
    day = a_day()
    monkeypatch.setattr(handler, "_step", lambda: day.step)
    return day


def test_the_answer_names_the_messages_that_come_again(day: LakeDay) -> None:
    """What could be derived is done, whatever came with it."""
    first, *_ = day.keep()
    bodies = {"m1": told_of(first), "m2": "no event"}
    event = {"Records": [{"messageId": message_id, "body": body} for message_id, body in bodies.items()]}
    assert handler.lambda_handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    assert len(day.rows.contents()) == 4


def test_the_log_says_which_object_was_derived(capsys: pytest.CaptureFixture[str]) -> None:
    """And how much had to be written, and nothing of what it tells."""
    handler._note("journal/date=2026-11-25/103040.jsonl.gz", 4)
    assert json.loads(capsys.readouterr().out) == {
        "level": "INFO",
        "step": "lake",
        "journal_object": "journal/date=2026-11-25/103040.jsonl.gz",
        "written": 4,
    }
