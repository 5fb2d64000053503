"""What each step may do with the ledger: what its code does, and no more."""

from __future__ import annotations

import pytest

from tests.infra.test_access_properties import resources_for, role_of
from tests.support.synthesis import Synthesis, as_list

FOLLOWS_OWNERS = (
    "deliver",
    "Tieout/sandbox",
    "anaplan",
)  # its members are those of a mapping table, and there are owners
BY_KEY = ["BatchGetItem", "DeleteItem", "PutItem", "UpdateItem"]


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
    """Nobody scans, a flow lists nothing but the books that are closed, and none of these reads the operators' catalogue.

    But for the writer of a target whose members follow owners of master data, whose records stand there.
    """
    for role, environment in role_of(synthesis, step):
        named = (step, environment.get("TIEOUT_METRIC_NAMESPACE"), environment.get("TIEOUT_TARGET"))
        statements = synthesis.statements(role)
        (table,) = resources_for(statements, "dynamodb:BatchGetItem")
        granted = {each for some in statements for each in as_list(some["Action"]) if each.startswith("dynamodb:")}
        assert granted == {f"dynamodb:{each}" for each in [*on_items, *(["Query"] if queried else [])]}
        for action in on_items:
            assert resources_for(statements, f"dynamodb:{action}") == [table]
        assert resources_for(statements, "dynamodb:Query") == sorted(
            f"{table}{index}" for index in (*queried, *(["/index/catalogue"] if named == FOLLOWS_OWNERS else []))
        )
