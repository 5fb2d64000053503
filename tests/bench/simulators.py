"""How many cells each simulated planning system takes, over HTTP and by the real writers: calls, and cells a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from itertools import batched, product
from typing import Any

from tests.bench.tables import table
from tests.bench.timed_line import PLANNING_MS
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import running_tenant as running_anaplan
from tests.support.oracle_epm_environment import running_environment as running_oracle
from tests.support.sap_analytics_tenant import running_tenant as running_analytics
from tieout.delivering import CellValue, CellWriter
from tieout.systems.anaplan.options import Options as AnaplanOptions

_CELLS = 9_000
_MEASURES = ("Amount", "Amount USD", "Weighted amount", "Weighted amount USD")
_CUSTOMERS = ("ACME", "GLOBEX", "INITECH", "UMBRELLA", "HOOLI", "STARK", "WAYNE", "SOYLENT", "TYRELL", "NO_CUSTOMER")
_CURRENCIES = ("EUR", "GBP", "CHF")
_MONTHS = tuple(f"{year}-{month:02}" for year in range(2023, 2031) for month in range(1, 13))
_RUNNING: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "anaplan": running_anaplan,
    "oracle_epm": running_oracle,
    "sap_analytics": running_analytics,
}
_CALLS_A_MINUTE = {"anaplan": AnaplanOptions(model_id="0" * 32).calls_per_minute}
"""What the landscape lets a target be asked unless it says otherwise; the other vendors publish no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What it took to write some cells.

    Attributes:
        calls: requests, the log-in and the look at the model included.
        writes: of as many cells as one may carry.
        at_the_limit: cells a second if as many calls are made as may be; None where the vendor publishes no limit.
        one_by_one: cells a second if a write takes as long as is assumed, and the next one follows.
        seconds: that the simulator and we worked, on this machine.
    """

    system: str
    cells: int
    calls: int
    writes: int
    at_the_limit: float | None
    one_by_one: float
    seconds: float


def taken() -> Iterator[Taken]:
    """Nine thousand cells for each system, in writes as large as its options have them."""
    for system, running in _RUNNING.items():
        with running() as tenant:
            calls: list[object] = []
            tenant.http.event_hooks = {"request": [calls.append]}
            yield _taken(system, tenant.writer(), calls)


def _taken(system: str, writer: CellWriter, calls: list[object]) -> Taken:
    began, writes = time.process_time(), 0
    for some in batched(_cells(), writer.batch_size, strict=False):
        answer = writer.write(some)
        assert not answer.refused, answer.summary
        writes += 1
    limit = _CALLS_A_MINUTE.get(system)
    return Taken(
        system=system,
        cells=_CELLS,
        calls=len(calls),
        writes=writes,
        at_the_limit=_CELLS / len(calls) * limit / 60 if limit else None,
        one_by_one=_CELLS / writes * 1000 / PLANNING_MS,
        seconds=time.process_time() - began,
    )


def _cells() -> list[CellValue]:
    places = list(product(_CUSTOMERS, _CURRENCIES, _MONTHS))[: _CELLS // len(_MEASURES)]
    return [
        pipeline_cell(
            f"{number}:{measure}", measure=measure, customer=customer, currency=currency, period=month
        )._replace(
            value=Decimal(1_000_000 + number) / 100,
        )
        for number, (customer, currency, month) in enumerate(places)
        for measure in _MEASURES
    ]


def simulators_table() -> str:
    """The table of `make bench`."""
    rows = [
        [
            *(each.system, each.cells, each.writes, each.calls, 1000 * each.calls / each.cells),
            *(each.at_the_limit, each.one_by_one, each.seconds),
        ]
        for each in taken()
    ]
    heads = [
        *("system", "cells", "writes", "calls", "calls per 1,000 cells"),
        *("cells a second at its limit of calls", "a write after the other", "CPU seconds"),
    ]
    return table("What each simulated planning system takes", heads, rows)
