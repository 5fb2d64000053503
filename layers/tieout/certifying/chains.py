"""Strings the legs of a bridge together by the names of their stages, from where a value comes in to where it ends; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tieout.certifying.subject import Plain, Subject
from tieout.reconciling.items import NOTHING

Leg = Mapping[str, Any]  # as `tieout.certifying.bridge.Leg.plain` has it
_KINDS = ("transaction", "reporting")


def chains(legs: Sequence[Leg], subject: Subject) -> list[Plain]:
    """The longest way from stage to stage, the longest of the legs that are left, and so on: each leg is in one of them.

    Of ways as long as each other the one is taken whose legs are declared first; so are the chains ordered. What is compared across
    periods comes to another amount than what is of one: such legs are in chains of their own.
    """
    found = [
        way for across in (False, True) for way in _longest([leg for leg in legs if leg["across_periods"] is across])
    ]
    found.sort(key=lambda way: min(legs.index(leg) for leg in way))
    return [_chain(way, subject) for way in found]


def _longest(legs: Sequence[Leg]) -> Iterator[tuple[Leg, ...]]:
    left = list(legs)
    while left:
        way = max((way for leg in left for way in _ways(left, (leg,))), key=len)  # the first of them
        yield way
        left = [leg for leg in left if leg not in way]


def _ways(legs: Sequence[Leg], way: tuple[Leg, ...]) -> Iterator[tuple[Leg, ...]]:
    """Every way that begins so and ends where none of the legs leads on."""
    been = {leg["left"] for leg in way}
    on = [leg for leg in legs if leg["left"] == way[-1]["right"] and leg["right"] not in been]
    if not on:
        yield way
    for leg in on:
        yield from _ways(legs, (*way, leg))


def _chain(way: Sequence[Leg], subject: Subject) -> Plain:
    currencies = sorted({each["currency"] for leg in way for each in leg["sums"]})
    return {
        "legs": [leg["reconciliation"] for leg in way],
        "across_periods": way[0]["across_periods"],
        "stages": [way[0]["left"], *(leg["right"] for leg in way)],
        "currencies": [
            {"currency": each, "steps": list(_steps(way, subject.said(each, NOTHING)))} for each in currencies
        ],
    }


def _steps(way: Sequence[Leg], nothing: Plain) -> Iterator[Plain]:
    """What the first stage comes to, what each leg takes from it, and what every further stage comes to."""
    before = _side(way[0], "left", nothing)
    yield {"step": "stage", "name": way[0]["left"], **before}
    for leg in way:
        left = _side(leg, "left", nothing)
        if left != before:  # the two legs count other records of the stage
            yield {"step": "counted otherwise", "name": leg["left"], **_moved(left, [before])}
        for kind in sorted({each["kind"] for each in leg["breaks"]}):
            off = [each for each in _offs(leg, kind) if each["currency"] == nothing["currency"]]
            if off:
                yield {"step": "breaks", "name": kind, "leg": leg["reconciliation"], **_moved(nothing, off)}
        before = _side(leg, "right", nothing)
        yield {"step": "stage", "name": leg["right"], **before}


def _side(leg: Leg, side: str, nothing: Plain) -> Plain:
    """What a stage comes to in a currency."""
    return next((each[side] for each in leg["sums"] if each["currency"] == nothing["currency"]), nothing)


def _offs(leg: Leg, kind: str) -> Iterator[Leg]:
    for each in leg["breaks"]:
        if each["kind"] == kind:
            yield from each["off"]


def _moved(to: Plain, taken: Iterable[Leg]) -> Plain:
    """What is left when some amounts are taken away."""
    rows = list(taken)
    moved = {kind: sum((-Decimal(each[kind]) for each in rows), Decimal(to[kind])) for kind in _KINDS}
    return {"currency": to["currency"], **{kind: str(minor) for kind, minor in moved.items()}}
