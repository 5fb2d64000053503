"""How an S/4HANA tenant tells of its changes: CloudEvents, which Event Mesh keeps in a queue until they are taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.sap_records import ENTRY, Change, Entry
from tests.simulation.sap_values import FORGED
from tests.simulation.senders import Event
from tests.simulation.signing import Written

_SOURCE = "/default/sap.s4.beh/100200300"
_CLOUD_EVENTS = "application/cloudevents"
_SENT_ALONG = {"SoldToParty": "17100001", "SalesOrganization": "1010"}  # more than the key, of which nothing is used
_PLAIN_TYPES = ("application/json", "application/json; charset=utf-8", "")


class Announcing:
    """Tells of changes.

    That every change is told of in the end is promised here, and nowhere else: each has an event of its own, but for those
    that the reading of another one, told of with it, leads to. Nothing tells of the flag that a reversal leaves on what it
    reverses: none of it changes what is planned.

    Args:
        say: has events delivered.
    """

    def __init__(self, random: Random, say: Callable[[list[Event]], None]) -> None:
        self._random, self._say = random, say
        self._count = 0

    def tell(self, changes: list[Change]) -> None:
        """Tell of changes of one transaction, each by an event of its own."""
        told = [each for each in changes if not each.may_do_without or self._random.random() < 0.4]
        for each in self._random.sample(told, len(told)):
            self._say([self._event(each)])

    def tell_oddly(self, change: Change) -> str:
        """Tell of what no flow wants, or of what nothing can be made; the name of the fault."""
        event = self._event(change)
        is_unrouted = self._random.random() < 0.5
        if is_unrouted:
            event["type"] = self._random.choice(
                ("sap.s4.beh.businesspartner.v1.BusinessPartner.Changed.v1", "com.example.Something.Else")
            )
            event["data"] = {"BusinessPartner": "0000000042"}
        else:
            event["data"] = self._random.choice(
                ({}, {change.subject: "", **_SENT_ALONG}, {change.subject: "1'5", "CompanyCode": "1010"})
            )
        self._say([event])
        return "unrouted_notice" if is_unrouted else "malformed_item"

    def _event(self, change: Change) -> Event:
        self._count += 1
        subject, document = change.subject, change.document
        key: dict[str, Any] = {subject: self._spelled(document.number)}
        if isinstance(document, Entry):
            key = {"CompanyCode": document.company.code, "FiscalYear": document.year}
            key["AccountingDocument"] = self._spelled(document.number)
        elif self._random.random() < 0.3:
            key |= _SENT_ALONG
        return {
            "type": f"sap.s4.beh.{subject.lower()}.v1.{subject}.{change.happening}.v1",
            "specversion": "1.0",
            "source": _SOURCE,
            "id": f"{self._count:08x}-0000-1edf-a0b1-3d2b5c4e6f70",
            "time": f"{change.at:%Y-%m-%dT%H:%M:%SZ}",  # in whole seconds
            "datacontenttype": "application/json",
            "data": key,
        }

    def _spelled(self, number: str) -> str | int:
        """A number as events have it, too: without zeros, filled up with them, or as JSON's own."""
        return self._random.choice((number.lstrip("0"), number.zfill(10), int(number)))


def as_told(events: list[Event], random: Random) -> Written:
    """Events as Event Mesh posts them: structured, binary or in a batch, by their type or called plain JSON."""
    if len(events) > 1 or random.random() < 0.1:
        media_type = random.choice((f"{_CLOUD_EVENTS}-batch+json", "application/json"))
        return json.dumps(events).encode(), {"content-type": media_type}
    [event] = events
    if random.random() < 0.4:
        headers = {f"ce-{name}": str(value) for name, value in event.items() if name not in {"data", "datacontenttype"}}
        return json.dumps(event["data"]).encode(), {"content-type": "application/json", **headers}
    media_type = random.choice((f"{_CLOUD_EVENTS}+json; charset=utf-8", *_PLAIN_TYPES))
    return json.dumps(event).encode(), {"content-type": media_type}


def as_forged(random: Random) -> Written:
    """Somebody who found out the address, and tells of what there is not."""
    subject = random.choice(("SalesOrder", "BillingDocument", ENTRY))
    data = {subject: FORGED, "CompanyCode": "1010", "FiscalYear": "2026", "AccountingDocument": FORGED}
    event = {
        "type": f"sap.s4.beh.{subject.lower()}.v1.{subject}.Created.v1",
        "specversion": "1.0",
        "source": _SOURCE,
        "id": "666",
        "data": data,
    }
    return json.dumps(event).encode(), {"content-type": f"{_CLOUD_EVENTS}+json"}
