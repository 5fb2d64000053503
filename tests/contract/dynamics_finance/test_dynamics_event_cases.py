"""Every folder under events/dynamics_finance: what Dynamics and Event Grid post, and what must come of it."""

from __future__ import annotations

import base64
import json

import pytest

from tests.support.dynamics_cases import CASES, SECRETS, Sent, raw_body, read_case
from tieout.systems.dynamics_finance.options import EVENTS as TOLD

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notices, and what is malformed."""
    assert Sent(case).outcome() == read_case(case, "expected")


@every_case
def test_no_key_is_kept_or_logged(case: str) -> None:
    """The last part of the path is a credential: it is in no case, and goes nowhere from the door."""
    sent = Sent(case)
    kept = [json.loads(raw) for raw in sent.door.kept("rejected/").values()]
    everything = (
        json.dumps(sent.request) + "".join(sent.door.lines) + "".join(each.detail for each in sent.door.bus.entries)
    )
    everything += "".join(base64.b64decode(each["body_base64"]).decode() + json.dumps(each) for each in kept)
    assert not any(secret in everything for secret in SECRETS.values())


@pytest.mark.parametrize("event", [each.id for each in TOLD])
def test_every_event_that_is_known_by_itself_has_a_case(event: str) -> None:
    """Whoever adds one says what must come of it."""
    assert event in {each["kind"] for case in CASES for each in read_case(case, "expected")["notices"]}


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    body, expected = raw_body(read_case(case, "request")), read_case(case, "expected")
    reasons = [each["reason"] for each in expected["malformed"]] + [expected.get("reason", "")]
    assert not any(each and each.encode() in body for each in reasons)


def test_no_amount_of_an_event_goes_any_further() -> None:
    """`InvoiceAmount` comes without a currency: nothing on the bus has ever seen it."""
    sent = Sent("sales_invoice_posted")
    assert "12880" in json.dumps(sent.request)
    assert not any("12880" in entry.detail for entry in sent.door.bus.entries)


def test_an_address_that_does_not_exist_and_a_wrong_key_look_alike() -> None:
    """Whoever guesses is not told that the connection is there."""
    (answer,) = Sent("posted_with_a_wrong_key").answers
    assert (answer.status, answer.body) == (404, '{"message":"Not Found"}')
