"""The part of the ledger that remembers where others contradict an owner of master data, and since when: each is news once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tieout import strict_json
from tieout.ledger import keys
from tieout.ledger.table import Absent, Delete, Key, Put, Table, pages
from tieout.masters import Conflict
from tieout.moments import moment_text, parse_moment

_MOST_AT_ONCE = 1000  # of a connection: the others are remembered, and news, the next time


@dataclass(frozen=True, slots=True)
class ConflictLedger:
    """Which conflicts are known, by the connection that contradicts an owner."""

    table: Table

    def news(
        self, kinds: Collection[str], found: Collection[Conflict], connections: Collection[str], now: datetime
    ) -> Counter[str]:
        """Remember the conflicts that there are of some kinds; connection to how many of them nobody knew of.

        One is the same as long as the record contradicts the owner of the field, whatever both say. One that is over is forgotten,
        and is news if it comes again.

        Args:
            kinds: all of whose conflicts are told.
            found: these.
            connections: all that there may be conflicts of.
            now: since when those are known that nobody knew of.
        """
        there = {key_of(each): each for each in found}
        return +Counter({name: self._news(name, kinds, there, now) for name in connections})

    def since(self, connection: str) -> dict[Key, datetime]:
        """Since when each conflict of a connection is known, by its key (`key_of`)."""
        return {key: since for key, (_, since) in self._known(connection)}

    def _news(self, connection: str, kinds: Collection[str], there: Mapping[Key, Conflict], now: datetime) -> int:
        known = {key for key, (kind, _) in self._known(connection) if kind in kinds}
        new = {key: each for key, each in there.items() if each.record.connection == connection and key not in known}
        writes = [
            Put(key, {"kind": each.kind, "of": _words(each), "since": moment_text(now)}, Absent("since"))
            for key, each in islice(new.items(), _MOST_AT_ONCE)
        ]
        known_meanwhile = self.table.write_each(writes)
        self.table.write_each([Delete(key) for key in islice(sorted(known - there.keys()), _MOST_AT_ONCE)])
        return len(writes) - len(known_meanwhile)

    def _known(self, connection: str) -> Iterator[tuple[Key, tuple[str, datetime]]]:
        for page in pages(lambda after: self.table.query(keys.conflicts_of(connection), after=after)):
            for key, item in page.items:
                yield key, (str(item["kind"]), parse_moment(str(item["since"])))


def key_of(conflict: Conflict) -> Key:
    """Where a conflict is remembered: its words may be of any length, so it goes by a digest of them."""
    digest = hashlib.sha256(_words(conflict).encode()).hexdigest()
    return (keys.conflicts_of(conflict.record.connection), digest)


def _words(conflict: Conflict) -> str:
    return strict_json.dump([conflict.kind, conflict.code, conflict.field, *conflict.record])
