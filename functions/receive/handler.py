"""Lambda entry point of step 1: wires the connection's system to AWS once, and answers whatever happens."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from functions.receive.keeping import UnprovenShelf
from functions.receive.pipeline import Receiver, receive
from functions.receive.secret import WebhookSecret
from functions.receive.settings import NO_SECRET, ReceiveSettings
from tieout.arriving.accepting import Intake
from tieout.arriving.door import Door
from tieout.arriving.log import DeliveryLog, note_failure
from tieout.aws.without_sdk import EventBus, ObjectKeeper, SecretsManager
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability

_SHELF_TIMEOUT_SECONDS = 0.5


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one delivery from API Gateway; never raises, since a bare 500 makes some senders drop it for good."""
    try:
        return receive(event, _receiver()).plain()
    except Exception as error:  # noqa: BLE001 whatever it is, an answer after which the sender repeats loses nothing
        note_failure(error, "receive", os.environ.get("TIEOUT_CONNECTION", ""))
        return _door_at_hand().unavailable.plain()


def _door_at_hand() -> Door:
    """The connection's own door, or the default one where not even that can be opened."""
    try:
        return _receiver().door
    except Exception:  # noqa: BLE001 the failure is noted already
        return Door()


@functools.cache
def _receiver() -> Receiver:
    return open_receiver(os.environ)


def open_receiver(environ: Mapping[str, str]) -> Receiver:
    """The receiver of the connection an environment names, talking to AWS."""
    settings = ReceiveSettings.of_environment(environ)
    clock, entropy = SystemClock(), SystemEntropy()
    secrets = SecretsManager(environ, clock, entropy)
    keeper = ObjectKeeper(settings.archive_bucket, environ, clock, entropy)
    hasty_keeper = ObjectKeeper(
        settings.archive_bucket, environ, clock, entropy, timeout_seconds=_SHELF_TIMEOUT_SECONDS, attempts=1
    )
    parts = {name: capability(settings.system, name) for name in ("options", "signature", "payloads", "door")}
    options = parts["options"].Options(**settings.options)
    door = parts["door"].open_door(options)
    return Receiver(
        intake=Intake(
            connection=settings.connection,
            flows=settings.flows,
            completion=settings.completion,
            door=door,
            split=lambda delivery: parts["payloads"].split(delivery, settings.connection, options),
            bus=EventBus(settings.bus_name, environ, clock, entropy),
            keeper=keeper,
            clock=clock,
            entropy=entropy,
        ),
        verify=lambda delivery, live: parts["signature"].verify(
            delivery, live, options, settings.public_url, delivery.received_at
        ),
        secret=WebhookSecret(
            lambda: None if settings.secret_arn == NO_SECRET else secrets.value(settings.secret_arn), clock
        ),
        shelf=UnprovenShelf(hasty_keeper, clock, settings.connection, settings.max_rejected_per_hour),
        log=DeliveryLog("receive", settings.connection, namespace=settings.metric_namespace),
    )
