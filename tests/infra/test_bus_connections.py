"""A connection whose changes come over another bus: what is deployed for it, and which declarations are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.relay.settings import RelaySettings
from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import REPOSITORY, Synthesis, logical_id, synthesise, written
from tieout.arrivals import BusArrival
from tieout.landscape import Landscape

BUS = "aws.partner/crm.example/tenant-7/changes"
DECLARED = """
[[connections]]
name = "crm-group"
system = "hubspot"
legal_entity = "GROUP"
time_zone = "Europe/Berlin"
default_currency = "EUR"
api_base_url = "https://api.example.com"
"""
BUS_ALONE = ['arrivals = ["bus"]', f'bus = {{ name = "{BUS}", sources = ["crm.", "sales."] }}']


def overlay(folder: Path, *fields: str) -> Path:
    """The connection, with these fields more."""
    file = folder / "overlay.toml"
    file.write_text("\n".join([DECLARED, *fields]))
    return file


@pytest.fixture(scope="module")
def relayed(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The production stage with a connection that is told over a bus alone."""
    folder = tmp_path_factory.mktemp("relayed")
    return synthesise(folder, "prod", overlay=overlay(folder, *BUS_ALONE))


def test_the_landscape_is_read_and_travels_whole(tmp_path: Path) -> None:
    """The record step reads in its asset what was declared."""
    declared = read_landscape(REPOSITORY, "prod", overlay(tmp_path, *BUS_ALONE))
    connection = declared.connection("crm-group")
    assert connection.arrivals == ("bus",)
    assert connection.bus == BusArrival(name=BUS, sources=("crm.", "sales."))
    assert Landscape.of_json(compile_landscape(declared).encode()) == declared


def test_its_rule_stands_on_the_other_bus_and_takes_its_sources_alone(relayed: Synthesis) -> None:
    """What else is on that bus is none of its business."""
    [rule] = [each for each in relayed.properties("AWS::Events::Rule").values() if each.get("EventBusName") == BUS]
    assert rule["EventPattern"] == {"source": [{"prefix": "crm."}, {"prefix": "sales."}]}
    [target] = rule["Targets"]
    queue = relayed.resources[logical_id(target["Arn"])]["Properties"]
    dead_letters = logical_id(target["DeadLetterConfig"]["Arn"])
    assert dead_letters == logical_id(json.loads(json.dumps(queue["RedrivePolicy"]["deadLetterTargetArn"])))
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}


def test_the_rule_alone_may_fill_its_queues(relayed: Synthesis) -> None:
    """Whoever else could put something there could tell of records in the source's name."""
    [rule] = [name for name, each in relayed.properties("AWS::Events::Rule").items() if each.get("EventBusName") == BUS]
    senders = [
        statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        for name, policy in relayed.properties("AWS::SQS::QueuePolicy").items()
        if name.startswith("CrmGroupRelay")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert [logical_id(each) for each in senders] == [rule, rule]


def test_nobody_calls_it_and_it_has_no_webhook_secret(relayed: Synthesis) -> None:
    """What is not needed is neither deployed nor granted."""
    assert not [
        each for each in relayed.properties("AWS::ApiGatewayV2::Route").values() if "crm-group" in each["RouteKey"]
    ]
    secrets = [name for name in relayed.of_type("AWS::SecretsManager::Secret") if name.startswith("CrmGroup")]
    assert [name.startswith("CrmGroupApiSecret") for name in secrets] == [True]
    told = json.loads(written(relayed.door["Outputs"]["ConnectionCrmGroup"]["Value"]))
    assert told["arrivals"] == ["bus"]
    assert {"url", "webhook_secret_arn", "function_name"}.isdisjoint(told)
    assert json.loads(written(relayed.door["Outputs"]["RelayCrmGroup"]["Value"])).keys() == {
        "name",
        "queue_url",
        "dead_letter_queue_url",
        "function_name",
    }


def test_it_may_publish_as_itself_and_keep_its_own(relayed: Synthesis) -> None:
    """A relay of one connection can neither speak for another nor read anything back."""
    [role] = [name for name in relayed.of_type("AWS::IAM::Role") if name.startswith("CrmGroupRelay")]
    statements = relayed.statements(role)
    [publish] = [each for each in statements if "events:PutEvents" in each["Action"]]
    assert publish["Condition"]["ForAllValues:StringLike"]["events:source"] == ["tieout.crm-group"]
    [keep] = [each for each in statements if "s3:PutObject" in each["Action"]]
    prefixes = {written(each).rsplit("/", 3)[-3:][0] for each in keep["Resource"]}
    assert prefixes == {"overflow", "rejected", "spool"}
    assert not [each for each in statements if "secretsmanager" in json.dumps(each)]


def test_its_function_can_read_its_environment(relayed: Synthesis) -> None:
    """What the stack writes is what the settings class reads."""
    [name] = [name for name in relayed.of_type("AWS::Lambda::Function") if name.startswith("CrmGroupRelay")]
    environment = relayed.environment(name)
    assert RelaySettings.of_environment(environment).environment() == environment


def test_one_connection_may_arrive_both_ways(tmp_path: Path) -> None:
    """A source that posts and is relayed has a function for each, and one name on our bus."""
    folder = tmp_path / "both"
    folder.mkdir()
    both = ['arrivals = ["webhook", "bus"]', f'bus = {{ name = "{BUS}" }}']
    made = synthesise(folder, "prod", overlay=overlay(folder, *both))
    told = json.loads(written(made.door["Outputs"]["ConnectionCrmGroup"]["Value"]))
    assert told["arrivals"] == ["webhook", "bus"]
    assert "webhook_secret_arn" in told
    [rule] = [each for each in made.properties("AWS::Events::Rule").values() if each.get("EventBusName") == BUS]
    assert rule["EventPattern"] == {"source": [{"prefix": ""}]}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (["arrivals = []"], "arrivals: none is declared"),
        (['arrivals = ["webhook", "webhook"]'], "arrivals: one is declared twice"),
        (['arrivals = ["bus"]'], "bus: is missing: which bus do the events come over?"),
        ([f'bus = {{ name = "{BUS}" }}'], "bus: arrivals does not name 'bus'"),
        ([*BUS_ALONE, 'public_url = "https://x.example.com"'], "nobody calls a connection whose arrivals do not name 'webhook'"),
        ([BUS_ALONE[0], 'bus = { name = "no bus!" }'], "'no bus!' is neither the name of an event bus nor its ARN"),
        ([BUS_ALONE[0], 'bus = { name = "default" }'], "none is declared, and AWS puts its own events on the default bus"),
        ([BUS_ALONE[0], 'bus = { name = "x", sources = [""] }'], "are more than 10, or one is empty or over 256 characters"),
    ],
)  # fmt: skip
def test_what_does_not_hang_together_is_refused_with_a_sentence(
    tmp_path: Path, fields: list[str], problem: str
) -> None:
    """At synth, before anything is deployed."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, *fields))
    assert any(each.endswith(problem) for each in caught.value.problems), caught.value.problems
