"""The entry point of the relay, and what a cold one loads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from functions.relay import handler
from functions.relay.pipeline import QueuedEvent, Relay
from functions.relay.settings import RelaySettings
from tieout.settings import SettingsError

ENVIRONMENT = RelaySettings(
    connection="payroll-bus",
    system="generic",
    bus_name="tieout",
    archive_bucket="archive",
    flows={"payroll_run": "spend_to_plan"},
    options={"proof": "bus", "records": [{"name": "payroll_run", "key": "data.id"}]},
).environment() | {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}  # fmt: skip


def test_a_batch_is_answered_message_by_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda deletes what is not named; when the queue got a message is its own time stamp."""
    seen: list[QueuedEvent] = []

    def take(events: list[QueuedEvent], _step: object) -> list[str]:
        seen.extend(events)
        return ["m-2"]

    monkeypatch.setattr(handler, "relay", take)
    monkeypatch.setattr(handler, "_relay", lambda: None)
    records = [
        {"messageId": f"m-{number}", "body": "{}", "attributes": {"SentTimestamp": "1772442000123"}}
        for number in (1, 2)
    ]
    assert handler.lambda_handler({"Records": records}, None) == {"batchItemFailures": [{"itemIdentifier": "m-2"}]}
    assert seen[0] == QueuedEvent("m-1", "{}", datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=UTC))


def test_it_is_wired_from_its_environment() -> None:
    """The connection's system, its options and its flows are those it is told."""
    opened = handler.open_relay(ENVIRONMENT)
    assert isinstance(opened, Relay)
    assert (opened.intake.connection, opened.intake.completion) == ("payroll-bus", "read")
    assert opened.intake.flows == {"payroll_run": "spend_to_plan"}


def test_a_broken_environment_is_named() -> None:
    """A deployment without the archive would lose what the bus refuses."""
    with pytest.raises(SettingsError, match="TIEOUT_ARCHIVE_BUCKET"):
        handler.open_relay({name: value for name, value in ENVIRONMENT.items() if "ARCHIVE" not in name})
