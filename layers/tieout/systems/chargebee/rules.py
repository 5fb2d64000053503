"""What a Chargebee connection must say so that what its events name can be found: asked at synth.

`infra/landscape_rules.py` asks a system's module of this name, where it has one, after its options were found to be sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tieout.landscape import Connection

Problem = tuple[tuple[str | int, ...], str]


def connection_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of a connection whose options are sound each by itself, with the place it stands at.

    The address is the site's alone, behind which the API's version is put. And of what events show subscriptions alone are kept,
    so nothing else could be completed from them.
    """
    parts = urlsplit(connection.api_base_url)
    if parts.path.strip("/") or parts.query or parts.fragment:
        yield ("api_base_url",), f"{connection.api_base_url!r} has more than scheme and host"
    if connection.completion == "payload":
        yield ("completion",), "events of Chargebee are kept for subscriptions alone: 'both', or 'read'"
