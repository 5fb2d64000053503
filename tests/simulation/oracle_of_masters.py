"""What the ledger must hold of a world's master data at rest, by what its sources are at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.sales_system import SALES

if TYPE_CHECKING:
    from tests.simulation.world import World


def master_violations(world: World) -> Iterator[str]:
    """Of each account of which it was told that it was merged into another; those that live on, and Dataverse's, are customers."""
    kinds = {key[0]: item["kind"] for key, item in world.line.table.contents().items() if key[0].startswith("FACT#")}
    for each in world.selling.sales.records.values():
        if each.kind == "Account":
            is_told = each.is_deleted and world.selling.telling.is_told(each.record_id)
            # One that lives on is told of beside what makes no notice, if at all.
            right = {"merged"} if is_told else {"merged" if each.is_deleted else "Customer", None}
            found = kinds.get(f"FACT#{SALES}#account#{each.record_id}")
            if found not in right:
                yield f"account {each.record_id} is recorded as {found}, and should be as one of {right}"
    told = {kind for fact, kind in kinds.items() if fact.startswith(f"FACT#{DATAVERSE}#account#")}
    if not told <= {"Customer"}:
        yield f"accounts of Dataverse are recorded as {told}"
