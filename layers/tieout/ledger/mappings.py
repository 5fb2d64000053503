"""The part of the ledger that operators write: mapping entries, and the facts that wait for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.ledger import keys
from tieout.ledger.items import Lineage, stored_lineage
from tieout.ledger.table import Absent, Delete, Equals, Item, Key, Put, Table, pages
from tieout.moments import moment_text, parse_moment
from tieout.planning.mapping import MappingKey, check_entry

PERSON, FILE, LINK = "person", "file:", "link:"
"""Where an entry comes from: nothing but a person's word, a file, or a link between two systems' records."""
_BEFORE = "stood_before"


class Stood(NamedTuple):
    """What an entry said before it was linked, and where that came from."""

    member: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingEntry:
    """One entry of a mapping table, who stored it, when, and what it was made of.

    Attributes:
        origin: `person`, `file:<its name>`, or `link:<connection>/<entity>/<id>` of the record that it was linked with.
        before: of a link what it said before, the latest first: more than one where links were stored over links.
        proposal: the proposal it was stored by, and approved_by: who approved that; empty where it needed none.
    """

    key: MappingKey
    member: str
    stored_by: str
    stored_at: datetime
    origin: str = PERSON
    before: tuple[Stood, ...] = ()
    proposal: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFact:
    """A fact that waits for a mapping entry, and the notice it came from; `recorded_at` is since when it waits."""

    record: RecordKey
    waits_for: MappingKey
    lineage: Lineage


class MappingLedger:
    """Mapping tables and the facts held for want of an entry."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(
        self,
        entry: MappingKey,
        member: str,
        stored_by: str,
        now: datetime,
        origin: str = PERSON,
        implied: str | None = None,
        over: str | None = None,
    ) -> str | None:
        """Store an entry; the member it replaced, if there was another: `implied`, where nobody had stored any.

        What an entry says is one text, of however many members with their periods it is made (`tieout.planning.validity`).
        `over` is what it must still say, for a text that was made of that; empty: nothing.

        Facts that wait for it are then to be sent again (see `waiting`), and where a member was replaced also the facts
        planned with the old one (see `tieout.ledger.planned`).

        Raises:
            MalformedError: if the line could not use it (see `tieout.planning.mapping.check_entry`).
            ConditionFailedError: it does not say `over` any more; nothing was changed.
        """
        check_entry(entry, member)
        stored = self.entry(entry)
        item = item_of_entry(member, stored_by, now, origin, stored)
        still = None if over is None else Equals("member", over) if over else Absent("member")
        self._table.write([Put(keys.mapping_key(entry), item, still)])
        replaced = implied if stored is None else stored.member
        return None if replaced == member else replaced

    def take_back(self, link: MappingEntry, stored_by: str, now: datetime) -> None:
        """Let an entry be what it was before it was linked, or nothing; what was planned with it is then to be sent again.

        Raises:
            ConditionFailedError: it is not made of that link any more; nothing was changed.
        """
        key = keys.mapping_key(link.key)
        still = Equals("origin", link.origin)
        if not link.before:
            self._table.write([Delete(key, still)])
        else:
            (member, origin), *earlier = link.before
            item = {"member": member, "stored_by": stored_by, "stored_at": moment_text(now), "origin": origin}
            self._table.write([Put(key, item | _standing_on(earlier), still)])

    def entry(self, entry: MappingKey) -> MappingEntry | None:
        """An entry, read consistently; None where nobody has stored it."""
        return self.stored([entry]).get(entry)

    def stored(self, entries: Iterable[MappingKey]) -> dict[MappingKey, MappingEntry]:
        """Those of these entries that somebody has stored, read consistently."""
        wanted = {keys.mapping_key(each): each for each in entries}
        return {wanted[key]: _entry(wanted[key], item) for key, item in self._table.get(list(wanted)).items()}

    def entries(self, connection: str, table: str) -> Iterator[MappingEntry]:
        """The entries of one table of a connection, in order of the source's value."""
        for key, item in self._items(keys.entries_of(connection, table)):
            yield _entry(MappingKey(connection, table, key[1]), item)

    def waiting(self, entry: MappingKey) -> Iterator[HeldFact]:
        """The facts that wait for an entry, read consistently: one stored before this call is missed by none."""
        for _, item in self._items(keys.waiting_for(entry)):
            yield held_fact(item)

    def held(self) -> Iterator[HeldFact]:
        """Every held fact, by way of an index that is a moment behind."""
        for page in pages(lambda after: self._table.index("catalogue", keys.HELD, after=after)):
            for item in self._table.get([key for key, _ in page.items]).values():
                yield held_fact(item)

    def _items(self, partition: str) -> Iterator[tuple[Key, Item]]:
        for page in pages(lambda after: self._table.query(partition, after=after)):
            yield from page.items


def item_of_entry(
    member: str, stored_by: str, now: datetime, origin: str, stored: MappingEntry | None
) -> dict[str, Any]:
    """What stands in the table of an entry that takes the place of the one stored, if any: a link keeps what it stands over."""
    item = {"member": member, "stored_by": stored_by, "stored_at": moment_text(now), "origin": origin}
    if not origin.startswith(LINK) or stored is None:
        return item
    before = stored.before if stored.origin == origin else (Stood(stored.member, stored.origin), *stored.before)
    return item | _standing_on(before)


def _standing_on(before: Sequence[Stood]) -> dict[str, str]:
    return {_BEFORE: strict_json.dump([list(each) for each in before])} if before else {}


def _entry(key: MappingKey, item: Item) -> MappingEntry:
    before = strict_json.parse(str(item[_BEFORE]).encode()) if _BEFORE in item else ()
    return MappingEntry(
        key=key,
        member=str(item["member"]),
        stored_by=str(item["stored_by"]),
        stored_at=parse_moment(str(item["stored_at"])),
        origin=str(item.get("origin", PERSON)),
        before=tuple(Stood(str(member), str(origin)) for member, origin in before),
        proposal=str(item.get("proposal", "")),
        approved_by=str(item.get("approved_by", "")),
    )


def held_fact(item: Item) -> HeldFact:
    """The held fact an item of the table tells of."""
    connection, entity, record_id = str(item["record"]).split("#", 2)
    return HeldFact(
        record=RecordKey(connection, entity, record_id),
        waits_for=MappingKey.of_text(str(item["waits_for"])),
        lineage=stored_lineage(connection, item),
    )
