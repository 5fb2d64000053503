"""What systems say of one customer, product, account or cost centre, and what of it holds: what the owner of each field says. Pure.

Records are of one master where planning calls them alike: a link between two systems is nothing but mapping entries of one member.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tieout.arriving.notice import RecordKey
from tieout.facts.master_data import MasterData
from tieout.members import Member, folded
from tieout.ownership import Ownership

FIELDS = ("name", "parent", "is_active", "valid_from", "valid_until", "country", "currency", "account_class")
EXTERNAL_IDS = "external_ids"
"""The field that all external ids of a record are together, for whoever owns them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterRecord:
    """A record of master data, as the ledger has it and planning calls it.

    Attributes:
        company: whose it is, as planning calls the company.
        code: what planning calls it; None where nobody has said yet.
        said: all that planning calls it, in whichever period (see `tieout.planning.validity`); empty where nobody has said.
        origin: who has said so (see `tieout.ledger.mappings.MappingEntry`); empty where nobody has.
        linked_with: the record whose name it was given by a link, as `<connection>/<entity>/<id>`; empty: none.
        parent: what planning calls the record it stands below; None at the top, and where nobody has said.
    """

    record: RecordKey
    fact: MasterData
    company: str
    code: str | None
    said: str = ""
    origin: str = ""
    linked_with: str = ""
    parent: str | None = None

    @property
    def kind(self) -> str:
        """The canonical name of what it is."""
        return type(self.fact).__name__

    def says(self) -> dict[str, str]:
        """Field to what it says of it; a field of which it says nothing is left out. External ids go by their names.

        A name is on one line, its words one blank apart: planning keeps it so.
        """
        fact = self.fact
        said: dict[str, object] = {each: getattr(fact, each, None) for each in FIELDS}
        said |= {"name": " ".join((fact.name or "").split()) or None, "parent": self.parent}
        said |= {"is_active": None if fact.is_active else "no"}  # not to be active is to be said
        return {name: str(value) for name, value in said.items() if value is not None} | {
            each.name: each.value for each in fact.external_ids
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field of which a record says something else than the owner of the field does; what the owner says holds."""

    kind: str
    code: str
    field: str
    owner: RecordKey
    owner_says: str
    record: RecordKey
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """The records of all systems that planning calls alike, in order of their keys."""

    kind: str
    code: str
    records: tuple[MasterRecord, ...]

    def owner_of(self, field: str, ownership: Ownership) -> MasterRecord | None:
        """The first record of the connection that owns a field; None where nobody does, or it has none here."""
        for each in self.records:
            owner = ownership.of(self.kind, each.company, _owned_as(field))
            if owner is not None and owner.connection == each.record.connection:
                return each
        return None

    def holds(self, field: str, ownership: Ownership) -> str | None:
        """What holds of a field: what its owner says. Where nobody owns it, what all say that say anything, if they agree."""
        owner = self.owner_of(field, ownership)
        if owner is not None:
            return owner.says().get(field)
        if any(ownership.of(self.kind, each.company, _owned_as(field)) for each in self.records):
            return None
        said = {each.says()[field] for each in self.records if field in each.says()}
        return said.pop() if len(said) == 1 else None


def _owned_as(field: str) -> str:
    return field if field in FIELDS else EXTERNAL_IDS


def masters_of(records: Iterable[MasterRecord]) -> list[Master]:
    """The masters that records belong to, in order of their codes; what planning has no name for belongs to none.

    Codes that differ in upper and lower case alone are one to planning: the master has that of its first record.
    """
    found: dict[tuple[str, str], list[MasterRecord]] = {}
    for each in sorted(records, key=lambda each: each.record):
        if each.code is not None:
            found.setdefault((each.kind, folded(each.code)), []).append(each)
    return [
        Master(kind=kind, code=str(those[0].code), records=tuple(those)) for (kind, _), those in sorted(found.items())
    ]


def conflicts(masters: Iterable[Master], ownership: Ownership) -> Iterator[Conflict]:
    """Every field of which another connection says something else than its owner; who says nothing contradicts nobody."""
    for master in masters:
        for field in sorted({name for each in master.records for name in each.says()}):
            owner = master.owner_of(field, ownership)
            holds = owner.says().get(field) if owner else None
            if owner is None or holds is None:
                continue
            for each in master.records:
                says = each.says().get(field, holds)
                if says != holds and each.record.connection != owner.record.connection:
                    yield Conflict(
                        kind=master.kind,
                        code=master.code,
                        field=field,
                        owner=owner.record,
                        owner_says=holds,
                        record=each.record,
                        says=says,
                    )


def members(masters: Iterable[Master], ownership: Ownership) -> list[Member]:
    """The member that each master is to be, with the name and the parent that hold; what does not is not said."""
    return [_member(each, ownership) for each in masters]


def _member(master: Master, ownership: Ownership) -> Member:
    """The member of a master; one that is its own parent is two records that planning has made one."""
    name, parent = (master.holds(field, ownership) or "" for field in ("name", "parent"))
    is_owned = master.owner_of("parent", ownership) is not None
    return Member(master.code, name, "" if folded(parent) == folded(master.code) else parent, is_owned=is_owned)
