"""Finds where members stand whose owner says where: what it says, as far as that is a place planning has. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from tieout.members import Difference, HeldMember, Member, circling, difference, folded

_CIRCLE = "parent_circle: its owner says that it is below itself, by way of {}; it stays where it is, or stands where new ones do"
_NO_PLACE = (
    "no_place: its owner says that it is below nobody, and nothing is declared that it could stand below instead"
)


def difference_in_place(declared: Sequence[Member], held: Sequence[HeldMember], parent: str = "") -> Difference:
    """See `members.difference`; those that an owner places are there in any case, wherever they can stand."""
    members, told = placed(declared, {folded(each.code): each for each in held}, parent)
    found = difference(members, held, parent)
    return replace(found, misplaced={**told, **found.misplaced})


def placed(
    declared: Iterable[Member], held: Mapping[str, HeldMember], parent: str
) -> tuple[list[Member], dict[str, str]]:
    """The members, those that an owner places below whom they are to stand; and code to why one cannot stand where it says.

    Wherever that is, each is there: its amounts are worth more than its place. Who is below nobody by its owner's word, or below
    somebody who is nowhere, stands where new members do. If planning has it below another of those declared, it is moved there;
    where somebody has put it elsewhere, as below a group that planning alone has, it stays.

    Args:
        declared: each code once.
        held: what planning has, by folded codes.
        parent: below whom new members stand that name no parent; empty: below nobody.
    """
    wanted = {folded(each.code): each for each in declared}
    in_circles = set(circling(wanted.values()))
    told: dict[str, str] = {}
    members = []
    for key, each in wanted.items():
        if not each.is_owned:
            members.append(each)
        elif each.code in in_circles:
            told[each.code] = _CIRCLE.format(each.parent)
            members.append(replace(each, parent=""))
        elif each.parent and (folded(each.parent) in wanted or folded(each.parent) in held):
            members.append(each)
        else:
            is_left_behind = key in held and key != folded(parent) and _is_below(held[key], wanted)
            if is_left_behind and not parent:
                told[each.code] = _NO_PLACE
            members.append(replace(each, parent=parent if is_left_behind else ""))
    return members, told


def _is_below(member: HeldMember, others: Collection[str]) -> bool:
    """Whether planning has it below one of some others; whoever is below itself is a code and a name that are alike."""
    return any(folded(above) in others and folded(above) != folded(member.code) for above in member.parents)
