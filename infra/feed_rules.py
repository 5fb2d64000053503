"""What a feed must say so that its facts arrive in planning: a misspelt name would plan them nowhere, and nobody would hear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from infra.landscape_files import Place, Problem
from tieout.facts.families import FAMILIES, KINDS
from tieout.facts.family import Family
from tieout.landscape import Dimension, Feed, Landscape, Target
from tieout.planning.mapping import TABLES

# Without these a cell would hold what cannot be added up.
_ALWAYS_APART = {"legal_entity": "companies", "currency": "currencies", "period": "months"}


def feed_problems(feed: Feed, landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of one feed, with the place it stands at inside the feed."""
    if feed.name not in landscape.unplanned and not any(each.is_given(feed.name) for each in landscape.targets):
        yield (
            (),
            f"no target of stage {landscape.stage!r} is given it: name it in the `feeds` of one, or in `unplanned`",
        )
    for name in feed.facts:
        if name not in KINDS:
            yield ("facts",), f"{name!r} is no canonical fact ({', '.join(KINDS)})"
    for field in ("facts", "measures", "dimensions"):
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


def given_problems(target: Target, landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of which feeds a target says it is given."""
    if target.feeds is None:
        return
    if not target.feeds:
        yield ("feeds",), "a target that is given nothing is never written to; without `feeds` it is given all"
    for name in dict.fromkeys(target.feeds):
        yield from _unknown(("feeds",), name, "feed", [feed.name for feed in landscape.feeds])
        if target.feeds.count(name) > 1:
            yield ("feeds",), f"{name!r} is named twice"


def unplanned_problems(landscape: Landscape) -> Iterator[Problem]:
    """Feeds that are said to be given to nobody, and are, or are none."""
    known = [feed.name for feed in landscape.feeds]
    for name, reason in landscape.unplanned.items():
        if not reason.strip():
            yield ("unplanned", name), "no reason is given"
        yield from _unknown(("unplanned", name), name, "feed", known)
        for target in landscape.targets:
            if name in known and target.is_given(name):
                yield ("unplanned", name), f"it is planned: target {target.name!r} is given it"


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
