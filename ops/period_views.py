"""Closed books and what came too late for them, as plain values for a table or for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ops.display import Row
from ops.place import Place
from tieout.arriving.notice import RecordKey
from tieout.closing import Books
from tieout.errors import MalformedError, PermanentError
from tieout.ledger import keys
from tieout.ledger.closing import BooksLedger, LateFact
from tieout.ledger.gate import Change
from tieout.ledger.items import Lineage
from tieout.ledger.late_rows import LateRow, by_books
from tieout.ledger.table import Table, pages
from tieout.moments import moment_text
from tieout.money import Money
from tieout.periods import Period
from tieout.planning.mapping import LEGAL_ENTITY


class UnknownBooksError(PermanentError):
    """The stage has no company of that name, or no period is written so; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which books a command is about; empty: all."""

    periods: Collection[str] = ()
    legal_entity: str = ""
    versions: Collection[str] = ()

    def has(self, books: Books) -> bool:
        """Whether it is about these."""
        is_of_entity = self.legal_entity in {"", books.legal_entity}
        is_in_period = not self.periods or books.period in self.periods
        return is_of_entity and is_in_period and (not self.versions or books.version in self.versions)


def named(place: Place, period: str, legal_entity: str, versions: Iterable[str]) -> list[Books]:
    """The books of a company's period in these plan versions, in those the landscape closes where none is named.

    Raises:
        UnknownBooksError: a company nobody knows would be closed in vain, and so would a period that is none.
    """
    try:
        Period.parse(period)
    except MalformedError as error:
        raise UnknownBooksError(f"{period!r} is neither a month, 2026-03, nor a fiscal period, FY2026-P03") from error
    known = _legal_entities(place)
    if legal_entity not in known:
        raise UnknownBooksError(f"there is no company {legal_entity}; the stage has {', '.join(sorted(known))}")
    wanted = list(versions) or place.closing["versions"]
    if not wanted:
        raise UnknownBooksError(
            "the landscape names no plan version to close (landscape/periods.toml): name a --version"
        )
    return [Books(legal_entity, period, version) for version in wanted]


def books_rows(ledger: BooksLedger, wanted: Wanted) -> list[Row]:
    """Books that were ever closed, newest period first, with how many records came too late for each."""
    late = Counter(fact.books for fact in ledger.late())
    found = sorted(ledger.changes().items(), key=lambda each: each[0].period, reverse=True)
    return [change_row(books, change) | {"late": late[books]} for books, change in found if wanted.has(books)]


def change_row(books: Books, change: Change) -> Row:
    """Books and how they came to be as they are."""
    return {
        **_books_row(books),
        "state": str(change.state) if change.is_done else f"half {change.state}: give the command again",
        "since": moment_text(change.at),
        "by": change.by,
        "reason": change.reason,
    }


def late_rows(facts: Iterable[LateFact], wanted: Wanted) -> Iterator[Row]:
    """What came too late, cell by cell."""
    for fact in facts:
        if wanted.has(fact.books):
            yield from _late_rows(fact)


def late_of_fact(record: RecordKey, rows: Iterable[LateRow], lineage: Lineage) -> Iterator[Row]:
    """What of one fact came too late, cell by cell; who asks to restate it is told with the books alone."""
    facts = (
        LateFact(books=books, record=record, rows=tuple(some), lineage=lineage)
        for books, some in by_books(rows).items()
    )
    return late_rows(facts, Wanted())


def sums(facts: Iterable[LateFact]) -> dict[str, str]:
    """What late differences come to, by measure and currency."""
    found: Counter[tuple[str, str]] = Counter()
    for fact in facts:
        for row in fact.rows:
            for amount in row.amounts:
                found[amount.measure, amount.currency] += amount.amount_minor
    return {f"{measure} {each}": str(Money(minor, each).decimal()) for (measure, each), minor in sorted(found.items())}


def _late_rows(fact: LateFact) -> Iterator[Row]:
    for row in fact.rows:
        members = dict(row.intersection.members)
        for amount in row.amounts:
            yield {
                **_books_row(fact.books),
                "record": str(fact.record),
                "kind": _kind(fact, row),
                "booked_to": row.into.period if row.into else "",
                "amount": str(Money(amount.amount_minor, amount.currency).decimal()),
                "currency": amount.currency,
                "target": row.intersection.target,
                "cube": row.intersection.cube,
                "measure": amount.measure,
                "members": members,
                "where": "/".join(members.values()),
                "recorded_at": moment_text(fact.lineage.recorded_at),
                "asked": fact.asked,
                "approval": fact.approval,
            }


def _kind(fact: LateFact, row: LateRow) -> str:
    """How far what is late has come: one that is to restate may be asked for, and approved."""
    if row.into is not None:
        return str(row.kind)
    return "approved" if fact.approval else "asked for" if fact.asked else str(row.kind)


def _books_row(books: Books) -> Row:
    return {"legal_entity": books.legal_entity, "period": books.period, "version": books.version}


def _legal_entities(place: Place) -> set[str]:
    """Every company that a record can be of: those the landscape declares, and those that sources' companies are mapped to."""
    closing: Mapping[str, list[str]] = place.closing
    mapped = (_members(place.table, connection) for connection in place.connections)
    return set(closing["legal_entities"]).union(*mapped)


def _members(table: Table, connection: str) -> set[str]:
    partition = keys.entries_of(connection, LEGAL_ENTITY)
    found = pages(lambda after: table.query(partition, after=after))
    return {str(item["member"]) for page in found for _, item in page.items}
