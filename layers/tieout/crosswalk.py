"""Which records of different systems may be the same: by ids that two of them share, and never by their names alone. Pure.

What is found is a suggestion, with its evidence; whether it is so, a person says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tieout.masters import MasterRecord
from tieout.ownership import Ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """That a record may be the same as one of the connection that owns its kind.

    Attributes:
        owner: the owner's record, which planning calls `owner.code`.
        evidence: the ids both have, by name, such as `tax_id=DE123456789`; then the name, where they share it too.
        others: how many other records of the owner it may as well be; where there are any, somebody has to choose.
    """

    record: MasterRecord
    owner: MasterRecord
    evidence: tuple[str, ...]
    others: int = 0


def suggestions(records: Iterable[MasterRecord], ownership: Ownership) -> list[Suggestion]:
    """What may be linked, in order of the records: such as nobody has named yet, with each record of the owner it may be.

    Nor has anybody named what is linked with a record that is gone by now, or is called otherwise: the name is not its own.

    They may be the same if they share an external id that the owner is `linked_by`, or if one has an external id that is called
    as the owner's connection is, and is the other's number.
    """
    known = sorted(records, key=lambda each: each.record)
    called = {"/".join(each.record): each.said for each in known}
    found: list[Suggestion] = []
    by_id = _owned_by_id(known, ownership)
    for each in known:
        owner = ownership.of(each.kind, each.company)
        if owner is None or _is_named(each, called) or each.record.connection == owner.connection:
            continue
        evidence: dict[int, list[str]] = defaultdict(list)
        candidates: dict[int, MasterRecord] = {}
        for stated in each.fact.external_ids:
            for candidate in by_id.get((each.kind, owner.connection, stated.name, stated.value), ()):
                candidates[id(candidate)] = candidate
                evidence[id(candidate)].append(f"{stated.name}={stated.value}")
        found += [
            Suggestion(
                record=each,
                owner=candidate,
                evidence=(*evidence[place], *_same_name(each, candidate)),
                others=len(candidates) - 1,
            )
            for place, candidate in candidates.items()
        ]
    return found


def _is_named(record: MasterRecord, called: Mapping[str, str]) -> bool:
    """Whether a record has a name that holds: where it is linked, what the other one is called, `called` by their keys."""
    return called.get(record.linked_with) == record.said if record.linked_with else record.code is not None


def evidence_of(record: MasterRecord, other: MasterRecord) -> tuple[str, ...]:
    """What says that a record is the same as another: the ids both have, by name; then the name, where they share it too."""
    theirs = {(each.name, each.value) for each in other.fact.external_ids}
    theirs |= {(other.record.connection, other.fact.number)}
    shared = (f"{each.name}={each.value}" for each in record.fact.external_ids if (each.name, each.value) in theirs)
    return (*shared, *_same_name(record, other))


def _owned_by_id(
    records: Iterable[MasterRecord], ownership: Ownership
) -> dict[tuple[str, str, str, str], list[MasterRecord]]:
    """The owners' records that planning has a name for, by each id they can be linked by."""
    found: dict[tuple[str, str, str, str], list[MasterRecord]] = defaultdict(list)
    for each in records:
        owner = ownership.of(each.kind, each.company)
        connection = each.record.connection
        if owner is None or owner.connection != connection or each.code is None:
            continue
        found[each.kind, connection, connection, each.fact.number].append(each)
        for stated in each.fact.external_ids:
            if stated.name in owner.linked_by:
                found[each.kind, connection, stated.name, stated.value].append(each)
    return found


def _same_name(one: MasterRecord, other: MasterRecord) -> tuple[str, ...]:
    names = {(each.fact.name or "").casefold().strip() for each in (one, other)}
    return ("the same name",) if len(names) == 1 and names != {""} else ()
