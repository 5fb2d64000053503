"""Lambda entry point of step 1 for events of another bus: wires the connection's system to its queue and our bus."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from functions.relay.pipeline import QueuedEvent, Relay, relay
from functions.relay.settings import RelaySettings
from tieout.arriving.accepting import Intake
from tieout.arriving.log import DeliveryLog, note_failure
from tieout.aws.without_sdk import EventBus, ObjectKeeper
from tieout.moments import moment_of_milliseconds
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Work a batch of queue messages; the answer names those to be delivered again."""
    again = relay([_queued(each) for each in event["Records"]], _relay())
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in again]}


@functools.cache
def _relay() -> Relay:
    return open_relay(os.environ)


def open_relay(environ: Mapping[str, str]) -> Relay:
    """The relay of the connection an environment names, talking to AWS."""
    settings = RelaySettings.of_environment(environ)
    clock, entropy = SystemClock(), SystemEntropy()
    options = capability(settings.system, "options").Options(**settings.options)
    payloads = capability(settings.system, "payloads")
    door = capability(settings.system, "door").open_door(options)
    return Relay(
        intake=Intake(
            connection=settings.connection,
            flows=settings.flows,
            completion=settings.completion,
            door=door,
            split=lambda delivery: payloads.split(delivery, settings.connection, options),
            bus=EventBus(settings.bus_name, environ, clock, entropy),
            keeper=ObjectKeeper(settings.archive_bucket, environ, clock, entropy),
            clock=clock,
            entropy=entropy,
        ),
        log=DeliveryLog("relay", settings.connection, namespace=settings.metric_namespace),
        note_failure=lambda error: note_failure(error, "relay", settings.connection),
    )


def _queued(plain: Mapping[str, Any]) -> QueuedEvent:
    return QueuedEvent(
        message_id=plain["messageId"],
        body=plain["body"],
        sent_at=moment_of_milliseconds(int(plain["attributes"]["SentTimestamp"])),
    )
