"""Books and whether they are open: periods of legal entities and plan versions that change no more, and what comes late. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self


class Books(NamedTuple):
    """What is closed as one: a period of a legal entity in a plan version.

    Attributes:
        period: as planning has it, `2026-03` or `FY2026-P03`.
        version: such as `Actual`; empty where a cube has none.
    """

    legal_entity: str
    period: str
    version: str

    @classmethod
    def of_text(cls, text: str) -> Self:
        """The books whose text it is: neither a period nor a version has `#` in its name."""
        period, version, legal_entity = text.split("#", 2)
        return cls(legal_entity, period, version)

    def __str__(self) -> str:
        return f"{self.period}#{self.version}#{self.legal_entity}"


NO_BOOKS = Books("", "", "")
"""Of a contribution that nobody can close."""


class BooksState(StrEnum):
    """Whether books may change."""

    OPEN = "open"
    SOFT_CLOSED = "soft-closed"
    CLOSED = "closed"


class Treatment(StrEnum):
    """What becomes of a change of books that are not open."""

    ACCEPT = "accept"
    HOLD = "hold"
    NEXT_OPEN = "next_open"
    RESTATE = "restate"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRule:
    """What becomes of changes that come late.

    Attributes:
        legal_entities: of whose books; empty: everybody's.
        flows: that brought the change; empty: all.
        soft_closed: `accept`: they change as ever; `hold`: the change waits until they are open again; `next_open`: the
            difference is booked to the next period that is open, as an adjustment; `restate`: it waits for an approval.
        closed: the same of closed ones, which never simply change.
    """

    name: str
    legal_entities: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    soft_closed: Literal["accept", "hold", "next_open", "restate"] = "hold"
    closed: Literal["hold", "next_open", "restate"] = "hold"

    def is_for(self, legal_entity: str, flow: str) -> bool:
        """Whether it says what becomes of a change of this company's books by this flow."""
        is_of_entity = not self.legal_entities or legal_entity in self.legal_entities
        return is_of_entity and (not self.flows or flow in self.flows)


_HELD = LateRule(name="held")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How books are closed.

    Attributes:
        versions: the plan versions whose books are closed where none is named.
        late: the first that is for a change decides; where none is, it is held.
    """

    versions: tuple[str, ...] = ()
    late: tuple[LateRule, ...] = ()

    def treatment(self, books: Books, state: BooksState, flow: str) -> Treatment:
        """What becomes of a change that a flow brought of books in a state."""
        if state is BooksState.OPEN:
            return Treatment.ACCEPT
        rule = next((rule for rule in self.late if rule.is_for(books.legal_entity, flow)), _HELD)
        return Treatment(rule.soft_closed if state is BooksState.SOFT_CLOSED else rule.closed)


def closing_of_plain(plain: Mapping[str, Any]) -> Closing:
    """How books are closed, as it is compiled into a function's asset: already checked, so nothing is checked here."""
    return Closing(
        versions=tuple(plain.get("versions", ())),
        late=tuple(
            LateRule(**{**each, "legal_entities": tuple(each["legal_entities"]), "flows": tuple(each["flows"])})
            for each in plain.get("late", ())
        ),
    )
