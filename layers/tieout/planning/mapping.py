"""Mapping tables: what the source's members (customers, products, accounts, stages, rates) are called in planning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tieout.errors import MalformedError
from tieout.facts.families import TABLES as FAMILY_TABLES
from tieout.facts.family import PERIOD_TABLE
from tieout.money import decimal_of, is_currency
from tieout.periods import Period
from tieout.planning.validity import Term, terms_of
from tieout.rate_types import RATE_TYPES, SPOT, RateType

RATE = "rate"
LEGAL_ENTITY = "legal_entity"  # what a source calls its companies, such as NetSuite's subsidiaries

# The mapping tables there are: those the families of facts declare, and those that belong to no family.
TABLES: tuple[str, ...] = (*FAMILY_TABLES, LEGAL_ENTITY, PERIOD_TABLE, RATE)

# Whose entries decide the period of a line, and with it which other entries are asked for.
_DECIDING_TABLES = frozenset({LEGAL_ENTITY, PERIOD_TABLE})

# Whose entries say the same in all periods: those that decide which one it is, and rates, whose keys name theirs.
_ALWAYS_VALID = _DECIDING_TABLES | {RATE}

EVERY_CONNECTION = "*"  # the connection of tables that belong to none, such as rates


class MappingKey(NamedTuple):
    """One entry of a mapping table: the source's value `key` of `table` for `connection`."""

    connection: str
    table: str
    key: str

    @classmethod
    def rate(cls, kind: RateType, currency: str, into: str, when: str) -> MappingKey:
        """The rate of a type from one currency into another, of a period or a day; it belongs to no connection."""
        return cls(EVERY_CONNECTION, RATE, f"{kind}:{currency}>{into}@{when}")

    @classmethod
    def of_text(cls, text: str) -> MappingKey:
        """The entry whose text it is: neither a connection nor a table has `#` in its name."""
        connection, table, key = text.split("#", 2)
        return cls(connection, table, key)

    @property
    def leads_on(self) -> bool:
        """Whether what it says decides which other entries are asked for: a company's calendar its periods, a period its rates."""
        return self.table in _DECIDING_TABLES

    def __str__(self) -> str:
        return f"{self.connection}#{self.table}#{self.key}"


# What a lookup found; a key that is not in it is not mapped.
Found = Mapping[MappingKey, str]

# What a fact was planned with; a rate that says nothing is one that others stood in for, and no longer do once it is there.
Used = Mapping[MappingKey, str | None]


def has_members(table: str) -> bool:
    """Whether the entries of a table name members of planning, and no words of ours, periods or rates."""
    return table not in {PERIOD_TABLE, RATE} and not FAMILY_TABLES.get(table)


def check_entry(key: MappingKey, value: str) -> None:
    """Refuse an entry the line could not use, before it is stored.

    Raises:
        MalformedError: `reason` says what is wrong: an unknown table, an empty member, a member the table's family does not
            know (a stage outside `STAGES`), a rate that is no positive number or not keyed `average:EUR>USD@2026-03`
            (`spot:EUR>USD@2026-03-31`), a period that is none (`Period.parse`), a validity where the table can have none.
    """
    if key.table not in TABLES:
        raise MalformedError("mapping_table_unknown")
    terms = terms_of(value)
    if key.table in _ALWAYS_VALID and terms != (Term("", "", value),):
        raise MalformedError(f"mapping_{key.table}_has_no_validity")
    for each in terms:
        _check_member(key, each.member)


def _check_member(key: MappingKey, member: str) -> None:
    if not member or not key.key or member != member.strip():
        raise MalformedError("mapping_empty_or_padded")
    members = FAMILY_TABLES.get(key.table)
    if members and member not in members:
        raise MalformedError(f"mapping_{key.table}_not_canonical")
    if key.table == PERIOD_TABLE:
        Period.parse(member)
    if key.table == RATE:
        _check_rate(key.key, member)


def _check_rate(key: str, value: str) -> None:
    kind, _, conversion = key.partition(":")
    pair, _, when = conversion.partition("@")
    currency, _, into = pair.partition(">")
    if not (is_currency(currency) and is_currency(into)):
        raise MalformedError("mapping_rate_key")
    if kind not in RATE_TYPES:
        raise MalformedError("mapping_rate_type_unknown")
    if kind != SPOT or not _is_day(when):
        Period.parse(when)
    if decimal_of(value) <= Decimal(0):
        raise MalformedError("mapping_rate_not_positive")


def _is_day(text: str) -> bool:
    """Whether a text is a day as `date.isoformat` writes it, and nothing else."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
