"""Turns members into the archive that an import of metadata reads, what it rejected into codes, and a hierarchy into members. Pure.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/import_metadata.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tieout.members import HeldMember, Member, folded
from tieout.systems.oracle_epm.archives import packed, unpacked

PARENT, ALIAS = "Parent", "Alias: Default"
UNSAID = "rejected by the import without a reason"
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class PlannedDimension:
    """A dimension of ours as the application has it.

    Attributes:
        name: theirs.
        prefix: what stands before our members there.
    """

    name: str
    prefix: str = ""

    def archive(self, members: Sequence[Member]) -> bytes:
        """Members as an archive with one file; what is not said of one that is there stays, as does one that is not in it.

        A file is read in order, so that a parent in it is to stand before its children.
        """
        properties = list(dict.fromkeys(name for each in members for name in each.properties))
        out = io.StringIO()
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow([self.name, PARENT, ALIAS, *properties])
        for each in members:
            parent = self.prefix + each.parent if each.parent else ""
            further = (each.properties.get(name, "") for name in properties)
            lines.writerow([self.prefix + each.code, parent, each.name, *further])
        return packed({f"tieout_{self.name}.csv": out.getvalue()})

    def rejected_in(self, archive: bytes, codes: Collection[str]) -> dict[str, str]:
        """Code to the reason of those that an archive of rejected records names; what is none of ours says nothing.

        How such a file is laid out is not documented: the first field of a row that is one of our members is taken for the record's
        own, and for the reason what stands before it and behind the columns of the heading.
        """
        ours = {folded(self.prefix + code): code for code in codes}
        found: dict[str, str] = {}
        with suppress(csv.Error):
            for text in unpacked(archive):
                found |= _named(text, ours)
        return found

    def held_in(self, hierarchy: Mapping[str, Any]) -> Iterator[HeldMember]:
        """The members of a hierarchy, each below its parent; properties are not shown."""
        yield from self._below(hierarchy, "")

    def _below(self, member: Mapping[str, Any], above: str) -> Iterator[HeldMember]:
        children = member.get("children")
        for child in children if isinstance(children, list) else []:
            name = child.get("name") if isinstance(child, dict) else None
            if isinstance(name, str) and name:
                alias = child.get("alias")
                yield HeldMember(
                    code=self._ours(name),
                    name=alias if isinstance(alias, str) else "",
                    parents=frozenset({folded(self._ours(above)), folded(above)} - {""}),
                    properties=None,
                )
                yield from self._below(child, name)

    def _ours(self, name: str) -> str:
        return name[len(self.prefix) :] if name.casefold().startswith(self.prefix.casefold()) else name


def _named(text: str, ours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    columns = 0
    for fields in csv.reader(io.StringIO(text)):
        if PARENT in fields:
            columns = len(fields) - ("Error" in fields)
            continue
        place = next((number for number, each in enumerate(fields) if folded(each.strip()) in ours), None)
        if place is not None:
            said = [*fields[:place], *fields[max(columns, place + 1) :]]
            reason = "; ".join(each.strip() for each in said if each.strip())
            yield ours[folded(fields[place].strip())], reason[:_LONGEST_REASON] or UNSAID
