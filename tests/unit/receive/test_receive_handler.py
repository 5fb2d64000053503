"""The Lambda entry point: what goes in and out of it, whatever happens inside."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from functions.receive import handler
from tests.support.good_bodies import good_body
from tests.support.receiving import Door, api_event
from tieout.arriving.delivery import Delivery, Split


@pytest.fixture(autouse=True)
def fresh_function() -> Iterator[None]:
    """A function instance nobody has used."""
    handler._receiver.cache_clear()
    yield
    handler._receiver.cache_clear()


def test_a_delivery_goes_through_the_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer has the form API Gateway wants."""
    door = Door(system="hubspot")
    monkeypatch.setattr(handler, "_receiver", lambda: door.receiver)
    body = good_body("hubspot")
    answer = handler.lambda_handler(api_event(body, door.sign(body)), None)
    assert answer == {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": '{"outcome":"accepted"}',
        "isBase64Encoded": False,
    }
    assert len(door.bus.entries) == 1
    monkeypatch.undo()


@pytest.mark.parametrize("event", [{}, {"requestContext": None}, {"requestContext": {"requestId": "r"}}, [], None, "x"])
def test_whatever_goes_wrong_is_answered_503(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], event: object
) -> None:
    """No bare 500, and a log line that names the error's class and place and quotes nothing."""
    monkeypatch.setattr(handler, "_receiver", lambda: Door(system="hubspot").receiver)
    assert handler.lambda_handler(event, None)["statusCode"] == 503  # type: ignore[arg-type]
    logged = json.loads(capsys.readouterr().out)
    assert logged["outcome"] == "unavailable"
    assert logged["error"] in {"KeyError", "TypeError", "AttributeError"}
    assert ".py:" in logged["raised_at"]
    monkeypatch.undo()


def test_a_broken_deployment_is_answered_503(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Settings that are missing lose no delivery: its sender comes again."""
    for name in ("TIEOUT_CONNECTION", "TIEOUT_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    assert handler.lambda_handler({}, None)["statusCode"] == 503
    assert json.loads(capsys.readouterr().out)["error"] == "SettingsError"


@pytest.mark.parametrize("error", [RecursionError, MemoryError, UnicodeError, ValueError, RuntimeError("canary")])
def test_a_bug_of_a_system_is_answered_503_and_published_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    """Not even the errors that are no `ValueError` get past the entry point, and no text of theirs gets out."""
    door = Door(system="netsuite")

    def fail(_delivery: Delivery) -> Split:
        raise error

    broken = door.receiver._replace(intake=door.receiver.intake._replace(split=fail))
    monkeypatch.setattr(handler, "_receiver", lambda: broken)
    body = good_body("netsuite")
    assert handler.lambda_handler(api_event(body, door.sign(body)), None)["statusCode"] == 503
    assert "canary" not in capsys.readouterr().out
    assert not door.bus.entries
    monkeypatch.undo()
