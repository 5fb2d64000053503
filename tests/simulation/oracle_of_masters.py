"""What the ledger must hold of a world's master data at rest, by what its sources are at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.simulation.sales_system import SALES

if TYPE_CHECKING:
    from tests.simulation.world import World


def master_violations(world: World) -> Iterator[str]:
    """Every account of which it was told that it was merged into another is known as such; of the others nothing is told."""
    kinds = {key[0]: item["kind"] for key, item in world.line.table.contents().items() if key[0].startswith("FACT#")}
    for each in world.selling.sales.records.values():
        if each.kind == "Account":
            is_told = each.is_deleted and world.selling.telling.is_told(each.record_id)
            right = {"merged"} if is_told else {"merged", None} if each.is_deleted else {None}
            found = kinds.get(f"FACT#{SALES}#account#{each.record_id}")
            if found not in right:
                yield f"account {each.record_id} is recorded as {found}, and should be as one of {right}"
