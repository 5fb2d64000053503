from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from infra.landscape import read_landscape
from tests.support.synthesis import REPOSITORY, Synthesis, logical_id, synthesise, texts_in, written


def test_operators_find_everything_in_the_outputs_of_two_stacks(prod: Synthesis) -> None:
    """The command line needs a stage's name and nothing else: two stacks of known names tell the rest."""
    assert {"Tieout-prod-Line", "Tieout-prod-Door"} <= set(prod.manifest["artifacts"])
    outputs = {name: written(value) for name, value in prod.outputs().items()}
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
    assert all(
        value for each in told for name, value in each.items() if name not in {"options", "maintenance"}
    )  # a connection may need none, and a target may have none


def test_an_acquired_company_is_a_new_connection_in_a_file(prod: Synthesis, tmp_path: Path) -> None:
    """A second account of a known system gets its own route, function, role and secrets, and changes nobody else's."""
    overlay = tmp_path / "overlay.toml"
    overlay.write_text(
        '[[connections]]\nname = "hubspot-apac"\nsystem = "hubspot"\nlegal_entity = "APAC"\ntime_zone = "Asia/Tokyo"\n'
        'default_currency = "JPY"\napi_base_url = "https://api.hubapi.com"\n'
    )
    grown = synthesise(tmp_path, "prod", overlay=overlay)
    added = set(grown.resources) - set(prod.resources)
    kinds = {grown.resources[name]["Type"].removeprefix("AWS::") for name in added}
    assert {
        "ApiGatewayV2::Route",
        "Lambda::Function",
        "IAM::Role",
        "SecretsManager::Secret",
        "CloudWatch::Alarm",
    } <= kinds
    untouched = [name for name in prod.of_type("AWS::Lambda::Function") if "HubspotEmeaReceive" in name]
    assert [grown.resources[name] for name in untouched] == [prod.resources[name] for name in untouched]


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
            for resource in synthesis.resources.values()
            if resource["Type"] in named_once
            for key, value in resource["Properties"].items()
            if key.endswith("Name") and isinstance(value, str)
        }
        alarms = synthesis.properties("AWS::CloudWatch::Alarm").values()
        own = {each["Namespace"] for each in alarms if not each.get("Namespace", "AWS/").startswith("AWS/")}
        own |= set(re.findall(r'SCHEMA\("([^"]+)"', "".join(texts_in(list(alarms)))))
        told = {
            environment["TIEOUT_METRIC_NAMESPACE"]
            for name in synthesis.of_type("AWS::Lambda::Function")
            if "TIEOUT_METRIC_NAMESPACE" in (environment := synthesis.environment(name))
        }
        assert own == told
        exports = {
            written(each["Export"]["Name"])
            for template in synthesis.templates
            for each in template["Outputs"].values()
            if "Export" in each
        }
        return physical | own | exports

    assert named("dev")
    assert not named("dev") & named("prod")


def test_a_connection_can_be_removed_in_one_deployment(synthesis: Synthesis) -> None:
    """Secrets come and go with connections, so others refer to them weakly; to ledger, archive and bus they hold on."""
    used = [
        reference
        for template in (synthesis.line, synthesis.door)
        for resource in template["Resources"].values()
        for reference in cross_references(resource)
    ]
    weak = {name for kind, name in used if kind == "Fn::GetStackOutput"}
    strong = {name for kind, name in used if kind == "Fn::ImportValue"}
    assert len(weak) == len(synthesis.of_type("AWS::SecretsManager::Secret").keys() - {"Directory"})
    assert all("Secret" in name for name in weak)
    assert strong
    assert not [name for name in strong if "Secret" in name]


def test_no_stack_names_anything_of_a_stack_that_is_deployed_after_it(synthesis: Synthesis) -> None:
    """Ledger, line, door: so the door opens on a line that is ready, and closes before the line goes."""
    stage = synthesis.outputs()["Stage"]
    for template, later in ((synthesis.ledger, ("Line", "Door")), (synthesis.line, ("Door",))):
        texts = list(texts_in(template))
        for stack in later:
            assert not [text for text in texts if text.startswith(f"Tieout-{stage}-{stack}")]
    artifacts = synthesis.manifest["artifacts"]
    assert f"Tieout-{stage}-Line" in artifacts[f"Tieout-{stage}-Door"]["dependencies"]
    assert f"Tieout-{stage}-Ledger" in artifacts[f"Tieout-{stage}-Line"]["dependencies"]


def test_no_stack_holds_on_to_what_every_release_replaces(synthesis: Synthesis) -> None:
    """A layer's or a function's version that another stack imported could never be replaced: nothing exports one."""
    exported = [
        logical_id(output["Value"])
        for template in synthesis.templates
        for output in template["Outputs"].values()
        if "Export" in output
    ]
    kinds = {synthesis.resources[name]["Type"] for name in exported}
    assert not kinds & {
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Version",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
    }
    assert "AWS::Events::EventBus" in kinds


def cross_references(value: object) -> Iterator[tuple[str, str]]:
    """How and by what name a value refers to another stack."""
    match value:
        case {"Fn::ImportValue": str(name)}:
            yield "Fn::ImportValue", name
        case {"Fn::GetStackOutput": {"OutputName": str(name)}}:
            yield "Fn::GetStackOutput", name
        case Mapping():
            for each in value.values():
                yield from cross_references(each)
        case list():
            for each in value:
                yield from cross_references(each)
        case _:
            pass
