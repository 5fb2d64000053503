"""What the ledger's stream tells of a change becomes one line of the journal, and lines become the bytes of an object.

All here is pure, and the same whichever way Lambda cuts the stream into batches: a change always becomes the same line,
a line always belongs to the same object, and the same lines are always the same bytes. So a batch that is given again,
whole or in halves, alone or among others, leaves the union of all objects as it was. Standard library only.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

PREFIX = "journal/"
WINDOW_SECONDS = 10
"""What was changed within so many seconds stands in one object: at rest a deal's whole way is in two or three of them, and a
shard of the stream that is written as fast as DynamoDB allows fills one with some 10,000 lines."""

SETTLED_SECONDS = 120
"""So long ago a change must be for its line to be expected: it waits a minute for others, and is kept within another."""

_SEQUENCE = b'{"sequence":"'
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def lines_by_object(records: Iterable[Mapping[str, Any]]) -> dict[str, set[bytes]]:
    """The lines of some records of the stream, by the key of the object each belongs to; nothing is left out."""
    found: dict[str, set[bytes]] = {}
    for record in records:
        found.setdefault(object_key(_created_at(record)), set()).add(_line(record))
    return found


@lru_cache(maxsize=64)  # a batch tells of many changes of few seconds
def object_key(created_at: datetime) -> str:
    """Where the changes made at about that moment stand, partitioned by the UTC day: of the change, not of the batch."""
    start = created_at.replace(second=created_at.second - created_at.second % WINDOW_SECONDS)
    return f"{PREFIX}date={start:%Y-%m-%d/%H%M%S}.jsonl.gz"


def begins_at(key: str) -> datetime:
    """The moment with which the seconds of an object begin."""
    return datetime.strptime(key, f"{PREFIX}date=%Y-%m-%d/%H%M%S.jsonl.gz").replace(tzinfo=UTC)


@lru_cache(maxsize=64)
def text_of_second(moment: datetime) -> str:
    """A whole second as lines say it, in UTC; texts of this form sort as time does."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def packed(lines: Iterable[bytes]) -> bytes:
    """The object that holds these lines, each once, in the order of their sequence numbers."""
    return gzip.compress(b"".join(line + b"\n" for line in sorted(set(lines), key=_order)), mtime=0)


def unpacked(body: bytes) -> set[bytes]:
    """The lines an object holds."""
    return set(gzip.decompress(body).splitlines())


def _order(line: bytes) -> tuple[int, bytes]:
    """By number, since sequence numbers differ in length; two shards may use the same one."""
    return int(line[len(_SEQUENCE) : line.index(b'"', len(_SEQUENCE))]), line


def _line(record: Mapping[str, Any]) -> bytes:
    change = record["dynamodb"]
    told: dict[str, Any] = {
        "sequence": change["SequenceNumber"],
        "event": record["eventName"],
        "event_id": record["eventID"],
        "at": text_of_second(_created_at(record)),
        "by": record.get("userIdentity", {}).get("principalId"),  # DynamoDB itself, where an item's time was over
        "keys": _plain_map(change["Keys"]),
        "old": _image(change, "OldImage"),
        "new": _image(change, "NewImage"),
    }
    return _ENCODER.encode(told).encode()


def _created_at(record: Mapping[str, Any]) -> datetime:
    return _moment(int(record["dynamodb"]["ApproximateCreationDateTime"]))


@lru_cache(maxsize=64)
def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _image(change: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The item before or after; None where there was none."""
    return _plain_map(change[name]) if name in change else None


def _plain_map(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: each["S"] if "S" in (each := attributes[name]) else _plain(each) for name in sorted(attributes)}


def _plain(value: Mapping[str, Any]) -> object:
    """A value of DynamoDB as JSON: bytes as base64, which they are already, and numbers that are not whole as exact text."""
    (kind,) = value
    if kind in _WRITTEN:
        return _WRITTEN[kind](value[kind])
    return value[kind]  # B and BOOL, texts within lists, and whatever DynamoDB may learn to say: kept as it is told


def _number(text: str) -> int | str:
    return int(text) if text.removeprefix("-").isdecimal() else text


_WRITTEN: Mapping[str, Any] = {
    "N": _number,
    "NULL": lambda _: None,
    "M": _plain_map,
    "L": lambda content: [_plain(each) for each in content],
    "NS": lambda content: [_number(each) for each in sorted(content)],
    "SS": sorted,
    "BS": sorted,
}
