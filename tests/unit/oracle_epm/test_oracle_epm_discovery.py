"""What a check finds of a Planning application: each lack by its name, and nothing of an application that has everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tests.support.oracle_epm import epm_options
from tieout.discovering import Discovered, WantedCube
from tieout.errors import AccessDeniedError
from tieout.landscape import Option
from tieout.periods import Period
from tieout.systems.oracle_epm.client import PlanningClient
from tieout.systems.oracle_epm.discovery import ApplicationChecker

PIPELINE = WantedCube(
    cube="Pipeline",
    dimensions=("Customer", "Product line", "Partner", "Time", "Version"),
    measures={"Amount": 2},
    members=(("Customer", "NO_CUSTOMER"), ("Partner", "NO_PARTNER"), ("Version", "Forecast")),
    time_dimension="Time",
)
PERIODS = (Period(2026, 11), Period(2027, 1), Period(2026, 3, "FY"))
STORED: Mapping[str, Any] = {"dataStorage": "STOREDATA", "dataType": "CURRENCY", "children": False}
NAMED = {
    ("Account", "Amount"),
    ("Version", "Working"),
    ("View", "BaseData"),
    ("Customer", "NO_CUSTOMER"),
    ("Intercompany", "IC_NO_PARTNER"),
    ("Scenario", "Forecast"),
    ("Years", "FY26"),
    ("Years", "FY27"),
    ("Period", "Nov"),
    ("Period", "Jan"),
}


@dataclass
class Application:
    """An application as its client shows it.

    Attributes:
        members: by dimension and name; None: our role is shown none.
    """

    plan_types: tuple[str, ...] = ("Pipeline",)
    dimensions: list[dict[str, str]] | None = field(
        default_factory=lambda: [
            {"name": name, "dimType": name}
            for name in (
                "Account",
                "CUSTOMER",
                "Product",
                "Intercompany",
                "Years",
                "Period",
                "Scenario",
                "Version",
                "View",
            )
        ]
    )
    members: dict[tuple[str, str], Mapping[str, Any]] | None = field(
        default_factory=lambda: dict.fromkeys(NAMED, STORED)
    )
    asked: list[tuple[str, str]] = field(default_factory=list)

    def lacks(self, plan_type: str, _within_seconds: float) -> bool:
        """Whether it has no such plan type."""
        return plan_type not in self.plan_types

    def dimensions_of(self, _plan_type: str) -> list[dict[str, str]] | None:
        """Those of every plan type."""
        return self.dimensions

    def member(self, dimension: str, name: str) -> Mapping[str, Any] | None:
        """A member's properties."""
        self.asked.append((dimension, name))
        if self.members is None:
            raise AccessDeniedError("403")
        return self.members.get((dimension, name))


def discovered(application: Application, *wanted: WantedCube, **options: Option) -> Discovered:
    """What a check of it finds."""
    checker = ApplicationChecker(cast("PlanningClient", application), epm_options(**options))
    return checker.discover(wanted or (PIPELINE,), PERIODS)


def found(application: Application, *wanted: WantedCube) -> list[tuple[str, str, str, bool]]:
    """The findings as code, cube, measure, and whether they are in the way."""
    return [
        (each.code, each.cube, each.measure, each.is_in_the_way) for each in discovered(application, *wanted).findings
    ]


def with_member(place: tuple[str, str], **properties: object) -> Application:
    """An application with another such member."""
    application = Application()
    assert application.members is not None
    application.members[place] = {**STORED, **properties}
    return application


def test_an_application_that_has_everything_is_told_and_nothing_is_found() -> None:
    """Each member is asked for once, under the name it has there; periods of another calendar are not."""
    application = Application()
    assert discovered(application) == Discovered(told={"application": "Group", "plan_types": "1"})
    assert (set(application.asked), len(application.asked)) == (NAMED, len(NAMED))


def test_a_plan_type_that_is_missing_is_named_and_its_members_are_not_asked_for() -> None:
    """The other cubes are looked at all the same."""
    other = WantedCube(cube="Operating expenses", dimensions=(), measures={"Expense": 2})
    application = Application()
    assert found(application, other, PIPELINE) == [("plan_type_missing", "Operating expenses", "", True)]
    assert "OpEx" in discovered(application, other).findings[0].says
    assert ("Amount type", "Expense") not in application.asked


def test_a_dimension_that_is_missing_or_unnamed_is_told() -> None:
    """An attribute is none that cells have a member of."""
    application = Application()
    assert application.dimensions is not None
    application.dimensions[0]["name"] = "Line"
    application.dimensions.append({"name": "Region", "dimType": "Attribute Dimension"})
    lacking, unnamed = discovered(application).findings
    assert (lacking.code, unnamed.code) == ("dimension_missing", "dimension_unwanted")
    assert "no dimension Account:" in lacking.says
    assert "also has Line:" in unnamed.says


def test_an_environment_that_lists_no_dimensions_is_judged_by_its_members() -> None:
    """The list came in 2026; an older one has none."""
    assert found(Application(dimensions=None)) == []


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"dataStorage": "DYNAMICCALC"}, "member_calculated"),
        ({"dataStorage": "Dynamic Calc and Store"}, "member_calculated"),
        ({"dataStorage": "LABELONLY"}, "member_label_only"),
        ({"dataStorage": "SHARED"}, "member_shared"),
        ({"dataStorage": "Shared Member"}, "member_shared"),
        ({"children": True}, "member_parent"),
        ({"children": [{"name": "x"}]}, "member_parent"),
        ({"dataType": "SMARTLIST"}, "member_no_number"),
        ({"dataType": "DATE"}, "member_no_number"),
        ({"dataType": "Text"}, "member_no_number"),
    ],
)
def test_a_member_that_is_not_written_to_is_named(properties: Mapping[str, object], code: str) -> None:
    """With its measure where it is one."""
    assert found(with_member(("Account", "Amount"), **properties)) == [(code, "Pipeline", "Amount", True)]


@pytest.mark.parametrize("properties", [{"dataStorage": "NEVERSHARE"}, {"children": []}, {"dataType": "UNSPECIFIED"}])
def test_a_stored_member_of_numbers_is_fit(properties: Mapping[str, object]) -> None:
    """However it is spelt."""
    assert found(with_member(("Account", "Amount"), **properties)) == []


@pytest.mark.parametrize("place", sorted(NAMED))
def test_a_member_that_is_missing_is_named(place: tuple[str, str]) -> None:
    """A measure, a fixed member, one that the planning model names, a year or a period."""
    application = Application()
    assert application.members is not None
    del application.members[place]
    [finding] = discovered(application).findings
    assert finding.code == "member_missing"
    assert f"{place[0]} has no member {place[1]}:" in finding.says


@pytest.mark.parametrize("members", [None, {}])
def test_a_role_that_is_shown_no_members_is_told_so_once(
    members: dict[tuple[str, str], Mapping[str, Any]] | None,
) -> None:
    """It keeps nobody from writing: most integration users are no administrators."""
    assert found(Application(members=members)) == [("members_not_shown", "", "", False)]
