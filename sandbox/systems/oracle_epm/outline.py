"""The simulated import of metadata from a file of the environment: members added and changed record by record, in its order.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/import_metadata.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.systems.oracle_epm.definition import Member
from sandbox.systems.oracle_epm.environment import Call
from sandbox.systems.oracle_epm.loading import files_of, packed, text_of


def import_metadata(
    call: Call, dimension: str, parameters: Mapping[str, Any], *, half: bool
) -> tuple[list[dict[str, Any]], bytes]:
    """Add and change members, which cells see after the next refresh; the counts, and the archive of rejected records.

    Raises:
        ValueError: there is no such file, or none of this dimension.
    """
    content = call.environment.files.get(str(parameters.get("importZipFileName")))
    if content is None:
        raise ValueError("The import file does not exist.")
    [[heading, *records]] = files_of(content)
    if heading[:2] != [dimension, "Parent"]:
        raise ValueError("The import file is not of this dimension.")
    taken = records[: len(records) // 2] if half else records
    rejected = [[*record, why] for record in taken if (why := _imported(call, dimension, heading, record))]
    counts = {
        "recordsRead": len(taken),
        "recordsRejected": len(rejected),
        "recordsProcessed": len(taken) - len(rejected),
        "dimensionName": dimension,
        "loadType": "Metadata Import",
    }
    rows = [[*heading, "Error"], *rejected]
    return [counts], packed({f"{dimension}.csv": text_of(rows)} if rejected else {})


def _imported(call: Call, dimension: str, heading: list[str], record: list[str]) -> str:
    """Why a record was rejected; empty where its member is as it says."""
    said = dict(zip(heading, record, strict=True))
    name, parent, alias = said[dimension], said["Parent"], said.get("Alias: Default", "")
    outline = call.application.outline()
    found, above = outline.get(name.casefold()), outline.get(parent.casefold())
    fault = call.environment.faults.take(frozenset({"reject_member"}), "", name)
    if fault is not None:
        return str(fault.detail.get("reason", "the member was refused"))
    if found is not None and found.dimension != dimension:
        return f"{name} is a member of {found.dimension}"
    if parent and (above is None or above.dimension != dimension):
        return f"There is no parent {parent}"
    member = found or Member(name, dimension)
    member = replace(member, parent=above.name if above else member.parent, alias=alias or member.alias)
    call.application.imported[name.casefold()] = member
    return ""
