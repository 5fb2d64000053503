"""Every folder under events/zuora: what a callout says and how it proves itself, and what must come of it."""

from __future__ import annotations

import base64
import functools
import json

import pytest

from tests.support.zuora_cases import CASES, SECRETS, Sent, raw_body, read_case
from tieout.systems.zuora.ids import KINDS, object_of
from tieout.systems.zuora.payloads import OTHER

every_case = pytest.mark.parametrize("case", CASES)


@functools.cache
def sent_of(case: str) -> Sent:
    """The case, sent once for all that is asked of it."""
    return Sent(case)


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notices, and why something is kept apart."""
    assert sent_of(case).outcome() == read_case(case, "expected")


@every_case
def test_what_is_acknowledged_is_told_or_kept(case: str) -> None:
    """After a 200 Zuora forgets the callout; after anything else it sends it again, and in the end nothing more."""
    sent = sent_of(case)
    told = sum(len(envelope.notices) for envelope in sent.door.published())
    if sent.answers[-1].status == 200:
        assert sent.answers[-1].body == '{"success":true}'
        assert told or len(sent.rejections()) == 1
    else:
        assert sent.answers[-1].status in {401, 405}
        assert told == 0


@every_case
def test_only_a_delivery_without_credentials_is_greeted(case: str) -> None:
    """A challenge is no rejection, and whoever sent anything that proves nothing is one."""
    sent = sent_of(case)
    is_greeted = sent.door.last_line()["outcome"] == "greeted"
    assert is_greeted == (sent.answers[-1].status == 401 and not sent.rejections())
    assert is_greeted == ("Basic" in sent.answers[-1].headers.get("www-authenticate", "") and _has_no_login(sent))


def _has_no_login(sent: Sent) -> bool:
    return sent.request.get("signing") == {}


@every_case
def test_a_notice_of_ours_names_a_record_that_can_be_read(case: str) -> None:
    """By its id alone the object is found that was told of; anything else is an entity that no flow carries."""
    for each in read_case(case, "expected")["notices"]:
        found = object_of(each["entity"], each["record_id"])
        assert (found is None) == (each["entity"] == OTHER)


@every_case
def test_nothing_of_a_body_or_a_secret_is_logged(case: str) -> None:
    """Names go to the archive alone, and credentials nowhere, as they stand or as they are sent."""
    sent = sent_of(case)
    logged = "".join(sent.door.lines)
    published = "".join(entry.detail for entry in sent.door.bus.entries)
    kept = "".join(base64.b64decode(each["body_base64"]).decode() + json.dumps(each) for each in sent.rejections())
    secrets = [*SECRETS.values(), *(base64.b64encode(each.encode()).decode() for each in SECRETS.values())]
    assert not any(secret in logged + published + kept + json.dumps(sent.request) for secret in secrets)
    assert not any(text in logged + published for text in ("Müller", "M\\u00fcller", "7300.00"))


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    reason = read_case(case, "expected").get("reason", "")
    assert not reason or reason.encode() not in raw_body(read_case(case, "request"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_that_is_read_has_a_case(kind: str) -> None:
    """Whatever happened to it."""
    told = [
        object_of(each["entity"], each["record_id"])
        for case in CASES
        for each in read_case(case, "expected")["notices"]
    ]
    assert kind in {found[0] for found in told if found}


def test_a_callout_that_is_tried_again_is_known() -> None:
    """It bears the name of its notification, though the request has another id."""
    first, again = read_case("tried_again", "expected")["notices"]
    assert first == again


def test_callouts_without_a_name_are_never_taken_for_each_other() -> None:
    """Two of equal bodies may tell of two changes."""
    [notice] = read_case("notification_without_an_id", "expected")["notices"]
    assert notice["notice_id"].startswith("callout:")
