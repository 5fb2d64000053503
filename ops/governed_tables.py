"""Which mapping tables of a stage change only by a proposal that somebody else approves."""

from __future__ import annotations

from collections.abc import Iterable

from ops.place import Place
from tieout.errors import PermanentError
from tieout.governance import approval_of_plain
from tieout.planning.mapping import MappingKey


class NeedsApprovalError(PermanentError):
    """Entries change only by a proposal that somebody else approves; nothing was changed."""


def needs_approval(place: Place, entry: MappingKey) -> bool:
    """Whether an entry changes only by a proposal."""
    declared = map(approval_of_plain, place.declared("Approval"))
    return any(each.is_needed_for(entry.connection, entry.table) for each in declared)


def refuse_governed(place: Place, entries: Iterable[MappingKey]) -> None:
    """Refuse entries that nobody changes alone.

    Raises:
        NeedsApprovalError: naming the first, and what to run instead.
    """
    for entry in entries:
        if needs_approval(place, entry):
            raise NeedsApprovalError(
                f"{entry.table} {entry.key} changes only by a proposal that somebody else approves: `tieout mappings propose` "
                "takes the same and a --reason; `tieout mappings retire` has an entry go"
            )
