"""How a target is read back: it travels with the landscape, has safe defaults, and its flaws are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.readback.settings import ReadbackSettings
from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import REPOSITORY, Synthesis, as_list, logical_id, written
from tieout.landscape import Landscape, Readback


def overlay(folder: Path, declared: str) -> Path:
    """The shipped target, read back in another way."""
    file = folder / "overlay.toml"
    file.write_text(f'[[targets]]\nname = "anaplan"\nreadback = {declared}\n')
    return file


def test_a_target_is_read_back_once_a_day_and_repaired_by_hand_unless_said_otherwise(tmp_path: Path) -> None:
    """The function reads in its asset what was declared."""
    assert read_landscape(REPOSITORY, "prod").target("anaplan").readback == Readback(
        every_hours=24, within_hours=12, sample_percent=1, cells_per_minute=300, repair="by_hand"
    )
    declared = read_landscape(REPOSITORY, "prod", overlay(tmp_path, '{ every_hours = 6, repair = "automatic" }'))
    assert declared.target("anaplan").readback == Readback(every_hours=6, repair="automatic")
    assert Landscape.of_json(compile_landscape(declared).encode()) == declared


def test_the_measures_in_the_reporting_currency_are_known_by_cube() -> None:
    """What differs in them is counted as money."""
    measures = read_landscape(REPOSITORY, "prod").reporting_measures()
    assert ("Pipeline", "Amount USD") in measures
    assert ("Pipeline", "Amount") not in measures


@pytest.mark.parametrize(
    ("declared", "place", "problem"),
    [
        ("{ every_hours = -1 }", "every_hours", "-1 is not between 0 and 744"),
        ("{ within_hours = 0 }", "within_hours", "0 is not between 1 and 744"),
        ("{ sample_percent = 101 }", "sample_percent", "101 is not between 0 and 100"),
        ("{ cells_per_minute = 9 }", "cells_per_minute", "9 is not between 10 and 10000"),
        ('{ repair = "by_night" }', "repair", ""),
    ],
)
def test_a_flaw_is_named(tmp_path: Path, declared: str, place: str, problem: str) -> None:
    """In one sentence that says what is wrong with it."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, declared))
    [found] = [each for each in caught.value.problems if f'targets "anaplan" readback {place}: ' in each]
    assert found.endswith(problem)


def test_it_reads_the_targets_secrets_and_reaches_no_queue_and_no_archive(synthesis: Synthesis) -> None:
    """It asks planning and marks cells of the ledger; whoever writes planning is another function."""
    [(name, function)] = [
        (name, each)
        for name, each in synthesis.properties("AWS::Lambda::Function").items()
        if each["Handler"] == "functions.readback.handler.lambda_handler"
    ]
    statements = synthesis.statements(logical_id(function["Role"]))
    secrets = [each for each in statements if as_list(each["Action"]) == ["secretsmanager:GetSecretValue"]]
    told = ReadbackSettings.of_environment(synthesis.environment(name)).secret_arns
    assert sorted(written(arn) for each in secrets for arn in as_list(each["Resource"])) == sorted(told.values())
    actions = {action for each in statements for action in as_list(each["Action"])}
    assert not [action for action in actions if action.startswith(("sqs:", "s3:", "events:"))]
