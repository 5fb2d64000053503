"""Every folder under events/dynamics_sales: what Dataverse posts, and what must come of it."""

from __future__ import annotations

import base64
import json

import pytest

from tests.support.dynamics_sales_cases import CASES, SECRETS, Sent, raw_body, read_case

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notices, and what is malformed."""
    assert Sent(case).outcome() == read_case(case, "expected")


@every_case
def test_no_key_is_kept_or_logged(case: str) -> None:
    """The header and the query are credentials: they are in no case, and go nowhere from the door."""
    sent = Sent(case)
    kept = [json.loads(raw) for raw in sent.door.kept("rejected/").values()]
    everything = (
        json.dumps(sent.request) + "".join(sent.door.lines) + "".join(each.detail for each in sent.door.bus.entries)
    )
    everything += "".join(base64.b64decode(each["body_base64"]).decode() + json.dumps(each) for each in kept)
    assert not any(secret in everything for secret in SECRETS.values())


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    body, expected = raw_body(read_case(case, "request")), read_case(case, "expected")
    reasons = [each["reason"] for each in expected["malformed"]] + [expected.get("reason", "")]
    assert not any(each and each.encode() in body for each in reasons)


@pytest.mark.parametrize("table", ["opportunity", "opportunityproduct"])
@pytest.mark.parametrize("message", ["Create", "Update", "Delete"])
def test_every_message_that_is_to_be_registered_has_a_case(table: str, message: str) -> None:
    """As the system's page says, `Win` and `Lose` among them."""
    kinds = {each["kind"] for case in CASES for each in read_case(case, "expected")["notices"]}
    assert {f"{table}/{message}", "opportunity/Win", "opportunity/Lose"} <= kinds


@every_case
def test_nothing_is_answered_by_which_a_change_is_lost(case: str) -> None:
    """Dataverse sends again after 502, 503 and 504 alone: 500 and 429 would lose what a key has proven."""
    status = read_case(case, "expected")["status"]
    assert status in {200, 401, 405, 503}


def test_no_amount_of_a_context_goes_any_further() -> None:
    """`Money` comes without a currency: nothing on the bus has ever seen it."""
    sent = Sent("opportunity_updated_with_images")
    assert "125000.5" in json.dumps(sent.request)
    assert not any("125000" in entry.detail for entry in sent.door.bus.entries)


def test_one_change_that_several_steps_tell_is_told_by_each() -> None:
    """They are other notices of the same record, which is read once for all of them."""
    first, second = (
        read_case(case, "expected")["notices"][0] for case in ("opportunity_updated", "second_step_of_the_same_change")
    )
    assert first["notice_id"].split("/")[2] != second["notice_id"].split("/")[2]


def test_the_same_step_posted_again_is_known() -> None:
    """The one extra try bears the same name."""
    first, again = read_case("step_posted_again", "expected")["notices"]
    assert first["notice_id"] == again["notice_id"]
