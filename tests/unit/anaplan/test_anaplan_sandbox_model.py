"""The simulated model holds what the planning model of the landscape writes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sandbox.systems.anaplan.definition import sandbox_definition
from sandbox.systems.anaplan.settings import TenantSettings

LANDSCAPE = Path(__file__).parents[3] / "landscape"
FEEDS = tomllib.loads((LANDSCAPE / "planning.toml").read_text("utf-8"))["feeds"]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed["name"])
def test_every_feed_has_its_module_in_the_simulated_model(feed: dict[str, object]) -> None:
    """Cube, measures, dimensions and the members a feed names itself are all there, so that the demo refuses nothing."""
    definition = sandbox_definition()
    (module,) = [each for each in definition.modules if each.name == feed["cube"]]
    measures, dimensions = feed["measures"], feed["dimensions"]
    assert isinstance(measures, list)
    assert isinstance(dimensions, list)
    line_items = {each.name for each in module.line_items}
    assert {measure[kind] for measure in measures for kind in ("transaction", "reporting")} <= line_items
    assert [dimension["name"] for dimension in dimensions] == list(module.dimensions)
    members = {each.name: {text for m in each.members for text in (m.code, m.name)} for each in definition.dimensions}
    for dimension in dimensions:
        named = {text for key in ("absent", "constant") if (text := dimension.get(key))}
        assert named <= members[dimension["name"]]


def test_the_sandbox_stage_names_the_simulated_model() -> None:
    """The stage file and the simulator agree on the model's id."""
    stage = tomllib.loads((LANDSCAPE / "stages" / "sandbox.toml").read_text("utf-8"))
    assert stage["targets"][0]["options"]["model_id"] == TenantSettings().model_id


def test_ids_are_unlike_and_months_stand_in_their_quarters() -> None:
    """Every item has an id of its own; a month's cells add up to its quarter and year."""
    definition = sandbox_definition()
    ids = [member.item_id for each in definition.dimensions for member in each.members]
    ids += [item.item_id for module in definition.modules for item in module.line_items]
    assert len(ids) == len(set(ids))
    time = {member.item_id: member for each in definition.dimensions if each.name == "Time" for member in each.members}
    march = next(member for member in time.values() if member.name == "Mar 26")
    quarter = time[march.parent_id]
    assert (quarter.name, time[quarter.parent_id].name) == ("Q1 FY26", "FY26")
