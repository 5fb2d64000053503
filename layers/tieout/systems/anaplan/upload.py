"""Turns cells of one cube into the file that an import of the model reads, and a dump of that import into refused cells. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tieout.delivering import CellValue
from tieout.errors import MalformedError

LINE_ITEM, VALUE, CELL = "Line item", "Value", "Cell"
"""The columns behind those of the dimensions. The last is not mapped: it tells in a dump which of our cells a row is."""
TWICE = "same_coordinates: the model takes it for the same cell as another of ours, and an import would add the two up"
OTHER_DIMENSIONS = "other_dimensions: its dimensions are not those of the other cells of its cube"
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file.

    Attributes:
        chunks: its parts, which end with a row each.
        rows: how many there are beside the heading.
        left_out: our cell ids to why they are in no row.
    """

    chunks: tuple[bytes, ...]
    rows: int
    left_out: dict[str, str]


def upload_of(cells: Sequence[CellValue], chunk_bytes: int) -> Upload:
    """Cells of one cube, in Anaplan's words, each as one row: its members, its line item, its value in the decimal's own digits.

    A coordinate stands once in a file, upper and lower case alike, since a module import adds the rows of one cell up. The same
    cells give the same file in whatever order they come.
    """
    names = tuple(name for name, _ in min(cells, key=lambda each: each.cell_id).members)
    left_out: dict[str, str] = {}
    rows: dict[tuple[str, ...], list[str]] = {}
    for cell in sorted(cells, key=lambda each: each.cell_id):
        members = dict(cell.members)
        if not cell.value.is_finite():
            raise MalformedError("cell_value_not_finite")
        if tuple(sorted(members)) != tuple(sorted(names)):
            left_out[cell.cell_id] = OTHER_DIMENSIONS
            continue
        coordinates = [*(members[name] for name in names), cell.measure]
        place = tuple(each.casefold() for each in coordinates)
        if place in rows:
            left_out[cell.cell_id] = TWICE
            continue
        rows[place] = [*coordinates, f"{cell.value:f}", cell.cell_id]
    lines = [_line([*names, LINE_ITEM, VALUE, CELL]), *map(_line, rows.values())]
    return Upload(tuple(_chunked(lines, chunk_bytes)), len(rows), left_out)


def refused_in(dump: bytes, cell_ids: Collection[str]) -> dict[str, str]:
    """Our cell ids to the import's reasons, out of the rows of a dump: those we sent, with what is wrong behind them.

    What is no row of ours, such as a heading, says nothing. How a dump is laid out is not documented: so it counts for those cells
    alone that it names, and whether these are all is asked of the counts.
    """
    known = frozenset(cell_ids)
    refused: dict[str, str] = {}
    for row in csv.reader(io.StringIO(dump.decode("utf-8-sig", "replace"))):
        place = next((number for number, text in enumerate(row) if text in known), None)
        if place is not None:
            said = "; ".join(text.strip() for text in row[place + 1 :] if text.strip())
            refused[row[place]] = said[:_LONGEST_REASON] or "refused by the import without a reason"
    return refused


def _line(fields: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue().encode()


def _chunked(lines: Sequence[bytes], chunk_bytes: int) -> Iterator[bytes]:
    chunk = bytearray()
    for line in lines:
        if chunk and len(chunk) + len(line) > chunk_bytes:
            yield bytes(chunk)
            chunk.clear()
        chunk += line
    yield bytes(chunk)
