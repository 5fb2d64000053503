from __future__ import annotations

import json
from typing import Any

import pytest

from functions.census.settings import CensusSettings
from functions.deliver.settings import DeliverSettings
from functions.intake.settings import IntakeSettings
from functions.journal.settings import JournalSettings
from functions.lake.settings import LakeSettings
from functions.readback.settings import ReadbackSettings
from functions.receive.settings import ReceiveSettings
from functions.reconcile.settings import ReconcileSettings
from functions.record.settings import RecordSettings
from functions.relay.settings import RelaySettings
from functions.renew.settings import RenewSettings
from functions.sweep.settings import SweepSettings
from infra.door_options import door_has_key_in_path
from infra.file_states import TASKS
from infra.landscape import read_landscape
from tests.support.synthesis import REPOSITORY, Synthesis, logical_id, written

SETTINGS: dict[
    str,
    type[
        ReceiveSettings
        | RelaySettings
        | RecordSettings
        | DeliverSettings
        | SweepSettings
        | CensusSettings
        | ReadbackSettings
        | ReconcileSettings
        | JournalSettings
        | LakeSettings
        | RenewSettings
        | IntakeSettings
    ],
] = {
    "functions.receive.handler.lambda_handler": ReceiveSettings,
    "functions.relay.handler.lambda_handler": RelaySettings,
    "functions.record.handler.lambda_handler": RecordSettings,
    "functions.deliver.handler.lambda_handler": DeliverSettings,
    "functions.sweep.handler.lambda_handler": SweepSettings,
    "functions.census.handler.lambda_handler": CensusSettings,
    "functions.readback.handler.lambda_handler": ReadbackSettings,
    "functions.reconcile.handler.lambda_handler": ReconcileSettings,
    "functions.renew.handler.lambda_handler": RenewSettings,
    "functions.journal.handler.lambda_handler": JournalSettings,
    "functions.lake.handler.lambda_handler": LakeSettings,
    **{f"functions.intake.handler.{task}": IntakeSettings for task in TASKS},
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
    functions = synthesis.properties("AWS::Lambda::Function").values()
    environments = [each["Environment"]["Variables"] for each in functions if "receive" in each["Handler"]]
    # What bears a token has a route of its own, and the handshake none; what has its key in the path, one part more.
    methods = {True: ("OPTIONS", "POST"), False: ("ANY",)}
    keyed = {each.name for each in read_landscape(REPOSITORY, "sandbox").connections if door_has_key_in_path(each)}
    named = [
        f"{method} /webhooks/{each['TIEOUT_CONNECTION']}{'/{key}' * (each['TIEOUT_CONNECTION'] in keyed)}"
        for each in environments
        for method in methods[each["TIEOUT_SECRET_ARN"] == "none"]
    ]
    assert {"ANY /webhooks/hubspot-emea", "ANY /webhooks/netsuite-group"} <= set(named)
    assert ("ANY /webhooks/dynamics-americas/{key}" in keys) is (
        len(keyed & {each["TIEOUT_CONNECTION"] for each in environments}) > 0
    )
    assert sorted(keys) == sorted(named)
    (stage,) = synthesis.of_type("AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["RouteSettings"]
    assert sorted(settings) == sorted(keys)
    for each in (*settings.values(), stage["Properties"]["DefaultRouteSettings"]):
        assert 0 < each["ThrottlingRateLimit"] <= each["ThrottlingBurstLimit"] <= 1000
    assert set(keys.values()) <= set(stage["DependsOn"])
    assert stage["Properties"]["StageName"] == "$default"


def test_access_logs_hold_no_query_no_header_and_no_body(synthesis: Synthesis) -> None:
    """What may carry a secret or a person's data is not written down: only these variables are.

    The path is none of them: of a key in it `routeKey` shows but the name, and neither `$context.path` nor what the function
    was asked stands there.
    """
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
    """Queues, routes, schedules and state machines invoke what was published last, never the code being edited."""
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
            if "ScheduleExpression" in rule and "RoleArn" not in target  # a state machine is started by a role
        ),
        *(
            machine["DefinitionSubstitutions"][task]
            for machine in synthesis.properties("AWS::StepFunctions::StateMachine").values()
            if "check" in machine["DefinitionSubstitutions"]
            for task in TASKS
        ),
    ]
    assert {logical_id(each) for each in invoked} == set(aliases)


def test_only_its_own_route_may_invoke_a_receive_function(synthesis: Synthesis) -> None:
    """Each permission names the caller's API and path, so another route cannot borrow a function."""
    for permission in synthesis.properties("AWS::Lambda::Permission").values():
        assert permission["Principal"] in {"apigateway.amazonaws.com", "events.amazonaws.com"}
        source = written(permission["SourceArn"])
        if permission["Principal"] == "apigateway.amazonaws.com":
            connection = source.rpartition("/webhooks/")[2].removesuffix("/{key}")
            assert source.endswith((f"/webhooks/{connection}", f"/webhooks/{connection}/{{key}}"))
            assert "/" not in connection
            assert logical_id(permission["FunctionName"]).lower().startswith(connection.replace("-", ""))


def test_every_function_can_read_its_environment(synthesis: Synthesis) -> None:
    """What a stack writes into a function's environment is what the function's settings class reads."""
    functions = synthesis.properties("AWS::Lambda::Function")
    of_some = {"Relay": "functions.relay.", "Renew": "functions.renew.", "TakeFiles": "functions.intake."}
    missing = tuple(module for word, module in of_some.items() if not any(word in name for name in functions))
    without = {handler for handler in SETTINGS if handler.startswith(missing)}
    assert {function["Handler"] for function in functions.values()} == set(SETTINGS) - without
    for name, function in functions.items():
        environment = synthesis.environment(name)
        assert SETTINGS[function["Handler"]].of_environment(environment).environment() == environment


def test_sources_are_told_the_url_they_sign(synthesis: Synthesis) -> None:
    """The URL a signature is checked against is the stage's public one, with the connection's path."""
    outputs = synthesis.outputs()
    connections = [json.loads(written(outputs[name])) for name in outputs if name.startswith("Connection")]
    assert connections
    for told in (each for each in connections if "webhook" in each["arrivals"]):
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


def test_the_webhooks_path_and_the_journal_carry_no_third_party_packages(synthesis: Synthesis) -> None:
    """They load one layer, the package itself: a sender waits for the one, and the other runs every minute of the day.

    Only a connection whose signatures no standard library verifies, or that posts XML, has the other layer too.
    """
    for function in synthesis.properties("AWS::Lambda::Function").values():
        variables, step = function["Environment"]["Variables"], function["Handler"].split(".")[1]
        verifies_ed25519 = '"proof":"v1a"' in variables.get("TIEOUT_OPTIONS", "")
        needs_more = step == "receive" and (verifies_ed25519 or variables["TIEOUT_SYSTEM"] == "salesforce")
        is_slim = step in {"receive", "relay", "journal"} and not needs_more
        assert len(function["Layers"]) == (1 if is_slim else 2)
