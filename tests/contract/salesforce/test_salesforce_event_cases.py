"""Every folder under events/salesforce: what Salesforce sends by each of its three ways, and what must come of it."""

from __future__ import annotations

import base64
import json

import pytest

from tests.support.salesforce_cases import CASES, SECRETS, Sent, raw_body, read_case

every_case = pytest.mark.parametrize("case", CASES)
CHANGES = [
    "CREATE",
    "UPDATE",
    "DELETE",
    "UNDELETE",
    "GAP_CREATE",
    "GAP_UPDATE",
    "GAP_DELETE",
    "GAP_UNDELETE",
    "GAP_OVERFLOW",
]


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notices, and what is malformed."""
    assert Sent(case).outcome() == read_case(case, "expected")


@every_case
def test_no_case_holds_a_credential(case: str) -> None:
    """Keys and signatures are made when a case is sent, with secrets that are none."""
    request = read_case(case, "request")
    assert not any(name.lower().startswith("webhook-") for name in request.get("headers", {}))
    assert not any(secret in json.dumps(request) for secret in SECRETS.values())


@pytest.mark.parametrize(
    "kind",
    [
        *(f"Opportunity/{each}" for each in CHANGES),
        *("OpportunityLineItem/UPDATE", "OpportunityLineItem/DELETE", "Contract/UPDATE", "Account/DELETE"),
        *("Opportunity/insert", "Opportunity/update", "Opportunity/delete", "Contract/undelete"),
        *(f"{each}/outboundMessage" for each in ("Opportunity", "OpportunityLineItem", "Contract", "Account")),
    ],
)
def test_every_supported_event_has_a_case(kind: str) -> None:
    """By each of the three ways."""
    assert kind in {each["kind"] for case in CASES for each in read_case(case, "expected")["notices"]}


@every_case
def test_no_session_id_is_kept_or_logged(case: str) -> None:
    """Whatever becomes of a message, nothing of its session is left."""
    sent = Sent(case)
    everything = b"".join(sent.door.kept("").values()) + "".join(sent.door.lines).encode()
    everything += b"".join(base64.b64decode(each) for each in sent.kept_bodies())
    everything += "".join(entry.detail for entry in sent.door.bus.entries).encode()
    assert b"made_up_session" not in everything


@every_case
def test_no_key_is_kept_or_logged(case: str) -> None:
    """The key in a URL is a credential: neither it nor the query string it stood in goes anywhere."""
    sent = Sent(case)
    everything = b"".join(sent.door.kept("").values()) + "".join(sent.door.lines).encode()
    assert not any(secret.encode() in everything or b"key=" in everything for secret in SECRETS.values())


def test_a_session_id_stands_in_some_of_the_cases() -> None:
    """Else the one above would prove nothing; and what was kept of one was kept."""
    holding = [case for case in CASES if "made_up_session" in json.dumps(read_case(case, "request"))]
    assert len(holding) >= 3
    assert sum(len(Sent(case).kept_bodies()) for case in holding) >= 2


@every_case
def test_only_what_is_taken_or_kept_is_acknowledged(case: str) -> None:
    """After a true Ack Salesforce forgets the message, and after anything else it sends it again."""
    sent, expected = Sent(case), read_case(case, "expected")
    if "ack" in expected:
        assert expected["ack"] is (expected["status"] == 200)
    if expected.get("ack"):
        assert expected["notices"] or sent.kept_bodies()


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    request, expected = read_case(case, "request"), read_case(case, "expected")
    body = raw_body(request) if "event" not in request else json.dumps(request).encode()
    reasons = [each["reason"] for each in expected["malformed"]] + [expected.get("reason", "")]
    assert not any(each and each.encode() in body for each in reasons)
