"""Step 1, relay: the events of another bus, which wait in a queue, become notices on ours as deliveries of the door do.

A rule of the other bus admitted them to the queue, so there is nobody to authenticate and nobody to answer: what is not on
our bus or in the archive stays in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from tieout.arriving import bus_event
from tieout.arriving.accepting import Intake, accept, set_aside
from tieout.arriving.delivery import Delivery
from tieout.arriving.log import DeliveryLog
from tieout.errors import MalformedError, TieoutError


class QueuedEvent(NamedTuple):
    """One message of the queue.

    Attributes:
        sent_at: when the queue got it.
    """

    message_id: str
    body: str
    sent_at: datetime


class Relay(NamedTuple):
    """Everything the events of one connection need on their way.

    Attributes:
        intake: how they become notices on our bus.
        note_failure: is told of what nobody declared.
    """

    intake: Intake
    log: DeliveryLog
    note_failure: Callable[[Exception], None]


def relay(events: Sequence[QueuedEvent], step: Relay) -> list[str]:
    """Take a batch; the ids of the messages that have to come again. No event costs another, whatever is wrong with it."""
    again = []
    for event in events:
        try:
            _take(event, step)
        except TieoutError as error:
            _note(event.message_id, event, "unavailable", {"Unavailable": 1}, step, type(error).__name__)
            again.append(event.message_id)
        except Exception as error:  # noqa: BLE001 a bug fails the event that shows it: the queue parks it in the end
            step.note_failure(error)
            again.append(event.message_id)
    return again


def _take(event: QueuedEvent, step: Relay) -> None:
    delivery = bus_event.unreadable(event.body, event.message_id, event.sent_at)
    try:
        delivery = bus_event.delivery_of(event.body, event.sent_at)
        accepted = accept(delivery, step.intake)
    except MalformedError as error:
        _set_aside(delivery, event, error.reason, step)
        return
    _note(delivery.delivery_id, event, "spooled" if accepted.spooled else "accepted", accepted.counts(), step)


def _set_aside(delivery: Delivery, event: QueuedEvent, reason: str, step: Relay) -> None:
    set_aside(delivery, reason, step.intake)
    _note(delivery.delivery_id, event, "unusable", {"Malformed": 1}, step, reason)


def _note(
    delivery_id: str, event: QueuedEvent, outcome: str, counts: dict[str, int], step: Relay, reason: str = ""
) -> None:
    fields: dict[str, str | int] = {"delivery_id": delivery_id, "body_bytes": len(event.body), "reason": reason}
    step.log.note(outcome, step.intake.clock.now(), counts, fields)
