"""The Anaplan writer against the simulated tenant over real HTTP: what is written, what is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.systems.anaplan.definition import TIME_ID, Dimension, Member, ModelDefinition, sandbox_definition
from sandbox.systems.anaplan.settings import TenantSettings
from tests.support.anaplan import cash_cell, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant, running_tenant
from tieout.delivering import CellValue
from tieout.periods import Period
from tieout.systems.anaplan.period_names import PeriodNames


def test_cells_are_set_and_read_back(tenant: RunningTenant) -> None:
    """What was written is what planning holds, in its own digits; writing it again changes nothing."""
    writer = tenant.writer()
    pipeline = [pipeline_cell("a", "1500.10"), pipeline_cell("b", "-0.05", period="2026-04")]
    cash = [cash_cell("c", "12345678901234567890.12")]
    for _ in range(2):
        assert writer.write(pipeline).refused == writer.write(cash).refused == {}
        assert tenant.values() == {
            ("Pipeline", "Amount", "Mar 26"): "1500.10",
            ("Pipeline", "Amount", "Apr 26"): "-0.05",
            ("Cash", "Collected", "Mar 26"): "12345678901234567890.12",
        }
    assert writer.read(pipeline + cash) == {cell.cell_id: cell.value for cell in pipeline + cash}


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
    """An unknown customer, periods the model has not, a calculated line item and a parent refuse themselves alone."""
    cells = [
        pipeline_cell("unknown", customer="NOBODY"),
        pipeline_cell("good", "7.00"),
        pipeline_cell("mistyped", period="2126-03"),
        pipeline_cell("weeks", period="FY2026-P03"),
        pipeline_cell("calculated", measure="Gap USD"),
        pipeline_cell("all", customer="ALL_CUSTOMERS"),
    ]
    answer = tenant.writer().write(cells)
    assert {cell_id: reason.partition(":")[0] for cell_id, reason in answer.refused.items()} == {
        "unknown": "cellIsInvalid",
        "mistyped": "cellIsInvalid",
        "weeks": "cellIsInvalid",
        "calculated": "line_item_calculated",
        "all": "cellIsCalculated",
    }
    assert tenant.values() == {("Pipeline", "Amount", "Mar 26"): "7.00"}
    assert answer.summary == "Pipeline: 5 sent, 1 changed, 5 refused"


def in_thirteen_periods() -> ModelDefinition:
    """The simulated model as if it had been built with a calendar of four weeks a period."""
    definition, year = sandbox_definition(), Member("5438302026", "FY26")
    periods = [Member(f"54383220260{number:02}", f"Period {number} FY26", "", year.item_id) for number in range(1, 14)]
    time = Dimension(TIME_ID, "Time", (*periods, year))
    return replace(
        definition, dimensions=tuple(time if each.name == "Time" else each for each in definition.dimensions)
    )


def test_a_model_of_weeks_is_written_to_and_read_back_by_its_own_names() -> None:
    """Its periods are found; a calendar month, another calendar's period and one that no year has are refused."""
    good = [pipeline_cell("third", "3.00", period="FY2026-P03"), pipeline_cell("last", "13.00", period="FY2026-P13")]
    bad = [pipeline_cell(text, period=text) for text in ("2026-03", "WK2026-P03", "FY2026-P14", "FY2126-P03")]
    with running_tenant(in_thirteen_periods()) as tenant:
        writer = tenant.writer(period_names=["Period {number} FY{year}"])
        answer = writer.write(good + bad)
        assert set(answer.refused) == {cell.cell_id for cell in bad}
        assert tenant.values() == {
            ("Pipeline", "Amount", "Period 3 FY26"): "3.00",
            ("Pipeline", "Amount", "Period 13 FY26"): "13.00",
        }
        read = writer.read(good + bad)
        assert read == {"third": Decimal(3), "last": Decimal(13)} | dict.fromkeys((cell.cell_id for cell in bad), None)


def test_a_module_the_model_does_not_have_refuses_its_cells(tenant: RunningTenant) -> None:
    """A renamed module is somebody's to mend; the other modules are written meanwhile."""
    cell = CellValue(cell_id="module", cube="Headcount", measure="Heads", members=(), value=Decimal(1))
    answer = tenant.writer().write([cell])
    assert answer.refused["module"].startswith("module_missing")
    assert tenant.values() == {}


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
    answer = tenant.writer().write([pipeline_cell("a"), pipeline_cell("b", period="2026-04")])
    assert answer.refused == {"b": "cellIsOnHoliday: the cell was refused"}


PERIODS = [f"{year}-{month:02d}" for year in (2026, 2027) for month in range(1, 7)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(st.sampled_from(["EUR", "USD", "JPY"]), st.booleans()), min_size=1, max_size=12))
def test_whatever_fails_exactly_the_failing_cells_are_refused(
    running: RunningTenant, cells: list[tuple[str, bool]]
) -> None:
    """For any batch with any cells failing: refused are those, written are all others."""
    running.control("reset", {})
    batch = [
        pipeline_cell(
            f"c{number}",
            str(number),
            customer="NOBODY" if fails else "ACME",
            currency=currency,
            period=PERIODS[number],
        )
        for number, (currency, fails) in enumerate(cells)
    ]
    bad = {f"c{number}" for number, (_, fails) in enumerate(cells) if fails}
    answer = running.kept_writer().write(batch)
    assert set(answer.refused) == bad
    written = {each["members"]["Time"]: each["value"] for each in running.control("cells")["cells"]}
    assert written == {
        PeriodNames().name_of(Period.parse(dict(cell.members)["Time"])): str(cell.value)
        for cell in batch
        if cell.cell_id not in bad
    }
