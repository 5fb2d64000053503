"""What a feed must say so that its facts arrive in planning: a misspelt name would plan them nowhere, and nobody would hear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from infra.landscape_files import Place, Problem
from tieout.facts.families import FAMILIES, KINDS
from tieout.facts.family import Family
from tieout.landscape import Dimension, Feed, Landscape
from tieout.planning.mapping import TABLES

# Without these a cell would hold what cannot be added up.
_ALWAYS_APART = {"legal_entity": "companies", "currency": "currencies", "period": "months"}


def feed_problems(feed: Feed, landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of one feed, with the place it stands at inside the feed."""
    yield from _target_problems(feed, landscape)
    for name in feed.facts:
        if name not in KINDS:
            yield ("facts",), f"{name!r} is no canonical fact ({', '.join(KINDS)})"
    for field in ("facts", "targets", "measures", "dimensions"):
        if not getattr(feed, field):
            yield (field,), f"a feed without {field} feeds nothing"
    yield from _dimension_problems(feed)
    yield from _measure_problems(feed)
    families = [family for family in FAMILIES if any(KINDS.get(name) is family for name in feed.facts)]
    if len(families) > 1:
        names = " and ".join(family.name for family in families)
        yield ("facts",), f"{names} have different attributes and amounts: give each a feed"
    elif families:
        yield from _address_problems(feed, families[0])


def _target_problems(feed: Feed, landscape: Landscape) -> Iterator[Problem]:
    declared = {target.name for target in landscape.targets}
    for name in dict.fromkeys(feed.targets):
        if name not in declared:
            yield ("targets",), f"{name!r} is not a declared target of stage {landscape.stage!r}"
        if feed.targets.count(name) > 1:
            yield ("targets",), f"{name!r} is named twice: each of its cells would be given the double"


def _dimension_problems(feed: Feed) -> Iterator[Problem]:
    names = [dimension.name for dimension in feed.dimensions]
    for position, dimension in enumerate(feed.dimensions):
        place = ("dimensions", position)
        if names.count(dimension.name) > 1:
            yield place, f"the dimension {dimension.name!r} is declared twice"
        if bool(dimension.attribute) == bool(dimension.constant):
            yield place, f"the dimension {dimension.name!r} needs either an attribute or a constant"
        if dimension.table:
            yield from _unknown(place, dimension.table, "mapping table", TABLES)
    for attribute, kinds in _ALWAYS_APART.items():
        if not any(_tells_apart(dimension, attribute) for dimension in feed.dimensions):
            yield ("dimensions",), f"none has the attribute {attribute!r}: different {kinds} would meet in one cell"


def _tells_apart(dimension: Dimension, attribute: str) -> bool:
    """Whether each value has a member of its own; a mapping table may give two values the same."""
    return dimension.attribute == attribute and not dimension.table


def _measure_problems(feed: Feed) -> Iterator[Problem]:
    names = [name for measure in feed.measures for name in (measure.transaction, measure.reporting)]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield (
            ("measures",),
            f"{name!r} is named twice: amounts of different kinds or currencies would meet in one cell",
        )


def _address_problems(feed: Feed, family: Family[Any]) -> Iterator[Problem]:
    """Names of attributes, amounts and values that the facts of the feed do not have."""
    for position, measure in enumerate(feed.measures):
        yield from _unknown(("measures", position), measure.amount, f"amount of {family.name}", family.amounts)
    for position, dimension in enumerate(feed.dimensions):
        if dimension.attribute:
            place = ("dimensions", position)
            yield from _unknown(place, dimension.attribute, f"attribute of {family.name}", family.addressable())
    for attribute, wanted in feed.where.items():
        yield from _where_problems(attribute, wanted, family)


def _where_problems(attribute: str, wanted: Iterable[str], family: Family[Any]) -> Iterator[Problem]:
    place = ("where", attribute)
    yield from _unknown(place, attribute, f"attribute of {family.name}", family.addressable())
    if not wanted:
        yield place, "no value is wanted, so nothing would be planned"
    known = family.attributes.get(attribute)
    if known:
        for value in wanted:
            yield from _unknown(place, value, attribute, known)


def _unknown(place: Place, name: str, of_what: str, known: Iterable[str]) -> Iterator[Problem]:
    if name not in known:
        yield place, f"{name!r} is no {of_what} ({', '.join(known)})"
