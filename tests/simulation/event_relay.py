"""Event Relay and the partner bus in memory: an organisation's change events on their way to the queue of our relay.

It loses events, stops for a while, and tells of the same twice. What it did not relay is made up for: see `telling`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from tests.simulation.sales_values import ORGANIZATION, OTHER_ORGANIZATION, OWN_CLIENT, PREFIXES
from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather

Header = dict[str, Any]
_TRANSIT_MILLISECONDS = (5, 400, 3_000, 20_000)
_MADE_UP_MILLISECONDS = (5_000, 40_000, 120_000)
_ORIGINS = (
    None,
    "",
    "com/salesforce/api/soap/62.0;client=SfdcInternalAPI/",
    f"com/salesforce/api/rest/62.0;client={OWN_CLIENT}Loader/",  # of a client that is named much like ours
)
_OWN_ORIGIN = f"com/salesforce/api/rest/62.0;client={OWN_CLIENT}/"
_NO_RECORD = "000000000000000AAA"  # what stands for ids where more changed than is told


class EventRelay:
    """What carries the events of one organisation.

    Args:
        send: takes a message that the rule put on our queue.
        is_gone: whether a record was purged, and is found by no listing.
        rates: how often an event is lost (`relay_lost`), and how often one comes again (`relayed_twice`).
    """

    def __init__(
        self,
        random: Random,
        schedule: Schedule,
        weather: Weather,
        send: Callable[[str], None],
        is_gone: Callable[[str], bool],
        rates: Mapping[str, float],
    ) -> None:
        self._random, self._schedule, self._weather, self._send, self._is_gone = (
            random,
            schedule,
            weather,
            send,
            is_gone,
        )
        self._rates = rates
        self._is_paused = False
        self._owed: list[Header] = []  # lost, or never relayed
        self._said: list[str] = []
        self._count = 0
        self.silent: set[str] = set()  # the ids of events that must make no notice
        self.told: set[str] = set()  # the records whose deletion was relayed by their id

    def tell(self, kind: str, change_type: str, ids: Sequence[str]) -> None:
        """Relay that records changed."""
        self._count += 1
        if change_type in {"DELETE", "UNDELETE"}:
            self.told.difference_update(ids)  # what was told before tells nothing of it
        header: Header = {
            "entityName": kind,
            "recordIds": list(ids),
            "changeType": change_type,
            "transactionKey": f"{self._count:08x}-5a0d-7b31-9c3e-6f0a1b2c3d4e",
            "sequenceNumber": 1,
            "commitTimestamp": int(self._schedule.now().timestamp() * 1000),
            "commitNumber": 1772442000683617281 + self._count,
            "commitUser": "0053k000001AbCdAAK",
            "changedFields": [],
        }
        origin = self._random.choice((*_ORIGINS, *(4 * [_OWN_ORIGIN] * change_type.startswith("GAP_"))))
        self._relay(header if origin is None else {**header, "changeOrigin": origin})

    def echo(self, kind: str, ids: Sequence[str]) -> None:
        """Relay a change that we made ourselves."""
        self._count += 1
        self._weather.strike("echo")
        header: Header = {"entityName": kind, "recordIds": list(ids), "changeType": "UPDATE"}
        header |= {"changeOrigin": _OWN_ORIGIN, "transactionKey": f"{self._count:08x}", "sequenceNumber": 1}
        self._put(header, ORGANIZATION, is_silent=True)

    def tell_of_another(self, ids: Sequence[str]) -> None:
        """An event of the organisation that was copied from ours, whose relay was pointed at the same bus."""
        self._count += 1
        self._weather.strike("foreign_event")
        header: Header = {"entityName": "Opportunity", "recordIds": list(ids), "changeType": "UPDATE"}
        header |= {"transactionKey": f"{self._count:08x}", "sequenceNumber": 1}
        self._put(header, OTHER_ORGANIZATION, is_silent=True)

    def pause(self) -> None:
        """Relay nothing for a while."""
        self._is_paused = True

    def resume(self) -> None:
        """Relay again, and tell in some way of what was not relayed meanwhile."""
        self._is_paused = False
        self.make_up()

    def make_up(self) -> None:
        """Tell of what was lost: by the events themselves, by gaps that name their records, or by what names none."""
        owed, self._owed = ([], self._owed) if self._is_paused else (self._owed, [])
        for header in owed:
            self._make_up_for(header)

    def repeat_everything(self) -> None:
        """What somebody does with an archive of the bus."""
        for message in self._said:
            self._send(message)

    def _make_up_for(self, header: Header) -> None:
        kind, ids, change_type = header["entityName"], header["recordIds"], header["changeType"]
        is_listed = _NO_RECORD in ids or any("*" in each for each in ids)
        way = self._random.random()
        if way < 0.2 or is_listed:
            self._relay(header)
        elif way < 0.4 or any(self._is_gone(each) for each in ids):
            self.tell(kind, change_type if change_type.startswith("GAP_") else f"GAP_{change_type}", ids)
        elif way < 0.8:
            self._weather.strike("relay_overflowed")
            self.tell(kind, "GAP_OVERFLOW", [_NO_RECORD])
        else:
            self.tell(kind, "GAP_UPDATE" if way < 0.9 else "UPDATE", [f"{PREFIXES.get(kind, 'a0B')}*"])

    def _relay(self, header: Header) -> None:
        if self._is_paused:
            self._weather.strike("relay_paused")
            self._owed.append(header)
        elif self._strikes("relay_lost"):
            self._owed.append(header)
            self._schedule.after(self._random.choice(_MADE_UP_MILLISECONDS), self.make_up)
        else:
            self._put(header, ORGANIZATION)
            if self._strikes("relayed_twice"):
                self._put(header, ORGANIZATION)

    def _strikes(self, fault: str) -> bool:
        if not self._weather.is_on or self._random.random() >= self._rates[fault]:
            return False
        self._weather.strike(fault)
        return True

    def _put(self, header: Header, organization: str, *, is_silent: bool = False) -> None:
        """Put it on the bus, whose rule puts it on the queue: at least once, under the same id."""
        self._count += 1
        event_id = f"{self._count:08x}-7c1e-4a8f-b2d4-5e6f70819203"
        if is_silent:
            self.silent.add(event_id)
        if header["changeType"] in {"DELETE", "GAP_DELETE"}:
            self.told.update(header["recordIds"])
        event = {
            "version": "0",
            "id": event_id,
            "detail-type": f"{header['entityName']}ChangeEvent",
            "source": f"aws.partner/salesforce.com/{organization}/0YL3k0000004C9aGAE",
            "time": self._schedule.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "detail": {"payload": {"ChangeEventHeader": header}, "schemaId": "s", "id": event_id},
        }
        message = json.dumps(event)
        self._said.append(message)
        for _ in range(2 if self._strikes("relayed_twice") else 1):
            self._schedule.after(self._random.choice(_TRANSIT_MILLISECONDS), lambda: self._send(message))
