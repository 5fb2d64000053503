"""What an object of the journal tells becomes rows of the lake's tables: the same ones whenever it is done.

A row is made of one line and of what never changes of an intersection. So an object of the journal always becomes the same
rows under the same names, whoever derives them and however often, and the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tieout.lake.places import Place
from tieout.lake.tables import SCHEMA_VERSION, TABLES
from tieout.lake.told import Change, Told, places_needed, told_of
from tieout.ledger.journal import packed
from tieout.ledger.table import Key

_SEQUENCE_DIGITS = 40  # the most that DynamoDB's streams use
_EXPIRY = "dynamodb.amazonaws.com"
_COLUMNS = {table.name: tuple(column.name for column in table.columns) for table in TABLES}


def intersections_in(lines: Iterable[bytes]) -> Collection[Key]:
    """The intersections that some lines of the journal are about."""
    return {key for line in lines for key in places_needed(_change(json.loads(line)))}


def rows_by_table(lines: Iterable[bytes], places: Mapping[Key, Place]) -> dict[str, bytes]:
    """Table to the object that holds its rows of these lines, in the order of their sequence; tables without any are left out."""
    found: dict[str, list[bytes]] = {}
    for line in lines:
        read = json.loads(line)
        for told in told_of(_change(read), places):
            found.setdefault(told.table.name, []).append(_row(read, told))
    return {name: packed(rows) for name, rows in found.items()}


def _change(line: Mapping[str, Any]) -> Change:
    return Change((line["keys"]["pk"], line["keys"]["sk"]), line["old"], line["new"])


def _row(line: Mapping[str, Any], told: Told) -> bytes:
    """A row as one line of JSON, with every column of its table, in their order."""
    columns = {
        "sequence": line["sequence"].zfill(_SEQUENCE_DIGITS),
        "row_id": f"{line['event_id']}/{told.about}",
        "changed_at": line["at"],
        "is_removed": told.is_removed,
        "is_expired": told.is_removed and line["by"] == _EXPIRY,
        "schema_version": SCHEMA_VERSION,
        **told.columns,
    }
    row = {name: columns.get(name) for name in _COLUMNS[told.table.name]}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
