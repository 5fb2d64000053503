"""Which mapping tables change only by a proposal that somebody else approves; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Mapping tables whose changes need an approval.

    Attributes:
        connections: whose entries; empty: everybody's. Rates belong to no connection.
    """

    name: str
    tables: tuple[str, ...]
    connections: tuple[str, ...] = ()

    def is_needed_for(self, connection: str, table: str) -> bool:
        """Whether an entry of that table of a connection changes only by what somebody else approves."""
        return table in self.tables and (not self.connections or connection in self.connections)


def approval_of_plain(plain: Mapping[str, Any]) -> Approval:
    """What needs an approval, as it was compiled: already checked, so nothing is checked here."""
    lists = {name: tuple(plain.get(name, ())) for name in ("tables", "connections")}
    return Approval(**{**plain, **lists})
