"""What must be said of reconciliations so that both stages are there, and their records can be found to belong together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from infra.landscape_files import Place, Problem
from tieout.errors import MalformedError
from tieout.facts.families import KINDS
from tieout.facts.family import EVERY_LINE
from tieout.landscape import Landscape
from tieout.money import decimal_of, is_currency
from tieout.periods import Period
from tieout.reconciliations import Matching, Reconciliation, Side, Tolerance
from tieout.reconciling.stage import OWN_NAMES

_ALL = 100  # percent


def reconciliation_problems(landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of how reconciliations are declared."""
    for position, each in enumerate(landscape.reconciliations):
        for place, problem in _problems(each, landscape):
            yield ("reconciliations", position, *place), problem


def with_connected_reconciliations(landscape: Landscape) -> Landscape:
    """The landscape without those reconciliations of two systems whose connections nobody has named.

    Which systems tell of the same value nothing shows but that somebody says so: compared by their kinds alone, the deals of one
    company and the invoices of another would all be missing.
    """
    connected = (each for each in landscape.reconciliations if not each.is_of_systems or each.left.connections)
    return replace(landscape, reconciliations=tuple(connected))


def _problems(declared: Reconciliation, landscape: Landscape) -> Iterator[Problem]:
    sides = (("left", declared.left), ("right", declared.right))
    flawed = False
    for name, side in sides:
        for place, problem in _side_problems(side, landscape):
            flawed = True
            yield (name, *place), problem
    if flawed:
        return
    if not declared.matchings:
        yield ("matchings",), "by what do records of both sides belong together?"
    known = {name: _names(side, landscape) for name, side in sides}
    for position, matching in enumerate(declared.matchings):
        for place, problem in _matching_problems(matching, known):
            yield ("matchings", position, *place), problem
    for name, side in sides:
        yield from _unknown(("apart",), declared.apart, _attributes(side, landscape), f"attribute of the {name} side")
    yield from _tolerance_problems(declared.tolerance)
    yield from _scope_problems(declared)


def _scope_problems(declared: Reconciliation) -> Iterator[Problem]:
    if declared.is_of_systems and bool(declared.left.connections) != bool(declared.right.connections):
        side = "right" if declared.left.connections else "left"
        yield (side, "connections"), "two systems are compared by the connections of both: whose are these?"
    ends = []
    for name in ("first", "last"):
        stated = getattr(declared.periods, name)
        try:
            ends += [Period.parse(stated)] if stated else []
        except MalformedError:
            yield ("periods", name), f"{stated!r} is no planning period"
    if ends and declared.across_periods:
        yield ("periods",), "what is compared across periods is of none"
    if ends[1:] and not (ends[0].label == ends[1].label and ends[0] <= ends[1]):
        yield ("periods",), "the first is not before the last"


def _side_problems(side: Side, landscape: Landscape) -> Iterator[Problem]:
    yield from _unknown(("connections",), side.connections, [each.name for each in landscape.connections], "connection")
    stated, planned = (side.facts, side.amount), (side.target, side.feed, side.measure)
    if any(stated) == any(planned) or not (all(stated) or all(planned)):
        yield (
            (),
            "a side is what systems say (`facts` and `amount`) or what is planned (`target`, `feed` and `measure`)",
        )
        return
    yield from _planned_problems(side, landscape) if side.is_planned else _stated_problems(side)


def _stated_problems(side: Side) -> Iterator[Problem]:
    unknown = list(_unknown(("facts",), side.facts, KINDS, "canonical fact"))
    yield from unknown
    if unknown:
        return
    families = {KINDS[kind].name: KINDS[kind] for kind in side.facts}
    if len(families) > 1:
        yield ("facts",), f"{' and '.join(families)} have different attributes and amounts: give each a reconciliation"
        return
    for family in families.values():
        yield from _unknown(("amount",), [side.amount], family.amounts, f"amount of {family.name}")
        yield from _unknown(("where",), side.where, family.addressable(), f"attribute of {family.name}")
        if side.as_partner and "partner" not in family.attributes:
            yield ("as_partner",), f"{family.name} are with no company of the group"


def _planned_problems(side: Side, landscape: Landscape) -> Iterator[Problem]:
    feeds = {each.name: each for each in landscape.feeds}
    targets = {each.name: each for each in landscape.targets}
    unknown = [
        *_unknown(("feed",), [side.feed], feeds, "feed"),
        *_unknown(("target",), [side.target], targets, "target"),
    ]
    yield from unknown
    if unknown:
        return
    if not targets[side.target].is_given(side.feed):
        yield ("feed",), f"target {side.target!r} is not given it"
    measures = [each.transaction for each in feeds[side.feed].measures]
    yield from _unknown(("measure",), [side.measure], measures, "measure in a transaction currency of that feed")
    if side.where:
        yield ("where",), "what is planned has the feed's own"
    if side.as_partner:
        yield ("as_partner",), "what is planned counts where it is planned"


def _matching_problems(matching: Matching, known: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    if not matching.left or len(matching.left) != len(matching.right):
        yield (), "`left` and `right` say, pair by pair, what has to be equal"
    for side in ("left", "right"):
        yield from _unknown((side,), getattr(matching, side), known[side], f"name or attribute of the {side} side")
    one_by_one = matching.same_amount or matching.within_days is not None
    if one_by_one and matching.shape != "one_to_one":
        yield ("shape",), "records of one amount, or near each other, are matched one by one"
    if not matching.is_certain and not one_by_one:
        yield ("is_certain",), "what is suggested is one record for one: say `same_amount`, or `within_days`"
    if matching.within_days is not None and matching.within_days < 0:
        yield ("within_days",), f"{matching.within_days} is less than 0"


def _tolerance_problems(tolerance: Tolerance) -> Iterator[Problem]:
    for currency, minor in tolerance.minor_units.items():
        if not is_currency(currency) or minor < 0:
            yield ("tolerance", "minor_units"), f"{currency} = {minor} is no amount that could be tolerated"
    if tolerance.percent:
        try:
            is_share = 0 <= decimal_of(tolerance.percent) < _ALL
        except MalformedError:
            is_share = False
        if not is_share:
            yield ("tolerance", "percent"), f"{tolerance.percent!r} is not between 0 and {_ALL}"
    if tolerance.days < 0:
        yield ("tolerance", "days"), f"{tolerance.days} is less than 0"


def _names(side: Side, landscape: Landscape) -> list[str]:
    """What records of a side can go by."""
    references = [name for kind in _kinds(side, landscape) for name in KINDS[kind].references]
    return [*OWN_NAMES, *references, *_attributes(side, landscape)]


def _attributes(side: Side, landscape: Landscape) -> list[str]:
    """What is known of the lines of a side."""
    if side.is_planned:
        [feed] = [each for each in landscape.feeds if each.name == side.feed]
        return [each.attribute for each in feed.dimensions if each.attribute]
    return [*KINDS[side.facts[0]].attributes, *EVERY_LINE]


def _kinds(side: Side, landscape: Landscape) -> tuple[str, ...]:
    if side.is_planned:
        return next(each.facts for each in landscape.feeds if each.name == side.feed)
    return side.facts


def _unknown(place: Place, names: Collection[str], known: Collection[str], what: str) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            yield place, f"{name!r} is no {what} ({', '.join(known)})"
