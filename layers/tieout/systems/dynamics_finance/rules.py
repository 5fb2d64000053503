"""What a Dynamics 365 Finance connection must say so that what its events name can be found: asked at synth.

`infra/landscape_rules.py` asks a system's module of this name, where it has one, after its options were found to be sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tieout.landscape import Connection
from tieout.systems.dynamics_finance.options import EVENTS, JOURNAL, VOUCHER, Options

Problem = tuple[tuple[str | int, ...], str]


def connection_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of a connection whose options are sound each by itself, with the place it stands at.

    The address is the environment's alone: what it has of a query would stand beside `cross-company=true`, without which Dynamics
    leaves out the rows of all companies but one, and says nothing.
    """
    parts = urlsplit(connection.api_base_url)
    if parts.path or parts.query or parts.fragment:
        yield ("api_base_url",), f"{connection.api_base_url!r} has more than scheme and host"
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic before this is asked
    known = {VOUCHER, JOURNAL, *(each.name for each in options.documents)}
    told = [(position, each.names) for position, each in enumerate(options.events)]
    for position, names in told:
        if names not in known:
            yield ("options", "events", position, "names"), f"{names!r} is none of {', '.join(sorted(known))}"
    replaced = {each.id for each in options.events}
    for each in EVENTS:
        if each.id not in replaced and each.names not in known:
            yield ("options", "documents"), f"{each.names!r} is missing, which {each.id} names"
