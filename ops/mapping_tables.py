"""Stores mapping entries, singly or from a file, and sends exactly the facts that waited for them through the line again."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops.governed_tables import refuse_governed
from ops.place import Place
from ops.resending import send_again
from tieout.errors import MalformedError, PermanentError
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import FILE, PERSON, HeldFact, MappingLedger
from tieout.members import folded
from tieout.ownership import NUMBER, TABLES_BY_KIND
from tieout.planning.mapping import EVERY_CONNECTION, RATE, TABLES, MappingKey, check_entry, has_members
from tieout.planning.rates import product, stands_in
from tieout.planning.validity import DATED, OverlapError, Term, said_with, terms_of, text_of

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
        first, last: the periods it is valid from and to; empty: from ever, for ever.
        alone: it takes the place of all that the entry says, whatever that is valid in.
    """

    key: MappingKey
    member: str
    place: str = ""
    origin: str = PERSON
    first: str = ""
    last: str = ""
    alone: bool = False


def read_file(path: Path) -> list[Entry]:
    """The entries of a CSV file with the columns connection, table, key and member, and valid_from and valid_to if it has them.

    `*` is the connection of rates.

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
            row.get("valid_from", ""),
            row.get("valid_to", ""),
        )
        for line, row in found
    ]


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing entries came to: the facts that waited and were sent again, and what entries say that said something else."""

    released: list[HeldFact]
    replaced: dict[MappingKey, str]


def put(place: Place, entries: Sequence[Entry]) -> Stored:
    """Store entries and send the facts that waited for them again.

    An entry is stored before the waiting facts are looked for, and a fact is held only while its entry is missing: so none
    is missed. Doing all of it twice changes nothing. What was planned with a replaced member is another matter: see
    `ops.resending.planned_with`.

    Raises:
        UnusableEntriesError: naming the entries the line could not use, whose connection the stage has not, or that would say two
            members of one period; none is stored.
        NeedsApprovalError: one of them changes only by a proposal; none is stored.
        ConditionFailedError: somebody has stored something else of one meanwhile; those before it are stored.
    """
    stood, texts = said_by(place, entries)
    refuse_governed(place, texts)
    ledger = MappingLedger(place.table)
    stored = Stored([], {})
    for entry in {entry.key: entry for entry in entries}.values():
        implied = _said_without_it(place, ledger, entry.key)
        said, over = texts[entry.key], stood.get(entry.key, "") if _has_validity(texts[entry.key]) else None
        now = datetime.now(UTC)
        if ledger.put(entry.key, said, place.who, now, entry.origin, implied, over=over) is not None:
            stored.replaced[entry.key] = said
        waiting = list(ledger.waiting(entry.key))
        send_again(place, (fact.lineage for fact in waiting))
        stored.released.extend(waiting)
    return stored


def said_by(place: Place, entries: Sequence[Entry]) -> tuple[Mapping[MappingKey, str], Mapping[MappingKey, str]]:
    """What each of these entries says, where anybody has stored it, and what it is to say with that.

    Raises:
        UnusableEntriesError: naming the entries the line could not use, whose connection the stage has not, that would say two
            members of one period, or write a member in other letters than another entry does.
    """
    _refuse([f"{_named(entry)}: {flaw}" for entry in entries if (flaw := _flaw(entry, place.connections))])
    _refuse(list(_written_otherwise(place, entries)))
    stood = FactLedger(place.table).mappings({entry.key for entry in entries})
    return stood, _texts(entries, stood)


def _texts(entries: Sequence[Entry], stood: Mapping[MappingKey, str]) -> dict[MappingKey, str]:
    """What each entry is to say, with what stands already."""
    texts = dict(stood)
    flaws, begun = [], set()
    for entry in entries:
        if entry.alone and entry.key not in begun:
            texts.pop(entry.key, None)
        begun.add(entry.key)
        try:
            texts[entry.key] = said_with(texts.get(entry.key), Term(entry.first, entry.last, entry.member))
        except OverlapError as error:
            there = ", ".join(map(str, error.standing))
            flaws.append(f"{_named(entry)}: it is called {there}; --replace puts another in the place of all that")
    _refuse(flaws)
    return texts


def _has_validity(said: str) -> bool:
    return said.startswith(DATED)


def _named(entry: Entry) -> str:
    return entry.place or str(entry.key)


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
        check_entry(entry.key, text_of([Term(entry.first, entry.last, entry.member)]))
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


def _written_otherwise(place: Place, entries: Sequence[Entry]) -> Iterator[str]:
    """The entries that write a member in other letters than another one: planning takes both for one, the ledger for two.

    Two cells of the ledger would then be one of planning, and each write to the one undo the other's.
    """
    ledger, ours = MappingLedger(place.table), {entry.key for entry in entries}
    written: dict[tuple[str, str], str] = {}
    for table in {entry.key.table for entry in entries if has_members(entry.key.table)}:
        for connection in place.connections:
            for each in ledger.entries(connection, table):
                for term in terms_of(each.member) if each.key not in ours else ():
                    written[table, folded(term.member)] = term.member
    for entry in entries:
        if has_members(entry.key.table):
            implied = _implied_like(place, entry.key.table, entry.member)
            there = written.setdefault((entry.key.table, folded(entry.member)), implied or entry.member)
            if there != entry.member:
                yield f"{_named(entry)}: {entry.member} is written {there} elsewhere; planning takes both for one member"


def _implied_like(place: Place, table: str, member: str) -> str:
    """The code that a number of an owner would imply, in whichever letters the member is written; empty if none would."""
    for owner in place.owners:
        if owner.codes and table in {TABLES_BY_KIND.get(kind) for kind in owner.facts}:
            before, _, behind = owner.codes.partition(NUMBER)
            number = member[len(before) : len(member) - len(behind)]
            if number and folded(f"{before}{number}{behind}") == folded(member):
                return f"{before}{number}{behind}"
    return ""


def _fits(row: Mapping[str | None, object]) -> bool:
    """Whether a line has a value for each column and no more: a comma in a name splits it in two."""
    return None not in row and None not in row.values()


def _refuse(flaws: Sequence[str]) -> None:
    if flaws:
        more = f"; and {len(flaws) - _MOST_FLAWS} more" if len(flaws) > _MOST_FLAWS else ""
        raise UnusableEntriesError("; ".join(flaws[:_MOST_FLAWS]) + more)
