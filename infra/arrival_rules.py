"""Which ways a connection's changes can reach us together, and which bus can be one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infra.landscape_files import Problem
from tieout.landscape import BusArrival, Connection

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html: a name, or the ARN of a bus in this account.
_BUS = re.compile(
    r"[/.\-_A-Za-z0-9]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[/.\-_A-Za-z0-9]{1,256}"
)
_MOST_SOURCES = 10
_LONGEST_SOURCE = 256
_EVERYBODYS_BUS = "default"


def arrival_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of how a connection's changes are declared to arrive."""
    if not connection.arrivals:
        yield ("arrivals",), "none is declared"
    if len(set(connection.arrivals)) < len(connection.arrivals):
        yield ("arrivals",), "one is declared twice"
    if connection.public_url and "webhook" not in connection.arrivals:
        yield ("public_url",), "nobody calls a connection whose arrivals do not name 'webhook'"
    if "bus" not in connection.arrivals:
        if connection.bus is not None:
            yield ("bus",), "arrivals does not name 'bus'"
    elif connection.bus is None:
        yield ("bus",), "is missing: which bus do the events come over?"
    else:
        yield from _bus_problems(connection.bus)


def _bus_problems(bus: BusArrival) -> Iterator[Problem]:
    if _BUS.fullmatch(bus.name) is None:
        yield ("bus", "name"), f"{bus.name!r} is neither the name of an event bus nor its ARN"
    if bus.name.rsplit("/", 1)[-1] == _EVERYBODYS_BUS and not bus.sources:
        yield ("bus", "sources"), "none is declared, and AWS puts its own events on the default bus"
    if len(bus.sources) > _MOST_SOURCES or not all(0 < len(each) <= _LONGEST_SOURCE for each in bus.sources):
        yield ("bus", "sources"), f"are more than {_MOST_SOURCES}, or one is empty or over {_LONGEST_SOURCE} characters"
