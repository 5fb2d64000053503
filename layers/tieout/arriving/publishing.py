"""Turns the notices of a delivery into one bus entry per flow, and puts them on the bus until it has them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from tieout.arriving.delivery import Delivery
from tieout.arriving.envelope import MAX_DETAIL_BYTES, SOURCE_PREFIX, UNROUTED, Envelope
from tieout.arriving.notice import Notice
from tieout.arriving.spool import BusEntry, encode, overflow_key, spool_key
from tieout.errors import PermanentError, TieoutError

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.ports import Clock, Entropy

_PATIENCE = timedelta(seconds=2)  # HubSpot waits 5 seconds in all, and the spool must still be written
_LONGEST_PAUSES_SECONDS = (0.0, 0.2, 0.4)  # before each of the tries
_MAX_CALL_ENTRIES = 10
_MAX_CALL_BYTES = 250 * 1024  # of all entries of one call: the narrower of the limits in force (256 KB, 1 MB)


class Bus(Protocol):
    """The event bus."""

    def put(self, entries: Sequence[BusEntry]) -> Sequence[str]:
        """For each entry why the bus refused it, empty where it has it; raises `TieoutError` where the call failed."""
        ...


class Keeper(Protocol):
    """Where objects are kept."""

    def put(self, key: str, body: bytes) -> None:
        """Return once the object is stored; raises `TieoutError`."""
        ...


def entries_of(
    notices: Sequence[Notice],
    delivery: Delivery,
    connection: str,
    flows: Mapping[str, str],
    keeper: Keeper,
    outline: object = None,
) -> dict[str, BusEntry]:
    """The entry of each flow that wants a notice, its detail moved to the archive where it is too large for the bus.

    A notice's position counts over the whole delivery: with the delivery's id it names the notice for good. The outline of
    the delivery goes with the first flow alone, so that it is looked at once.
    """
    by_flow: dict[str, list[Notice]] = {}
    for position, notice in enumerate(notices):
        flow = flows.get(notice.key.entity, UNROUTED)
        by_flow.setdefault(flow, []).append(notice._replace(position=position))
    first = next((flow for flow in by_flow if flow != UNROUTED), None)
    return {
        flow: _entry(
            Envelope(
                delivery_id=delivery.delivery_id,
                connection=connection,
                flow=flow,
                received_at=delivery.received_at,
                notices=tuple(wanted),
                outline=outline if flow == first else None,
            ),
            keeper,
        )
        for flow, wanted in by_flow.items()
    }


def publish(entries: Mapping[str, BusEntry], bus: Bus, clock: Clock, entropy: Entropy) -> dict[str, BusEntry]:
    """Put the entries on the bus, each refused one again and no other; what comes back is refused still."""
    waiting = dict(entries)
    give_up_at = clock.now() + _PATIENCE
    for longest_seconds in _LONGEST_PAUSES_SECONDS:
        if longest_seconds:
            clock.sleep(longest_seconds * entropy.fraction())
        try:
            waiting = _refused(waiting, bus)
        except PermanentError:  # the role or the bus is wrong: no second try will differ
            break
        if not waiting or clock.now() >= give_up_at:
            break
    return waiting


def spool(entries: Mapping[str, BusEntry], delivery: Delivery, connection: str, keeper: Keeper) -> None:
    """Keep what the bus refused where the sweep finds it; raises `TieoutError` where that fails too."""
    for flow, entry in entries.items():
        keeper.put(spool_key(connection, delivery.delivery_id, delivery.received_at, flow), encode(entry))


def _entry(envelope: Envelope, keeper: Keeper) -> BusEntry:
    detail = envelope.detail()
    if len(raw := detail.encode()) > MAX_DETAIL_BYTES:
        detail = envelope._replace(outline=None).detail()  # no sender waits for an object because of an outline
        if len(detail.encode()) > MAX_DETAIL_BYTES:
            key = overflow_key(envelope.connection, envelope.delivery_id, envelope.received_at, envelope.flow)
            keeper.put(key, raw)
            detail = envelope.pointing_detail(key)
    return BusEntry(SOURCE_PREFIX + envelope.connection, envelope.flow, detail)


def _refused(waiting: Mapping[str, BusEntry], bus: Bus) -> dict[str, BusEntry]:
    """What is still waiting after every entry was offered once."""
    refused: dict[str, BusEntry] = {}
    for flows in _calls(waiting):
        try:
            codes = bus.put([waiting[flow] for flow in flows])
        except PermanentError:
            raise
        except TieoutError:  # perhaps it has them: offered twice is harmless, lost is not
            again = flows
        else:
            again = [flow for flow, code in zip(flows, codes, strict=True) if code]
        refused |= {flow: waiting[flow] for flow in again}
    return refused


def _calls(entries: Mapping[str, BusEntry]) -> Iterator[list[str]]:
    """The flows in groups that fit one call."""
    group: list[str] = []
    size = 0
    for flow, entry in entries.items():
        entry_bytes = len(entry.detail.encode()) + len(entry.source) + len(flow)
        if group and (len(group) == _MAX_CALL_ENTRIES or size + entry_bytes > _MAX_CALL_BYTES):
            yield group
            group, size = [], 0
        group.append(flow)
        size += entry_bytes
    if group:
        yield group
