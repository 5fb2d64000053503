"""The simulated import of data from a file of the environment, record by record, and the file of those it rejected.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/import_data.html
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.systems.oracle_epm.environment import Call
from sandbox.systems.oracle_epm.importing import SentCell, judge, store

_TAIL = ["Point-of-View", "Data Load Cube Name"]
_Counts = dict[str, Any]


def import_data(call: Call, parameters: Mapping[str, Any], *, half: bool) -> tuple[list[_Counts], bytes]:
    """Set the cells of the records; what each file came to, and the archive of rejected records.

    A service administrator's load asks for no access: cells that are closed to others are set.

    Args:
        call: whose application it is.
        parameters: of the job.
        half: whether it stops in the middle of each file.

    Raises:
        ValueError: there is no such file, or none that can be read.
    """
    content = call.environment.files.get(str(parameters.get("importFileName")))
    if content is None:
        raise ValueError("The import file does not exist.")
    counts, rejected = [], dict[str, list[list[str]]]()
    for heading, *records in files_of(content):
        if heading[-2:] != _TAIL or not records:
            raise ValueError("The import file is not valid.")
        taken = records[: len(records) // 2] if half else records
        refused = [[*record, why] for record in taken if (why := _imported(call, heading, record))]
        if refused:
            rejected.setdefault(heading[0], []).extend([[*heading, "Error"], *refused])
        counts.append(
            {
                "recordsRead": len(taken),
                "recordsRejected": len(refused),
                "recordsProcessed": len(taken) - len(refused),
                "dimensionName": heading[0],
                "loadType": "Data Import",
            }
        )
    return counts, packed({f"{name}.csv": text_of(rows) for name, rows in rejected.items()})


def packed(texts: Mapping[str, str]) -> bytes:
    """An archive of files, name to text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return out.getvalue()


def files_of(content: bytes) -> Iterator[list[list[str]]]:
    """The rows of each file of an archive; raises `ValueError` where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield list(csv.reader(io.StringIO(archive.read(name).decode())))
    except zipfile.BadZipFile as error:
        raise ValueError("The import file is not valid.") from error


def _imported(call: Call, heading: list[str], record: list[str]) -> str:
    """Why a record was rejected, as a whole; empty where its cells are set."""
    member, *values, point_of_view, cube_name = record
    cube = call.application.cube(cube_name)
    if cube is None or len(record) != len(heading):
        return "Invalid cube name or number of columns"
    [others] = csv.reader([point_of_view])
    cells = []
    for driver, value in zip(heading[1:-2], values, strict=True):
        names = (member, driver, *others)
        cell = SentCell(names, 0, value, call.application.members_of(cube, names))
        judge(call, cell)
        if cell.other or (cell.members and any(each.is_parent or each.is_dynamic for each in cell.members)):
            return "; ".join(cell.other or cell.read_only)
        cells.append(cell)
    for cell in cells:
        store(call, cube, cell, adding=False)
    return ""


def text_of(rows: list[list[str]]) -> str:
    """Rows as the text of a file."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
