"""Event buses that are not the product's own: a partner's, which its source fills, and any other of the company."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING

from sandbox.aws import ACCOUNT, EmulatedAws
from tieout.arriving.spool import BusEntry
from tieout.landscape import Landscape

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

PutEvents = Callable[[Sequence[BusEntry]], None]
"""Puts a source's events on its bus; raises `RuntimeError` where the bus refuses one."""

_PARTNERS = "aws.partner/"
_AT_ONCE = 10


def open_buses(aws: EmulatedAws, landscape: Landscape) -> None:
    """Make the buses that connections name and that do not exist yet, as a partner and its customer do before a deploy."""
    events = aws.client("events")
    known = {each["Name"] for each in events.list_event_buses()["EventBuses"]}
    for name in {each.bus.name for each in landscape.connections if each.bus is not None} - known:
        if name.startswith(_PARTNERS):
            events.create_partner_event_source(Name=name, Account=ACCOUNT)
            events.create_event_bus(Name=name, EventSourceName=name)
        else:
            events.create_event_bus(Name=name)


def putting_on(aws: EmulatedAws, bus: str) -> PutEvents:
    """What puts events on a bus: as the partner, whose source alone can fill it, or as an application of the company."""
    events = aws.client("events")

    def put(entries: Sequence[BusEntry]) -> None:
        for some in batched(entries, _AT_ONCE, strict=False):
            refused = _put_as_partner(events, bus, some) if bus.startswith(_PARTNERS) else _put(events, bus, some)
            if refused:
                raise RuntimeError(f"{bus} refused {refused} of {len(some)} events")

    return put


def _put_as_partner(events: EventBridgeClient, bus: str, entries: Sequence[BusEntry]) -> int:
    now = datetime.now(UTC)
    answer = events.put_partner_events(
        Entries=[
            {"Time": now, "Source": bus, "DetailType": each.detail_type, "Detail": each.detail} for each in entries
        ]
    )
    return answer["FailedEntryCount"]


def _put(events: EventBridgeClient, bus: str, entries: Sequence[BusEntry]) -> int:
    answer = events.put_events(
        Entries=[
            {"EventBusName": bus, "Source": each.source, "DetailType": each.detail_type, "Detail": each.detail}
            for each in entries
        ]
    )
    return answer["FailedEntryCount"]
