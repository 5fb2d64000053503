from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.synthesis import REPOSITORY, Synthesis, synthesise, written

CONNECTIONS, FLOWS, TARGETS = 40, 10, 6
SHIPPED_FLOWS = 4
MOST_RESOURCES, MOST_TEMPLATE_BYTES = (
    450,
    700_000,
)  # CloudFormation ends at 500 and 1,000,000; there must be room to grow
MOST_OUTPUTS, MOST_OUTPUT_BYTES = 200, 4096
MOST_WIDGETS, MOST_METRICS, MOST_METRICS_OF_A_WIDGET, MOST_ALARMS_OF_A_WIDGET = 500, 2500, 500, 100
MOST_POLICY_BYTES = 10_240
"""Of all policies inside a role, which IAM counts without blanks."""

MOST_ENVIRONMENT_BYTES = 4096


def large_landscape() -> str:
    """An overlay that makes the stage the size a group of companies has, with names as long as people make them."""
    connections = [
        f'[[connections]]\nname = "hubspot-acquired-company-{number:02}"\nsystem = "hubspot"\n'
        f'legal_entity = "Company {number}"\ntime_zone = "Asia/Tokyo"\ndefault_currency = "JPY"\n'
        'api_base_url = "https://api.hubapi.com"\n'
        for number in range(3, CONNECTIONS)
    ]
    dropping = (REPOSITORY / "landscape" / "stages" / "sandbox" / "ledger-latam.toml").read_text()
    flows = [
        f'[[flows]]\nname = "another_workflow_{number:02}"\nentities = ["entity_{number}"]\n'
        'owner = "Financial planning and analysis"\nmax_concurrency = 2\nfreshness_minutes = 30\n'
        for number in range(SHIPPED_FLOWS, FLOWS)
    ]
    targets = [
        f'[[targets]]\nname = "anaplan-model-{number:02}"\nsystem = "anaplan"\n'
        'api_base_url = "https://api.anaplan.com/2/0"\n'
        'options = { auth_base_url = "https://auth.anaplan.com", model_id = "00000000000000000000000000000000", '
        'batch_size = 1000, authentication = "certificate" }\n'
        for number in range(1, TARGETS)
    ]
    return "\n".join([*connections, dropping, *flows, *targets])


@pytest.fixture(scope="module")
def large_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the large stage is made in."""
    return tmp_path_factory.mktemp("large")


@pytest.fixture(scope="module")
def large(large_folder: Path) -> Synthesis:
    """The production stage with 40 connections, 10 flows and 6 targets."""
    overlay = large_folder / "overlay.toml"
    overlay.write_text(large_landscape())
    made = synthesise(large_folder, "prod", overlay=overlay)
    told = made.outputs()
    for kind, count in (("Connection", CONNECTIONS), ("Flow", FLOWS + 1), ("Target", TARGETS)):
        assert len([key for key in told if key.startswith(kind)]) == count
    return made


def as_deployed(text: str) -> str:
    """A value with every reference as long as an ARN of a resource with a generated name can be."""
    parts = text.split("<")
    return parts[0] + "".join("x" * 110 + part.split(">", 1)[1] for part in parts[1:])


def test_a_group_of_forty_companies_fits_into_its_stacks(large: Synthesis) -> None:
    """Resources, bytes and outputs of each stack stay well below what CloudFormation takes."""
    for template in large.templates:
        assert len(template["Resources"]) < MOST_RESOURCES
        assert len(json.dumps(template, separators=(",", ":")).encode()) < MOST_TEMPLATE_BYTES
        assert len(template["Outputs"]) <= MOST_OUTPUTS
        for output in template["Outputs"].values():
            assert len(as_deployed(written(output["Value"])).encode()) <= MOST_OUTPUT_BYTES


def test_templates_are_written_without_blanks(large: Synthesis, large_folder: Path) -> None:
    """What is uploaded is as small as what is measured here: indentation would add half as much again."""
    written_out = [path.read_text() for path in (large_folder / "out").glob("*.template.json")]
    assert len(written_out) == len(large.templates)
    for text in written_out:
        assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def test_roles_and_functions_of_a_large_stage_stay_within_their_services_limits(large: Synthesis) -> None:
    """IAM takes 10,240 characters of policy in a role, and Lambda 4 KB of environment."""
    for role in large.of_type("AWS::IAM::Role"):
        assert len("".join(as_deployed(written_deeply(large.statements(role))).split())) <= MOST_POLICY_BYTES, role
    for function in large.of_type("AWS::Lambda::Function"):
        environment = large.environment(function)
        assert sum(len(key) + len(as_deployed(value)) for key, value in environment.items()) <= MOST_ENVIRONMENT_BYTES


def written_deeply(value: Any) -> str:  # noqa: ANN401 any part of a template
    """Statements as JSON, each reference as one text."""
    if isinstance(value, list):
        return "[" + ",".join(map(written_deeply, value)) + "]"
    text = written(value)
    if isinstance(value, dict) and text == json.dumps(value):
        return "{" + ",".join(f'"{key}":{written_deeply(each)}' for key, each in value.items()) + "}"
    return f'"{text}"'


def test_dashboards_of_a_large_stage_stay_within_what_cloudwatch_shows(large: Synthesis) -> None:
    """500 widgets and 2,500 metrics a dashboard, 500 metrics a graph, 100 alarms a list of alarms."""
    dashboards = large.properties("AWS::CloudWatch::Dashboard").values()
    assert len(dashboards) == 4
    alarms = 0
    for dashboard in dashboards:
        widgets = json.loads(written(dashboard["DashboardBody"]))["widgets"]
        metrics = [len(widget["properties"].get("metrics", ())) for widget in widgets]
        assert len(widgets) <= MOST_WIDGETS
        assert max(metrics) <= MOST_METRICS_OF_A_WIDGET
        assert sum(metrics) <= MOST_METRICS
        listed = [len(widget["properties"].get("alarms", ())) for widget in widgets]
        assert max(listed) <= MOST_ALARMS_OF_A_WIDGET
        alarms += sum(listed)
    calling = {**large.properties("AWS::CloudWatch::Alarm"), **large.properties("AWS::CloudWatch::CompositeAlarm")}
    assert alarms == len([name for name, alarm in calling.items() if "AlarmActions" in alarm])
