"""Which ways a connection's changes can reach us together, and which bus can be one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from infra.landscape_files import Problem
from tieout.arrivals import BusArrival, Expected
from tieout.landscape import Connection

# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html: a name, or the ARN of a bus in this account.
_BUS = re.compile(
    r"[/.\-_A-Za-z0-9]{1,256}|arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus/[/.\-_A-Za-z0-9]{1,256}"
)
_MOST_SOURCES = 10
_LONGEST_SOURCE = 256
_EVERYBODYS_BUS = "default"
_LONGEST_POLL = 24 * 60
_HOURS = 24
_LONGEST_SILENCE = 80  # fewer business hours than lie within what is looked back over, five days of eight a week
_CENSUS_LIMITS = (
    ("every_hours", 0, 24 * 31),
    ("settle_minutes", 1, 24 * 60),
    ("pages_per_minute", 1, 1_000),
    ("pages_per_day", 1, 1_000_000),
)


def arrival_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of how a connection's changes are declared to arrive."""
    if not connection.arrivals:
        yield ("arrivals",), "none is declared"
    if len(set(connection.arrivals)) < len(connection.arrivals):
        yield ("arrivals",), "one is declared twice"
    if connection.public_url and "webhook" not in connection.arrivals:
        yield ("public_url",), "nobody calls a connection whose arrivals do not name 'webhook'"
    yield from _poll_problems(connection)
    if "objects" in connection.arrivals and connection.completion != "payload":
        yield ("completion",), "what a file states is all there is of its records: say 'payload'"
    yield from range_problems("census", connection.census, _CENSUS_LIMITS)
    if connection.expected is not None:
        yield from _expected_problems(connection.expected)
    yield from _bus_problems(connection)


def _poll_problems(connection: Connection) -> Iterator[Problem]:
    if "poll" not in connection.arrivals:
        if connection.poll is not None:
            yield ("poll",), "arrivals does not name 'poll'"
    elif connection.poll is None:
        yield ("poll",), "is missing: how often is the source asked?"
    elif not 1 <= connection.poll.every_minutes <= _LONGEST_POLL:
        yield ("poll", "every_minutes"), f"{connection.poll.every_minutes} is not between 1 and {_LONGEST_POLL}"
    if "poll" in connection.arrivals and not connection.is_read:
        yield ("poll",), "what is listed has to be read: completion is 'payload'"


def range_problems(place: str, declared: object, limits: Sequence[tuple[str, int, int]]) -> Iterator[Problem]:
    """Every number of what is declared at a place that is not within its limits: a field, the least and the most."""
    for name, least, most in limits:
        value = getattr(declared, name)
        if not least <= value <= most:
            yield (place, name), f"{value} is not between {least} and {most}"


def _expected_problems(expected: Expected) -> Iterator[Problem]:
    if not 0 <= expected.opens < expected.closes <= _HOURS:
        yield (
            ("expected", "closes"),
            f"{expected.closes} is not behind {expected.opens}, within a day of {_HOURS} hours",
        )
    if not expected.days or len(set(expected.days)) < len(expected.days):
        yield ("expected", "days"), "none is declared, or one twice"
    for name in ("within_hours", "month_end_within_hours"):
        value, least = getattr(expected, name), 1 if name == "within_hours" else 0
        if not least <= value <= _LONGEST_SILENCE:
            yield ("expected", name), f"{value} is not between {least} and {_LONGEST_SILENCE} business hours"


def _bus_problems(connection: Connection) -> Iterator[Problem]:
    bus = connection.bus
    if "bus" not in connection.arrivals:
        if bus is not None:
            yield ("bus",), "arrivals does not name 'bus'"
    elif bus is None:
        yield ("bus",), "is missing: which bus do the events come over?"
    else:
        yield from _named_bus_problems(bus)


def _named_bus_problems(bus: BusArrival) -> Iterator[Problem]:
    if _BUS.fullmatch(bus.name) is None:
        yield ("bus", "name"), f"{bus.name!r} is neither the name of an event bus nor its ARN"
    if bus.name.rsplit("/", 1)[-1] == _EVERYBODYS_BUS and not bus.sources:
        yield ("bus", "sources"), "none is declared, and AWS puts its own events on the default bus"
    if len(bus.sources) > _MOST_SOURCES or not all(0 < len(each) <= _LONGEST_SOURCE for each in bus.sources):
        yield ("bus", "sources"), f"are more than {_MOST_SOURCES}, or one is empty or over {_LONGEST_SOURCE} characters"
