"""Receipts of writes to planning: which cells, each with its value before and after, and what came of the write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from heapq import merge
from typing import NamedTuple

from tieout import strict_json
from tieout.errors import MalformedError
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, by_intersection
from tieout.ledger.table import Item, Key, Table, pages
from tieout.moments import moment_text, parse_moment
from tieout.money import Money

GENERATIONS = "generations"  # the attribute of an open receipt that only a task's has
_AT_ONCE = 25  # a receipt may be as large as an item can be
_MOST_REASONS = 100  # distinct ones: a receipt that is refused by the table could not be closed
_DOUBTFUL = "?"
_OTHER_REASON = "another reason, which its cell has"


class End(StrEnum):
    """How a write to planning ended."""

    WRITTEN = "written"  # every cell that was not refused
    NOT_WRITTEN = "not written"  # the target took none of it
    ABANDONED = "abandoned"  # no answer was seen, and its cells were written again
    UNDO = "undo"  # no write: a person had values restored; the writes that followed have receipts of their own


class Source(StrEnum):
    """Where a receipt has the value before of a cell from."""

    READ = "read"  # from planning, just before the write
    LAST_GIVEN = "last given"  # what planning was last given, whoever has changed it there since
    UNKNOWN = "unknown"  # nobody could say


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a receipt is closed with.

    Attributes:
        answer: one line in the target's own words or counts; where it took nothing, the class of the error.
        refused: cell id to the target's reason.
        reference: the ids under which the target knows what it did, with blanks between them.
    """

    end: End
    answer: str
    refused: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReceipt:
    """A write to planning that was begun.

    Attributes:
        reference: the ids under which the target knows what it does, or did, with blanks between them.
        generations: where a task of the target's does the writing, the generation of each intersection when it was begun, by its
            id; so that what became of it can be marked by whoever finds out.
    """

    target: str
    receipt_id: str
    opened_at: datetime
    cells: str  # JSON: see `cells_text`
    reference: str = ""
    generations: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The part of the sort key that is the same while the receipt is open and when it is done."""
        return f"{moment_text(self.opened_at)}#{self.receipt_id}"

    @property
    def key(self) -> Key:
        """Where it stands while it is open."""
        return (keys.receipt_partition(self.target), keys.OPEN_PREFIX + self.name)

    def measures(self) -> dict[str, list[str]]:
        """Intersection id to the measures that were written there."""
        return by_intersection(receipt_rows(self.cells))


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneReceipt(OpenReceipt):
    """A write to planning that has ended; its `cells` say which were refused, too."""

    closed_at: datetime
    end: End
    answer: str
    undoes: str = ""  # the name of the receipt whose values before were restored
    by: str = ""  # who had them restored


class ReceiptRow(NamedTuple):
    """One cell of a receipt.

    Attributes:
        before_minor: what planning held, to the minor unit, where it was read, else what it was last given; None where it had
            no such cell, was given nothing before, or nobody knew.
        refused: why the target did not take `after_minor`; None where it did, or nobody knows yet.
    """

    intersection_id: str
    measure: str
    before_minor: int | None
    after_minor: int
    refused: str | None = None
    is_doubtful: bool = False  # nobody knew what planning held before
    is_read: bool = False  # planning was asked just before

    @property
    def cell_id(self) -> str:
        """The cell it is about."""
        return f"{self.intersection_id}:{self.measure}"

    @property
    def source(self) -> Source:
        """Where the value before comes from."""
        if self.is_read:
            return Source.READ
        return Source.UNKNOWN if self.is_doubtful else Source.LAST_GIVEN


class ReceiptLedger:
    """The receipts of all targets, for those who ask what was written when; nothing is written here."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def newest(self, *targets: str) -> Iterator[OpenReceipt | DoneReceipt]:
        """Those of all of these targets, whether their end is known or not, the newest first."""
        each = [*map(self._open, targets), *map(self._done, targets)]
        yield from merge(*each, key=lambda receipt: receipt.name, reverse=True)

    def _open(self, target: str) -> Iterator[OpenReceipt]:
        for key, item in self._items(target, keys.OPEN_PREFIX):
            yield open_receipt(target, key, item)

    def _done(self, target: str) -> Iterator[DoneReceipt]:
        for key, item in self._items(target, keys.DONE_PREFIX):
            yield _done_receipt(target, key, item)

    def written_between(self, target: str, since: datetime, until: datetime) -> Iterator[DoneReceipt]:
        """The writes that were begun between two moments and are done, newest first."""
        for key, item in self._items(target, keys.DONE_PREFIX):
            receipt = _done_receipt(target, key, item)
            if receipt.opened_at < since:
                return
            if receipt.opened_at < until and receipt.end is End.WRITTEN:
                yield receipt

    def _items(self, target: str, prefix: str) -> Iterator[tuple[Key, Item]]:
        partition = keys.receipt_partition(target)
        for page in pages(
            lambda after: self._table.query(partition, prefix=prefix, limit=_AT_ONCE, after=after, newest_first=True)
        ):
            yield from page.items


def cells_text(cells: Iterable[CellState], held: Mapping[str, Decimal | None]) -> str:
    """Cells as a receipt keeps them (see `rows_text`), with what planning was read to hold of those it was asked for."""
    return rows_text(_row(cell, held) for cell in cells)


def _row(cell: CellState, held: Mapping[str, Decimal | None]) -> ReceiptRow:
    before = ReceiptRow(
        cell.intersection_id, cell.measure, cell.written_minor, cell.wanted_minor, is_doubtful=cell.is_doubted
    )
    if cell.cell_id not in held:
        return before
    number = held[cell.cell_id]
    try:
        read = None if number is None else Money.of(number, cell.currency).amount_minor
    except MalformedError:  # no amount of money, so nothing that the ledger could give back
        return before
    return before._replace(before_minor=read, is_doubtful=False, is_read=True)


def rows_text(cells: Iterable[ReceiptRow]) -> str:
    """The measures by name, and rows of intersection id, measure by number, before (or that nobody knew) and after.

    Beside them the numbers of the rows whose value before was read, where any was.
    """
    cells = tuple(cells)
    numbers: dict[str, int] = {}
    rows = [
        [
            cell.intersection_id,
            numbers.setdefault(cell.measure, len(numbers)),
            _DOUBTFUL if cell.is_doubtful else cell.before_minor,
            cell.after_minor,
        ]
        for cell in cells
    ]
    read = [number for number, cell in enumerate(cells) if cell.is_read]
    return strict_json.dump({"measures": list(numbers), "rows": rows} | ({"read": read} if read else {}))


def with_refusals(text: str, refused: Mapping[str, str]) -> str:
    """Cells as a done receipt keeps them: the reasons in a list, and behind each row refused the number of its own."""
    if not refused:
        return text
    kept = strict_json.parse(text.encode())
    numbers: dict[str, int] = {}
    for row in kept["rows"]:
        reason = refused.get(f"{row[0]}:{kept['measures'][row[1]]}")
        if reason is not None:
            told = reason if reason in numbers or len(numbers) < _MOST_REASONS else _OTHER_REASON
            row.append(numbers.setdefault(told, len(numbers)))
    return strict_json.dump(kept | {"refused": list(numbers)})


def receipt_rows(text: str) -> Iterator[ReceiptRow]:
    """The rows `cells_text` and `with_refusals` wrote."""
    kept = strict_json.parse(text.encode())
    read = frozenset(kept.get("read", ()))
    for place, (intersection_id, number, before_minor, after_minor, *reason) in enumerate(kept["rows"]):
        is_doubtful = before_minor == _DOUBTFUL
        yield ReceiptRow(
            intersection_id,
            kept["measures"][number],
            None if is_doubtful else before_minor,
            after_minor,
            kept["refused"][reason[0]] if reason else None,
            is_doubtful=is_doubtful,
            is_read=place in read,
        )


def open_receipt(target: str, key: Key, item: Item) -> OpenReceipt:
    """The open receipt an item of the table holds."""
    opened_at, receipt_id = _named(key, keys.OPEN_PREFIX)
    return OpenReceipt(
        target=target,
        receipt_id=receipt_id,
        opened_at=opened_at,
        cells=str(item["cells"]),
        reference=str(item.get("reference", "")),
        generations=strict_json.parse(str(item.get(GENERATIONS, "{}")).encode()),
    )


def receipt_of(key: Key, item: Item) -> OpenReceipt:
    """The receipt an item of the table holds; a `DoneReceipt` where its end is known."""
    target = key[0].removeprefix(keys.receipt_partition(""))
    return (_done_receipt if key[1].startswith(keys.DONE_PREFIX) else open_receipt)(target, key, item)


def done_item(receipt: OpenReceipt, now: datetime, closing: Closing) -> dict[str, str]:
    """What is kept of a receipt that was closed; what is empty is left out."""
    return {
        "cells": with_refusals(receipt.cells, closing.refused),
        "end": str(closing.end),
        "answer": closing.answer,
        "closed_at": moment_text(now),
    } | ({"reference": closing.reference} if closing.reference else {})


def _done_receipt(target: str, key: Key, item: Item) -> DoneReceipt:
    opened_at, receipt_id = _named(key, keys.DONE_PREFIX)
    return DoneReceipt(
        target=target,
        receipt_id=receipt_id,
        opened_at=opened_at,
        cells=str(item["cells"]),
        closed_at=parse_moment(str(item["closed_at"])),
        end=End(item["end"]),
        answer=str(item["answer"]),
        reference=str(item.get("reference", "")),
        undoes=str(item.get("undoes", "")),
        by=str(item.get("by", "")),
    )


def _named(key: Key, prefix: str) -> tuple[datetime, str]:
    """When a receipt was opened, and its id."""
    opened_at, _, receipt_id = key[1].removeprefix(prefix).partition("#")
    return parse_moment(opened_at), receipt_id
