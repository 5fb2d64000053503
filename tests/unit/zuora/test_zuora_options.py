"""Which options of a Zuora connection are refused before anything is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.gateway_tokens import AUDIENCE, ISSUER
from tieout.arriving.bearer_tokens import TokenIssuer
from tieout.systems.zuora.options import Options, Tells, at_the_door, token_issuer

_TOKEN = {"proof": "token", "issuer": ISSUER, "audience": [AUDIENCE]}
_HMAC = {"proof": "hmac", "hmac_header": "x-zuora-hmac"}


@pytest.mark.parametrize(
    ("named", "stated"),
    [
        ("tells", {"tells": []}),
        ("tells", {"tells": [{"object": "account", "id": "AccountId"}]}),
        ("tells", {"tells": [{"object": "invoice", "id": ""}]}),
        ("tells", {"tells": [{"object": "invoice", "id": "<Invoice.Id>"}]}),
        ("tells", {"tells": [{"object": "invoice", "id": "a..b"}]}),
        ("event_type", {"event_type": ""}),
        ("event_type", {"event_type": "a b"}),
        ("occurred_at", {"occurred_at": "a.b."}),
        ("issuer", {"proof": "token"}),
        ("issuer", {"issuer": ISSUER, "audience": [AUDIENCE]}),
        ("issuer", {**_TOKEN, "issuer": "http://tokens.example.com"}),
        ("audience", {**_TOKEN, "audience": []}),
        ("hmac_header", {"proof": "hmac"}),
        ("hmac_header", {"hmac_header": "x-zuora-hmac"}),
        ("hmac_header", {**_HMAC, "hmac_header": "authorization"}),
        ("hmac_header", {**_HMAC, "hmac_header": "x-amzn-trace-id"}),
        ("hmac_header", {**_HMAC, "hmac_header": "X-Zuora-Hmac"}),
        ("format", {**_HMAC, "format": "query"}),
        ("entity_id", {"entity_id": "a,b"}),
        ("bank_account", {"bank_account": ""}),
        ("bank_account", {"receivable_account": "zuora_bank"}),
        ("receivable_account", {"unapplied_account": "zuora_receivable"}),
        ("unapplied_account", {"unapplied_account": ""}),
    ],
)
def test_an_option_that_opens_or_mixes_up_something_is_refused(named: str, stated: dict[str, Any]) -> None:
    """With its own name, so that whoever wrote it finds it."""
    with pytest.raises(ValueError, match=named):
        Options(**stated)


@pytest.mark.parametrize(
    "stated",
    [
        {},
        _TOKEN,
        _HMAC,
        {**_HMAC, "hmac_encoding": "hex", "format": "form"},
        {"format": "query"},
        {"occurred_at": ""},
        {"event_type": "event.name", "tells": [{"object": "payment", "id": "data.payment.id", "types": ["a"]}]},
        {"entity_id": "2c92c0f972a852360172bbe22ac551b6", "settlement": False},
    ],
)
def test_what_is_in_order_is_taken(stated: dict[str, Any]) -> None:
    """Nothing needs to be set."""
    assert Options(**stated)


def test_what_came_as_json_is_as_what_is_declared() -> None:
    """The options of a deployed function come out of its environment."""
    stated: dict[str, Any] = {"tells": [{"object": "invoice", "id": "InvoiceId"}]}
    assert Options(**stated).tells == (Tells(object="invoice", id="InvoiceId"),)


def test_the_door_is_told_nothing_of_how_records_are_read() -> None:
    """Its options travel in its environment, where there is little room; and they must do for it."""
    every = Options(bank_account="1200", settlement=False, entity_id="1").plain()
    kept = {
        "proof",
        "issuer",
        "audience",
        "hmac_header",
        "hmac_encoding",
        "format",
        "tells",
        "event_type",
        "occurred_at",
    }
    assert set(at_the_door(every)) == kept
    assert Options(**at_the_door(every)) == Options()


def test_the_gateway_asks_for_a_token_where_that_is_the_proof() -> None:
    """And for none of anybody else."""
    assert token_issuer(_TOKEN) == TokenIssuer(ISSUER, (AUDIENCE,))
    assert token_issuer({"proof": "basic"}) is None
