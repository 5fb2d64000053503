"""The stage's event bus, for publishing what the receive step could not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tieout.arriving.spool import BusEntry
from tieout.aws.failures import asked

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient


class StageBus:
    """Implements `tieout.arriving.publishing.Bus` with the operator's credentials."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client, self._name = client, name

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """For each entry why the bus refused it, empty where it has it; raises `TieoutError` where the call failed."""
        plain = [entry.plain(self._name) for entry in entries]
        answer = asked(lambda: self._client.put_events(Entries=plain))  # type: ignore[arg-type]  # by name
        return [each.get("ErrorCode", "") for each in answer["Entries"]]
