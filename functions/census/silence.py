"""Which connections have not delivered for longer than their sources are ever silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tieout.census import is_our_own
from tieout.landscape import Connection
from tieout.ledger.outcomes import OutcomeLedger
from tieout.silence import LOOKED_BACK, is_silent


def silent(connections: Sequence[Connection], outcomes: OutcomeLedger, now: datetime) -> list[str]:
    """The names of those that are silent."""
    return [
        each.name
        for each in connections
        if each.expected is not None
        and is_silent(last_delivery(each, outcomes, now), now, each.expected, each.time_zone)
    ]


def last_delivery(connection: Connection, outcomes: OutcomeLedger, now: datetime) -> datetime | None:
    """When a source last delivered something that has an outcome; None where that is longer ago than is looked back."""
    for days in range(LOOKED_BACK.days + 1):
        for ended in outcomes.newest(connection.name, (now - timedelta(days=days)).date()):
            if not is_our_own(ended.delivery_id, connection.arrivals):
                return ended.received_at
    return None
