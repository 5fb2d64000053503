"""Turns a plan into the writes of a transaction: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.ledger import keys
from tieout.ledger.items import Lineage, fact_item, lineage_item, mappings_text
from tieout.ledger.plan import Part, Plan
from tieout.ledger.table import (
    MAX_TRANSACTION_WRITES,
    Absent,
    Check,
    Condition,
    Delete,
    Equals,
    Key,
    Put,
    Update,
    Write,
)
from tieout.periods import moment_text
from tieout.planning.cells import Cell


@dataclass(frozen=True, slots=True)
class CellChange:
    """How one cell and one contribution change."""

    cell_id: str
    target: str
    cell: Cell | None  # None where the fact only leaves the cell
    before: Part | None
    after: Part | None

    @property
    def difference(self) -> int:
        """What is added to the cell's total, in minor units."""
        return (self.after.amount_minor if self.after else 0) - (self.before.amount_minor if self.before else 0)


def revision_of(plan: Plan) -> int:
    """The revision of the ledger that a plan was made from; 0 for a record it did not know."""
    return plan.stored.revision if plan.stored else 0


def unchanged(plan: Plan) -> Condition:
    """The condition that the ledger still holds what the plan was made from, and that no later reading confirmed it."""
    return Equals("readings", plan.stored.readings) if plan.stored else Absent("revision")


def confirmation(plan: Plan) -> Update:
    """The write of a duplicate: it was read after the ledger, so no reading that is older may be committed after it.

    Between two equal readings the source may have said something else at the same version (a deal archived and restored,
    a customer changed and changed back), and another worker may be about to commit that. Confirmations do not exclude
    each other.

    It says with which mapping entries the same came out: where an entry was replaced and that changed nothing, the fact
    is no longer one that was planned with the old member.
    """
    sets = {"mappings": mappings_text(plan)}
    return Update(
        keys.fact_key(plan.key), sets=sets, adds={"readings": 1}, condition=Equals("revision", revision_of(plan))
    )


def parts_before(plan: Plan) -> Mapping[str, Part]:
    """What the fact contributed when the plan was made."""
    return plan.stored.parts if plan.stored else {}


def cell_changes(plan: Plan, before: Mapping[str, Part]) -> list[CellChange]:
    """The cells whose contribution by this fact differs, in order of cell id, which keeps transactions from crossing."""
    after = plan.new_parts()
    changes = []
    for cell_id in sorted(before.keys() | after.keys()):
        cell, new = after.get(cell_id, (None, None))
        old = before.get(cell_id)
        if new != old:
            target = (new or old).target  # type: ignore[union-attr]  # one of them is there
            changes.append(CellChange(cell_id, target, cell, old, new))
    return changes


def plan_writes(plan: Plan, lineage: Lineage) -> list[Write]:
    """The whole plan as writes of one transaction."""
    writes: list[Write] = [
        Put(keys.fact_key(plan.key), fact_item(plan, lineage, revision_of(plan) + 1), unchanged(plan)),
        *hold_writes(plan, lineage),
    ]
    for change in cell_changes(plan, parts_before(plan)):
        writes.extend(cell_writes(plan, lineage, change))
    return writes


def hold_writes(plan: Plan, lineage: Lineage) -> list[Write]:
    """Enter a held fact under what it waits for, and strike it from what it waited for.

    The check that the entry is still missing makes holding and the arrival of the mapping exclude each other: whoever
    stores an entry afterwards finds the fact waiting.
    """
    writes: list[Write] = []
    if plan.waits_for is not None:
        waiting = lineage_item(lineage) | {"catalogue": keys.HELD, "waits_for": str(plan.waits_for)}
        writes.append(Check(keys.mapping_key(plan.waits_for), Absent("member")))
        writes.append(Put(keys.held_key(plan.waits_for, plan.key), waiting | {"record": str(plan.key)}))
    waited_for = plan.stored.held_for if plan.stored else None
    if waited_for is not None and waited_for != plan.waits_for:
        writes.append(Delete(keys.held_key(waited_for, plan.key)))
    return writes


def cell_writes(plan: Plan, lineage: Lineage, change: CellChange) -> list[Write]:
    """The writes that bring one cell and the contribution beside it up to the plan."""
    part = keys.part_key(change.target, change.cell_id, plan.key)
    writes: list[Write] = [_cell_update(change, lineage)] if change.difference else []
    if change.after is None:
        return [*writes, Delete(part)]
    item = {
        "amount_minor": change.after.amount_minor,
        "rate": change.after.rate,
        "source_version": plan.source_version,
        **lineage_item(lineage),
    }
    return [*writes, Put(part, item)]


def _cell_update(change: CellChange, lineage: Lineage) -> Update:
    firsts: dict[str, str | int] = {"dirty_since": moment_text(lineage.recorded_at)}
    if change.cell is not None:
        firsts |= {
            "cube": change.cell.cube,
            "measure": change.cell.measure,
            "members": strict_json.dump(change.cell.members),
            "currency": change.cell.currency,
            "catalogue": keys.cells_of(change.target),
        }
    return Update(
        keys.cell_key(change.target, change.cell_id),
        sets={"cell_state": keys.dirty(change.target)},
        firsts=firsts,
        adds={"total_minor": change.difference, "generation": 1},
    )


def merged(writes: Iterable[Write]) -> list[Write]:
    """One write per item: cell updates of several facts are added up, equal checks are made once."""
    merged: dict[Key, Write] = {}
    for write in writes:
        earlier = merged.get(write.key)
        if isinstance(earlier, Update) and isinstance(write, Update):
            adds = {name: earlier.adds[name] + amount for name, amount in write.adds.items()}
            adds["generation"] = 1
            merged[write.key] = Update(
                write.key, sets=write.sets, firsts=dict(earlier.firsts) | dict(write.firsts), adds=adds
            )
        else:
            merged[write.key] = write
    return list(merged.values())


def packed(plans: Mapping[RecordKey, Sequence[Write]]) -> Iterable[dict[RecordKey, Sequence[Write]]]:
    """The records with their writes in as few packs as hold them, in order; a pack fits into one transaction."""
    pack: dict[RecordKey, Sequence[Write]] = {}
    touched: set[Key] = set()
    for record, writes in plans.items():
        more = {write.key for write in writes}
        if pack and len(touched | more) > MAX_TRANSACTION_WRITES:
            yield pack
            pack, touched = {}, set()
        pack[record] = writes
        touched |= more
    if pack:
        yield pack
