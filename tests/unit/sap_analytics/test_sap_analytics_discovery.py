"""What a check finds of planning models: each lack by its name, and nothing of models that have everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tests.support.sap_analytics import DECLARED
from tieout.discovering import Discovered, WantedCube
from tieout.landscape import Option
from tieout.periods import Period
from tieout.systems.sap_analytics.client import AnalyticsClient
from tieout.systems.sap_analytics.discovery import ModelsChecker
from tieout.systems.sap_analytics.options import Options

PIPELINE = WantedCube(
    cube="Pipeline",
    dimensions=("Customer", "Product line", "Time", "Version"),
    measures={"Amount": 2, "Amount USD": 2},
    members=(("Customer", "NO_CUSTOMER"), ("Version", "Forecast")),
    time_dimension="Time",
)
PERIODS = (Period(2026, 11), Period(2026, 3, "RT"))


def column(name: str, *, is_key: bool = False, **properties: object) -> dict[str, Any]:
    """A column of facts, as the import API tells of it."""
    plain = {"columnName": name, "isKey": is_key, "columnDataType": "string" if is_key else "decimal", "scale": 7}
    return plain | properties


@dataclass
class Tenant:
    """A tenant as its client shows it."""

    models: Any = field(default_factory=lambda: [{"modelID": "C_PIPELINE"}, {"modelID": "C_OTHER"}])
    columns: Any = field(
        default_factory=lambda: [
            *(column(name, is_key=True) for name in ("Customer", "ProductLine", "Date", "Version")),
            *(column(name) for name in ("Amount", "AmountUSD", "More")),
        ]
    )

    rest: Mapping[str, object] = field(default_factory=dict)

    def told(self, path: str) -> Mapping[str, Any]:
        """What it answers."""
        if path == "/dataimport/models":
            return {"models": self.models, **self.rest}
        assert path == "/dataimport/models/C_PIPELINE/metadata"
        return {"factData": {"columns": self.columns}}


def discovered(tenant: Tenant, wanted: WantedCube = PIPELINE, **options: Option) -> Discovered:
    """What a check of it finds."""
    stated = DECLARED | {"auth_base_url": "https://login.test"} | options
    checker = ModelsChecker(cast("AnalyticsClient", tenant), Options(**stated))  # type: ignore[arg-type]  # as loose
    return checker.discover((wanted,), PERIODS)


def found(tenant: Tenant, wanted: WantedCube = PIPELINE, **options: Option) -> list[tuple[str, str, str, bool]]:
    """The findings as code, cube, measure, and whether they are in the way."""
    findings = discovered(tenant, wanted, **options).findings
    return [(each.code, each.cube, each.measure, each.is_in_the_way) for each in findings]


def with_amount(**properties: object) -> Tenant:
    """A tenant whose measure `Amount` is another."""
    tenant = Tenant()
    return Tenant(columns=[each | properties if each["columnName"] == "Amount" else each for each in tenant.columns])


def test_models_that_have_everything_are_told_and_nothing_is_found() -> None:
    """Measures that nobody asks for are nobody's business."""
    assert discovered(Tenant()) == Discovered(told={"models": "2"})


def test_a_model_that_is_not_named_or_not_shown_is_told() -> None:
    """The latter has another id, or our client may not import into it."""
    other = WantedCube(cube="Orders", dimensions=(), measures={"Ordered": 2})
    assert found(Tenant(), other) == [("model_unnamed", "Orders", "", True)]
    assert found(Tenant(models=[{"modelID": "C_OTHER"}])) == [("model_missing", "Pipeline", "", True)]


def test_a_dimension_that_is_missing_or_unnamed_is_told() -> None:
    """A fact has a member of every dimension, and the landscape names none of one it does not know."""
    tenant = Tenant()
    tenant.columns[0]["columnName"] = "Client"
    said = {each.code: each.says for each in discovered(tenant).findings}
    assert set(said) == {"dimension_missing", "dimension_unwanted"}
    assert "no dimension Customer:" in said["dimension_missing"]
    assert "also has Client," in said["dimension_unwanted"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"columnName": "Amounts"}, "measure_missing"),
        ({"columnDataType": "string"}, "measure_no_number"),
        ({"scale": 1}, "format_too_coarse"),
    ],
)
def test_a_measure_that_is_not_fit_is_named_alone(properties: Mapping[str, object], code: str) -> None:
    """Too few decimals keep nothing from being written."""
    assert found(with_amount(**properties)) == [(code, "Pipeline", "Amount", code != "format_too_coarse")]


@pytest.mark.parametrize(
    "properties", [{"columnDataType": "DOUBLE"}, {"scale": 2}, {"scale": None}, {"columnDataType": ""}]
)
def test_a_measure_of_numbers_is_fit(properties: Mapping[str, object]) -> None:
    """So is one that does not say what it is."""
    assert found(with_amount(**properties)) == []


def test_a_measure_that_the_landscape_does_not_name_is_told() -> None:
    """Where it names any of the cube."""
    options: dict[str, Option] = {"measures": {"Pipeline": {"Amount USD": "AmountUSD"}}}
    assert found(Tenant(), PIPELINE, **options) == [("measure_unnamed", "Pipeline", "Amount", True)]


def test_a_model_of_accounts_has_one_measure_and_a_dimension_of_them() -> None:
    """Whose members are what the planning model calls measures."""
    tenant = Tenant()
    options: dict[str, Option] = {"account_columns": {"Pipeline": "Account"}}
    codes = [(code, measure) for code, _, measure, _ in found(tenant, PIPELINE, **options)]
    assert codes == [("dimension_missing", ""), ("measure_missing", "Amount"), ("measure_missing", "Amount USD")]
    tenant.columns += [column("Account", is_key=True), column("SignedData")]
    assert found(tenant, PIPELINE, **options) == []


def test_a_version_that_the_landscape_does_not_name_is_told() -> None:
    """Where it names any: then no other is written to."""
    assert found(Tenant(), versions={"Actual": "public.Actual"}) == [("version_unnamed", "", "", True)]
    assert found(Tenant(), versions={"Forecast": "public.Forecast"}) == []


def test_a_calendar_that_has_none_of_the_periods_is_told() -> None:
    """One that has some belongs to one of several companies."""
    options: dict[str, Option] = {"period_names": ["{year}{number:03}"], "period_label": "PL"}
    assert found(Tenant(), PIPELINE, **options) == [("periods_unnamed", "", "", True)]


@pytest.mark.parametrize("rest", [{"models": None}, {"models": [], "@odata.nextLink": "more"}])
def test_what_is_not_told_does_not_pass_for_missing(rest: Mapping[str, object]) -> None:
    """Neither a list of another shape, nor the first page of one; the model itself is looked at all the same."""
    assert discovered(Tenant(rest=rest)) == Discovered()
    assert found(Tenant(rest=rest, columns=None)) == [("model_not_told", "Pipeline", "", False)]
