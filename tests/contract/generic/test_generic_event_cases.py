"""Every folder under events/ of a connection that is a generic system by configuration: a request, and what must come of it."""

from __future__ import annotations

import pytest

from tests.support.generic_cases import CASES, CONNECTIONS, ROOT, Sent, read_case
from tieout.systems.generic.options import options_of

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_a_request_comes_to_what_its_case_says(case: str) -> None:
    """The answer, the notices, what is malformed, and what each record is by the connection's expressions."""
    assert Sent(case).outcome() == read_case(case, "expected")


@every_case
def test_no_case_holds_a_credential(case: str) -> None:
    """Signatures and tokens are made when a case is sent, with secrets that are none."""
    held = {name.lower() for name in read_case(case, "request")["headers"]}
    assert held.isdisjoint({"authorization", "webhook-signature", "webhook-id", "webhook-timestamp"})


@pytest.mark.parametrize("name", CONNECTIONS)
def test_a_tool_is_a_file_and_its_cases(name: str) -> None:
    """Its connection is declared in a file of its own, and nothing that runs or simulates is written for it."""
    assert (ROOT / f"landscape/stages/sandbox/{name}.toml").is_file()
    python = [each for folder in ("layers", "functions", "sandbox/systems") for each in (ROOT / folder).rglob("*.py")]
    assert [each for each in python if name in each.read_text()] == []


@pytest.mark.parametrize("name", CONNECTIONS)
def test_every_record_of_a_tool_has_cases_that_work_and_cases_that_do_not(name: str) -> None:
    """Each declared record is stated, taken back, and once does not fit; and somebody is refused at the door."""
    expected = [read_case(case, "expected") for case in CASES if case.startswith(f"{name}/")]
    stated = [each for found in expected for each in found.get("stated", [])]
    assert {notice["entity"] for found in expected for notice in found["notices"]} >= {
        record.name for record in options_of(CONNECTIONS[name].options).records
    }
    assert any("kind" in each.get("says", {}) for each in stated)
    assert any(each.get("says") == {"absence": "deleted"} for each in stated)
    assert any("flaw" in each for each in stated)
    assert any(found["status"] == 401 for found in expected)
    assert any(found["malformed"] for found in expected)


@every_case
def test_no_reason_quotes_the_payload(case: str) -> None:
    """Why a notice is parked or an item refused is told in the words of the configuration, never in a value of the payload."""
    body, expected = read_case(case, "request")["body"], read_case(case, "expected")
    reasons = [each["flaw"] for each in expected.get("stated", []) if "flaw" in each]
    reasons += [each["reason"] for each in expected["malformed"]] + [expected.get("reason", "")]
    configured = str(CONNECTIONS[case.split("/", maxsplit=1)[0]].options)
    for value in texts_of(body):
        if len(value) > 3 and value not in configured:
            assert [reason for reason in reasons if value in reason] == []


def texts_of(value: object) -> list[str]:
    """Every text and number in a body, as a text."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [] if value is None or isinstance(value, bool) else [str(value)]
