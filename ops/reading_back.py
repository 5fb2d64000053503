"""Reads a target back at once, for whoever asks: all its cells, some at a time, from where the command line stands."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ops.place import Place
from tieout import reading_back
from tieout.ledger.readbacks import ReadbackLedger
from tieout.maintenance import demand_no_maintenance
from tieout.reading_back import Comparison
from tieout.system_clock import SystemClock
from tieout.systems import capability

_PLACES_AT_ONCE = 300


def compare(place: Place, target: str) -> Iterator[Comparison]:
    """Compare all cells of a target, some at a time; the last comparison is the whole one.

    Raises:
        UnavailableError: it is in its maintenance, or cannot be asked now.
    """
    ledger, clock, done, behind = ReadbackLedger(place.table), SystemClock(), Comparison(), ""
    declared, secret_arn = place.target(target)
    demand_no_maintenance(declared.maintenance, clock.now())
    with httpx.Client() as http:
        reader = capability(declared.system, "cells").open_writer(declared, place.secrets.get(secret_arn), http, clock)
        while True:
            some = ledger.places_behind(target, behind, _PLACES_AT_ONCE)
            done, behind = done.and_also(reading_back.compare(ledger, reader, some.found, clock)), some.behind
            yield done
            if not behind:
                return
