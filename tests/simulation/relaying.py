"""The relay function of a simulated line, and Lambda's part around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.relay.pipeline import QueuedEvent, Relay, relay
from tests.support.memory_queue import Received
from tests.support.replaced import Replaced
from tieout.arriving import publishing
from tieout.arriving.log import DeliveryLog

if TYPE_CHECKING:
    from tests.simulation.line import Line

LIFETIME_MS = 60_000
UNSEEN_SECONDS = 6 * 60


def run_relay(line: Line, connection: str, system: Any, batch: list[Received]) -> None:  # noqa: ANN401 a system's modules
    """One run, and what Lambda does with its report: what failed comes again when it is seen again."""
    step = Relay(
        intake=line.intake(connection, system, system.options()),
        log=DeliveryLog("relay", connection, line.log.append),
        note_failure=lambda error: line.undeclared.append(f"relay: {error!r}"),
    )
    events = [QueuedEvent(each.message_id, each.body, each.sent_at) for each in batch]
    with Replaced(publishing, MAX_DETAIL_BYTES=line.most_detail_bytes):
        again = relay(events, step)
    for each in batch:
        if each.message_id in again:
            line.weather.strike("relay_failed")
        else:
            line.acknowledge(line.relay_queue, each)
