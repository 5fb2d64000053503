"""The records of a Salesforce organisation as it keeps them, and what changes of one are told by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Change(NamedTuple):
    """What happened to a record, as change events call it (`CREATE`, `UPDATE`, `DELETE`, `UNDELETE`).

    Attributes:
        stamp: the record's `SystemModstamp` then.
        parent: of a product the opportunity it is of.
    """

    kind: str
    record_id: str
    operation: str
    stamp: str
    parent: str = ""


@dataclass(slots=True)
class Record:
    """A record; `fields` by their API names, that of a related one with a dot.

    Attributes:
        before: what a lagging replica still shows of it.
        was_readable: whether it ever held nothing but what can be read.
        is_spoilt: whether it does not now.
        gone_with: the opportunity with which it was deleted.
    """

    kind: str
    fields: dict[str, Any]
    before: Mapping[str, Any] | None = None
    was_readable: bool = True
    is_spoilt: bool = False
    gone_with: str = ""

    @property
    def record_id(self) -> str:
        """Its id in 18 characters."""
        return str(self.fields["Id"])

    @property
    def is_deleted(self) -> bool:
        """Whether it lies in the recycle bin."""
        return bool(self.fields["IsDeleted"])

    def change(self, operation: str) -> Change:
        """That this happened to it now."""
        parent = str(self.fields.get("OpportunityId", ""))
        return Change(self.kind, self.record_id, operation, self.fields["SystemModstamp"], parent)


def row_of(fields: Mapping[str, Any], columns: Iterable[str]) -> Mapping[str, Any]:
    """What a query of these columns shows of a record; `KeyError` for a column there is none of."""
    row: dict[str, Any] = {}
    for column in columns:
        name, dot, of_related = column.partition(".")
        value = fields[column]
        row[name] = {of_related: value} if dot and value is not None else value
    return row
