"""Receipts of writes to planning: which cells, each with its value before and after; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tieout import strict_json
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, by_intersection
from tieout.ledger.table import Item, Key
from tieout.moments import moment_text, parse_moment


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReceipt:
    """A write to planning that was begun."""

    target: str
    receipt_id: str
    opened_at: datetime
    cells: str  # JSON: see `cells_text`

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


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One cell of a receipt; `before_minor` is what planning was last given, None where nobody knew."""

    intersection_id: str
    measure: str
    before_minor: int | None
    after_minor: int


def cells_text(cells: Iterable[CellState]) -> str:
    """Cells as a receipt keeps them: the measures by name, and rows of intersection id, measure by number, before and after."""
    numbers: dict[str, int] = {}
    rows = [
        [
            cell.intersection_id,
            numbers.setdefault(cell.measure, len(numbers)),
            cell.written_minor,
            cell.total_minor,
        ]
        for cell in cells
    ]
    return strict_json.dump({"measures": list(numbers), "rows": rows})


def receipt_rows(text: str) -> Iterator[ReceiptRow]:
    """The rows `cells_text` wrote."""
    kept = strict_json.parse(text.encode())
    for intersection_id, number, before_minor, after_minor in kept["rows"]:
        yield ReceiptRow(intersection_id, kept["measures"][number], before_minor, after_minor)


def open_receipt(target: str, key: Key, item: Item) -> OpenReceipt:
    """The open receipt an item of the table holds."""
    opened_at, _, receipt_id = key[1].removeprefix(keys.OPEN_PREFIX).partition("#")
    return OpenReceipt(
        target=target, receipt_id=receipt_id, opened_at=parse_moment(opened_at), cells=str(item["cells"])
    )
