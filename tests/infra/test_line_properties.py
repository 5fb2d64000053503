from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.deliver.settings import DeliverSettings
from functions.receive.settings import ReceiveSettings
from functions.record.settings import RecordSettings
from functions.sweep.settings import SweepSettings
from infra.alarms import Runbook
from infra.landscape import read_landscape
from tests.support.synthesis import REPOSITORY, Synthesis, logical_id, synthesise, written

pytestmark = pytest.mark.xdist_group("synthesis")

SETTINGS: dict[str, type[ReceiveSettings | RecordSettings | DeliverSettings | SweepSettings]] = {
    "functions.receive.handler.lambda_handler": ReceiveSettings,
    "functions.record.handler.lambda_handler": RecordSettings,
    "functions.deliver.handler.lambda_handler": DeliverSettings,
    "functions.sweep.handler.lambda_handler": SweepSettings,
}


def matches(pattern: list[Any], text: str) -> bool:
    """Whether an EventBridge pattern for one field matches: literal, prefix and anything-but are all we use."""
    for each in pattern:
        match each:
            case str():
                found = each == text
            case {"prefix": prefix}:
                found = text.startswith(prefix)
            case {"anything-but": others}:
                found = text not in others
            case _:
                raise AssertionError(f"the test does not know the pattern {each!r}")
        if found:
            return True
    return False


def flow_rules(synthesis: Synthesis) -> dict[str, dict[str, Any]]:
    """The rules on the stage's own bus."""
    return {
        name: dict(rule) for name, rule in synthesis.properties("AWS::Events::Rule").items() if "EventPattern" in rule
    }


@pytest.mark.parametrize("detail_type", ["forecast_to_plan", "record_to_report", "unrouted", "something_new"])
def test_every_event_goes_to_exactly_one_flow(synthesis: Synthesis, detail_type: str) -> None:
    """A declared flow gets its own events; whatever else a connection publishes is kept by the catch-all rule."""
    taken = [
        logical_id(rule["Targets"][0]["Arn"])
        for rule in flow_rules(synthesis).values()
        if matches(rule["EventPattern"]["source"], "tieout.hubspot-emea")
        and matches(rule["EventPattern"]["detail-type"], detail_type)
    ]
    wanted = {"forecast_to_plan": "ForecastToPlan", "record_to_report": "RecordToReport"}.get(detail_type, "Unrouted")
    assert [queue.startswith(f"{wanted}RouteWork") for queue in taken] == [True]


def test_nobody_elses_events_are_taken(synthesis: Synthesis) -> None:
    """Events of other sources on the bus reach no queue of ours."""
    for rule in flow_rules(synthesis).values():
        assert not matches(rule["EventPattern"]["source"], "aws.events")


def test_an_event_a_rule_cannot_deliver_is_kept(synthesis: Synthesis) -> None:
    """Every target of every rule has a retry policy and a dead-letter queue, or EventBridge drops the event."""
    rules = synthesis.properties("AWS::Events::Rule")
    assert len(rules) >= 4
    for rule in rules.values():
        for target in rule["Targets"]:
            assert logical_id(target["DeadLetterConfig"]["Arn"]) in synthesis.of_type("AWS::SQS::Queue")
            assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 2
        if "EventPattern" in rule:
            assert rule["Targets"][0]["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86_400


def test_every_connection_has_a_route_with_a_throttle_of_its_own(synthesis: Synthesis) -> None:
    """One source that floods its webhook is slowed down alone; the stage waits for the routes it names."""
    keys = {route["RouteKey"]: name for name, route in synthesis.properties("AWS::ApiGatewayV2::Route").items()}
    assert sorted(keys) == ["ANY /webhooks/hubspot-emea", "ANY /webhooks/netsuite-group"]
    (stage,) = synthesis.of_type("AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["RouteSettings"]
    assert sorted(settings) == sorted(keys)
    for each in (*settings.values(), stage["Properties"]["DefaultRouteSettings"]):
        assert 0 < each["ThrottlingRateLimit"] <= each["ThrottlingBurstLimit"] <= 1000
    assert set(keys.values()) <= set(stage["DependsOn"])
    assert stage["Properties"]["StageName"] == "$default"


def test_access_logs_hold_no_query_no_header_and_no_body(synthesis: Synthesis) -> None:
    """What may carry a secret or a person's data is not written down: only these variables are."""
    (stage,) = synthesis.properties("AWS::ApiGatewayV2::Stage").values()
    fields = set(json.loads(stage["AccessLogSettings"]["Format"]).values())
    assert fields == {
        f"$context.{name}"
        for name in (
            "requestId", "requestTime", "routeKey", "httpMethod", "protocol", "status", "responseLength",
            "responseLatency", "integrationStatus", "integrationLatency", "integrationErrorMessage", "identity.sourceIp",
        )
    }  # fmt: skip


def test_every_trigger_points_at_the_live_alias(synthesis: Synthesis) -> None:
    """Queues, routes and schedules invoke what was published last, never the code being edited."""
    aliases = synthesis.of_type("AWS::Lambda::Alias")
    assert {alias["Properties"]["Name"] for alias in aliases.values()} == {"live"}
    invoked = [
        *(each["FunctionName"] for each in synthesis.properties("AWS::Lambda::EventSourceMapping").values()),
        *(each["FunctionName"] for each in synthesis.properties("AWS::Lambda::Permission").values()),
        *(each["IntegrationUri"] for each in synthesis.properties("AWS::ApiGatewayV2::Integration").values()),
        *(
            target["Arn"]
            for rule in synthesis.properties("AWS::Events::Rule").values()
            for target in rule["Targets"]
            if "ScheduleExpression" in rule
        ),
    ]
    assert {logical_id(each) for each in invoked} == set(aliases)


def test_only_its_own_route_may_invoke_a_receive_function(synthesis: Synthesis) -> None:
    """Each permission names the caller's API and path, so another route cannot borrow a function."""
    for permission in synthesis.properties("AWS::Lambda::Permission").values():
        assert permission["Principal"] in {"apigateway.amazonaws.com", "events.amazonaws.com"}
        source = written(permission["SourceArn"])
        if permission["Principal"] == "apigateway.amazonaws.com":
            connection = source.rsplit("/", 1)[1]
            assert source.endswith(f"/webhooks/{connection}")
            assert logical_id(permission["FunctionName"]).lower().startswith(connection.replace("-", ""))


def test_every_function_can_read_its_environment(synthesis: Synthesis) -> None:
    """What a stack writes into a function's environment is what the function's settings class reads."""
    functions = synthesis.properties("AWS::Lambda::Function")
    assert {function["Handler"] for function in functions.values()} == set(SETTINGS)
    for name, function in functions.items():
        environment = synthesis.environment(name)
        assert SETTINGS[function["Handler"]].of_environment(environment).environment() == environment


def test_sources_are_told_the_url_they_sign(synthesis: Synthesis) -> None:
    """The URL a signature is checked against is the stage's public one, with the connection's path."""
    for name, output in synthesis.line["Outputs"].items():
        if name.startswith("Connection"):
            told = json.loads(written(output["Value"]))
            assert told["url"] == f"https://hooks.example.com/webhooks/{told['name']}"


def test_functions_are_traced_log_as_json_and_run_the_version_that_was_tested(synthesis: Synthesis) -> None:
    """X-Ray is active, logs have their own group and form, and the interpreter is the one the layers are compiled for."""
    for function in synthesis.properties("AWS::Lambda::Function").values():
        assert function["Runtime"] == f"python{(REPOSITORY / '.python-version').read_text().strip()[:4]}"
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert logical_id(function["LoggingConfig"]["LogGroup"]) in synthesis.of_type("AWS::Logs::LogGroup")


def test_functions_in_aws_run_on_arm(prod: Synthesis) -> None:
    """The cheaper processor, and the layer that was built for it."""
    for function in prod.properties("AWS::Lambda::Function").values():
        assert function["Architectures"] == ["arm64"]


def test_the_webhooks_path_carries_no_third_party_packages(synthesis: Synthesis) -> None:
    """A receive function loads one layer, the package itself: cold starts are paid for by the sender's patience."""
    for function in synthesis.properties("AWS::Lambda::Function").values():
        assert len(function["Layers"]) == (1 if "receive" in function["Handler"] else 2)


def test_every_function_is_watched_for_errors_and_throttles(synthesis: Synthesis) -> None:
    """A function that fails or is refused concurrency tells somebody within minutes."""
    for metric in ("Errors", "Throttles"):
        watched = {
            logical_id(dimension["Value"])
            for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
            if alarm.get("MetricName") == metric and alarm["Namespace"] == "AWS/Lambda"
            for dimension in alarm["Dimensions"]
        }
        assert watched == set(synthesis.of_type("AWS::Lambda::Function"))


def test_every_alarm_reaches_the_topic_and_names_its_page(synthesis: Synthesis) -> None:
    """Whoever is called reads what it means and which page to open; every kind of page is used."""
    pages = set()
    for name, alarm in synthesis.properties("AWS::CloudWatch::Alarm").items():
        assert [logical_id(action) in synthesis.of_type("AWS::SNS::Topic") for action in alarm["AlarmActions"]] == [
            True
        ]
        page = re.fullmatch(r".+[.:] Runbook: docs/runbooks/([a-z-]+)\.md", alarm["AlarmDescription"])
        assert page, name
        pages.add(page[1])
    assert pages == {str(runbook) for runbook in Runbook}


def test_silence_of_the_sweeper_is_an_alarm(synthesis: Synthesis) -> None:
    """For everything else no data means no trouble; a sweeper that does not run sends no data either."""
    breaching = [
        name
        for name, alarm in synthesis.properties("AWS::CloudWatch::Alarm").items()
        if alarm["TreatMissingData"] == "breaching"
    ]
    assert [name.startswith("SweepSilent") for name in breaching] == [True]


def test_late_planning_is_told_by_the_age_of_the_oldest_changed_cell(synthesis: Synthesis) -> None:
    """A target that is locked empties its queue all the same, so the sweeper's own count is what is watched."""
    filters = [
        each for each in synthesis.properties("AWS::Logs::MetricFilter").values() if "dirty" in str(each).lower()
    ]
    (filter_,) = filters
    (transformation,) = filter_["MetricTransformations"]
    watching = [
        alarm
        for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == transformation["MetricName"]
    ]
    assert [alarm["Dimensions"] for alarm in watching] == [[{"Name": "Target", "Value": "anaplan"}]]
    assert filter_["FilterPattern"] == '{ ($.target = "anaplan") && ($.oldest_dirty_seconds >= 0) }'


def test_the_dashboard_stands_in_the_order_of_the_line(synthesis: Synthesis) -> None:
    """Whoever opens it reads from the webhook to planning."""
    (dashboard,) = synthesis.properties("AWS::CloudWatch::Dashboard").values()
    titles = re.findall(r"## ([^\"\\]+)", written(dashboard["DashboardBody"]))
    assert titles == [
        "1 receive",
        "2 route",
        "3 record",
        "4 deliver",
        "Beside the line: sweep",
        "Parked, and the ledger",
    ]


def test_operators_find_everything_in_the_outputs_of_one_stack(prod: Synthesis) -> None:
    """The command line needs a stage's name and nothing else: one stack of a known name tells the rest."""
    assert "Tieout-prod-Line" in prod.manifest["artifacts"]
    outputs = {name: written(output["Value"]) for name, output in prod.line["Outputs"].items()}
    assert {"ApiUrl", "LedgerTableName", "ArchiveBucketName", "BusName", "Stage"} <= set(outputs)
    landscape = read_landscape(REPOSITORY, "prod")
    told = [json.loads(value) for name, value in outputs.items() if name.startswith(("Connection", "Flow", "Target"))]
    assert sorted(each["name"] for each in told) == sorted(
        [
            *(connection.name for connection in landscape.connections),
            *(flow.name for flow in landscape.flows),
            *(target.name for target in landscape.targets),
            "unrouted",
        ]
    )
    assert all(value for each in told for value in each.values())


def test_an_acquired_company_is_a_new_connection_in_a_file(prod: Synthesis, tmp_path: Path) -> None:
    """A second account of a known system gets its own route, function, role and secrets, and changes nobody else's."""
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(
        '[[connections]]\nname = "hubspot-apac"\nsystem = "hubspot"\nlegal_entity = "APAC"\ntime_zone = "Asia/Tokyo"\n'
        'default_currency = "JPY"\napi_base_url = "https://api.hubapi.com"\n'
    )
    grown = synthesise(tmp_path, "prod", overlay=overlay)
    added = set(grown.resources()) - set(prod.resources())
    kinds = {grown.resources()[name]["Type"].removeprefix("AWS::") for name in added}
    assert {
        "ApiGatewayV2::Route",
        "Lambda::Function",
        "IAM::Role",
        "SecretsManager::Secret",
        "CloudWatch::Alarm",
    } <= kinds
    untouched = [name for name in prod.of_type("AWS::Lambda::Function") if "HubspotEmeaReceive" in name]
    assert [grown.resources()[name] for name in untouched] == [prod.resources()[name] for name in untouched]


def test_a_fix_in_the_package_reaches_the_live_alias(stages: Callable[[str], Synthesis], tmp_path: Path) -> None:
    """New content in a layer publishes a new version of every function that has the layer."""
    before = set(stages("dev").of_type("AWS::Lambda::Version"))
    after = set(synthesise(tmp_path, "dev", content="fixed").of_type("AWS::Lambda::Version"))
    assert len(before) == len(after)
    assert not before & after


def test_stages_can_share_an_account(stages: Callable[[str], Synthesis]) -> None:
    """No two stages use one name: neither for what an account holds once, nor for the metrics the alarms read."""

    def named(stage: str) -> set[str]:
        synthesis = stages(stage)
        named_once = {"AWS::Events::EventBus", "AWS::ApiGatewayV2::Api", "AWS::SQS::Queue", "AWS::Lambda::Function"}
        physical = {
            value
            for resource in synthesis.resources().values()
            if resource["Type"] in named_once
            for key, value in resource["Properties"].items()
            if key.endswith("Name") and isinstance(value, str)
        }
        own = {
            alarm["Namespace"]
            for alarm in synthesis.properties("AWS::CloudWatch::Alarm").values()
            if not alarm.get("Namespace", "AWS/").startswith("AWS/")
        }
        told = {
            environment["TIEOUT_METRIC_NAMESPACE"]
            for name in synthesis.of_type("AWS::Lambda::Function")
            if "TIEOUT_METRIC_NAMESPACE" in (environment := synthesis.environment(name))
        }
        assert own == told
        exports = {written(each["Export"]["Name"]) for each in synthesis.ledger["Outputs"].values() if "Export" in each}
        return physical | own | exports

    assert named("dev")
    assert not named("dev") & named("prod")
