"""How each connection is doing: when it last delivered, when that last came to something, and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from ops import dropped_files
from ops.place import Place
from tieout.arriving.rejected import kept_prefix
from tieout.arriving.spool import SPOOL_PREFIX, spooled_from
from tieout.census import is_our_own
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.outcomes import Ended, OutcomeLedger
from tieout.moments import moment_text

_LOOKED_BACK_DAYS = 7  # UTC days, today among them
_MOST_LOOKED_AT = 1000  # deliveries of one connection, the newest
_REJECTED_WITHIN = timedelta(days=1)

Row = dict[str, Any]


def connections(place: Place, now: datetime) -> list[Row]:
    """One row for each connection.

    The last delivery is the newest accepted one that its source sent, and that has an outcome or waits for the bus, the last
    success the newest of which a notice has a final outcome; None where the last seven days and 1,000 deliveries have none.
    Rejected deliveries are those of the last 24 hours that are kept. Files wait for their marker, or for the balances before.
    """
    held = Counter(each.record.connection for each in MappingLedger(place.table).held())
    spooled = _spooled(place)
    return [
        {
            **_declared(place, name),
            **_last(place, name, now, spooled.get(name, [])),
            "held": held[name],
            "spooled": len(spooled.get(name, ())),
            "rejected": _rejected(place, name, now),
            "files_waiting": dropped_files.waiting(place, name),
        }
        for name in place.connections
    ]


def _declared(place: Place, name: str) -> Row:
    entrance = place.connection(name)
    return {
        "connection": name,
        "system": entrance.system,
        "arrivals": "+".join(entrance.arrivals),
        "completion": entrance.completion,
    }


def _last(place: Place, name: str, now: datetime, spooled: list[datetime]) -> Row:
    newest, success = max(spooled, default=None), None
    for ended in islice(_newest(place, name, now), _MOST_LOOKED_AT):
        newest = max(newest or ended.received_at, ended.received_at)
        if ended.has_final_outcome:
            success = ended.received_at
            break
    return {
        "last_delivery": moment_text(newest) if newest else None,
        "last_success": moment_text(success) if success else None,
    }


def _newest(place: Place, name: str, now: datetime) -> Iterator[Ended]:
    ledger, arrivals = OutcomeLedger(place.table), place.connection(name).arrivals
    for days in range(_LOOKED_BACK_DAYS):
        for ended in ledger.newest(name, (now - timedelta(days=days)).date()):
            if not is_our_own(ended.delivery_id, arrivals):
                yield ended


def _spooled(place: Place) -> dict[str, list[datetime]]:
    """When each entry that waits for the bus was put there, by connection."""
    found: dict[str, list[datetime]] = {}
    for stored in place.archive.stored(SPOOL_PREFIX):
        if whose := spooled_from(stored.key):
            found.setdefault(whose[0], []).append(stored.stored_at)
    return found


def _rejected(place: Place, name: str, now: datetime) -> int:
    kept = place.archive.stored(kept_prefix(name))
    return sum(1 for each in kept if each.stored_at > now - _REJECTED_WITHIN)
