"""How approvals may be declared: of tables and connections that there are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.governance_rules import governance_problems
from infra.landscape import compile_landscape, read_landscape
from tests.support.synthesis import Synthesis, written
from tieout.governance import Approval
from tieout.landscape import Landscape

MONEY = Approval(name="money", tables=("rate", "account"))


@pytest.fixture(scope="module")
def shipped() -> Landscape:
    """What production declares."""
    return read_landscape(Path(__file__).parents[2], "prod")


def test_production_governs_rates_and_accounts(shipped: Landscape) -> None:
    """And is as it was declared once it was compiled."""
    assert shipped.approvals == (MONEY,)
    assert list(governance_problems(shipped)) == []
    assert Landscape.of_json(compile_landscape(shipped).encode()).approvals == shipped.approvals


@pytest.mark.parametrize(
    ("declared", "place", "problem"),
    [
        (replace(MONEY, tables=()), "tables", "nothing needs it"),
        (replace(MONEY, tables=("rates",)), "tables", "'rates' is no mapping table"),
        (replace(MONEY, tables=("account",), connections=("sap",)), "connections", "'sap' is no connection"),
        (replace(MONEY, connections=("netsuite-group",)), "connections", "a rate belongs to no connection"),
    ],
)
def test_what_would_need_no_approval_is_refused(
    shipped: Landscape, declared: Approval, place: str, problem: str
) -> None:
    """With the place of every flaw."""
    [(at, said)] = governance_problems(replace(shipped, approvals=(declared,)))
    assert at == ("approvals", 0, place)
    assert problem in said


def test_commands_are_told_what_needs_an_approval(prod: Synthesis) -> None:
    """Each entry by itself, among the outputs of the line."""
    told = prod.outputs()["ApprovalMoney"]
    assert json.loads(written(told)) == {"name": "money", "tables": ["rate", "account"], "connections": []}
