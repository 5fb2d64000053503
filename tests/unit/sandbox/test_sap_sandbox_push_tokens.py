"""The tokens that the simulated Event Mesh pushes with: good ones that others can verify, and such with one flaw."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from tests.support.sap_tenant import BASE_URL, ORDER, Scene


@pytest.fixture
def scene() -> Scene:
    """A tenant without documents, called at its address before."""
    scene = Scene()
    scene.ask("GET", "/_control/settings")
    return scene


def verified(scene: Scene, token: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 of every kind
    """The claims of a token by the keys that the issuer publishes, as PyJWT verifies them."""
    keys = scene.ask("GET", "/oauth/jwks").json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    usual = {
        "algorithms": ["RS256"],
        "audience": "tieout",
        "issuer": BASE_URL,
        "options": {"verify_exp": False, "verify_iat": False},
    }
    claims: dict[str, Any] = jwt.decode(token, key, **(usual | options))
    return claims


def test_a_push_bears_a_token_that_others_can_verify(scene: Scene) -> None:
    """Its issuer is the tenant's address, whose documents lead to the keys; a new key leaves the old one good."""
    scene.do(SalesOrders.create, ORDER)
    scene.deliver()
    token = scene.receiver.pushed()[0].headers["authorization"].removeprefix("Bearer ")
    claims = verified(scene, token)
    moment = int(scene.clock.now().timestamp())
    assert (claims["sub"], claims["scope"], claims["iat"], claims["exp"]) == (
        "sandbox-event-mesh", "tieout/push", moment, moment + 3600,
    )  # fmt: skip
    scene.control("POST", "keys/rotate")
    scene.do(SalesOrders.create, ORDER)
    scene.deliver()
    newer = scene.receiver.pushed()[1].headers["authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(newer)["kid"] != jwt.get_unverified_header(token)["kid"]
    assert verified(scene, token)["iss"] == verified(scene, newer)["iss"] == BASE_URL
    found = scene.ask("GET", "/.well-known/openid-configuration").json()
    assert (found["issuer"], found["jwks_uri"]) == (BASE_URL, f"{BASE_URL}/oauth/jwks")
    form = {
        "grant_type": "client_credentials",
        "client_id": "sandbox-event-mesh",
        "client_secret": scene.settings.webhook_secret,
    }
    answer = scene.ask("POST", found["token_endpoint"].removeprefix(BASE_URL), data=form).json()
    assert verified(scene, answer["access_token"])["client_id"] == "sandbox-event-mesh"
    assert scene.ask("POST", "/oauth/token", data=form | {"client_secret": "other"}).status_code == 401


@pytest.mark.parametrize(
    ("flaw", "error"),
    [
        ("wrong_issuer", jwt.InvalidIssuerError),
        ("wrong_audience", jwt.InvalidAudienceError),
        ("wrong_key", jwt.InvalidSignatureError),
        ("expired", jwt.ExpiredSignatureError),
    ],
)
def test_tokens_can_have_one_flaw(scene: Scene, flaw: str, error: type[Exception]) -> None:
    """And then everything else about them is right."""
    scene.do(SalesOrders.create, ORDER)
    scene.deliver(token=flaw)
    token = scene.receiver.pushed()[0].headers["authorization"].removeprefix("Bearer ")
    with pytest.raises(error):
        verified(scene, token, options={"verify_exp": flaw == "expired", "verify_iat": False})


def test_other_flaws_of_tokens(scene: Scene) -> None:
    """Another scope, no token at all; a flaw that nobody knows is refused."""
    scene.do(SalesOrders.create, ORDER)
    scene.deliver(token="wrong_scope", repeat=1)
    scene.do(SalesOrders.create, ORDER)
    scene.deliver(token="none")
    first, second = scene.receiver.pushed()
    assert verified(scene, first.headers["authorization"].removeprefix("Bearer "))["scope"] == "something-else"
    assert "authorization" not in second.headers
    with pytest.raises(ValueError, match="no token rusty"):
        scene.deliver(token="rusty")


def test_the_issuer_and_the_audience_can_be_set() -> None:
    """As where another server gives the tokens."""
    scene = Scene(issuer="https://login.example/tenant", audience="somebody")
    claims = verified(scene, scene.issuer.token(), issuer="https://login.example/tenant", audience="somebody")
    assert claims["aud"] == "somebody"
    found = scene.ask("GET", "/.well-known/openid-configuration").json()
    assert found["jwks_uri"] == "https://login.example/tenant/oauth/jwks"
    assert json.dumps(scene.control("GET", "settings")).count("not-a-secret") == 0
