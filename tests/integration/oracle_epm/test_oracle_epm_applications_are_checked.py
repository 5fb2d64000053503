"""A Planning application is compared with what the planning model writes to, over real HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from infra.landscape import read_landscape
from sandbox.places import ROOT
from sandbox.systems.oracle_epm.definition import sandbox_definition
from tests.support.oracle_epm import BASIC, epm_target
from tests.support.oracle_epm_environment import RunningEnvironment, running_environment
from tieout.discovering import Discovered
from tieout.errors import UnavailableError
from tieout.planning.wanted import cubes_wanted, periods_wanted
from tieout.systems.oracle_epm.discovery import open_checker

LANDSCAPE = read_landscape(ROOT, "sandbox")


def discovered(environment: RunningEnvironment) -> Discovered:
    """What a check for the sandbox's target finds."""
    checker = open_checker(epm_target(environment.url), BASIC, environment.http, environment.clock)
    return checker.discover(
        cubes_wanted(LANDSCAPE, "oracle-epm"), periods_wanted(LANDSCAPE, environment.clock.now().date())
    )


def test_the_sandboxs_application_has_what_its_target_is_given() -> None:
    """To an administrator everything is shown."""
    with running_environment(is_administrator=True) as environment:
        answer = discovered(environment)
        assert answer.findings == ()
        assert answer.told == {"application": "Group", "plan_types": "3"}


def test_what_it_lacks_is_named() -> None:
    """A measure that is calculated by now, and a scenario that is gone."""
    definition = sandbox_definition()
    members = tuple(
        replace(each, storage="LABELONLY") if each.name == "Amount USD" else each
        for each in definition.members
        if each.name != "Forecast"
    )
    with running_environment(replace(definition, members=members), is_administrator=True) as environment:
        codes = {(each.code, each.measure) for each in discovered(environment).findings}
        assert codes == {("member_label_only", "Amount USD"), ("member_missing", "")}


def test_an_ordinary_user_is_shown_plan_types_and_dimensions(environment: RunningEnvironment) -> None:
    """That is asked once, and is in nobody's way."""
    [finding] = discovered(environment).findings
    assert (finding.code, finding.is_in_the_way) == ("members_not_shown", False)


def test_a_check_in_the_maintenance_finds_nothing(environment: RunningEnvironment) -> None:
    """It is made again when the application is there."""
    environment.control("maintenance", {"seconds": 60})
    with pytest.raises(UnavailableError):
        discovered(environment)
