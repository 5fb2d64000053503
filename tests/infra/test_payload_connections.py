"""A connection completed from its payloads: what its functions may do, what it does not have, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.landscape import read_landscape
from infra.landscape_files import LandscapeError
from tests.support.made_up import made_up_system
from tests.support.synthesis import REPOSITORY, Synthesis, as_list, logical_id, synthesise, written

CONNECTION = (
    '[[connections]]\nname = "bookings"\nsystem = "made_up"\nlegal_entity = "EMEA"\ntime_zone = "UTC"\n'
    'default_currency = "EUR"\n'
)


@pytest.fixture(autouse=True)
def _made_up() -> Iterator[None]:
    with made_up_system():
        yield


def overlay(folder: Path, *fields: str) -> Path:
    """A file that declares one connection of the made-up system more."""
    file = folder / "overlay.toml"
    file.write_text(CONNECTION + "\n".join(fields) + "\n")
    return file


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The production stage with one such connection more."""
    folder = tmp_path_factory.mktemp("grown")
    with made_up_system():
        return synthesise(folder, "prod", overlay=overlay(folder, 'completion = "payload"'))


def objects(synthesis: Synthesis, step: str, action: str) -> dict[str, list[str]]:
    """The connection or flow of each function of a step, to the prefixes of the archive where its role may do something."""
    found = {}
    for name, function in synthesis.properties("AWS::Lambda::Function").items():
        environment = synthesis.environment(name)
        if function["Handler"] == f"functions.{step}.handler.lambda_handler":
            statements: list[Mapping[str, Any]] = synthesis.statements(logical_id(function["Role"]))
            arns = [
                written(arn)
                for each in statements
                if action in as_list(each["Action"])
                for arn in as_list(each["Resource"])
            ]
            told = environment.get("TIEOUT_CONNECTION") or environment["TIEOUT_FLOW"]
            found[told] = sorted(arn.split("/", 1)[1] for arn in arns)
    return found


def test_only_its_own_receive_function_keeps_payloads_and_only_its_own(grown: Synthesis) -> None:
    """The others may put what they always put."""
    allowed = objects(grown, "receive", "s3:PutObject")
    usual = ["overflow", "rejected", "spool"]
    assert allowed.pop("bookings") == sorted(f"{each}/bookings/*" for each in [*usual, "payloads"])
    assert allowed
    for connection, prefixes in allowed.items():
        assert prefixes == [f"{each}/{connection}/*" for each in usual]
    assert not any(objects(grown, "receive", "s3:GetObject").values())


def test_record_functions_read_payloads_where_a_connection_keeps_them(grown: Synthesis) -> None:
    """The function for notices no flow wants reads none, and nobody writes or deletes any."""
    allowed = objects(grown, "record", "s3:GetObject")
    assert allowed.pop("unrouted") == ["overflow/*"]
    assert set(map(tuple, allowed.values())) == {("overflow/*", "payloads/*")}
    for step in ("record", "sweep", "deliver"):
        for action in ("s3:PutObject", "s3:DeleteObject"):
            assert not [each for told in _all(grown, step, action) for each in told if "payloads" in each]


def _all(synthesis: Synthesis, step: str, action: str) -> list[list[str]]:
    return [
        [written(arn) for each in synthesis.statements(logical_id(function["Role"])) if action in as_list(each["Action"])
         for arn in as_list(each["Resource"])]
        for function in synthesis.properties("AWS::Lambda::Function").values()
        if function["Handler"] == f"functions.{step}.handler.lambda_handler"
    ]  # fmt: skip


def test_a_landscape_without_such_a_connection_grants_nothing_of_it(prod: Synthesis) -> None:
    """What is not needed is not allowed."""
    assert set(map(tuple, objects(prod, "record", "s3:GetObject").values())) == {("overflow/*",)}


def test_it_has_a_webhook_secret_and_no_credentials_to_read_by(prod: Synthesis, grown: Synthesis) -> None:
    """One secret more in the stage, and none more that a record function may read."""
    added = set(grown.of_type("AWS::SecretsManager::Secret")) - set(prod.of_type("AWS::SecretsManager::Secret"))
    assert [name for name in added if "WebhookSecret" in name] == list(added)
    assert len(added) == 1
    told = json.loads(written(grown.door["Outputs"]["ConnectionBookings"]["Value"]))
    assert told["completion"] == "payload"
    assert "api_secret_arn" not in told
    [directory] = [
        each["SecretString"]
        for each in grown.properties("AWS::SecretsManager::Secret").values()
        if "SecretString" in each
    ]
    assert "bookings" not in json.dumps(directory)
    assert "netsuite-group" in json.dumps(directory)


def test_it_needs_no_api_and_may_name_one(tmp_path: Path) -> None:
    """Nobody reads from it, so there need be nothing to read from."""
    declared = read_landscape(REPOSITORY, "prod", overlay(tmp_path, 'completion = "payload"')).connection("bookings")
    assert (declared.api_base_url, declared.arrivals, declared.completion) == ("", ("webhook",), "payload")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            ['api_base_url = "https://api.example.com"'],
            "'made_up' cannot be a source whose records are read: layers/tieout/systems/made_up has no reader.py",
        ),
        (
            ['completion = "both"', 'api_base_url = "https://api.example.com"'],
            "whose payloads tell what they were: layers/tieout/systems/made_up has no reader.py",
        ),
        (['completion = "both"'], "'' is no http or https URL"),
        (['completion = "payload"', 'api_base_url = "ftp://x"'], "'ftp://x' is no http or https URL"),
        (['completion = "payload"', "options = { colour = 1 }"], "unexpected keyword argument"),
    ],
)
def test_what_it_cannot_do_is_refused_with_a_sentence(tmp_path: Path, fields: list[str], problem: str) -> None:
    """At synth, before anything is deployed."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, *fields))
    assert any(each.endswith(problem) for each in caught.value.problems), caught.value.problems
