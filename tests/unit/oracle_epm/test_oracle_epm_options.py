"""The options of an Oracle EPM target: what the landscape may say."""

from __future__ import annotations

import json

import pytest

from infra.option_types import options_adapter
from tests.support.oracle_epm import LOADS, OPTIONS, epm_options
from tieout.landscape import Option
from tieout.systems.oracle_epm.options import Cube, LoadOptions, Options


def test_defaults_are_the_careful_ones() -> None:
    """Without a word in the landscape: assertions, as many cells as a receipt holds, two minutes, a quarter of an hour."""
    options = Options(application="A", auth_base_url="https://identity.test", scope="s")
    assert (options.authentication, options.batch_size) == ("assertion", 3000)
    assert (options.write_timeout_seconds, options.maintenance_minutes, options.clear_zeros) == (120, 15, False)
    assert options.cube("Pipeline") == Cube(
        plan_type="Pipeline", measure_dimension="Account", dimensions={}, fixed_members={}
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"application": ""},
        {"authentication": "assertion"},
        {"authentication": "oauth", "auth_base_url": ""},
        {"authentication": "certificate"},
        {"batch_size": 0},
        {"batch_size": 3001},
        {"write_timeout_seconds": 59},
        {"write_timeout_seconds": 181},
        {"maintenance_minutes": 4},
        {"maintenance_minutes": 61},
        {"year_digits": 3},
        {"first_month": 0},
        {"first_month": 13},
        {"year_name": "FY"},
        {"year_dimension": "Account"},
        {"fixed_members": {"Scenario": "Actual"}},
        {"dimensions": {"Customer": "Entity", "Legal entity": "Entity"}},
        {"cubes": {"Cash": {"fixed_members": {"Period": "Jan"}}}},
        {"cubes": {"Cash": {"measure_dimension": "Entity"}}},
        {"load_from": 0},
        {"load_from": 10, "load_size": 9},
        {"load_size": 10_001},
        {"poll_seconds": 4},
        {"poll_seconds": 31},
        {"loads": {"Cash": {"rows": ""}}},
        {"loads": {"Cash": {"rows": "Amount type"}}},
        {"loads": {"Pipeline": {"rows": "Period", "drivers": "Period"}}},
    ],
)
def test_an_option_out_of_bounds_is_refused(wrong: dict[str, Option]) -> None:
    """What Planning cannot bear is found when the landscape is read, not when cells wait."""
    with pytest.raises(ValueError, match=r"is |loads "):
        epm_options(**wrong)


@pytest.mark.parametrize(
    "edge",
    [
        {"batch_size": 1, "write_timeout_seconds": 60, "maintenance_minutes": 5, "first_month": 12},
        {"batch_size": 3000, "write_timeout_seconds": 180, "maintenance_minutes": 60, "year_digits": 4},
        {"authentication": "basic", "auth_base_url": ""},
        {"authentication": "oauth"},
    ],
)
def test_the_edges_are_allowed(edge: dict[str, Option]) -> None:
    """The largest and the smallest of everything are still options."""
    epm_options(**edge)


def test_a_landscape_file_is_checked_as_strictly_as_others() -> None:
    """The tables of a TOML file are the options, and one with a word too many is none."""
    check = options_adapter(Options)
    checked = check.validate_json(json.dumps(OPTIONS), strict=True, extra="forbid")
    assert checked.cube("Operating expenses") == epm_options().cube("Operating expenses")
    laid_out = check.validate_json(json.dumps(OPTIONS | LOADS), strict=True, extra="forbid")
    assert laid_out.load("Pipeline") == epm_options(**LOADS).load("Pipeline") == LoadOptions(rows="Entity")
    assert laid_out.load("Cash") is None
    for wrong in (
        {"aggregate": True},
        {"loads": {"Cash": {"mode": "add"}}},
        {"cubes": {"Cash": {"plan": "x"}}},
        {"cubes": {"Cash": {"plan_type": 7}}},
    ):
        with pytest.raises(ValueError, match="validation error"):
            check.validate_json(json.dumps(OPTIONS | wrong), strict=True, extra="forbid")


def test_a_cube_says_only_what_is_otherwise_in_it() -> None:
    """Its own dimensions and fixed members stand beside those of all cubes, or in their place."""
    own = {
        "plan_type": "OpEx",
        "fixed_members": {"View": "Input", "Layer": "Base"},
        "dimensions": {"Customer": "Client"},
    }
    cube = epm_options(cubes={"Operating expenses": own}).cube("Operating expenses")
    assert (cube.plan_type, cube.measure_dimension) == ("OpEx", "Account")
    assert cube.fixed_members == {"Version": "Working", "View": "Input", "Layer": "Base"}
    assert cube.dimensions["Customer"] == "Client"
    assert cube.dimensions["Version"] == "Scenario"
