"""The SAP Analytics Cloud writer against the simulated tenant over real HTTP: what is written, refused and read back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.systems.sap_analytics.definition import Dimension, ModelDefinition, sandbox_models
from tests.support.sap_analytics import cash_cell, pipeline_cell
from tests.support.sap_analytics_tenant import RunningTenant, running_tenant
from tieout.delivering import CellValue

MARCH, APRIL = ("Pipeline", "Amount", "202603"), ("Pipeline", "Amount", "202604")


def test_cells_are_set_and_read_back(tenant: RunningTenant) -> None:
    """What was written is what planning holds, in its own digits; writing it again changes nothing."""
    writer = tenant.writer()
    pipeline = [
        pipeline_cell("a", "1500.10"),
        pipeline_cell("u", "1650.11", measure="Amount USD"),
        pipeline_cell("b", "-0.05", period="2026-04"),
    ]
    cash = [cash_cell("c", "12345678901234567890.12")]
    for _ in range(2):
        assert writer.write(pipeline).refused == writer.write(cash).refused == {}
        assert tenant.values() == {
            MARCH: "1500.10",
            ("Pipeline", "AmountUSD", "202603"): "1650.11",
            APRIL: "-0.05",
            ("Cash", "Collected", "202603"): "12345678901234567890.12",
        }
    assert writer.read(pipeline + cash) == {cell.cell_id: cell.value for cell in pipeline + cash}


def test_a_cell_is_brought_to_zero_by_writing_zero(tenant: RunningTenant) -> None:
    """A cell whose facts are gone is set to 0, since nothing is ever cleared."""
    writer = tenant.writer()
    writer.write([pipeline_cell("a", "10")])
    writer.write([pipeline_cell("a", "0")])
    assert tenant.values() == {MARCH: "0"}


def test_measures_of_an_intersection_are_one_row_of_one_job(tenant: RunningTenant) -> None:
    """Two measures of two months are two rows, and the job that set them stands in the receipt."""
    cells = [
        pipeline_cell(f"{measure} {period}", "1", measure=measure, period=period)
        for measure in ("Amount", "Amount USD")
        for period in ("2026-03", "2026-04")
    ]
    answer = tenant.writer().write(cells)
    [written] = tenant.control("writes")["writes"]
    assert (written["rows"], written["method"]) == (2, "Update")
    assert answer.summary == "Pipeline: 4 cells, 2 rows sent, 0 cells refused"
    assert answer.reference == written["job"]


def test_a_measure_that_is_not_sent_stays_as_it_is(tenant: RunningTenant) -> None:
    """A model that empties what a row lacks and its job has loses nothing, as rows with other measures have a job of their own."""
    writer = tenant.writer()
    first = [pipeline_cell("a", "10"), pipeline_cell("u", "11", measure="Amount USD")]
    writer.write(first)
    second = [
        pipeline_cell("u", "12", measure="Amount USD"),
        pipeline_cell("b", "7", period="2026-04"),
        pipeline_cell("v", "8", measure="Amount USD", period="2026-04"),
    ]
    assert writer.write(second).refused == {}
    assert writer.read([*first[:1], *second]) == {
        "a": Decimal(10),
        "u": Decimal(12),
        "b": Decimal(7),
        "v": Decimal(8),
    }
    assert [each["rows"] for each in tenant.control("writes")["writes"]] == [1, 1, 1]


def test_partial_rows_go_together_where_a_model_is_trusted_with_them(tenant: RunningTenant) -> None:
    """One job instead of two, where somebody has seen that a missing measure stays."""
    tenant.control("settings", {"missing_measures": "kept"})
    writer = tenant.writer(partial_rows="together")
    cells = [
        pipeline_cell("a"),
        pipeline_cell("b", period="2026-04"),
        pipeline_cell("v", measure="Amount USD", period="2026-04"),
    ]
    assert writer.write(cells).refused == {}
    assert [each["rows"] for each in tenant.control("writes")["writes"]] == [2]


def test_refused_cells_are_told_and_their_neighbours_written(tenant: RunningTenant) -> None:
    """An unknown customer, a locked month and periods the model has not refuse themselves alone."""
    tenant.control("locks", {"model": "Pipeline", "locks": [{"Date": "202601", "Version": "public.Forecast"}]})
    cells = [
        pipeline_cell("unknown", customer="NOBODY"),
        pipeline_cell("good", "7.00"),
        pipeline_cell("locked", period="2026-01"),
        pipeline_cell("mistyped", period="2126-03"),
        pipeline_cell("weeks", period="FY2026-P03"),
        pipeline_cell("measure", measure="Gap USD"),
    ]
    answer = tenant.writer().write(cells)
    assert answer.refused == {
        "unknown": "Invalid column value for: Customer",
        "locked": "The data is locked",
        "mistyped": "Invalid column value for: Date",
        "weeks": "period_of_another_calendar",
        "measure": "measure_not_in_the_landscape",
    }
    assert tenant.values() == {MARCH: "7.00"}


def test_a_write_whose_rows_are_all_refused_runs_no_job(tenant: RunningTenant) -> None:
    """Validation says it before anything is written."""
    answer = tenant.writer().write([pipeline_cell("a", customer="NOBODY"), pipeline_cell("b", version="Draft")])
    assert set(answer.refused) == {"a", "b"}
    assert tenant.control("writes")["writes"] == []


def test_a_cube_without_a_model_refuses_its_cells(tenant: RunningTenant) -> None:
    """The landscape is somebody's to mend; the other cubes are written meanwhile."""
    cell = CellValue(cell_id="heads", cube="Headcount", measure="Heads", members=(), value=Decimal(1))
    assert tenant.writer().write([cell]).refused["heads"].startswith("model_missing")
    assert tenant.writer().read([cell]) == {"heads": None}


def test_cells_that_have_no_place_need_no_job(tenant: RunningTenant) -> None:
    """What the landscape does not know is refused without a call."""
    answer = tenant.writer().write([pipeline_cell(measure="Gap USD")])
    assert answer.refused == {"c1": "measure_not_in_the_landscape"}
    assert (answer.summary, answer.reference) == ("Pipeline: 1 cells, 0 rows sent, 1 cells refused", "")


def test_a_column_the_model_does_not_have_refuses_the_cells_that_go_there(tenant: RunningTenant) -> None:
    """SAP refuses the whole job for it: so are its cells, once, and not halved until each is refused alone."""
    answer = tenant.writer(columns={}).write([pipeline_cell("a"), pipeline_cell("b", period="2026-04")])
    assert set(answer.refused) == {"a", "b"}
    assert answer.refused["a"].startswith("column_missing")


def test_a_member_that_arrives_later_is_written_then(tenant: RunningTenant) -> None:
    """A refusal for a missing member is over once somebody adds the member."""
    writer = tenant.writer()
    assert set(writer.write([pipeline_cell("late", customer="LATE")]).refused) == {"late"}
    tenant.control("members", {"column": "Customer", "members": ["LATE"]})
    assert writer.write([pipeline_cell("late", customer="LATE")]).refused == {}


def of_accounts() -> list[ModelDefinition]:
    """The simulated Pipeline as a model of accounts: its measures are members of a dimension."""
    model = sandbox_models()[0]
    measures = Dimension("Measure", frozenset(model.measures))
    return [replace(model, dimensions=(*model.dimensions, measures), measures=("SignedData",))]


def test_a_model_of_accounts_has_a_row_for_each_cell() -> None:
    """Each measure is a member of the account dimension, and all values go to one column."""
    cells = [pipeline_cell("a", "10.00"), pipeline_cell("u", "11.00", measure="Amount USD")]
    with running_tenant(of_accounts()) as tenant:
        writer = tenant.writer(account_columns={"Pipeline": "Measure"})
        assert writer.write(cells).refused == {}
        [written] = tenant.control("writes")["writes"]
        assert written["rows"] == 2
        held = {each["members"]["Measure"]: each["value"] for each in tenant.control("cells")["cells"]}
        assert held == {"Amount": "10.00", "AmountUSD": "11.00"}
        assert writer.read(cells) == {"a": Decimal("10.00"), "u": Decimal("11.00")}


def test_a_model_of_weeks_is_written_to_and_read_back_by_its_own_names() -> None:
    """Its periods are found; a calendar month and another calendar's period never leave."""
    model = sandbox_models()[0]
    periods = Dimension("Date", frozenset(f"2026{number:03d}" for number in range(1, 14)))
    weeks = replace(model, dimensions=tuple(periods if each.column == "Date" else each for each in model.dimensions))
    good = [pipeline_cell("third", "3.00", period="FY2026-P03"), pipeline_cell("last", "13.00", period="FY2026-P13")]
    bad = [pipeline_cell(text, period=text) for text in ("2026-03", "WK2026-P03")]
    with running_tenant([weeks]) as tenant:
        writer = tenant.writer(period_names=["{year}{number:03}"])
        assert set(writer.write(good + bad).refused) == {cell.cell_id for cell in bad}
        assert tenant.values() == {
            ("Pipeline", "Amount", "2026003"): "3.00",
            ("Pipeline", "Amount", "2026013"): "13.00",
        }
        read = writer.read(good + bad)
        assert read == {"third": Decimal(3), "last": Decimal(13), "2026-03": None, "WK2026-P03": None}


def test_what_is_read_back_comes_in_pages(tenant: RunningTenant) -> None:
    """Every page is followed, and what nobody asked about is passed over; a place without a fact reads as 0."""
    tenant.control("settings", {"largest_page": 2})
    writer = tenant.writer()
    written = [pipeline_cell(f"c{month}", str(month), period=f"2026-{month:02d}") for month in range(1, 8)]
    writer.write(written)
    read = writer.read([*written[1:], pipeline_cell("none", period="2027-01")])
    assert read == {cell.cell_id: cell.value for cell in written[1:]} | {"none": Decimal()}


@pytest.mark.parametrize(
    ("kind", "held"), [("drop_cell", "0"), ("round_cell", "6"), ("alter_cell", "5.51")]
)  # fmt: skip
def test_a_model_that_alters_a_cell_unseen_is_seen_when_it_is_read(tenant: RunningTenant, kind: str, held: str) -> None:
    """The write counts as done, and reading back tells the value that is not ours."""
    cells = [pipeline_cell("a", "5.50"), pipeline_cell("b", "9.00", period="2026-04")]
    tenant.fault(kind, path=";Date=202603;")
    writer = tenant.writer()
    assert writer.write(cells).refused == {}
    assert writer.read(cells) == {"a": Decimal(held), "b": Decimal(9)}


PERIODS = [f"{year}-{month:02d}" for year in (2026, 2027) for month in range(1, 5)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(st.sampled_from(["Amount", "Amount USD", "Weighted amount"]), st.booleans()), min_size=1, max_size=8
    )
)
def test_whatever_fails_exactly_the_failing_cells_are_refused(
    running: RunningTenant, cells: list[tuple[str, bool]]
) -> None:
    """For any batch with any cells failing: refused are those, written are all others, and no job is left."""
    running.control("reset", {})
    batch = [
        pipeline_cell(
            f"c{number}", str(number), customer="NOBODY" if fails else "ACME", measure=measure, period=PERIODS[number]
        )
        for number, (measure, fails) in enumerate(cells)
    ]
    bad = {f"c{number}" for number, (_, fails) in enumerate(cells) if fails}
    writer = running.writer()
    assert set(writer.write(batch).refused) == bad
    good = [cell for cell in batch if cell.cell_id not in bad]
    assert len(running.control("cells")["cells"]) == len(good)
    assert writer.read(good) == {cell.cell_id: cell.value for cell in good}
    assert running.jobs() == []
