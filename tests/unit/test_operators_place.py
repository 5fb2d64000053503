"""Where the command line works, and what it says when there is nothing to work on."""

from __future__ import annotations

import json
from contextvars import copy_context
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ops.place
from ops.cli import app
from ops.identity import UnknownPersonError, acting_as
from ops.place import find_place
from ops.stacks import PlaceNotFoundError
from tests.support.moto_aws import REGION, emulated_aws


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


def test_in_the_sandbox_its_owner_acts_or_one_of_its_people_and_elsewhere_the_credentials_say_who(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One of its people in the role of theirs; who is not there cannot act, and nobody is named for a deployed stage."""
    role = "arn:aws:iam::123456789012:role/Controller"
    told = {
        "aws_environment": {"AWS_ACCESS_KEY_ID": "owner", "AWS_SECRET_ACCESS_KEY": "owner"},
        "people": {"ben": {"AWS_ACCESS_KEY_ID": "ben", "AWS_SECRET_ACCESS_KEY": "ben", "role_arn": role}},
        "region": REGION,
        "aws_endpoint_url": f"https://sts.{REGION}.amazonaws.com",
    }
    (tmp_path / "endpoints.json").write_text(json.dumps(told))
    monkeypatch.setattr(ops.place, "ENDPOINTS_FILE", tmp_path / "endpoints.json")
    monkeypatch.delenv("TIEOUT_STAGE", raising=False)

    def who(asked: str) -> str:
        acting_as.set(asked)
        return find_place(None).who

    with emulated_aws():
        assert copy_context().run(who, "ben") == "Controller/ben"
        assert copy_context().run(who, "") == "moto"
        with pytest.raises(UnknownPersonError, match="it has ben"):
            copy_context().run(who, "mallory")
    monkeypatch.setenv("TIEOUT_STAGE", "dev")
    with pytest.raises(UnknownPersonError, match="AWS_PROFILE=ben"):
        copy_context().run(who, "ben")


def test_whom_as_names_acts_for_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nobody is named for the next one by that."""
    named = list[str]()
    monkeypatch.setattr("ops.cli.find_place", lambda _: named.append(acting_as.get()))
    for arguments in (["--as", "controller", "status"], ["status"]):
        CliRunner().invoke(app, arguments)
    CliRunner().invoke(app, ["status"], env={"TIEOUT_AS": "controller"})
    assert named == ["controller", "", "controller"]
    assert not acting_as.get()


@pytest.mark.parametrize(
    "group", [[], ["facts"], ["cells"], ["held"], ["mappings"], ["targets"], ["rejected"], ["spool"], ["dlq"]]
)
def test_every_group_of_commands_explains_itself(group: list[str]) -> None:
    """Help names each command with a sentence."""
    result = CliRunner().invoke(app, [*group, "--help"])
    assert result.exit_code == 0
    assert "Commands" in result.output
