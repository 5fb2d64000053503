"""The simulated application has a place for every cell that the sandbox plans, under the options that its page shows."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import tieout.systems.oracle_epm
from infra.landscape import read_landscape
from infra.option_types import options_adapter
from sandbox.systems.anaplan.definition import sandbox_definition as anaplans
from sandbox.systems.oracle_epm.application import PlanningApplication
from sandbox.systems.oracle_epm.definition import ApplicationDefinition, Member, sandbox_definition
from tests.support.oracle_epm import OPTIONS
from tieout.delivering import CellValue
from tieout.landscape import Feed
from tieout.systems.oracle_epm.coordinates import place_cell
from tieout.systems.oracle_epm.options import Options

ROOT = Path(__file__).resolve().parents[3]
PAGE = Path(tieout.systems.oracle_epm.__file__).with_name("README.md")
FEEDS = read_landscape(ROOT, "sandbox").feeds


def options_of_the_page() -> dict[str, Any]:
    """The options of the target on the page."""
    (target,) = tomllib.loads(PAGE.read_text().split("```toml\n")[1].split("```")[0])["targets"]
    options = target["options"]
    assert isinstance(options, dict)
    return options


def test_the_page_shows_options_that_the_landscape_takes() -> None:
    """They are those of these tests, but for the login."""
    options = options_of_the_page()
    options_adapter(Options).validate_json(json.dumps(options), strict=True, extra="forbid")
    login = {"auth_base_url", "authentication", "scope"}
    assert {key: value for key, value in options.items() if key not in login} == {
        key: value for key, value in OPTIONS.items() if key not in login
    }


def members_of(dimension: str) -> list[str]:
    """Every member that the sandbox's model has of a dimension of ours, without the sums; periods as the ledger writes them."""
    if dimension == "Time":
        return [f"{year}-{month:02d}" for year in range(2023, 2031) for month in range(1, 13)]
    (found,) = (each for each in anaplans().dimensions if each.name == dimension)
    parents = {each.parent_id for each in found.members}
    return [each.code or each.name for each in found.members if each.item_id not in parents]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_every_cell_of_a_feed_has_a_place(feed: Feed) -> None:
    """Whatever members the sandbox's mapping tables lead to: what Anaplan's model has, this application has too."""
    application, options = PlanningApplication(sandbox_definition()), Options(**options_of_the_page())
    cube = application.cube(options.cube(feed.cube).plan_type)
    assert cube is not None
    every = {dimension.name: members_of(dimension.name) for dimension in feed.dimensions}
    for number in range(max(map(len, every.values()))):
        members = tuple((name, found[number % len(found)]) for name, found in every.items())
        for measure in (name for each in feed.measures for name in (each.transaction, each.reporting)):
            cell = CellValue(cell_id="c", cube=feed.cube, measure=measure, members=members, value=Decimal(1))
            place = application.members_of(cube, place_cell(cell, options).members)
            assert place is not None, cell
            assert application.flaw_of(place) == ([], [])


def test_two_members_with_one_name_are_no_application() -> None:
    """Planning finds a member by its name alone."""
    members = (Member("EMEA", "Entity"), Member("Emea", "Intercompany"))
    with pytest.raises(ValueError, match="one name"):
        ApplicationDefinition(members, ())
