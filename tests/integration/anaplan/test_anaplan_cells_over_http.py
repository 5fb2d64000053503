"""The Anaplan writer against the simulated tenant over real HTTP: what is written, what is refused."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.systems.anaplan.settings import TenantSettings
from tests.support.anaplan import cash_cell, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant
from tieout.delivering import CellValue


def test_cells_are_set_and_read_back(tenant: RunningTenant) -> None:
    """What was written is what planning holds, in its own digits; writing it again changes nothing."""
    writer = tenant.writer()
    cells = [
        pipeline_cell("a", "1500.10"),
        pipeline_cell("b", "-0.05", period="Apr 26"),
        cash_cell("c", "12345678901234567890.12"),
    ]
    for _ in range(2):
        assert writer.write(cells).refused == {}
        assert tenant.values() == {
            ("Pipeline", "Amount", "Mar 26"): "1500.10",
            ("Pipeline", "Amount", "Apr 26"): "-0.05",
            ("Cash", "Collected", "Mar 26"): "12345678901234567890.12",
        }
    assert writer.read(cells) == {cell.cell_id: cell.value for cell in cells}


def test_a_cell_is_brought_to_zero_by_writing_zero(tenant: RunningTenant) -> None:
    """Anaplan takes no null: a cell whose facts are gone is set to 0."""
    writer = tenant.writer()
    writer.write([pipeline_cell("a", "10")])
    writer.write([pipeline_cell("a", "0")])
    assert tenant.values() == {("Pipeline", "Amount", "Mar 26"): "0"}


def test_both_forms_of_the_address_write(tenant: RunningTenant) -> None:
    """With a workspace id in the options, calls go by workspace and model."""
    writer = tenant.writer(workspace_id=TenantSettings().workspace_id)
    assert writer.write([pipeline_cell()]).refused == {}


def test_refused_cells_are_told_and_their_neighbours_written(tenant: RunningTenant) -> None:
    """An unknown customer, a quarter, a calculated line item and a missing module refuse themselves alone."""
    cells = [
        pipeline_cell("unknown", customer="NOBODY"),
        pipeline_cell("good", "7.00"),
        pipeline_cell("quarter", period="Q1 FY26"),
        pipeline_cell("calculated", measure="Gap USD"),
        pipeline_cell("all", customer="ALL_CUSTOMERS"),
        CellValue(cell_id="module", cube="Headcount", measure="Heads", members=(), value=Decimal(1)),
        cash_cell("cash"),
    ]
    answer = tenant.writer().write(cells)
    assert {cell_id: reason.partition(":")[0] for cell_id, reason in answer.refused.items()} == {
        "unknown": "cellIsInvalid",
        "quarter": "cellIsCalculated",
        "calculated": "cellIsCalculated",
        "all": "cellIsCalculated",
        "module": "module_missing",
    }
    assert set(tenant.values()) == {("Pipeline", "Amount", "Mar 26"), ("Cash", "Collected", "Mar 26")}
    assert answer.summary == "Pipeline: 5 sent, 1 changed, 4 refused; Cash: 1 sent, 1 changed, 0 refused"


def test_a_member_that_arrives_later_is_written_then(tenant: RunningTenant) -> None:
    """A refusal for a missing member is over once somebody adds the member in Anaplan."""
    writer = tenant.writer()
    assert set(writer.write([pipeline_cell("late", customer="LATE")]).refused) == {"late"}
    tenant.control("members", {"list": "Customer", "items": [{"code": "LATE", "name": "Late Corp"}]})
    assert writer.write([pipeline_cell("late", customer="LATE")]).refused == {}


def test_an_answer_with_an_empty_list_of_failures_is_a_full_success(tenant: RunningTenant) -> None:
    """Both forms were seen: no key, and an empty list."""
    tenant.fault("empty_failures")
    assert tenant.writer().write([pipeline_cell()]).refused == {}


def test_a_refusal_of_a_kind_nobody_published_refuses_its_cell(tenant: RunningTenant) -> None:
    """A failure type we do not know is no success."""
    tenant.fault("reject_cell", path=";Time=Apr 26;", detail={"failureType": "cellIsOnHoliday"})
    answer = tenant.writer().write([pipeline_cell("a"), pipeline_cell("b", period="Apr 26")])
    assert answer.refused == {"b": "cellIsOnHoliday: the cell was refused"}


def test_batches_larger_than_one_request_go_in_several(tenant: RunningTenant) -> None:
    """The batch size of the options is the most cells of one request."""
    cells = [
        pipeline_cell(f"c{n}", str(n), period=f"{month} 26")
        for n, month in enumerate(["Jan", "Feb", "Mar", "Apr", "May"])
    ]
    assert tenant.writer(batch_size=2).write(cells).refused == {}
    assert [len(each["cells"]) for each in tenant.control("writes")["writes"]] == [2, 2, 1]


def test_nothing_to_write_is_no_call(tenant: RunningTenant) -> None:
    """An empty batch asks nothing of Anaplan, not even a login."""
    before = tenant.logins()
    assert tenant.writer().write([]).refused == {}
    assert tenant.logins() == before


PERIODS = [f"{month} {year}" for year in (26, 27) for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(st.sampled_from(["Pipeline", "Cash"]), st.sampled_from(["EUR", "USD", "JPY"]), st.booleans()),
        max_size=12,
    ),
    batch_size=st.integers(1, 5),
)
def test_whatever_fails_exactly_the_failing_cells_are_refused(
    running: RunningTenant, cells: list[tuple[str, str, bool]], batch_size: int
) -> None:
    """For any batch over any modules, cut in any way, with any cells failing: refused are those, written are all others."""
    running.control("reset", {})
    batch, bad = [], set()
    for number, (cube, currency, fails) in enumerate(cells):
        dimensions = (("Product line", "SOFTWARE"),) if cube == "Pipeline" else (("Account", "1000"),)
        members = (
            ("Customer", "NOBODY" if fails else "ACME"),
            *dimensions,
            ("Currency", currency),
            ("Time", PERIODS[number]),
            ("Version", "Actual"),
        )
        measure = "Amount" if cube == "Pipeline" else "Collected"
        batch.append(
            CellValue(cell_id=f"c{number}", cube=cube, measure=measure, members=members, value=Decimal(number))
        )
        if fails:
            bad.add(f"c{number}")
    writer = running.writers.setdefault(batch_size, running.writer(batch_size=batch_size))
    answer = writer.write(batch)
    assert set(answer.refused) == bad
    written = {(each["module"], each["members"]["Time"]): each["value"] for each in running.control("cells")["cells"]}
    assert written == {
        (cell.cube, dict(cell.members)["Time"]): str(cell.value) for cell in batch if cell.cell_id not in bad
    }
