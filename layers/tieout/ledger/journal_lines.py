"""A line of the journal read back: which change of which item, with the item as the table's adapter gives it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tieout.ledger.table import Item, Key

_OF_BYTES = "_deflated"  # what the names of attributes end in that hold bytes, which the journal says as base64
_KEYS, _SORT_KEY = b'"keys":{"pk":', b',"sk":'


class Line(NamedTuple):
    """A change of an item; sorted, those of one item stand in the order in which they were made.

    Attributes:
        sequence: orders the changes of one item, and of no others.
        at: the second it was made in.
        old: the item before; None where there was none.
        new: the item after; None where it is gone.
    """

    sequence: int
    at: datetime
    key: Key
    old: Item | None
    new: Item | None


def line_of(line: bytes) -> Line:
    """The change that a line tells."""
    said = json.loads(line)
    return Line(
        int(said["sequence"]),
        datetime.fromisoformat(said["at"]),
        (said["keys"]["pk"], said["keys"]["sk"]),
        item_of(said["old"]),
        item_of(said["new"]),
    )


def partition_of(line: bytes) -> str:
    """The partition of the item that a line is about, at a tenth of what it costs to read all of the line."""
    partition: str = json.loads(line.partition(_KEYS)[2].partition(_SORT_KEY)[0])
    return partition


def item_of(image: Mapping[str, Any] | None) -> Item | None:
    """What a table's adapter gives for an item that the journal shows."""
    if image is None:
        return None
    return {
        name: b64decode(value) if name.endswith(_OF_BYTES) else value
        for name, value in image.items()
        if name not in {"pk", "sk"}
    }
