"""Bus entries, and how the ones the bus refused wait in the archive until the sweep publishes them (steps 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.errors import MalformedError

SPOOL_PREFIX = "spool/"
_NAMES = ("Source", "DetailType", "Detail")  # what `PutEvents` calls the parts of an entry
_NOT_FOR_KEYS = re.compile(r"[^A-Za-z0-9_.=-]")


class BusEntry(NamedTuple):
    """One entry for the event bus, whichever bus it is."""

    source: str
    detail_type: str
    detail: str

    def plain(self, bus_name: str) -> dict[str, Any]:
        """The entry as `PutEvents` takes it."""
        return _named(self) | {"EventBusName": bus_name}


def encode(entry: BusEntry) -> bytes:
    """The object's bytes: the entry in the names of `PutEvents`, without a bus."""
    return strict_json.dump(_named(entry)).encode()


def decode(raw: bytes) -> BusEntry:
    """The entry `encode` wrote.

    Raises:
        MalformedError: if the bytes are none of ours.
    """
    plain = strict_json.parse(raw)
    if not isinstance(plain, Mapping):
        raise MalformedError("spooled_entry_not_an_object")
    parts = [plain.get(name) for name in _NAMES]
    if not all(isinstance(part, str) and part for part in parts):
        raise MalformedError("spooled_entry_incomplete")
    return BusEntry(*(str(part) for part in parts))


def _named(entry: BusEntry) -> dict[str, str]:
    return dict(zip(_NAMES, entry, strict=True))


def spool_key(connection: str, delivery_id: str, received_at: datetime, flow: str) -> str:
    """Where the entry of one delivery and flow waits; repeated spooling replaces it."""
    return f"{SPOOL_PREFIX}{connection}/{_delivery_name(delivery_id, received_at)}-{flow}.json"


def spooled_from(key: str) -> tuple[str, str] | None:
    """The connection and the flow of a key that `spool_key` made; None for any other."""
    match = re.fullmatch(rf"{SPOOL_PREFIX}([^/]+)/[^/]+-([a-z0-9_]+)\.json", key)
    return (match[1], match[2]) if match else None


def overflow_key(connection: str, delivery_id: str, received_at: datetime, flow: str) -> str:
    """Where a detail too large for the bus is kept."""
    return f"overflow/{connection}/{_delivery_name(delivery_id, received_at)}-{flow}.json"


def _delivery_name(delivery_id: str, received_at: datetime) -> str:
    """One for each delivery: an event that a bus gives twice has one id, and was received at two moments."""
    return f"{object_name(delivery_id)}.{received_at:%Y%m%dT%H%M%S%f}"


def object_name(text: str) -> str:
    """The text with everything replaced that an object key, a policy or a shell could read as structure."""
    return _NOT_FOR_KEYS.sub("_", text)
