"""What a connection whose source wants to be subscribed to adds to a stage: a function of its own leave, run every hour."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.landscape import read_landscape
from infra.renew import SHAPE, subscribed_connections
from tests.support.synthesis import REPOSITORY, Synthesis, as_list, logical_id, synthesise, texts_in, written

CONNECTION = "central-iberia"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The templates of a stage that has one."""
    return synthesise(tmp_path_factory.mktemp("subscribed"), "sandbox")


def function_of(synthesis: Synthesis) -> str:
    """The logical id of the renewal."""
    [name] = [name for name in synthesis.of_type("AWS::Lambda::Function") if "KeepSubscribed" in name]
    return name


def test_whose_source_wants_it_is_known_by_its_capability() -> None:
    """Another system needs nothing but its own module."""
    landscape = read_landscape(REPOSITORY, "sandbox")
    assert CONNECTION in {each.name for each in subscribed_connections(landscape)}
    wanting = {each.system for each in subscribed_connections(landscape)}
    folders = REPOSITORY / "layers/tieout/systems"
    assert wanting <= {path.parent.name for path in folders.glob("*/subscription.py")}
    assert not {"hubspot", "salesforce", "generic"} & wanting


def test_a_stage_without_one_has_no_renewal(stages: object) -> None:
    """Nothing runs that has nothing to do."""
    assert callable(stages)
    prod: Synthesis = stages("prod")
    assert not [name for name in prod.resources if "KeepSubscribed" in name]
    assert "Renewal" not in prod.outputs()


def test_it_reads_the_two_secrets_of_its_connections_and_nothing_else(sandbox: Synthesis) -> None:
    """It gives the one to the source, and proves itself by the other; the ledger and the archive are none of its business."""
    name = function_of(sandbox)
    role = logical_id(sandbox.properties("AWS::Lambda::Function")[name]["Role"])
    allowed = {
        action: sorted(written(each) for each in as_list(statement["Resource"]))
        for statement in sandbox.statements(role)
        for action in as_list(statement["Action"])
    }
    assert set(allowed) == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    secrets = allowed["secretsmanager:GetSecretValue"]
    of_connection = [each for each in secrets if "CentralIberia" in each]
    assert sorted(("Api" in each, "Webhook" in each) for each in of_connection) == [(False, True), (True, False)]
    assert [each for each in secrets if each not in of_connection] == [each for each in secrets if "Directory" in each]
    assert len(secrets) == 3


def test_it_gives_the_source_the_url_of_the_door(sandbox: Synthesis) -> None:
    """The very one that is routed to the connection's receive function."""
    urls = json.loads(sandbox.environment(function_of(sandbox))["TIEOUT_PUBLIC_URLS"])
    assert urls == {CONNECTION: f"https://hooks.example.com/webhooks/{CONNECTION}"}


def test_it_runs_every_hour_and_is_missed_when_it_does_not(sandbox: Synthesis) -> None:
    """Three days are long; two hours of runs that fail are told, and ten without a run."""
    [rule] = [each for name, each in sandbox.properties("AWS::Events::Rule").items() if "KeepSubscribed" in name]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(60 minutes)", "ENABLED")
    alarms = {
        name: each for name, each in sandbox.properties("AWS::CloudWatch::Alarm").items() if "KeepSubscribed" in name
    }
    silent = [each for name, each in alarms.items() if "Silent" in name]
    assert [each["TreatMissingData"] for each in silent] == ["breaching"]
    asked = {
        next(text for text in texts_in(each["Metrics"]) if "SELECT" in text).split('"')[1]: (
            each["Threshold"],
            each["Metrics"][0]["Period"],
        )
        for each in alarms.values()
        if "SELECT" in str(each.get("Metrics"))
    }
    assert asked == {"SubscriptionEnding": (0, 7200), "SubscriptionsUnknown": (1, 7200)}


def test_calls_that_hang_still_fit_into_a_run() -> None:
    """A renewal that begins in the last moment may take all its time, for itself and for a new token."""
    from functions.renew import pipeline  # noqa: PLC0415 its times
    from tieout.systems.business_central import client, tokens  # noqa: PLC0415 as above

    longest_call = client._TIMEOUT.read
    longest_token = tokens._TIMEOUT.read
    assert longest_call is not None
    assert longest_token is not None
    # A token refused, another, and the subscription, which is gone, made anew.
    hanging = 3 * longest_call + longest_token
    assert pipeline._RENEWING_TIME.total_seconds() + hanging < SHAPE.timeout.to_seconds()


def test_its_page_stands_where_its_alarms_say(sandbox: Synthesis) -> None:
    """Whoever is called finds what to do."""
    said = [
        each["AlarmDescription"]
        for name, each in sandbox.properties("AWS::CloudWatch::Alarm").items()
        if "KeepSubscribed" in name and "ending-subscriptions" in each["AlarmDescription"]
    ]
    assert len(said) == 3
    assert Path(REPOSITORY / "docs/runbooks/ending-subscriptions.md").is_file()
