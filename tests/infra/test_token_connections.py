"""A connection whose deliveries bear a token: the gateway verifies it, the handshake needs none, and nothing lets others in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from functions.receive.settings import NO_SECRET, ReceiveSettings
from infra.landscape import read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import REPOSITORY, Synthesis, logical_id, synthesise, written

ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE00"
DECLARED = """
[[connections]]
name = "erp-group"
system = "sap_s4hana"
legal_entity = "GROUP"
time_zone = "Europe/Berlin"
default_currency = "EUR"
api_base_url = "https://api.example.com"
"""
OPTIONS = ["[connections.options]", f'issuer = "{ISSUER}"', 'audience = ["event-mesh", "other"]']


def overlay(folder: Path, *fields: str) -> Path:
    """The connection, with these fields more."""
    file = folder / "overlay.toml"
    file.write_text("\n".join([DECLARED, *fields]))
    return file


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The production stage with such a connection."""
    folder = tmp_path_factory.mktemp("tokens")
    return synthesise(folder, "prod", overlay=overlay(folder, *OPTIONS))


def routes(synthesis: Synthesis) -> dict[str, Mapping[str, Any]]:
    """The routes of the connection by their methods."""
    found = synthesis.properties("AWS::ApiGatewayV2::Route").values()
    return {each["RouteKey"].split(" ")[0]: each for each in found if each["RouteKey"].endswith("/webhooks/erp-group")}


def test_what_is_posted_is_verified_by_the_gateway(grown: Synthesis) -> None:
    """By the issuer and for the audience that were declared, with the token where SAP puts it."""
    route = routes(grown)["POST"]
    assert route["AuthorizationType"] == "JWT"
    authorizer = grown.resources[logical_id(route["AuthorizerId"])]["Properties"]
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["JwtConfiguration"] == {"Issuer": ISSUER, "Audience": ["event-mesh", "other"]}
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_the_handshake_comes_before_there_is_a_token(grown: Synthesis) -> None:
    """And no other method leads to the function: a route for any would be one past the authorizer."""
    found = routes(grown)
    assert found.keys() == {"POST", "OPTIONS"}
    assert found["OPTIONS"].get("AuthorizationType", "NONE") == "NONE"
    assert found["OPTIONS"]["Target"] == found["POST"]["Target"]


def test_the_gateway_answers_no_greeting_itself(grown: Synthesis) -> None:
    """With CORS on, it would take each for a preflight, and nobody would ever be welcome."""
    (api,) = grown.properties("AWS::ApiGatewayV2::Api").values()
    assert "CorsConfiguration" not in api


def test_each_route_has_a_throttle_of_its_own(grown: Synthesis) -> None:
    """As every other route."""
    (stage,) = grown.properties("AWS::ApiGatewayV2::Stage").values()
    named = {name for name in stage["RouteSettings"] if name.endswith("/webhooks/erp-group")}
    assert named == {"POST /webhooks/erp-group", "OPTIONS /webhooks/erp-group"}


def test_it_has_no_webhook_secret(grown: Synthesis) -> None:
    """An empty one that nobody can fill would alarm for nothing."""
    assert not [each for each in grown.of_type("AWS::SecretsManager::Secret") if each.startswith("ErpGroupWebhook")]
    told = json.loads(written(grown.door["Outputs"]["ConnectionErpGroup"]["Value"]))
    assert "webhook_secret_arn" not in told
    assert told["url"] == "https://hooks.example.com/webhooks/erp-group"


def test_its_function_can_read_its_environment(grown: Synthesis) -> None:
    """What the stack writes is what the settings class reads, without what only the record step needs."""
    [name] = [name for name in grown.of_type("AWS::Lambda::Function") if name.startswith("ErpGroupReceive")]
    settings = ReceiveSettings.of_environment(grown.environment(name))
    assert settings.secret_arn == NO_SECRET
    assert settings.options == {"issuer": ISSUER, "audience": ["event-mesh", "other"]}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ([], "options issuer: is missing: events prove themselves by its tokens alone, and arrivals names 'webhook'"),
        (OPTIONS[:2], "issuer and audience are declared both or neither"),
        ([OPTIONS[0], 'audience = ["x"]'], "issuer and audience are declared both or neither"),
        ([*OPTIONS[:2], 'audience = [""]'], "no audience is empty"),
        ([OPTIONS[0], 'issuer = "http://tokens.example.com"', OPTIONS[2]], "issuer is no https URL without a query"),
        ([OPTIONS[0], 'issuer = "https://tokens.example.com?x=1"', OPTIONS[2]], "issuer is no https URL"),
        (
            ['arrivals = ["webhook", "bus"]', 'bus = { name = "sap" }', *OPTIONS],
            "S/4HANA puts its events on no bus of AWS",
        ),
        ([*OPTIONS, 'allowed_origins = ["*"]'], "nobody is trusted by `*`"),
    ],
)
def test_what_would_let_anybody_in_or_nobody_is_refused(tmp_path: Path, fields: list[str], problem: str) -> None:
    """At synth, before anything is deployed."""
    with pytest.raises(LandscapeError) as refused:
        read_landscape(REPOSITORY, "prod", overlay(tmp_path, *fields))
    assert problem in str(refused.value)
