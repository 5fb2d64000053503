"""Where the command line works, and what it says when there is nothing to work on."""

from __future__ import annotations

import json
from contextvars import copy_context
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ops.place
from ops.cli import app
from ops.identity import OPERATOR, UnknownPersonError, acting_as
from ops.place import find_place
from ops.stacks import PlaceNotFoundError


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


def test_in_the_sandbox_one_of_its_people_acts_and_elsewhere_the_credentials_say_who(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The operator, unless another is named; who is not there cannot act, and nobody is named for a deployed stage."""
    people = {who: {"AWS_ACCESS_KEY_ID": who, "AWS_SECRET_ACCESS_KEY": who} for who in (OPERATOR, "controller")}
    told = {"people": people, "region": "eu-central-1", "aws_endpoint_url": "http://127.0.0.1:1"}
    (tmp_path / "endpoints.json").write_text(json.dumps(told))
    monkeypatch.setattr(ops.place, "ENDPOINTS_FILE", tmp_path / "endpoints.json")
    monkeypatch.delenv("TIEOUT_STAGE", raising=False)

    def key(asked: str) -> str:
        acting_as.set(asked)
        credentials = find_place(None)._session.get_credentials()
        assert credentials
        return str(credentials.access_key)

    assert [copy_context().run(key, asked) for asked in ("", "controller")] == [OPERATOR, "controller"]
    with pytest.raises(UnknownPersonError, match="it has controller, operator"):
        copy_context().run(key, "mallory")
    monkeypatch.setenv("TIEOUT_STAGE", "dev")
    with pytest.raises(UnknownPersonError, match="AWS_PROFILE=controller"):
        copy_context().run(key, "controller")


def test_whom_as_names_acts_for_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody is named for the next one by that."""
    named = list[str]()
    monkeypatch.setattr("ops.cli.find_place", lambda _: named.append(acting_as.get()))
    for arguments in (["--as", "controller", "status"], ["status"]):
        CliRunner().invoke(app, arguments)
    CliRunner().invoke(app, ["status"], env={"TIEOUT_AS": "controller"})
    assert named == ["controller", "", "controller"]


@pytest.mark.parametrize(
    "group", [[], ["facts"], ["cells"], ["held"], ["mappings"], ["targets"], ["rejected"], ["spool"], ["dlq"]]
)
def test_every_group_of_commands_explains_itself(group: list[str]) -> None:
    """Help names each command with a sentence."""
    result = CliRunner().invoke(app, [*group, "--help"])
    assert result.exit_code == 0
    assert "Commands" in result.output
