"""Compares two stages of a value: what ties out, what does not, and why; the same for the same facts, byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from tieout.arriving.notice import RecordKey
from tieout.reconciliations import Reconciliation
from tieout.reconciling.breaks import Break
from tieout.reconciling.classifying import Classifier
from tieout.reconciling.items import Amounts, Item, sums_by
from tieout.reconciling.matching import Group, Link, matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How two stages of a value compare.

    Attributes:
        left: what the left stage comes to, place by place, as far as the reconciliation is about it.
        right: as `left`, of the right one.
        breaks: in the order of their records; place by place they come to what the left has more than the right.
        tied_out: how many groups of records belong together without any difference.
    """

    left: Amounts
    right: Amounts
    breaks: tuple[Break, ...]
    tied_out: int


def reconcile(
    declared: Reconciliation, left: Iterable[Item], right: Iterable[Item], as_of: date, links: Iterable[Link] = ()
) -> Reconciled:
    """How both sides compare, in whichever order their records come.

    Args:
        declared: what has to tie out, by which matchings and to what tolerance.
        left: each record of the side once.
        right: as `left`.
        as_of: the day on which it is asked; it decides what may still follow, and nothing else.
        links: what a person has said to belong together.
    """
    found = matched(declared.matchings, left, right, links)
    groups = [each for each in found.groups if _is_covered(declared, each)]
    classifier = Classifier(declared.tolerance, as_of)
    by_group = [tuple(classifier.breaks(group)) for group in groups]
    return Reconciled(
        left=sums_by(lambda place: place, (each.amounts for group in groups for each in group.left)),
        right=sums_by(lambda place: place, (each.amounts for group in groups for each in group.right)),
        breaks=_with_suggestions((each for some in by_group for each in some), found.suggestions),
        tied_out=sum(not some for some in by_group),
    )


def _is_covered(declared: Reconciliation, group: Group) -> bool:
    """Whether any of the records has something where the reconciliation is about."""
    places = (place for each in (*group.left, *group.right) for place in each.amounts)
    return any(declared.covers(place.legal_entity, place.period) for place in places)


def _with_suggestions(breaks: Iterable[Break], suggestions: Iterable[Link]) -> tuple[Break, ...]:
    """The breaks in order, those of one side with the records of the other that they may belong to."""
    rights: dict[RecordKey, list[RecordKey]] = {}
    lefts: dict[RecordKey, list[RecordKey]] = {}
    for left, right in sorted(suggestions):
        rights.setdefault(left, []).append(right)
        lefts.setdefault(right, []).append(left)
    in_order = sorted(breaks, key=lambda each: (each.left, each.right))
    return tuple(
        replace(each, may_be=tuple(rights.get(each.left[0], ()) if each.left else lefts.get(each.right[0], ())))
        for each in in_order
    )
