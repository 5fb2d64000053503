"""Turns cells of one cube into the archive that an import of data reads, and the records it left out into refused cells. Pure.

A row has one value, so that a record which is rejected is one cell: the columns of a cube's measures stand in files of their own,
which an archive may hold (`data1-2.csv`, `data2-2.csv`). None has a place for a cell that was not given.
https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/import_data.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tieout.systems.oracle_epm.archives import packed, unpacked
from tieout.systems.oracle_epm.coordinates import PlacedCell
from tieout.systems.oracle_epm.grids import MISSING
from tieout.systems.oracle_epm.options import Cube, LoadOptions

POINT_OF_VIEW, CUBE = "Point-of-View", "Data Load Cube Name"
TWICE = "same_coordinates: the cube takes it for the same cell as another of ours"
OTHER_DIMENSIONS = "other_dimensions: it has no member of the dimensions that a load's rows and columns are made of"
NO_FILE_NAME = "member_name_unfit: a load file cannot say a member's name with a quotation mark or a line's end"
UNSAID = "rejected by the load without a reason"
_UNFIT = frozenset('"\r\n')
_SPECIAL = frozenset(",()&@")  # in a point of view they separate members, or call functions and variables of Planning's
_LONGEST_REASON = 200
_COLUMNS = 4

_Key = tuple[str, frozenset[str], str]  # member of the row, members of the point of view, plan type


@dataclass(frozen=True, slots=True)
class _Row:
    """One cell as a row of the file of its driver."""

    cell_id: str
    driver: str
    member: str
    point_of_view: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True)
class LoadFile:
    """What one load is to set.

    Attributes:
        plan_type: where.
        dimension: the one whose members begin the rows.
        rows: a cell each.
        left_out: cell id to why it is in no row.
    """

    plan_type: str
    dimension: str
    rows: tuple[_Row, ...]
    left_out: Mapping[str, str]

    def archive(self) -> bytes:
        """The ZIP archive, with a file for each column."""
        drivers = list(dict.fromkeys(row.driver for row in self.rows))
        return packed(
            {f"data{number}-{len(drivers)}.csv": self._text_of(driver) for number, driver in enumerate(drivers, 1)}
        )

    def rejected_in(self, archive: bytes) -> dict[str, str]:
        """Cell id to the reason of those that the archive of rejected records names; what is no row of ours says nothing.

        How such a file is laid out is not documented: our rows are looked for in it, and whose column they are of by the heading
        above them. Whether these are all that were rejected is asked of the job's counts.
        """
        ours: dict[_Key, dict[str, str]] = {}
        for row in self.rows:
            key = _key(row.member, _quoted(row.point_of_view), self.plan_type)
            ours.setdefault(key, {})[row.driver.casefold()] = row.cell_id
        found: dict[str, str] = {}
        with suppress(csv.Error):
            for text in unpacked(archive):
                found |= _named(text, ours)
        return found

    def _text_of(self, driver: str) -> str:
        out = io.StringIO()
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow([self.dimension, driver, POINT_OF_VIEW, CUBE])
        for row in self.rows:
            if row.driver == driver:
                lines.writerow([row.member, row.value, _quoted(row.point_of_view), self.plan_type])
        return out.getvalue()


def load_file_of(cells: Sequence[PlacedCell], cube: Cube, layout: LoadOptions, refused: Mapping[str, str]) -> LoadFile:
    """Cells of one cube as what a load is to set, the same in whatever order they come.

    Args:
        cells: those that have a place in the application.
        cube: their cube.
        layout: how the files of its loads are laid out.
        refused: cell id to why it has none.
    """
    left_out, rows = dict(refused), dict[tuple[str, ...], _Row]()
    for cell in sorted(cells, key=lambda each: each.cell_id):
        row = _row_of(cell, cube, layout)
        if isinstance(row, str):
            left_out[cell.cell_id] = row
            continue
        coordinates = tuple(sorted(each.casefold() for each in cell.members))
        if coordinates in rows:
            left_out[cell.cell_id] = TWICE
        else:
            rows[coordinates] = row
    return LoadFile(cube.plan_type, layout.rows, tuple(rows.values()), left_out)


def _row_of(cell: PlacedCell, cube: Cube, layout: LoadOptions) -> _Row | str:
    """A cell's row, or why it can have none."""
    members = dict(cell.place) | {cube.measure_dimension: cell.measure}
    if any(_UNFIT & set(member) for member in members.values()):
        return NO_FILE_NAME
    member, driver = members.pop(layout.rows, None), members.pop(layout.drivers or cube.measure_dimension, None)
    if member is None or driver is None:
        return OTHER_DIMENSIONS
    value = MISSING if cell.value is None else f"{cell.value:f}"
    return _Row(cell.cell_id, driver, member, tuple(members.values()), value)


def _quoted(members: Sequence[str]) -> str:
    return ",".join(f'"{member}"' if _SPECIAL & set(member) else member for member in members)


def _key(member: str, point_of_view: str, plan_type: str) -> _Key:
    """A row for comparing: upper and lower case, and the order of the point of view, do not tell two apart."""
    [members] = csv.reader([point_of_view]) if point_of_view else [[]]
    return (
        member.strip().casefold(),
        frozenset(each.strip().casefold() for each in members),
        plan_type.strip().casefold(),
    )


def _named(text: str, ours: Mapping[_Key, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    driver = ""
    for fields in csv.reader(io.StringIO(text)):
        for place in range(len(fields) - _COLUMNS + 1):
            member, value, point_of_view, plan_type = fields[place : place + _COLUMNS]
            if (point_of_view, plan_type) == (POINT_OF_VIEW, CUBE):
                driver = value.casefold()
                break
            if _is_one_line(point_of_view) and (meant := ours.get(_key(member, point_of_view, plan_type))):
                cell_id = next(iter(meant.values())) if len(meant) == 1 else meant.get(driver)
                if cell_id is not None:
                    said = [each.strip() for each in (*fields[:place], *fields[place + _COLUMNS :]) if each.strip()]
                    yield cell_id, "; ".join(said)[:_LONGEST_REASON] or UNSAID
                break


def _is_one_line(text: str) -> bool:
    return "\n" not in text and "\r" not in text
