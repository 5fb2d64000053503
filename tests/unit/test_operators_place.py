"""Where the command line works, and what it says when there is nothing to work on."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import ops.place
from ops.cli import app
from ops.place import PlaceNotFoundError, find_place


def test_without_a_sandbox_the_command_line_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An operator who has nothing running is told both ways to go on."""
    monkeypatch.setattr(ops.place, "ENDPOINTS_FILE", tmp_path / "endpoints.json")
    monkeypatch.delenv("TIEOUT_STAGE", raising=False)
    with pytest.raises(PlaceNotFoundError, match=r"make sandbox.*--stage"):
        find_place(None)


def test_a_stage_is_named_by_the_option_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--stage` wins over `TIEOUT_STAGE`."""
    monkeypatch.setenv("TIEOUT_STAGE", "dev")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert find_place(None).stage == "dev"
    assert find_place("prod").stage == "prod"


@pytest.mark.parametrize(
    "group", [[], ["facts"], ["cells"], ["held"], ["mappings"], ["targets"], ["rejected"], ["spool"], ["dlq"]]
)
def test_every_group_of_commands_explains_itself(group: list[str]) -> None:
    """Help names each command with a sentence."""
    result = CliRunner().invoke(app, [*group, "--help"])
    assert result.exit_code == 0
    assert "Commands" in result.output
