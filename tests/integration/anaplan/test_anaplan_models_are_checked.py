"""An Anaplan model is compared with what the planning model writes to, over real HTTP, and each lack is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import pytest

from sandbox.systems.anaplan.definition import ModelDefinition, Module, sandbox_definition
from tests.support.anaplan import BASIC, anaplan_target, pipeline_cell
from tests.support.anaplan_tenant import RunningTenant, running_tenant
from tieout.discovering import Discovered, WantedCube
from tieout.errors import AccessDeniedError, UnavailableError
from tieout.landscape import Option
from tieout.periods import Period
from tieout.systems.anaplan.discovery import open_checker

PIPELINE = WantedCube(
    cube="Pipeline",
    dimensions=("Customer", "Product line", "Legal entity", "Currency", "Time", "Version"),
    measures={"Amount": 2, "Amount USD": 2},
    members=(("Customer", "NO_CUSTOMER"), ("Version", "Forecast")),
    time_dimension="Time",
)
PERIODS = (Period(2026, 11), Period(2026, 12))
Change = Callable[[Module], Module]


def discovered(
    tenant: RunningTenant, *wanted: WantedCube, periods: tuple[Period, ...] = PERIODS, **options: Option
) -> Discovered:
    """What a check of the tenant's model finds."""
    checker = open_checker(anaplan_target(tenant.url, **options), BASIC, tenant.http, tenant.clock)
    return checker.discover(wanted or (PIPELINE,), periods)


def found(
    tenant: RunningTenant, *wanted: WantedCube, periods: tuple[Period, ...] = PERIODS
) -> set[tuple[str, str, str]]:
    """The findings as code, cube and measure."""
    findings = discovered(tenant, *wanted, periods=periods).findings
    return {(each.code, each.cube, each.measure) for each in findings}


@contextmanager
def changed(**parts: object) -> Iterator[RunningTenant]:
    """A tenant whose `Amount` of `Pipeline` is another."""
    definition = sandbox_definition()
    with running_tenant(with_pipeline(definition, lambda module: with_amount(module, parts))) as tenant:
        yield tenant


def with_pipeline(definition: ModelDefinition, change: Change) -> ModelDefinition:
    """The model with another module `Pipeline`."""
    modules = tuple(change(each) if each.name == "Pipeline" else each for each in definition.modules)
    return replace(definition, modules=modules)


def with_amount(module: Module, parts: Mapping[str, object]) -> Module:
    """The module with another line item `Amount`."""
    items = [replace(each, **parts) if each.name == "Amount" else each for each in module.line_items]  # type: ignore[arg-type]
    return replace(module, line_items=tuple(items))


def test_a_model_that_has_everything_is_told_and_nothing_is_found(tenant: RunningTenant) -> None:
    """Its name, state and current period are told."""
    answer = discovered(tenant)
    assert answer.findings == ()
    assert answer.told["model"] == "Group planning"
    assert answer.told["state"] == "UNLOCKED"
    assert answer.told["current_period"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"name": "Amounts"}, "line_item_missing"),
        ({"difference": ("Amount USD", "Weighted amount USD")}, "line_item_calculated"),
        ({"is_summary": True}, "line_item_summary"),
        ({"data_type": "TEXT"}, "line_item_no_number"),
        ({"decimal_places": 0}, "format_too_coarse"),
    ],
)
def test_a_line_item_that_is_not_fit_is_named_alone(parts: Mapping[str, object], code: str) -> None:
    """Missing, calculated, a summary, no number, or shown with too few decimals, which keeps nothing from being written."""
    with changed(**parts) as tenant:
        assert found(tenant) == {(code, "Pipeline", "Amount")}
        [finding] = discovered(tenant).findings
        assert finding.is_in_the_way == (code != "format_too_coarse")


def test_cells_of_a_line_item_that_is_not_fit_are_refused_without_being_sent_and_its_neighbours_written() -> None:
    """One line item that got a formula does not stop the others, and once it is mended its cells are taken."""
    with changed(difference=("Amount USD", "Weighted amount USD")) as tenant:
        writer = tenant.writer()
        answer = writer.write([pipeline_cell("a"), pipeline_cell("b", "7.00", measure="Amount USD")])
        assert set(answer.refused) == {"a"}
        assert answer.refused["a"].startswith("line_item_calculated: ")
        assert [len(each["cells"]) for each in tenant.control("writes")["writes"]] == [1]


def test_line_items_are_looked_up_once_until_they_are_not_fit(tenant: RunningTenant) -> None:
    """A writer that found them fit asks no more; one that did not looks again at each write, since somebody may have mended it."""
    writer = tenant.writer()
    writer.write([pipeline_cell("a")])
    tenant.fault("answer", path="/lineItems", status=500, times=1)
    assert writer.write([pipeline_cell("a")]).refused == {}
    tenant.http.delete(f"{tenant.url}/_control/faults")
    assert writer.write([pipeline_cell("g", measure="Gap USD")]).refused["g"].startswith("line_item_calculated")
    tenant.fault("answer", path="/lineItems", status=200, body={"items": [{"id": "1", "name": "Gap USD"}]})
    assert writer.write([pipeline_cell("g", measure="Gap USD")]).refused["g"].startswith("cellIsCalculated")


def test_a_role_that_is_not_shown_line_items_writes_all_the_same(tenant: RunningTenant) -> None:
    """No access is masked as 404: what cannot be looked up is judged by Anaplan, cell by cell."""
    tenant.fault("answer", path="/lineItems", status=404)
    assert tenant.writer().write([pipeline_cell("a")]).refused == {}


def test_a_module_that_is_missing_is_named_and_the_others_are_checked(tenant: RunningTenant) -> None:
    """A renamed module is one finding, not one for each of its line items."""
    gone = replace(PIPELINE, cube="Pipelines")
    assert found(tenant, gone, PIPELINE) == {("module_missing", "Pipelines", "")}


def test_dimensions_that_differ_are_named() -> None:
    """One that the line item lacks, and one nobody names a member of."""
    with running_tenant(
        with_pipeline(
            sandbox_definition(),
            lambda module: replace(module, dimensions=(*(n for n in module.dimensions if n != "Customer"), "Partner")),
        )
    ) as tenant:
        assert found(tenant) == {
            (code, "Pipeline", measure)
            for code in ("dimension_missing", "dimension_unwanted")
            for measure in PIPELINE.measures
        }


def test_versions_members_and_periods_that_are_missing_are_named(tenant: RunningTenant) -> None:
    """What a feed names itself must exist, and so must every period that facts will soon belong to."""
    wanted = replace(PIPELINE, members=(("Version", "Outlook"), ("Customer", "NOBODY"), ("Customer", "no_customer")))
    assert found(tenant, wanted, periods=(Period(2026, 11), Period(2031, 1), Period(2026, 3, "FY"))) == {
        ("version_missing", "", ""),
        ("member_missing", "", ""),
        ("period_missing", "", ""),
    }
    told = {each.code: each.says for each in discovered(tenant, wanted, periods=(Period(2031, 1),)).findings}
    assert "Outlook" in told["version_missing"]
    assert "NOBODY" in told["member_missing"]
    assert "Jan 31" in told["period_missing"]


def test_a_version_with_a_formula_is_named() -> None:
    """Nothing can be written to it."""
    definition = sandbox_definition()
    versions = definition.dimensions[-1]
    members = tuple(
        replace(each, formula="Actual - 20") if each.name == "Forecast" else each for each in versions.members
    )
    dimensions = (*definition.dimensions[:-1], replace(versions, members=members))
    with running_tenant(replace(definition, dimensions=dimensions)) as tenant:
        assert found(tenant) == {("version_calculated", "", "")}


def test_a_locked_model_is_named_by_its_state(tenant: RunningTenant) -> None:
    """The model's own card is shown even where nothing inside it is; its state is said before anything else is asked."""
    card = {"model": {"name": "Group planning", "activeState": "LOCKED"}}
    tenant.fault(
        "answer", method="GET", path=f"/models/{anaplan_target('x').options['model_id']}", status=200, body=card
    )
    assert found(tenant) == {("model_closed", "", "")}


def test_a_model_that_shows_nothing_to_our_role_is_denied(tenant: RunningTenant) -> None:
    """No access is masked as 404, or shows as a collection without its key; neither is an empty model."""
    tenant.fault("answer", path="/modules", status=200, body={"status": {"code": 200, "message": "Success"}})
    with pytest.raises(AccessDeniedError):
        discovered(tenant)


def test_a_collection_without_its_key_is_an_empty_one(tenant: RunningTenant) -> None:
    """A module without line items, and a look-up that finds nobody."""
    tenant.fault("answer", path="/lineItems", status=200, body={"status": {"code": 200, "message": "Success"}})
    assert found(tenant) == {("line_item_missing", "Pipeline", measure) for measure in PIPELINE.measures}


def test_a_busy_model_is_not_waited_for(tenant: RunningTenant) -> None:
    """Everything inside it would wait, and the time is for writing."""
    tenant.control("model", {"busy_seconds": 50})
    with pytest.raises(UnavailableError):
        discovered(tenant)


@pytest.mark.parametrize(
    ("cube", "action", "file", "code"),
    [
        ("Pipeline", "112000000000", "113000000000", None),
        ("Pipeline", "118000000000", "113000000000", None),
        ("Pipeline", "112000000099", "113000000000", "import_missing"),
        ("Pipeline", "112000000000", "113000000099", "import_missing"),
        ("Pipelines", "112000000000", "113000000000", "import_missing"),
        ("Pipeline", "112000000000", "113000000001", "import_of_another_file"),
    ],
)
def test_an_import_that_is_not_what_the_landscape_says_is_named(
    tenant: RunningTenant, cube: str, action: str, file: str, code: str | None
) -> None:
    """One that reads another file would set old numbers; one that is missing only makes loads slow."""
    findings = discovered(tenant, imports={cube: {"action": action, "file": file}}).findings
    assert [each.code for each in findings] == ([code] if code else [])
    assert [each.is_in_the_way for each in findings] == ([code == "import_of_another_file"] if code else [])
