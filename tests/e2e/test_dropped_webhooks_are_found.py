"""All sources at once, a tenth of their changes told to nobody: after a census planning equals what their own databases say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event

import httpx
import pytest

from ops import comparing, mapping_tables
from ops.place import Place, sandbox_place
from sandbox.demo.planning_systems import ANAPLAN, CUBES, Planning, PlanningSystems
from sandbox.demo.quiet import accepted_notices, outcomes, wait_until_quiet
from sandbox.places import ROOT
from sandbox.running import Sandbox
from tests.e2e.changing import (
    ACCOUNTS,
    COMPANIES,
    CRM,
    CUSTOMER,
    ERP,
    FILE,
    LEGACY,
    MONTHS,
    SALES,
    SYSTEMS,
    Simulator,
    change_what_nobody_tells_of,
    drop_a_file,
    work_in_all,
)
from tests.e2e.reckoning import Cells, reckoned
from tieout.census import Purpose
from tieout.facts.listing import Window
from tieout.file_runs import FileState
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.files import FileLedger
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

_PATIENCE_SECONDS = 240
_COMPARED = {
    ("Pipeline", "Amount"),
    ("Bookings", "Booked"),
    ("Orders", "Ordered"),
    ("Billings", "Billed"),
    ("Actuals", "Revenue"),
}

pytestmark = pytest.mark.timeout(600)


def test_what_nobody_told_of_is_found_by_a_census(sandbox: Sandbox, planning: PlanningSystems, tmp_path: Path) -> None:
    """All sources live, a tenth of what they tell lost for good, deletions among it: the cells are right afterwards."""
    place = sandbox_place(sandbox.endpoints())
    store_mappings(place)
    with httpx.Client(timeout=120) as http:
        simulators = {name: Simulator(http, sandbox.systems[system]) for name, system in SYSTEMS.items()}
        drop_a_file(Simulator(http, sandbox.systems["legacy_files"]))
        work_in_all(simulators)
        wait_until_the_file_is_done(place)
        wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=280)
        change_what_nobody_tells_of(simulators)
        wanted = reckoned(tmp_path, simulators, dropped_file(sandbox))
        assert cells_in_planning(planning[ANAPLAN]) != wanted
        found = {name: census_of(place, name) for name in SYSTEMS}
        wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=280)
        assert cells_in_planning(planning[ANAPLAN]) == wanted
        for name, cubes in CUBES.items():
            given = {at: value for at, value in wanted.items() if at[0] in cubes}
            assert given
            assert (name, cells_in_planning(planning[name])) == (name, given)
    assert all(found.values()), found
    assert {name: census_of(place, name) for name in SYSTEMS} == dict.fromkeys(SYSTEMS, 0)
    assert outcomes(place).total() == accepted_notices(sandbox.aws)


def store_mappings(place: Place) -> None:
    """The sandbox's mappings, what the test's customers are called in planning, and the rate of its months."""
    found = [(CRM, "customer", company, member) for company, member in COMPANIES.items()]
    found += [(SALES, "customer", account, member) for account, member in ACCOUNTS.items()]
    found.append((ERP, "customer", CUSTOMER, "TYRELL"))
    found += [(EVERY_CONNECTION, "rate", f"{each}>USD@{month}", "1.10") for month in MONTHS for each in ("EUR", "BRL")]
    entries = [mapping_tables.Entry(MappingKey(owner, table, key), member) for owner, table, key, member in found]
    mapping_tables.put(place, mapping_tables.read_file(ROOT / "landscape/mappings/sandbox.csv"))
    mapping_tables.put(place, entries)


def wait_until_the_file_is_done(place: Place) -> None:
    """Until all of its last rerun is on the bus."""
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while not any(
        (each.name, each.state, each.own_version[-1:]) == (FILE, FileState.DONE, "1")
        for each in FileLedger(place.table).runs(LEGACY)
    ):
        assert time.monotonic() < give_up_at, FileLedger(place.table).runs(LEGACY)
        Event().wait(0.5)


def dropped_file(sandbox: Sandbox) -> bytes:
    """What lies in the bucket under the file's name."""
    bucket = json.loads(sandbox.outputs["Intake"])["bucket_name"]
    return sandbox.aws.client("s3").get_object(Bucket=bucket, Key=f"incoming/{LEGACY}/{FILE}")["Body"].read()


def census_of(place: Place, connection: str) -> int:
    """Compare a source with the ledger up to this moment, at which nothing is under way; how many records differed."""
    now, ledger = datetime.now(UTC), CensusLedger(place.table)
    comparing.begin(place, connection, "", Purpose.CENSUS, Window(now - timedelta(days=1), now))
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        runs = [run for run in ledger.runs(connection) if run.purpose is Purpose.CENSUS]
        if all(run.phase.is_over for run in runs):
            return sum(len(list(ledger.findings(run))) for run in runs)
        assert time.monotonic() < give_up_at, [(run.entity, run.failing) for run in runs]
        place.invoke(place.census_function, {})
        Event().wait(0.2)


def cells_in_planning(system: Planning) -> Cells:
    """What a planning system holds of our months in the transaction currency, over the other dimensions; zeros left out."""
    found: Cells = {}
    for cell in system.cells():
        if (cell["module"], cell["line_item"]) in _COMPARED and cell["members"]["Time"] in MONTHS.values():
            place = (cell["module"], cell["line_item"], *_place(cell["members"]))
            found[place] = found.get(place, Decimal(0)) + Decimal(cell["value"])
    return {place: value for place, value in found.items() if value}


def _place(members: Mapping[str, str]) -> Iterable[str]:
    product = members.get("Product line") or members["Account"]
    names = ("Legal entity", "Currency", "Time", "Version")
    return (members["Customer"], product, *(members[name] for name in names))
