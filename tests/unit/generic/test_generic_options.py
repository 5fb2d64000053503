"""What a generic connection may set, and what is refused before anything is deployed."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.systems.generic.options import Options, at_the_door, needs_libraries

RECORD = {"name": "thing", "key": "data.id"}
CLOUD = {"format": "cloudevents", "proof": "bearer"}


def flaw(**changed: Any) -> str:  # noqa: ANN401 values of JSON
    """What is said of options with a change; an empty text where they are taken."""
    try:
        Options(**({"proof": "v1", "records": [RECORD]} | changed))
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"max_skew_seconds": 0}, "max_skew_seconds"),
        ({"max_skew_seconds": 3601}, "max_skew_seconds"),
        ({"proof": "key_header"}, "key_header"),
        ({"proof": "key_header", "key_header": "authorization"}, "key_header"),
        ({"proof": "key_header", "key_header": "webhook-signature"}, "key_header"),
        ({"proof": "key_header", "key_header": "X-Api-Key"}, "key_header"),
        ({"proof": "key_header", "key_header": "x-forwarded-for"}, "key_header"),
        ({"proof": "key_header", "key_header": "x-amzn-trace-id"}, "key_header"),
        ({"proof": "bearer", "key_header": "x-api-key"}, "key_header"),
        ({"format": "cloudevents"}, "modes"),
        ({"format": "cloudevents", "proof": "v1a", "modes": ["batched", "binary"]}, "modes"),
        ({"modes": []}, "modes"),
        ({"modes": ["batched", "batched"]}, "modes"),
        ({**CLOUD, "allowed_origins": ["*"]}, "allowed_origins"),
        ({**CLOUD, "allowed_origins": ["*.example.com"]}, "allowed_origins"),
        ({**CLOUD, "allowed_origins": ["a\r\nx-y: z"]}, "allowed_origins"),
        ({**CLOUD, "allowed_origins": [""]}, "allowed_origins"),
        ({**CLOUD, "requests_per_minute": -1}, "requests_per_minute"),
        ({**CLOUD, "requests_per_minute": 3001}, "requests_per_minute"),
        ({"allowed_origins": ["events.example.com"]}, "belong to the handshake"),
        ({"requests_per_minute": 60}, "belong to the handshake"),
        ({"event_type": ""}, "event_type"),
        ({"event_type": "a[0]"}, "event_type"),
        ({"occurred_at": "a-b"}, "occurred_at"),
        ({"holds": {"a[0]": "string"}}, "a[0]"),
        ({"holds": {"*": "string"}}, "*"),
        ({"holds": {"a": "text"}}, "'text'"),
        ({"holds": {"a": "string: "}}, "'string: '"),
        ({"holds": {"a": "?"}}, "'?'"),
        ({"records": []}, "records"),
        ({"records": [RECORD, RECORD]}, "records"),
        ({"records": [{"name": "Thing", "key": "id"}]}, "'Thing'"),
        ({"records": [{"name": "other", "key": "id"}]}, "'other'"),
        ({"records": [{"name": "thing", "key": ""}]}, "the key of thing"),
        ({"records": [{"name": "thing", "key": "length(id)"}]}, "the key of thing"),
        ({"records": [{"name": "thing", "key": ["id", "a.*"]}]}, "the key of thing"),
        ({"records": [{"name": "thing", "key": []}]}, "the key of thing"),
        ({"records": [{**RECORD, "types": ["a*b"]}]}, "'a*b'"),
        ({"records": [{**RECORD, "types": [""]}]}, "''"),
        ({"records": [{**RECORD, "types": ["*"]}]}, "'*'"),
    ],
)
def test_what_protects_nothing_or_fits_nothing_is_refused(changed: dict[str, Any], named: str) -> None:
    """Each refusal names the option."""
    assert named in flaw(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"max_skew_seconds": 1},
        {"max_skew_seconds": 3600},
        {"proof": "key_header", "key_header": "x-api-key"},
        {"format": "cloudevents", "proof": "bearer"},
        {"format": "cloudevents", "proof": "v1a", "modes": ["structured", "batched"]},
        {**CLOUD, "allowed_origins": ["events.example.com", "localhost:8080"]},
        {**CLOUD, "requests_per_minute": 3000},
        {"event_type": 'meta."event-type"'},
        {"holds": {"a": "string", "b.c": "number|string?", "b.*": "string", "d": "string?: one, another word"}},
        {"records": [{"name": "thing", "key": ["company", 'data."document number"'], "types": ["a.*", "b"]}]},
    ],
)
def test_what_hangs_together_is_taken(changed: dict[str, Any]) -> None:
    """The limits themselves are inside."""
    assert flaw(**changed) == ""


def test_the_door_is_told_what_it_asks_and_nothing_else() -> None:
    """How a record becomes a fact travels with the landscape, because the environment of a function holds 4 KB."""
    mapping = {
        "fact": "Expense",
        "version": "v",
        "version_is": "number",
        "deleted": "d",
        "posted": "p",
        "fields": {"number": "n"},
        "lines": {"each": "l", "fields": {}},
    }
    told = at_the_door({"proof": "v1", "records": [{**RECORD, "types": ["a.*"], **mapping}]})
    assert told == {"proof": "v1", "records": [{**RECORD, "types": ["a.*"]}]}
    assert Options(**told).record_of("a.b") is not None


def test_only_ed25519_needs_a_library() -> None:
    """Every other door starts without the dependencies layer."""
    assert [needs_libraries({"proof": each}) for each in ("v1", "v1a", "bearer", "key_header")] == [
        False,
        True,
        False,
        False,
    ]
    assert at_the_door({"records": [], "holds": {"a": "string", "b": "string: x, y"}})["holds"] == {"b": "string: x, y"}
    assert at_the_door({"records": [], "holds": {"a": "string", "b": "number"}})["holds"] == {"a": "string"}
