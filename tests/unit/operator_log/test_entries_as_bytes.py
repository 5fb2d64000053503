"""Entries of the operators' log, and what commands told, as the bytes they are hashed by: others must come to the same."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tieout.operator_log import Entry, Step, UnreadableEntryError, effect_of

STEP = Step(run="r-1", at=datetime(2026, 11, 27, 9, tzinfo=UTC), who="Operator/ana", command="undo")
ENTRY = Entry(number=1, previous="", step=STEP)
SAID = (
    '{"number":1,"previous":"","step":{"arguments":{},"at":"2026-11-27T09:00:00.000Z",'
    '"command":"undo","run":"r-1","who":"Operator/ana"}}'
)


def test_an_entry_is_canonical_json_with_the_hash_of_it_without_the_hash() -> None:
    """So that anybody can check it with what every machine has."""
    digest = hashlib.sha256(SAID.encode()).hexdigest()
    assert ENTRY.text() == f'{{"hash":"{digest}",{SAID[1:]}'
    assert Entry.of_bytes(ENTRY.text().encode()) == ENTRY


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (b"{", "it cannot be read"),
        (SAID.encode(), "its own hash is another"),
        (ENTRY.text().replace("undo", "redo").encode(), "its own hash is another"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(stored: bytes, says: str) -> None:
    """Apart, where it is none, and where it is not as it was written."""
    with pytest.raises(UnreadableEntryError) as refused:
        Entry.of_bytes(stored)
    assert str(refused.value) == says


def test_an_effect_is_the_hash_of_what_json_prints_in_one_order() -> None:
    """Without blanks, letters as they are, and what JSON has no form for as its text."""
    row: dict[str, object] = {"b": Decimal("1.50"), "a": "Müller"}
    told = [row, {"day": date(2026, 3, 31)}]
    text = '[{"a":"Müller","b":"1.50"},{"day":"2026-03-31"}]'
    assert effect_of(told) == hashlib.sha256(text.encode()).hexdigest()
    assert effect_of([dict(reversed(row.items())), told[1]]) == effect_of(told)


def test_half_a_character_that_a_system_sent_is_told_as_well() -> None:
    """No encoding has it, and a command that told it must not fail for that."""
    assert effect_of("\ud800") == hashlib.sha256(json.dumps("\ud800").encode()).hexdigest()
