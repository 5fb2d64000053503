"""What each step may do with the ledger: what its code does, and no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from infra.landscape import read_landscape
from infra.member_rules import follows_owners
from tests.infra.test_access_properties import resources_for, role_of
from tests.support.synthesis import REPOSITORY, Synthesis, as_list, synthesise

BY_KEY = ["BatchGetItem", "DeleteItem", "PutItem", "UpdateItem"]
OWNED = """
[[targets]]
name = "anaplan"
members = { Customer = { table = "customer", parent = "ALL_CUSTOMERS" }, Account = { table = "account" } }

[[owners]]
name = "customers"
connection = "netsuite-group"
facts = ["Customer"]
"""


@pytest.mark.parametrize(
    ("step", "on_items", "queried"),
    [
        ("record", [*BY_KEY, "ConditionCheckItem"], [""]),
        ("deliver", BY_KEY, ["", "/index/cells_by_state"]),
        ("sweep", BY_KEY, ["", "/index/cells_by_state"]),
    ],
)
def test_a_step_does_with_the_ledger_what_its_code_does(
    synthesis: Synthesis, step: str, on_items: list[str], queried: list[str]
) -> None:
    """Nobody scans, a flow lists nothing but the books that are closed, and none of these reads the operators' catalogue."""
    for role, _ in role_of(synthesis, step):
        statements = synthesis.statements(role)
        (table,) = resources_for(statements, "dynamodb:BatchGetItem")
        granted = {each for some in statements for each in as_list(some["Action"]) if each.startswith("dynamodb:")}
        assert granted == {f"dynamodb:{each}" for each in [*on_items, *(["Query"] if queried else [])]}
        for action in on_items:
            assert resources_for(statements, f"dynamodb:{action}") == [table]
        assert resources_for(statements, "dynamodb:Query") == sorted(f"{table}{index}" for index in queried)


def test_the_writer_of_a_target_whose_members_follow_owners_goes_through_master_data(tmp_path: Path) -> None:
    """It stands in the catalogue; members of tables that nobody owns ask for none of it."""
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(OWNED)
    landscape = read_landscape(REPOSITORY, "prod", overlay)
    target = landscape.target("anaplan")
    assert follows_owners(target, landscape)
    assert not follows_owners(replace(target, members={"Account": target.members["Account"]}), landscape)
    assert not follows_owners(target, replace(landscape, owners=()))
    made = synthesise(tmp_path, "prod", overlay=overlay)
    [(role, _)] = role_of(made, "deliver")
    queried = resources_for(made.statements(role), "dynamodb:Query")
    assert [each.rpartition("/index/")[2] for each in queried if "/index/" in each] == ["catalogue", "cells_by_state"]
