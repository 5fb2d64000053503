"""Stores mapping entries, singly or from a file, and sends exactly the facts that waited for them through the line again."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops.governed_tables import refuse_governed
from ops.place import Place
from ops.resending import send_again
from tieout.errors import MalformedError, PermanentError
from tieout.ledger.mappings import FILE, PERSON, HeldFact, MappingLedger
from tieout.planning.mapping import EVERY_CONNECTION, RATE, TABLES, MappingKey, check_entry
from tieout.planning.rates import product, stands_in

_MOST_FLAWS = 10  # named in one message
_COLUMNS = ["connection", "table", "key", "member"]


class UnusableEntriesError(PermanentError):
    """Mapping entries that cannot be used; nothing was stored. The message names each, with its line in a file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping entry to be stored.

    Attributes:
        place: where it was read, for messages: file and line.
        origin: what it is made of (see `tieout.ledger.mappings.MappingEntry`).
    """

    key: MappingKey
    member: str
    place: str = ""
    origin: str = PERSON


def read_file(path: Path) -> list[Entry]:
    """The entries of a CSV file with the columns connection, table, key and member; `*` is the connection of rates.

    Raises:
        UnusableEntriesError: for a file that is no such table, or lines that do not fit its columns.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            missing = [column for column in _COLUMNS if column not in (rows.fieldnames or [])]
            if missing:
                raise UnusableEntriesError(f"{path}: no column {', '.join(missing)}; it needs {', '.join(_COLUMNS)}")
            found = [(rows.line_num, row) for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableEntriesError(f"{path} is no CSV file in UTF-8: save it as one") from error
    _refuse([f"{path}:{line}: does not have one value for each column" for line, row in found if not _fits(row)])
    return [
        Entry(
            MappingKey(row["connection"], row["table"], row["key"]),
            row["member"],
            f"{path}:{line}",
            f"{FILE}{path.name}",
        )
        for line, row in found
    ]


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

    Raises:
        UnusableEntriesError: naming the entries the line could not use, or whose connection the stage has not; none is stored.
        NeedsApprovalError: one of them changes only by a proposal; none is stored.
    """
    refuse_unusable(place, entries)
    refuse_governed(place, (entry.key for entry in entries))
    ledger = MappingLedger(place.table)
    stored = Stored([], [])
    for entry in entries:
        implied = _said_without_it(place, ledger, entry.key)
        if ledger.put(entry.key, entry.member, place.who, datetime.now(UTC), entry.origin, implied) is not None:
            stored.replaced.append(entry)
        waiting = list(ledger.waiting(entry.key))
        send_again(place, (fact.lineage for fact in waiting))
        stored.released.extend(waiting)
    return stored


def refuse_unusable(place: Place, entries: Sequence[Entry]) -> None:
    """Refuse entries that the line could not use.

    Raises:
        UnusableEntriesError: naming them.
    """
    _refuse([f"{entry.place or entry.key}: {flaw}" for entry in entries if (flaw := _flaw(entry, place.connections))])


def _said_without_it(place: Place, ledger: MappingLedger, key: MappingKey) -> str | None:
    """What stands in for an entry where nobody has stored it: two rates, or the number of its owner."""
    legs = stands_in(key, json.loads(place.outputs["Rates"])["through"]) if key.table == RATE else ()
    said = {each: stored.member for each in legs if (stored := ledger.entry(each)) is not None}
    if legs and len(said) == len(legs):
        return product(legs, said)[1]
    return place.ownership.implied(key.connection, key.table, key.key)


def _flaw(entry: Entry, connections: Collection[str]) -> str:
    """What is wrong with an entry; empty if nothing is."""
    try:
        check_entry(entry.key, entry.member)
    except MalformedError as error:
        known = f" (there are {', '.join(TABLES)})" if entry.key.table not in TABLES else ""
        return error.reason.replace("_", " ") + known
    if entry.key.table == RATE:
        return (
            ""
            if entry.key.connection == EVERY_CONNECTION
            else f"a rate belongs to {EVERY_CONNECTION}, to no connection"
        )
    if entry.key.connection not in connections:
        return f"there is no connection {entry.key.connection}; the stage has {', '.join(connections)}"
    return ""


def _fits(row: Mapping[str | None, object]) -> bool:
    """Whether a line has a value for each column and no more: a comma in a name splits it in two."""
    return None not in row and None not in row.values()


def _refuse(flaws: Sequence[str]) -> None:
    if flaws:
        more = f"; and {len(flaws) - _MOST_FLAWS} more" if len(flaws) > _MOST_FLAWS else ""
        raise UnusableEntriesError("; ".join(flaws[:_MOST_FLAWS]) + more)
