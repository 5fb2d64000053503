"""Lets the made-up system of `tests/support/systems` stand among the real ones for a while."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tieout.systems
from tests.support.clock import ManualClock
from tests.support.systems.made_up.signature import SIGNATURE_HEADER, TIME_HEADER, sign
from tieout.landscape import Connection

_SYSTEMS = str(Path(__file__).parent / "systems")


@contextmanager
def made_up_system() -> Iterator[None]:
    """The folder `made_up` is found where the folders of systems are."""
    tieout.systems.__path__.append(_SYSTEMS)
    try:
        yield
    finally:
        tieout.systems.__path__.remove(_SYSTEMS)
        for name in [each for each in sys.modules if each.startswith("tieout.systems.made_up")]:
            del sys.modules[name]


def connection(name: str = "somewhere", **changed: Any) -> Connection:  # noqa: ANN401 fields of a connection
    """A connection of the made-up system, completed from its payloads."""
    declared = {
        "system": "made_up",
        "legal_entity": "E",
        "time_zone": "UTC",
        "default_currency": "EUR",
        "completion": "payload",
    }
    return Connection(name=name, **(declared | changed))


def booking(number: int = 1, version: str = "2026-03-01T00:00:00.000Z", **changed: object) -> dict[str, object]:
    """A booking as the made-up system states it."""
    return {"id": str(number), "version": version, "amount": "100.00", **changed}


def body_of(*bookings: dict[str, object]) -> bytes:
    """What it posts about bookings."""
    return json.dumps(bookings).encode()


def sign_as_made_up(body: bytes, clock: ManualClock, secret: bytes, _url: str) -> dict[str, str]:
    """The headers the made-up system sends."""
    stamp = str(round(clock.now().timestamp()))
    return {SIGNATURE_HEADER: sign(secret, stamp.encode() + b"." + body), TIME_HEADER: stamp}
