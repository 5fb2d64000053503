"""What a source said a record is, at a version: a fact of one of the families, or the reason there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, reduce
from typing import Any

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.facts.family import Fact, HistoricFact
from tieout.money import Money
from tieout.periods import Period

ABSENCE_VERSION = 1
"""Of the schema that an absence is written by; the families have versions of their own."""


class Absence(StrEnum):
    """Why a record has no fact."""

    DELETED = "deleted"
    MERGED = "merged"  # it lives on as another record
    NOT_POSTED = "not_posted"  # exists, but is not in the books: a draft, an order, a quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a source said a record is, at a version: a fact, or the reason there is none.

    Attributes:
        source_version: the source's own monotonic stamp; texts of one connection and entity compare as versions do.
            Empty for a record the source no longer knows anything of: such a statement keeps the version stored.
        is_whole: of a fact with a history, that it is all of it: the source keeps what its records have been, so what it does not
            state any more was taken back.
    """

    key: RecordKey
    source_version: str
    fact: Fact | None
    absence: Absence | None = None
    related: tuple[RecordKey, ...] = field(
        default=()
    )  # records to be read because of this one, such as a merge's new deal
    is_whole: bool = False

    def __post_init__(self) -> None:
        if (self.fact is None) == (self.absence is None):
            raise ValueError("a statement is a fact or an absence")


def joined(statement: Statement, known: Iterable[Fact | None]) -> Statement:
    """What is stated of a record that has a history, with all that was known of it, as of the last version there is.

    A record that has no history is as it is stated, and so is one whose history is stated whole.

    Args:
        statement: what is stated now.
        known: in the order in which one takes the place of another that says something else of the same version; facts of other
            kinds have nothing to do with it.
    """
    fact = statement.fact
    if not isinstance(fact, HistoricFact) or statement.is_whole:
        return statement
    earlier = [each for each in known if isinstance(each, type(fact))]
    whole = fact.joined(reduce(lambda before, each: each.joined(before), earlier)) if earlier else fact
    return replace(statement, fact=whole, source_version=whole.latest_version())


def fact_kind(fact: Fact) -> str:
    """The fact's canonical name, such as `Opportunity` or `Invoice`: that of its class."""
    return type(fact).__name__


def canonical_text(statement: Statement) -> str:
    """What is stated, as JSON with a fixed order, so that equal statements have equal texts; the version is no part of it.

    What a record does not have, and what is as the kind has it by default, is left out: facts are kept by the million.
    """
    if statement.fact is None:
        return strict_json.dump({"absence": str(statement.absence)})
    return strict_json.dump({"kind": fact_kind(statement.fact), **_plain(statement.fact)})


@cache
def _fields(kind: Any) -> tuple[tuple[str, object], ...]:  # noqa: ANN401 a dataclass
    """The names of its fields, each with its default."""
    return tuple((each.name, each.default) for each in fields(kind))


_AS_IT_IS = frozenset((str, int, bool, type(None), Decimal))


def _plain(value: object) -> Any:  # noqa: ANN401 JSON values
    kind: Any = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, Money | Period):
        return str(value)
    if is_dataclass(value):
        stated = ((name, getattr(value, name), default) for name, default in _fields(kind))
        return {name: _plain(said) for name, said, default in stated if said is not None and said != default}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
