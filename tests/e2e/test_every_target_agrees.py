"""The same facts to three planning systems and the lake, on a day on which much goes wrong: all agree with the sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from ops import ledger_views
from ops.display import Row
from ops.place import Place, sandbox_place
from ops.recalling import place_at
from sandbox.demo.planning_systems import ANALYTICS, ANAPLAN, CUBES, ORACLE, PlanningSystems
from sandbox.demo.quiet import accepted_notices, outcomes
from sandbox.running import Sandbox
from tests.e2e.changing import LACKING, change_what_nobody_tells_of, drop_a_file, work_in_all
from tests.e2e.closed_books import ClosedBooks, closed_books
from tests.e2e.coming_late import (
    COMPANY,
    UNTOLD,
    carry_on,
    delete_a_won_deal_untold,
    work_around_a_closing,
)
from tests.e2e.commands import Tieout
from tests.e2e.day import Day
from tests.e2e.lake_told import Told, told_by_the_lake, wait_until_the_lake_holds_the_ledger
from tests.e2e.misbehaving import faults_fired, faults_planted, plant_faults
from tests.e2e.reckoning import Cells
from tests.e2e.simulators import (
    FIRST,
    MONTHS,
    SECOND,
    SYSTEMS,
    Simulator,
    keep_waiting,
    tell_by_themselves,
    tell_in_disorder,
)
from tests.e2e.spending import EXPENSES, PAYROLL, PROCUREMENT, Tool, spend

_TYPED = ("Actuals", "Revenue", "4000", "NO_COST_CENTRE", "ACME", COMPANY, "NO_PARTNER", "EUR", MONTHS[FIRST], "Actual")
_TYPED_THERE = {"Amount type": "Revenue", "Customer": "ACME", "Entity": COMPANY, "Years": "FY27", "Period": "Aug"}
_TYPED_TOO_MUCH = Decimal("1000.00")
_TARGETS = {ANAPLAN: "anaplan", ORACLE: "oracle_epm", ANALYTICS: "sap_analytics"}
_TOOLS = (EXPENSES, PROCUREMENT, PAYROLL)
_FEWEST_NOTICES = 1_000
_STAGES = ("bookings", "orders", "billings", "ledger postings of revenue", "ledger postings of expenses")

type Late = dict[tuple[str, ...], Cells]
"""By target, what became of it and the month it is booked to: what came late, by the closed cell it is of."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def day(sandbox: Sandbox, planning: PlanningSystems, tieout: Tieout, tmp_path: Path) -> Iterator[Day]:
    """A day that begins."""
    with httpx.Client(timeout=120) as http:
        found = Day(
            sandbox=sandbox,
            http=http,
            place=sandbox_place(sandbox.endpoints()),
            planning=planning,
            tieout=tieout,
            folder=tmp_path,
            simulators={name: Simulator(http, sandbox.systems[system]) for name, system in SYSTEMS.items()},
            targets={name: Simulator(http, sandbox.systems[system]) for name, system in _TARGETS.items()},
            tools={name: Tool(Simulator(http, sandbox.systems[name])) for name in _TOOLS},
        )
        found.store_mappings()
        tell_by_themselves(found.simulators)
        drop_a_file(Simulator(http, sandbox.systems["legacy_files"]))
        yield found


def test_all_planning_systems_and_the_lake_agree_with_the_sources(day: Day) -> None:
    """Cell by cell, to the minor unit: when all is told or found, while a month is closed and writes are undone, and in the end."""
    then = work_until_all_is_found(day)
    before, known = day.held(ANALYTICS), receipts(day)
    work_around_a_closing(day.simulators, day.tools[EXPENSES], lambda: close(day))
    day.rest()
    demand_planned(day, closed_books(then, day.reckoned()).planned)
    find_the_deal_nobody_told_of(day)
    writes = receipts(day) - known
    undone = undo(day, writes, before)
    typed = type_over_a_closed_cell(day, then)
    carry_on(day.simulators, day.tools[EXPENSES])
    day.rest()
    closed = closed_books(then, day.reckoned())
    assert late_told(day) == late_wanted(closed)
    # What waits, and what is booked to the next month: of a record that is gone what closed books keep, too.
    assert {kind for kind, _ in open_breaks(day)} == {"held", "cut_off"}
    demand_planned(day, closed.planned, {ANALYTICS: undone, ORACLE: typed})
    repair_what_is_found(day, closed.planned, typed)
    release(day, writes)
    day.rest()
    demand_planned(day, closed.planned)
    while_closed = datetime.now(UTC) - timedelta(seconds=1)  # when it was at rest already
    cells = cells_of(day.place)
    day.tieout("periods", "reopen", FIRST, "--entity", COMPANY, "--reason", "all is in")
    day.rest()
    demand_planned(day, day.reckoned())
    assert late_told(day) == {}
    assert open_breaks(day) == []
    demand_told_by_the_lake(day, day.reckoned(), wait_until_the_lake_holds_the_ledger(day.sandbox, day.folder))
    demand_told_by_the_lake(day, closed.planned, told_by_the_lake(day.sandbox, day.folder, while_closed))
    assert cells_of(place_at(day.place, while_closed, datetime.max.replace(tzinfo=UTC))) == cells != cells_of(day.place)
    assert outcomes(day.place).total() == accepted_notices(day.sandbox.aws)
    assert day.parked() == []


def cells_of(place: Place) -> list[Row]:
    """What is said of the cells of every target."""
    return [row for each in place.targets for row in ledger_views.cells(place.table, each.name)]


def work_until_all_is_found(day: Day) -> Cells:
    """A busy day, a tenth of it told to nobody and a third twice, until a census has found what was not; what is planned then."""
    everybody = day.simulators | day.targets
    struck, accepted = faults_fired(everybody), accepted_notices(day.sandbox.aws)
    plant_faults(everybody)
    known = keep_waiting(day.simulators)
    work_in_all(day.simulators)
    tell_in_disorder(day.simulators, known)
    tell_by_themselves(day.simulators)
    spend(day.tools)
    day.wait_for_the_file()
    day.rest()
    assert {name: each - struck[name] for name, each in faults_fired(everybody).items()} == faults_planted()
    assert accepted_notices(day.sandbox.aws) - accepted >= _FEWEST_NOTICES
    change_what_nobody_tells_of(day.simulators)
    wanted = day.reckoned()
    lacking = differing(day.held(ANAPLAN), wanted)
    assert all(any(at[0] == cube and company in at for at in lacking) for cube, company in LACKING.values())
    found = day.census()
    assert all(found.values()), found
    day.rest()
    demand_planned(day, wanted)
    assert open_breaks(day) == []
    return wanted


def open_breaks(day: Day) -> list[tuple[str, str]]:
    """Compare the stages of every value; what does not tie out by now, each with its kind and what it comes to."""
    rows = day.tieout("reconcile")
    assert len(rows) == len(_STAGES)
    assert all(row["tied_out"] for row in rows), rows
    return [(row["kind"], row["off"]) for row in day.tieout("breaks", "list")]


def close(day: Day) -> None:
    """Close the company's month."""
    day.tieout("periods", "close", FIRST, "--entity", COMPANY, "--reason", "month end")


def find_the_deal_nobody_told_of(day: Day) -> None:
    """A deal of the closed month is deleted untold; a census finds it and nothing else."""
    delete_a_won_deal_untold(day.simulators)
    assert day.census() == dict.fromkeys(SYSTEMS, 0) | {UNTOLD: 1}


def receipts(day: Day) -> set[str]:
    """The writes to the planning system that is to be undone, as far as they are listed."""
    return {row["receipt"] for row in day.tieout("receipts", "list", "--target", ANALYTICS)}


def undo(day: Day, writes: Collection[str], before: Cells) -> Cells:
    """Undo writes, the newest first; what their cells are to hold from then on, which is what they held before."""
    after = day.held(ANALYTICS)
    listed = [row["receipt"] for row in day.tieout("receipts", "list", "--target", ANALYTICS)]
    for write in listed:
        if write in writes:
            assert day.tieout("undo", write, "--yes")["done"]["undoes"] == write
    undone = {at: before.get(at, Decimal(0)) for at in differing(before, after)}
    assert undone
    return undone


def release(day: Day, writes: Collection[str]) -> None:
    """Release all that was undone."""
    assert sum(day.tieout("release", write, "--yes")["undone"] for write in writes) > 0
    assert day.tieout("cells", "list", "--target", ANALYTICS, "--state", "undone") == []


def type_over_a_closed_cell(day: Day, held: Cells) -> Cells:
    """Somebody types another value over a cell of the closed month; the cell as it is then."""
    typed, there = held[_TYPED] + _TYPED_TOO_MUCH, day.targets[ORACLE]
    [cell] = [each for each in there.call("GET", "cells")["cells"] if _TYPED_THERE.items() <= each["members"].items()]
    changed = {"cube": cell["cube"], "members": list(cell["members"].values()), "value": str(typed)}
    there.call("POST", "cells", changed)
    return {_TYPED: typed}


def repair_what_is_found(day: Day, wanted: Cells, typed: Cells) -> None:
    """Reading back names the cell, what either side holds, and the last write of ours, which was another; it is repaired."""
    day.read_back(ORACLE)
    [found] = day.tieout("readback", "show", "--target", ORACLE)["different"]
    assert (found["cube"], found["measure"], found["off"]) == (*_TYPED[:2], str(_TYPED_TOO_MUCH))
    assert (Decimal(found["ledger"]), Decimal(found["planning"])) == (wanted[_TYPED], typed[_TYPED])
    last = day.tieout("receipts", "show", found["receipt"], "--target", ORACLE)
    [given_there] = [
        row for row in last["written"] if (row["cell"], row["measure"]) == (found["cell"], found["measure"])
    ]
    assert Decimal(given_there["after"]) == wanted[_TYPED]
    assert day.tieout("readback", "repair", "--target", ORACLE, "--yes")["cells"] == 1


def demand_planned(day: Day, wanted: Cells, but: Mapping[str, Cells] | None = None) -> None:
    """Each planning system holds exactly what it is given of these cells, but for some."""
    for name in day.planning:
        cells = given(wanted, name) | (but or {}).get(name, {})
        assert any(cells.values())
        off = differing(day.held(name), cells)
        assert not off, "\n".join([name, *(f"{at}: {held} instead of {value}" for at, (held, value) in off.items())])


def differing(one: Cells, other: Cells) -> dict[tuple[str, ...], tuple[Decimal, Decimal]]:
    """The cells of which one side holds something else than the other, with what either holds."""
    nothing = Decimal(0)
    both = {at: (one.get(at, nothing), other.get(at, nothing)) for at in one.keys() | other.keys()}
    return {at: values for at, values in both.items() if values[0] != values[1]}


def given(cells: Cells, target: str) -> Cells:
    """Those of the cells that a planning system is given."""
    return {at: value for at, value in cells.items() if target == ANAPLAN or at[0] in CUBES[target]}


def demand_told_by_the_lake(day: Day, wanted: Cells, told: Told) -> None:
    """The lake tells exactly these cells of our months for each planning system; those of zero say nothing."""
    found: dict[str, Cells] = {name: {} for name in day.planning}
    for (target, *at), total in told.items():
        if total and any(member in MONTHS for member in at):
            found[target][tuple(MONTHS.get(member, member) for member in at)] = total
    for name, cells in found.items():
        assert (name, differing(cells, given(wanted, name))) == (name, {})


def late_told(day: Day) -> Late:
    """What `tieout periods late` lists."""
    found: Late = {}
    for row in day.tieout("periods", "late", FIRST, "--entity", COMPANY):
        members = (MONTHS.get(member, member) for member in row["members"].values())
        at = (row["cube"], row["measure"], *members)
        cells = found.setdefault((row["target"], row["kind"], row["booked_to"]), {})
        cells[at] = cells.get(at, Decimal(0)) + Decimal(row["amount"])
    return found


def late_wanted(closed: ClosedBooks) -> Late:
    """What it must list: for each planning system what waits and what was booked to the next month."""
    wanted = {("held", ""): closed.held, ("booked", SECOND): closed.booked}
    late = {(name, *became): given(cells, name) for name in (ANAPLAN, *CUBES) for became, cells in wanted.items()}
    return {became: cells for became, cells in late.items() if cells}
