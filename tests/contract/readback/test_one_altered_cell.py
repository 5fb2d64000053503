"""One cycle over each simulated planning system, ten thousand cells over HTTP, finds the one that somebody altered there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from itertools import islice, product
from typing import Any

import pytest

from functions.readback import pipeline
from tests.support.anaplan import pipeline_cell
from tests.support.anaplan_tenant import running_tenant as running_anaplan
from tests.support.oracle_epm_environment import running_environment as running_oracle
from tests.support.planning_desk import TARGET
from tests.support.readback_desk import ReadbackDesk
from tests.support.sap_analytics_tenant import running_tenant as running_analytics
from tieout.ledger import keys
from tieout.ledger.table import Put
from tieout.planning.cells import Intersection

CELLS = 10_000
MEASURES = ("Amount", "Amount USD", "Weighted amount", "Weighted amount USD")
CUSTOMERS = ("ACME", "GLOBEX", "INITECH", "UMBRELLA", "HOOLI", "STARK", "WAYNE", "SOYLENT", "TYRELL", "NO_CUSTOMER")
CURRENCIES = ("EUR", "GBP", "CHF")
MONTHS = tuple(f"{year}-{month:02}" for year in range(2023, 2031) for month in range(1, 13))
RUNNING: Mapping[str, Callable[[], AbstractContextManager[Any]]] = {
    "anaplan": running_anaplan,
    "oracle_epm": running_oracle,
    "sap_analytics": running_analytics,
}


@pytest.fixture(name="desk", params=RUNNING)
def _desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReadbackDesk]:
    """Ten thousand cells that the line has written to a planning system that runs; pages are large, so that calls are few."""
    monkeypatch.setattr(pipeline, "_AT_ONCE", 3_000)
    monkeypatch.setattr(pipeline, "_PLACES_AT_ONCE", 750)
    desk = ReadbackDesk()
    desk.budget = 6_000
    with RUNNING[request.param]() as tenant:
        desk.planning = tenant.writer(batch_size=1_000)
        places = islice(product(CUSTOMERS, CURRENCIES, MONTHS), CELLS // len(MEASURES))
        desk.table.write_each([put(number, *place) for number, place in enumerate(places)])
        desk.flush()
        assert desk.lacking() == []
        yield desk


def put(number: int, customer: str, currency: str, month: str) -> Put:
    """An intersection of four cells, each with a value of its own."""
    members = pipeline_cell(customer=customer, currency=currency, period=month).members
    key = keys.cell_key(TARGET, Intersection(TARGET, "Pipeline", members).intersection_id())
    item: dict[str, Any] = {
        "cube": "Pipeline",
        "members": json.dumps(members),
        "generation": 1,
        "catalogue": keys.cells_of(TARGET),
        "cell_state": keys.dirty(TARGET),
        "dirty_since": "2026-03-02T09:00:00.000Z",
    }
    for place, measure in enumerate(MEASURES):
        item |= {keys.TOTAL + measure: 1_000_000 + 4 * number + place, keys.CURRENCY + measure: currency}
    return Put(key, item)


def test_one_altered_cell_among_ten_thousand_is_found_and_repaired(desk: ReadbackDesk) -> None:
    """By a minor unit, in a system that calculates as it does; the repair writes that one, and nothing differs then."""
    places = desk.ledger.places_behind(TARGET, "c", 1).found
    [chosen] = [cell for place in places for cell in place.cells if cell.measure == "Weighted amount"]
    desk.planning.write([chosen.value()._replace(value=chosen.value().value - Decimal("0.01"))])
    cycle = desk.to_the_end()
    assert (cycle.equal, cycle.under_way, cycle.different) == (CELLS - 1, 0, 1)
    [found] = desk.ledger.standing(TARGET)
    assert (found.cell_id, found.members, found.off_minor) == (chosen.cell_id, chosen.members, -1)
    desk.ledger.repair([found], "controller", desk.clock.now())
    assert desk.flush().written == 1
    assert desk.planning.read([chosen.value()]) == {chosen.cell_id: chosen.value().value}
