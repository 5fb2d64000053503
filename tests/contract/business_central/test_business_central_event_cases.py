"""Every case under `events/business_central` is answered, and split into notices, as its folder says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.business_central_cases import CASES, SECRETS, read_case, sent
from tests.support.receiving import Door

_SAID = ("entity", "record_id", "notice_id", "kind", "occurred_at", "deleted")


def notices_of(door: Door) -> list[dict[str, Any]]:
    """What the bus has of a case."""
    found = [notice.plain() for envelope in door.published() for notice in envelope.notices]
    found.sort(key=lambda notice: notice["position"])
    return [{name: notice[name] for name in _SAID} for notice in found]


def malformed_of(door: Door) -> list[dict[str, Any]]:
    """The items that are kept because they made no notice."""
    kept = door.kept("rejected/somewhere/unusable/").values()
    return [item for raw in kept for item in json.loads(raw)["malformed"]]


@pytest.mark.parametrize("case", CASES)
def test_the_case_comes_out_as_its_folder_says(case: str) -> None:
    """Status and body of the answer, the notices, the malformed items, and why it was refused or set aside."""
    expected = read_case(case, "expected")
    door, answer = sent(case)
    assert (answer.status, answer.body) == (expected["status"], expected.get("answer", ""))
    assert notices_of(door) == expected["notices"]
    assert malformed_of(door) == expected["malformed"]
    assert door.last_line().get("reason", "") == expected.get("reason", "")


@pytest.mark.parametrize("case", [case for case in CASES if case != "wrong_method"])
def test_no_answer_deletes_a_subscription(case: str) -> None:
    """Business Central repeats after 408, 429 and 5xx, and deletes the subscription after anything else that is no 2xx."""
    _, answer = sent(case)
    assert 200 <= answer.status < 300 or answer.status in {408, 429} or answer.status >= 500


@pytest.mark.parametrize("case", CASES)
def test_what_proves_a_case_is_kept_nowhere(case: str) -> None:
    """Neither in the archive nor on the bus nor in a log."""
    door, _ = sent(case)
    everything = b"".join(door.kept("").values()).decode() + "".join(door.lines)
    everything += "".join(entry.detail for entry in door.bus.entries)
    for secret in SECRETS.values():
        assert secret not in everything
