"""What deploying the landscape of the tree would do is shown to operators, over a stage in the emulated AWS."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from infra.landscape import read_landscape
from ops.declared_landscape import UnfitLandscapeError, declared_landscape
from tests.support.governed import ENTRIES, invoice
from tests.support.operated_proposals import declare, deploy, landscape_of, record
from tests.support.operated_stage import CRM, ERP, OperatedStage


def test_what_would_move_and_who_would_come_and_go_is_shown(
    stage: OperatedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells with both values, sums and periods; nothing is changed, and nothing sent."""
    deployed = landscape_of(CRM, ERP)
    record(stage, deployed, invoice("1", 100_00), ENTRIES)
    feeds = tuple(replace(each, sign=1) if each.name == "billed_revenue" else each for each in deployed.feeds)
    deploy(monkeypatch, deployed)
    declare(monkeypatch, replace(landscape_of("hubspot-new", ERP), feeds=feeds))
    shown = stage.tieout("landscape", "effect")
    assert shown["connections"] == [
        {"connection": CRM, "would_be": "gone"},
        {"connection": "hubspot-new", "would_be": "new"},
    ]
    assert [(row["before"], row["after"]) for row in shown["cells"]] == [("100.00", "-100.00"), ("125.00", "-125.00")]
    assert [(row["difference"], row["revalued"]) for row in shown["sums"]] == [("-200.00",) * 2, ("-250.00",) * 2]
    assert [row["period"] for row in shown["periods"]] == ["2026-03"]
    assert "entries" not in shown


def test_the_tree_is_compiled_as_its_deployment_would() -> None:
    """By what deploys, which is not loaded here."""
    assert declared_landscape("prod", None) == read_landscape(Path.cwd(), "prod")


def test_a_tree_that_cannot_be_deployed_says_why(tmp_path: Path) -> None:
    """With the file and the place of every flaw."""
    overlay = tmp_path / "wrong.toml"
    overlay.write_text('[[feeds]]\nname = "billed_revenue"\nsign = 2\n', encoding="utf-8")
    with pytest.raises(UnfitLandscapeError, match=r'wrong.toml: feeds "billed_revenue" sign'):
        declared_landscape("prod", overlay)
