from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.table_stream import change_record
from tieout.ledger.journal import WINDOW_SECONDS, lines_by_object, object_key, packed, text_of_second, unpacked

NOON = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


def record(**values: Any) -> dict[str, Any]:  # noqa: ANN401 any value of an item
    """The first appearance of an item with some typed values."""
    made = change_record(("FACT#a", "STATE"), None, {}, 7, NOON)
    made["dynamodb"]["NewImage"] |= values
    return made


def only_line(made: dict[str, Any]) -> dict[str, Any]:
    """The one line of a change."""
    ((line,),) = lines_by_object([made]).values()
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_line_tells_everything_of_a_change() -> None:
    """Which change of which item, when, and the item before and after, as plain JSON."""
    made = change_record(("CELL#a", "STATE"), {"total": 1}, {"total": -2, "cube": "Plän", "is_settled": True}, 7, NOON)
    assert only_line(made) == {
        "sequence": "666",
        "event": "MODIFY",
        "event_id": f"{7:032x}",
        "at": "2026-11-25T12:00:00Z",
        "by": None,
        "keys": {"pk": "CELL#a", "sk": "STATE"},
        "old": {"pk": "CELL#a", "sk": "STATE", "total": 1},
        "new": {"pk": "CELL#a", "sk": "STATE", "total": -2, "cube": "Plän", "is_settled": True},
    }


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ({"S": "12"}, "12"),
        ({"N": "12"}, 12),
        ({"N": "-99999999999999999999999999999999999999"}, -99999999999999999999999999999999999999),
        ({"N": "1.50"}, "1.50"),
        ({"N": "1E+30"}, "1E+30"),
        ({"B": "AP8="}, "AP8="),
        ({"BOOL": False}, False),
        ({"NULL": True}, None),
        ({"M": {"b": {"N": "1"}, "a": {"L": [{"S": "x"}, {"B": "AA=="}]}}}, {"a": ["x", "AA=="], "b": 1}),
        ({"SS": ["b", "a"]}, ["a", "b"]),
        ({"NS": ["2", "0.5"]}, ["0.5", 2]),
        ({"BS": ["AQ==", "AA=="]}, ["AA==", "AQ=="]),
        ({"VECTOR": [1, 2]}, [1, 2]),
    ],
)
def test_every_value_stands_there_exactly(typed: dict[str, Any], plain: object) -> None:
    """Whole numbers as numbers however long, others as their own text, bytes as base64; an unknown type as it is told."""
    assert only_line(record(value=typed))["new"]["value"] == plain


def test_letters_stand_there_as_themselves() -> None:
    """A line is UTF-8: people look for a name with the tools they have."""
    ((line,),) = lines_by_object([record(name={"S": "Plän 😀"})]).values()
    assert '"name":"Plän 😀"'.encode() in line


def test_a_moment_is_told_in_utc_wherever_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own zone moves neither the line nor the object it belongs to."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    text_of_second.cache_clear()
    ((key, (line,)),) = lines_by_object([record()]).items()
    monkeypatch.undo()
    time.tzset()
    assert (key, json.loads(line)["at"]) == ("journal/date=2026-11-25/120000.jsonl.gz", "2026-11-25T12:00:00Z")


def test_an_item_that_went_by_itself_is_told_from_one_that_was_removed() -> None:
    """DynamoDB says who it was: itself, where an item's time was over."""
    made = change_record(("OUTCOME#a", "1"), {"final_0": "applied"}, None, 1, NOON)
    assert (only_line(made)["by"], only_line(made)["new"], only_line(made)["event"]) == (None, None, "REMOVE")
    made["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert only_line(made)["by"] == "dynamodb.amazonaws.com"


def test_the_order_in_which_dynamodb_names_attributes_changes_no_byte() -> None:
    """The same change is the same line, and so is never kept a second time."""
    here = record(a={"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, b={"SS": ["p", "q"]})
    there = record(b={"SS": ["q", "p"]}, a={"M": {"y": {"N": "2"}, "x": {"N": "1"}}})
    assert lines_by_object([here]) == lines_by_object([there])


@pytest.mark.parametrize(
    ("second", "name"),
    [
        (0, "journal/date=2026-11-25/120000.jsonl.gz"),
        (WINDOW_SECONDS - 1, "journal/date=2026-11-25/120000.jsonl.gz"),
        (WINDOW_SECONDS, "journal/date=2026-11-25/120010.jsonl.gz"),
        (12 * 3600 - 1, "journal/date=2026-11-25/235950.jsonl.gz"),
        (12 * 3600, "journal/date=2026-11-26/000000.jsonl.gz"),
    ],
)
def test_a_change_belongs_to_the_ten_seconds_it_was_made_in(second: int, name: str) -> None:
    """Its own moment names the object, up to the last second before midnight and the first after it."""
    assert object_key(NOON + timedelta(seconds=second)) == name


def test_a_batch_over_midnight_belongs_to_both_days() -> None:
    """The partition is the day of each change, not that of the batch."""
    midnight = datetime(2026, 11, 26, tzinfo=UTC)
    batch = [change_record(("A", "1"), None, {}, number, midnight + timedelta(seconds=number)) for number in (-1, 0, 1)]
    found = lines_by_object(batch)
    assert {key: len(lines) for key, lines in found.items()} == {
        "journal/date=2026-11-25/235950.jsonl.gz": 1,
        "journal/date=2026-11-26/000000.jsonl.gz": 2,
    }


def test_lines_stand_in_the_order_of_their_numbers() -> None:
    """Sequence numbers are numbers of different length: 9 comes before 10, though not as a text."""
    batch = [change_record(("A", "1"), None, {}, number, NOON) for number in (200, 1, 30)]
    ((_, lines),) = lines_by_object(batch).items()
    told = [json.loads(line)["sequence"] for line in gzip.decompress(packed(lines)).splitlines()]
    assert told == ["96", "2851", "19001"]


def test_the_same_lines_are_the_same_bytes() -> None:
    """Neither the moment of writing nor the order of reading is in them."""
    ((_, lines),) = lines_by_object([change_record(("A", "1"), None, {}, number, NOON) for number in range(20)]).items()
    body = packed(sorted(lines))
    assert body == packed([*sorted(lines, reverse=True), *lines])
    assert body[4:8] == b"\0\0\0\0"  # the time in a gzip header
    assert unpacked(body) == lines
