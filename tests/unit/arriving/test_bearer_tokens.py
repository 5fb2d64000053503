"""Tokens that the gateway verified: what a function takes of its word, and that without it nothing is proven."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from functions.receive.request import delivery_of
from tests.support.receiving import api_event
from tieout.arriving.bearer_tokens import TokenIssuer, check_issuer, verify_claims
from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError

ISSUER = "https://tokens.example.com/tieout"
EXPECTED = TokenIssuer(ISSUER, ("tieout", "tieout-test"))
GOOD = {"iss": ISSUER, "aud": "tieout", "exp": "1774996867"}
NOW = datetime(2026, 3, 31, 22, 41, 7, tzinfo=UTC)


def delivered(authorizer: object = None, **headers: str) -> Delivery:
    """A request as the gateway hands it on."""
    event = api_event(b"{}", headers)
    event["requestContext"] |= {"authorizer": authorizer} if authorizer is not None else {}
    return delivery_of(event, NOW)


def by_token(**changed: str | None) -> Delivery:
    """A request with a verified token, its claims changed; None leaves one out."""
    claims = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return delivered({"jwt": {"claims": claims, "scopes": None}})


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"aud": "tieout-test"},
        {"aud": "[other tieout]"},
        {"aud": "[tieout other]"},
        {"aud": None, "client_id": "tieout"},
        {"exp": "1"},  # the time is the gateway's to judge
    ],
)
def test_a_verified_token_of_the_issuer_for_the_audience_proves_the_sender(changed: Mapping[str, str | None]) -> None:
    """By `aud`, one or several, or by the client it names where it has none."""
    verify_claims(by_token(**changed), EXPECTED)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"iss": "https://tokens.example.com"}, "issuer_unknown"),
        ({"iss": ISSUER + "/"}, "issuer_unknown"),
        ({"iss": None}, "issuer_unknown"),
        ({"aud": "tieout2"}, "audience_unknown"),
        ({"aud": "[other another]"}, "audience_unknown"),
        ({"aud": None}, "audience_unknown"),
        (
            {"aud": "other", "client_id": "tieout"},
            "audience_unknown",
        ),  # the client counts only where nothing else is said
        ({"aud": ""}, "audience_unknown"),
    ],
)
def test_a_token_of_another_issuer_or_for_others_proves_nothing(changed: Mapping[str, str | None], reason: str) -> None:
    """Should the route ever have an authorizer of something else."""
    with pytest.raises(NotAuthenticError) as refused:
        verify_claims(by_token(**changed), EXPECTED)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "authorizer",
    [None, {}, {"jwt": None}, {"jwt": {}}, {"jwt": {"claims": None}}, {"jwt": {"claims": {}}}, {"lambda": GOOD}],
)
def test_without_the_gateways_word_nothing_is_proven(authorizer: object) -> None:
    """A route without the authorizer lets everybody through, with whatever they bear: then nobody is believed."""
    sent = delivered(authorizer, authorization="Bearer eyJhbGciOiJub25lIn0.e30.")
    with pytest.raises(NotAuthenticError) as refused:
        verify_claims(sent, EXPECTED)
    assert refused.value.reason == "token_missing"


def test_where_no_issuer_is_declared_nobody_is_believed() -> None:
    """Not even a token that names none."""
    with pytest.raises(NotAuthenticError):
        verify_claims(by_token(iss=""), TokenIssuer("", ("tieout",)))


@pytest.mark.parametrize(
    ("issuer", "audience"),
    [
        ("http://tokens.example.com", ["tieout"]),
        ("https://", ["tieout"]),
        ("https://tokens.example.com/a b", ["tieout"]),
        ("https://tokens.example.com#x", ["tieout"]),
        ("http://127.0.0.1.example.com", ["tieout"]),
        ("http://localhost@example.com", ["tieout"]),
        ("https://tokens.example.com", []),
        ("", ["tieout"]),
        ("https://tokens.example.com", ["tieout", ""]),
    ],
)
def test_an_issuer_is_an_encrypted_address_with_an_audience(issuer: str, audience: list[str]) -> None:
    """Whoever answers at it says which keys count."""
    with pytest.raises(ValueError, match=r"issuer|audience"):
        check_issuer(issuer, audience)


@pytest.mark.parametrize(
    "issuer", [ISSUER, "https://tokens.example.com", "http://127.0.0.1:4570", "http://localhost/x"]
)
def test_what_can_be_an_issuer(issuer: str) -> None:
    """On this machine without encryption too."""
    check_issuer(issuer, ["tieout"])
