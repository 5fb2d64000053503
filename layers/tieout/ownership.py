"""Which connection is believed where several know the same.

An invoice stands in billing and in the ERP: of one of them it is planned. A customer stands in every system: of one of them is what
it is called and where it belongs, field by field where the landscape says so. What the others say is recorded all the same,
and compared; it is only in no cell, and no member is called by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieout.facts.master_data import TABLES

NUMBER = "{number}"
TABLES_BY_KIND = {kind.__name__: table for kind, table in TABLES.items()}
"""The kinds of master data that can be owned field by field, each with its mapping table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A connection that is believed about some kinds of facts.

    Attributes:
        facts: their kinds, such as `BillingDocument`, or `Customer`.
        legal_entities: of which companies, as planning calls them; none: of all.
        fields: of master data, the only fields it is believed about, such as `parent`; none: about all that no other owner names.
        codes: what planning calls its records of master data where nobody has said, such as `C_{number}`; empty: somebody has to.
        linked_by: the external ids by which records of other connections may be the same as its own, such as `tax_id`.
    """

    name: str
    connection: str
    facts: tuple[str, ...]
    legal_entities: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    codes: str = ""
    linked_by: tuple[str, ...] = ()

    def overlaps(self, other: Owner) -> bool:
        """Whether both would own a fact, or a field of one; who owns a field stands before who owns all."""
        companies = not self.legal_entities or not other.legal_entities
        companies = companies or not set(self.legal_entities).isdisjoint(other.legal_entities)
        named = bool(self.fields) == bool(other.fields)
        named = named and (not self.fields or not set(self.fields).isdisjoint(other.fields))
        return companies and named and not set(self.facts).isdisjoint(other.facts)


def owner_of_plain(plain: Mapping[str, Any]) -> Owner:
    """The owner as it was compiled."""
    lists = {name: tuple(plain.get(name, ())) for name in ("facts", "legal_entities", "fields", "linked_by")}
    return Owner(**{**plain, **lists})


class Ownership:
    """Who owns what; nobody what no owner is declared of."""

    def __init__(self, owners: Sequence[Owner] = ()) -> None:
        self._owners = {
            (kind, company, field): each
            for each in owners
            for kind in each.facts
            for company in each.legal_entities or (None,)
            for field in each.fields or (None,)
        }
        self._kinds = {kind for each in owners for kind in each.facts}
        self._codes = {
            (each.connection, TABLES_BY_KIND[kind]): each.codes
            for each in owners
            for kind in each.facts
            if each.codes and kind in TABLES_BY_KIND
        }

    def is_owned(self, kind: str) -> bool:
        """Whether anybody owns facts of a kind, of any company."""
        return kind in self._kinds

    def is_planned(self, connection: str, kind: str, legal_entity: str) -> bool:
        """Whether what a connection says of a company in a fact of that kind is planned: everybody's is, where nobody owns it."""
        if not self._owners:
            return True
        owner = self.of(kind, legal_entity)
        return owner is None or owner.connection == connection

    def of(self, kind: str, legal_entity: str, field: str | None = None) -> Owner | None:
        """The owner of a kind, or of a field of it, for a company: who owns the field, else who owns the kind."""
        for stated in dict.fromkeys((field, None)):
            for company in (legal_entity, None):
                owner = self._owners.get((kind, company, stated))
                if owner is not None:
                    return owner
        return None

    def implied(self, connection: str, table: str, key: str) -> str | None:
        """What planning calls a record of its owner where no mapping entry says; None where somebody has to say.

        So it is for a number that no member can be called by: planning keeps neither blanks at its ends nor line breaks.
        """
        codes = self._codes.get((connection, table))
        is_a_code = key == key.strip() and key.isprintable()
        return codes.replace(NUMBER, key) if codes is not None and is_a_code else None
