"""Which connection's facts are planned where several systems know the same: an invoice stands in billing and in the ERP.

What the others say of it is recorded all the same, and compared; it only is in no cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A connection whose facts of some kinds are the ones that are planned.

    Attributes:
        facts: their kinds, such as `BillingDocument`.
        legal_entities: of which companies, as planning calls them; none: of all.
    """

    name: str
    connection: str
    facts: tuple[str, ...]
    legal_entities: tuple[str, ...] = ()

    def overlaps(self, other: Owner) -> bool:
        """Whether both would own a fact."""
        companies = not self.legal_entities or not other.legal_entities
        companies = companies or not set(self.legal_entities).isdisjoint(other.legal_entities)
        return companies and not set(self.facts).isdisjoint(other.facts)


def owner_of_plain(plain: Mapping[str, Any]) -> Owner:
    """The owner as it was compiled."""
    return Owner(**{**plain, "facts": tuple(plain["facts"]), "legal_entities": tuple(plain.get("legal_entities", ()))})


class Ownership:
    """Who owns what; nobody what no owner is declared of, and then everybody's is planned."""

    def __init__(self, owners: Iterable[Owner] = ()) -> None:
        self._connections = {
            (kind, company): each.connection
            for each in owners
            for kind in each.facts
            for company in each.legal_entities or (None,)
        }

    def is_planned(self, connection: str, kind: str, legal_entity: str) -> bool:
        """Whether what a connection says of a company in a fact of that kind is planned."""
        if not self._connections:
            return True
        owner = self._connections.get((kind, legal_entity), self._connections.get((kind, None), connection))
        return owner == connection
