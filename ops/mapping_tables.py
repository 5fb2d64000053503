"""Stores mapping entries, singly or from a file, and sends exactly the facts that waited for them through the line again."""

from __future__ import annotations

import csv
import getpass
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops.place import Place
from ops.resending import send_again
from tieout.errors import MalformedError, PermanentError
from tieout.ledger.mappings import HeldFact, MappingLedger
from tieout.mapping import MappingKey, check_entry

_COLUMNS = ["connection", "table", "key", "member"]


class MappingFileError(PermanentError):
    """A mapping file that cannot be used; nothing of it was stored. The message names the line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping entry to be stored."""

    key: MappingKey
    member: str


def read_file(path: Path) -> list[Entry]:
    """The entries of a CSV file with the columns connection, table, key and member; `*` is the connection of rates.

    Raises:
        MappingFileError: for a missing column, or the first line whose entry the line could not use.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = [column for column in _COLUMNS if column not in (rows.fieldnames or [])]
        if missing:
            raise MappingFileError(f"{path}: no column {', '.join(missing)}; it needs {', '.join(_COLUMNS)}")
        return list(_checked(path, rows))


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing entries came to: the facts that waited and were sent again, and the entries that had another member."""

    released: list[HeldFact]
    replaced: list[Entry]


def put(place: Place, entries: Sequence[Entry]) -> Stored:
    """Store entries and send the facts that waited for them again.

    An entry is stored before the waiting facts are looked for, and a fact is held only while its entry is missing: so none
    is missed. Doing all of it twice changes nothing. What was planned with a replaced member is another matter: see
    `ops.resending.planned_with`.
    """
    ledger = MappingLedger(place.table)
    stored = Stored([], [])
    for entry in entries:
        if ledger.put(entry.key, entry.member, getpass.getuser(), datetime.now(UTC)) is not None:
            stored.replaced.append(entry)
        waiting = list(ledger.waiting(entry.key))
        send_again(place, (fact.lineage for fact in waiting))
        stored.released.extend(waiting)
    return stored


def _checked(path: Path, rows: csv.DictReader[str]) -> Iterator[Entry]:
    for row in rows:
        entry = Entry(MappingKey(row["connection"], row["table"], row["key"]), row["member"])
        try:
            check_entry(entry.key, entry.member)
        except MalformedError as error:
            raise MappingFileError(f"{path}:{rows.line_num}: {error.reason}") from error
        yield entry
