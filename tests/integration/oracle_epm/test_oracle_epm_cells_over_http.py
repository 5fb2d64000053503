"""The Oracle EPM writer against the simulated environment over real HTTP: what is written, what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.oracle_epm import expense_cell, pipeline_cell
from tests.support.oracle_epm_environment import RunningEnvironment, running_environment
from tieout.landscape import Option

MANY = [f"{year}-{month:02d}" for year in (2024, 2025, 2026, 2027) for month in range(1, 13)]
CUSTOMERS = ("ACME", "GLOBEX", "INITECH", "HOOLI", "STARK")


def test_cells_are_set_and_read_back(environment: RunningEnvironment) -> None:
    """What was written is what planning holds, in its own digits; writing it again updates nothing."""
    writer = environment.writer()
    pipeline = [pipeline_cell("a", "1500.10"), pipeline_cell("b", "-0.05", period="2026-04", customer="GLOBEX")]
    expense = [expense_cell("c", "12345678901234567890.12")]
    assert writer.write(pipeline).summary == "Pipeline: 2 given, 2 accepted, 2 updated, 0 rejected; slices: 1"
    assert writer.write(expense).refused == {}
    assert writer.write(pipeline).summary == "Pipeline: 2 given, 2 accepted, 0 updated, 0 rejected; slices: 1"
    assert environment.values() == {
        ("Pipeline", "Amount", "ACME", "Mar"): "1500.10",
        ("Pipeline", "Amount", "GLOBEX", "Apr"): "-0.05",
        ("OpEx", "6100", "TRAVEL_AGENCY", "Mar"): "12345678901234567890.12",
    }
    assert writer.read(pipeline + expense) == {cell.cell_id: cell.value for cell in pipeline + expense}
    assert not any(each["adding"] for each in environment.control("writes")["writes"])


def test_members_stand_in_the_dimensions_that_the_options_name(environment: RunningEnvironment) -> None:
    """A period is a year and a period, a version a scenario, a partner has a name of its own, and fixed members are there."""
    environment.writer().write([expense_cell()])
    (cell,) = environment.control("cells")["cells"]
    assert cell["members"] == {
        "Account": "6100",
        "Amount type": "Expense",
        "CostCenter": "CC_SALES",
        "Vendor": "TRAVEL_AGENCY",
        "Entity": "EMEA",
        "Intercompany": "IC_EMEA",
        "Currency": "EUR",
        "Scenario": "Actual",
        "Years": "FY26",
        "Period": "Mar",
        "Version": "Working",
        "View": "BaseData",
    }


@pytest.mark.parametrize(("options", "held"), [({}, ["0"]), ({"clear_zeros": True}, [])])
def test_a_total_of_nothing_is_a_zero_or_an_empty_cell(
    environment: RunningEnvironment, options: dict[str, Option], held: list[str]
) -> None:
    """As the options say; read back, both are 0. Clearing what is empty already is no refusal."""
    writer = environment.writer(**options)
    writer.write([pipeline_cell("a", "10")])
    for _ in range(2):
        assert writer.write([pipeline_cell("a", "0")]).refused == {}
    assert list(environment.values().values()) == held
    assert writer.read([pipeline_cell("a", "0")]) == {"a": Decimal(0)}


def test_refused_cells_are_told_and_their_neighbours_written(environment: RunningEnvironment) -> None:
    """Unknown and calculated members, parents and closed cells refuse themselves alone, with Planning's reason."""
    environment.control("read_only", {"members": ["FY26", "Jan", "Forecast"], "reason": "Planning unit is locked"})
    cells = [
        pipeline_cell("unknown", customer="NOBODY"),
        pipeline_cell("good", "7.00"),
        pipeline_cell("calculated", measure="Gap USD"),
        pipeline_cell("well", "8.00", customer="GLOBEX"),
        pipeline_cell("all", customer="ALL_CUSTOMERS"),
        pipeline_cell("closed", period="2026-01"),
        pipeline_cell("mistyped", period="2126-03"),
        pipeline_cell("weeks", period="FY2026-P03"),
    ]
    answer = environment.writer().write(cells)
    assert answer.refused == {
        "unknown": "Invalid members: NOBODY",
        "calculated": "Gap USD is a Dynamic Calc member",
        "all": "Parent members are not writable in a bottom up version",
        "closed": "Planning unit is locked",
        "mistyped": "year_that_two_digits_do_not_name",
        "weeks": "period_of_another_calendar",
    }
    assert sorted(environment.values().values()) == ["7.00", "8.00"]


def test_accounts_of_other_types_do_not_spoil_the_amounts(environment: RunningEnvironment) -> None:
    """A grid that mixes types is rejected as a whole; a column at a time, only what is no amount is refused."""
    cells = [
        pipeline_cell(f"{measure}{number}", str(number), measure=measure, customer=customer)
        for number, customer in enumerate(CUSTOMERS)
        for measure in ("Amount", "Deal stage")
    ]
    answer = environment.writer().write(cells)
    assert set(answer.refused) == {f"Deal stage{number}" for number in range(5)}
    assert sorted(environment.values().values()) == ["0", "1", "2", "3", "4"]


def test_more_rejected_cells_than_are_listed_are_all_known(environment: RunningEnvironment) -> None:
    """Planning lists a hundred of 120 rejected cells; the other twenty are found in halves."""
    environment.control("read_only", {"members": ["FY25"]})
    environment.control("read_only", {"members": ["FY24"]})
    cells = [
        pipeline_cell(f"{customer}{period}", "5", customer=customer, period=period)
        for customer in CUSTOMERS
        for period in MANY
    ]
    answer = environment.writer().write(cells)
    assert set(answer.refused) == {cell.cell_id for cell in cells if dict(cell.members)["Time"] < "2026"}
    assert set(answer.refused.values()) == {"Cell is read only"}
    assert answer.summary == "Pipeline: 240 given, 120 accepted, 120 updated, 120 rejected; slices: 3"
    assert len(environment.control("cells")["cells"]) == len(cells) - 120


def test_a_cube_that_refuses_everything_costs_few_calls(environment: RunningEnvironment) -> None:
    """A scenario that is not there is told of every cell, after five of them were tried alone."""
    cells = [pipeline_cell(period, period=period, version="Outlook") for period in MANY]
    answer = environment.writer().write(cells)
    assert set(answer.refused) == set(MANY)
    shared = (
        "The member Outlook does not exist for the specified cube or you do not have access to it. (as 5 others alone)"
    )
    assert list(answer.refused.values()).count(shared) == len(MANY) - 5
    assert answer.summary == "Pipeline: 48 given, 0 accepted, 0 updated, 48 rejected; slices: 6"


@pytest.mark.parametrize("whole", ["rejects_whole_rows", "rejects_whole_grids"])
def test_what_a_bad_cell_takes_along_is_written_all_the_same(whole: str) -> None:
    """Live, a bad cell was seen to take its row or its grid along: only the bad one is refused in the end."""
    measures = ("Amount", "Amount USD")
    cells = [
        pipeline_cell(f"{customer}{measure}", "3", customer=customer, measure=measure)
        for customer in CUSTOMERS
        for measure in measures
    ]
    with running_environment(None, **{whole: True}) as environment:
        environment.fault("reject_cell", path=";Account=Amount;Customer=STARK;", times=9, detail={"reason": "locked"})
        answer = environment.writer().write(cells)
        assert answer.refused == {"STARKAmount": "locked"}
        assert len(environment.control("cells")["cells"]) == len(cells) - 1


def test_a_member_that_arrives_later_is_written_then(environment: RunningEnvironment) -> None:
    """A refusal for a missing member is over once somebody adds the member in Planning."""
    writer = environment.writer()
    assert set(writer.write([pipeline_cell("late", customer="LATE")]).refused) == {"late"}
    assert writer.read([pipeline_cell("late", customer="LATE"), pipeline_cell("a")]) == {"late": None, "a": Decimal(0)}
    environment.control("members", {"dimension": "Customer", "members": ["LATE"]})
    assert writer.write([pipeline_cell("late", customer="LATE")]).refused == {}


def test_a_member_named_by_its_alias_is_accepted_and_caught_by_reading_back(environment: RunningEnvironment) -> None:
    """Planning takes an alias, stores nothing, and rejects nothing: only what is read back tells."""
    writer, cell = environment.writer(), pipeline_cell("a", "4444", customer="Acme Corporation")
    assert writer.write([cell]).refused == {}
    assert environment.values() == {}
    assert writer.read([cell]) == {"a": Decimal(0)}


@pytest.mark.parametrize(("kind", "held"), [("drop_cell", "0"), ("round_cell", "1500"), ("alter_cell", "1500.40")])
def test_a_cell_that_planning_alters_is_caught_by_reading_back(
    environment: RunningEnvironment, kind: str, held: str
) -> None:
    """It says that it took the cell; what it holds is something else."""
    environment.fault(kind, path=";Customer=ACME;")
    writer, cells = environment.writer(), [pipeline_cell("a", "1500.30"), pipeline_cell("b", "2", customer="GLOBEX")]
    if kind == "alter_cell":
        environment.control("reset", {})
        environment.fault(kind, path=";Customer=ACME;", detail={"by": "0.10"})
    assert writer.write(cells).refused == {}
    assert writer.read(cells) == {"a": Decimal(held), "b": Decimal(2)}


def test_a_cell_that_a_person_changes_is_read_back(environment: RunningEnvironment) -> None:
    """Somebody overwrites a cell in planning, and somebody empties one."""
    writer, cells = environment.writer(), [pipeline_cell("a", "1"), pipeline_cell("b", "2", customer="GLOBEX")]
    writer.write(cells)
    for cell in environment.control("cells")["cells"]:
        changed = {"ACME": "7.5", "GLOBEX": None}[cell["members"]["Customer"]]
        members = list(cell["members"].values())
        environment.control("cells", {"cube": "Pipeline", "members": members, "value": changed})
    assert writer.read(cells) == {"a": Decimal("7.5"), "b": Decimal(0)}
