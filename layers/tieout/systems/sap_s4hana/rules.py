"""What an S/4HANA connection must say so that nobody but its Event Mesh can post to it: asked at synth."""

from __future__ import annotations

from collections.abc import Iterator

from tieout.landscape import Connection

Problem = tuple[tuple[str | int, ...], str]


def connection_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of what sound options say together with the rest of the connection."""
    if "webhook" in connection.arrivals and not connection.options.get("issuer"):
        yield (
            ("options", "issuer"),
            "is missing: events prove themselves by its tokens alone, and arrivals names 'webhook'",
        )
    if "bus" in connection.arrivals:
        yield ("arrivals",), "S/4HANA puts its events on no bus of AWS"
