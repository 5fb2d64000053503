"""What systems push, as their cases send it, and what they declare of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.support.event_cases import EventCases
from tests.support.generic_cases import CONNECTIONS
from tests.support.receiving import LEAST_OPTIONS
from tieout.arriving import bus_event
from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Door
from tieout.arriving.standard_webhooks import SIGNATURE_HEADER
from tieout.drift import Deliveries, Drift, Seen
from tieout.landscape import Connection
from tieout.systems import capability
from tieout.systems.generic.options import at_the_door

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SYSTEMS = (
    *("business_central", "chargebee", "dynamics_finance", "dynamics_sales", "hubspot", "netsuite", "salesforce"),
    *("sap_s4hana", "stripe", "zuora"),
)
PUSHING = (*SYSTEMS, *CONNECTIONS)
"""The systems that push, and the connections that a file declares."""

# Cases that are taken although they are odd: what is odd about them is what is told.
ODD: Mapping[tuple[str, str], set[tuple[str, str, Drift]]] = {
    ("business_central", "change_type_missing"): {("notifications", "value/changeType", Drift.ABSENT)},
    ("business_central", "change_type_nobody_knows"): {("notifications", "value/changeType", Drift.NEW_VALUE)},
    ("business_central", "moment_missing"): {("notifications", "value/lastModifiedDateTime", Drift.ABSENT)},
    ("chargebee", "content_missing"): {("event", "content", Drift.NULL)},
    ("expenses-emea", "lines_are_no_array"): {
        ("event", f"data/report/lines/{each}", Drift.ABSENT) for each in ("category", "gross", "spent_on")
    },
    ("expenses-emea", "revision_is_no_number"): {("event", "data/report/revision", Drift.RETYPED)},
    ("expenses-emea", "status_of_another_form"): {("event", "data/report/status", Drift.RETYPED)},
    ("procurement-emea", "event_of_another_kind"): {
        ("data", "supplier", Drift.RETYPED),
        *(("data", each, Drift.ABSENT) for each in ("company", "modifiedAt", "orderNumber")),
    },
    ("zuora", "event_with_a_type_that_is_a_list"): {("callout", "EventType", Drift.RETYPED)},
}


class Told(NamedTuple):
    """A system's door, and what it declares of its deliveries."""

    door: Door
    deliveries: Deliveries

    def seen(self, delivery: Delivery) -> set[Seen]:
        """What is noticed of a delivery by the outline its door makes, as it arrives behind a queue."""
        watch = self.deliveries.watch()
        self.deliveries.show(json.loads(json.dumps(self.door.outline_of(delivery))), watch)
        return set(watch.take())


def told(system: str, options: Mapping[str, Any] | None = None) -> Told:
    """Those of a connection with these options."""
    if system in CONNECTIONS:
        connection = CONNECTIONS[system]
        door_options: Mapping[str, Any] = at_the_door(connection.options)
    else:
        door_options = {**LEAST_OPTIONS.get(system, {}), **(options or {})}
        connection = Connection(
            name=system, system=system, legal_entity="E", time_zone="UTC", default_currency="EUR", options=door_options
        )
    opened = capability(connection.system, "options").Options(**door_options)
    return Told(
        capability(connection.system, "door").open_door(opened),
        capability(connection.system, "expected").expect_deliveries(connection),
    )


def posted(body: object, headers: Mapping[str, str] | None = None, query: str = "") -> Delivery:
    """A delivery with this body: a text as it stands, anything else as JSON."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Delivery("d", "POST", query, headers or {}, raw.encode(), NOW)


def taken(system: str) -> Iterator[str]:
    """The cases of a system that make notices, and nothing malformed."""
    cases = EventCases(system)
    for case in cases.names:
        expected = cases.read(case, "expected")
        if expected.get("notices") and not expected.get("malformed") and "reason" not in expected:
            yield case


def delivery_of(system: str, case: str) -> Delivery:
    """What a case sends, without its proof."""
    request = EventCases(system).read(case, "request")
    if "event" in request:
        return bus_event.delivery_of(json.dumps(request["event"]), NOW)
    headers = {name.lower(): text for name, text in request.get("headers", {}).items()}
    if system == "salesforce" and not isinstance(request["body"], str):
        headers[SIGNATURE_HEADER] = "v1,made-up"
    return posted(request["body"], headers, request.get("query", ""))


def options_of_case(system: str, case: str) -> Mapping[str, Any] | None:
    """The options that a case sets, if any."""
    found: Mapping[str, Any] | None = EventCases(system).read(case, "request").get("options")
    return found
