"""What a stage tells of its reconciliations, and having stages of a value compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from ops.place import Place
from ops.stage_outputs import UnknownNameError
from tieout.ledger.breaks import BreakLedger, KeptBreak

_MOST_NAMED = 10


def stages_of(place: Place) -> Mapping[str, tuple[str, str]]:
    """Each declared reconciliation by its name, with what its left and its right stage are called."""
    return {each["name"]: (each["left"], each["right"]) for each in place.declared("Reconciliation")}


def reporting_currency(place: Place) -> str:
    """What amounts of every currency are converted to."""
    return str(_told(place)["reporting_currency"])


def compared(place: Place, name: str, as_of: date | None = None) -> Mapping[str, int]:
    """Have two stages compared now, as of a day (None: today); how many breaks are new, open, resolved, left to the next time.

    Raises:
        UnavailableError: the function failed.
    """
    event = {"reconciliation": name, "as_of": as_of.isoformat() if as_of else ""}
    came: Mapping[str, Mapping[str, int]] = place.invoke(str(_told(place)["function_name"]), event)
    return came[name]


def goes_by(place: Place) -> Mapping[str, str]:
    """What is deployed, as it says itself: `code_version`, and `landscape`, compiled.

    Raises:
        UnavailableError: the function failed.
    """
    return dict(place.invoke(str(_told(place)["function_name"]), {"goes_by": True}))


def names_of(place: Place, asked: str) -> list[str]:
    """The reconciliation asked for, or all.

    Raises:
        UnknownNameError: there is none of that name.
    """
    known = list(stages_of(place))
    if asked and asked not in known:
        raise UnknownNameError(f"there is no reconciliation {asked}; the stage has {', '.join(known)}")
    return [asked] if asked else known


def break_named(place: Place, said: str) -> tuple[str, KeptBreak]:
    """The one break whose name begins so, with the name of its reconciliation.

    A record that ties out in none of several reconciliations is a break of the same name in each: the reconciliation and a slash
    before it say which is meant.

    Raises:
        UnknownNameError: there is none, or there are several.
    """
    ledger = BreakLedger(place.table)
    of, _, begin = said.rpartition("/")
    found = [
        (name, kept)
        for name in names_of(place, of)
        for kept in ledger.breaks(name)
        if kept.tracked.found.name.startswith(begin)
    ]
    if not found:
        raise UnknownNameError(
            f"no break is called {said}: `tieout reconcile` finds them, `tieout breaks list` names them"
        )
    if len(found) > 1:
        named = ", ".join(f"{name}/{kept.tracked.found.name}" for name, kept in found[:_MOST_NAMED])
        raise UnknownNameError(f"{len(found)} breaks are called {said}: say which, as {named}")
    return found[0]


def _told(place: Place) -> Mapping[str, Any]:
    return dict(json.loads(place.outputs["Reconcile"]))
