"""The part of the ledger that remembers in what answers and deliveries were other than expected: first and last, and how often."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tieout.drift import Drift, Noted, Seen
from tieout.ledger import keys
from tieout.ledger.retention import EXPIRES_AT, expires_at
from tieout.ledger.table import Key, Table, Update, pages
from tieout.moments import moment_text, parse_moment

_KEPT_DAYS = 30  # after it was last seen: what was put right goes by itself
_PARTS = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDrift:
    """A drift of a connection.

    Attributes:
        times: how often it was seen, as far as it was written; what may have been written counts as not.
        first_shape: of the first row with it, as `drift.shape_of` writes it.
    """

    connection: str
    seen: Seen
    times: int
    first_at: datetime
    first_shape: str
    last_at: datetime
    last_shape: str


class DriftLedger:
    """What is known of drifts, by connection."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, connection: str, noted: Mapping[Seen, Noted], now: datetime, by: str) -> None:
        """Keep what was seen since the last time.

        Args:
            connection: where it was seen.
            noted: how often, and in which shapes.
            now: when.
            by: who keeps it: a name that nobody else has.

        Raises:
            TieoutError: some of it may be kept.
        """
        self._table.write_each([_update(_key(connection, seen), each, now, by) for seen, each in noted.items()])

    def found_by(self, connection: str, seen: Collection[Seen], by: str) -> int:
        """How many of these drifts, which were kept, nobody knew of before they were kept under this name."""
        items = self._table.get([_key(connection, each) for each in seen])
        return sum(item["first_by"] == by for item in items.values())

    def of(self, connection: str) -> Iterator[KnownDrift]:
        """All drifts of a connection, by kind of answer and field."""
        for page in pages(lambda after: self._table.query(keys.drifts_of(connection), after=after)):
            for key, item in page.items:
                answer, field, drift = key[1].split(_PARTS)
                first_at = parse_moment(str(item["first_at"]))
                yield KnownDrift(
                    connection=connection,
                    seen=Seen(answer, field, Drift(drift)),
                    times=int(item["times"]),
                    first_at=first_at,
                    first_shape=str(item["first_shape"]),
                    last_at=max(
                        first_at, parse_moment(str(item["last_at"]))
                    ),  # whose clock was behind may have come last
                    last_shape=str(item["last_shape"]),
                )


def _key(connection: str, seen: Seen) -> Key:
    return (keys.drifts_of(connection), _PARTS.join(seen))


def _update(key: Key, noted: Noted, now: datetime, by: str) -> Update:
    return Update(
        key,
        firsts={"first_at": moment_text(now), "first_shape": noted.first_shape, "first_by": by},
        sets={
            "last_at": moment_text(now),
            "last_shape": noted.last_shape,
            EXPIRES_AT: expires_at(now, _KEPT_DAYS),
        },
        adds={"times": noted.times},
    )
