"""Turns a plan into the writes of a transaction: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.ledger import keys
from tieout.ledger.items import Lineage, fact_item, late_text, lineage_item, mappings_text, part_item
from tieout.ledger.lags import lag_count
from tieout.ledger.late_rows import by_books
from tieout.ledger.part import Part
from tieout.ledger.plan import Plan
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
from tieout.moments import moment_text
from tieout.planning.cells import Contribution


@dataclass(frozen=True, slots=True)
class Change:
    """How a fact's contribution to one intersection changes."""

    intersection_id: str
    target: str
    contribution: Contribution | None  # None where the fact only leaves the intersection
    before: Part | None
    after: Part | None

    def differences(self) -> dict[str, int]:
        """Measure to what is added to its total, in minor units; measures whose total stays are left out."""
        before = self.before.minor_by_measure() if self.before else {}
        after = self.after.minor_by_measure() if self.after else {}
        differences = {each: after.get(each, 0) - before.get(each, 0) for each in sorted(before.keys() | after.keys())}
        return {measure: difference for measure, difference in differences.items() if difference}


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


def changes(plan: Plan, before: Mapping[str, Part]) -> list[Change]:
    """Where the fact's contribution differs, in order of intersection id, which keeps transactions from crossing."""
    after = plan.new_parts()
    planned = {each.intersection.intersection_id(): each for each in plan.contributions}
    found = []
    for each in sorted(before.keys() | after.keys()):
        old, new = before.get(each), after.get(each)
        if new != old:
            target = (new or old).target  # type: ignore[union-attr]  # one of them is there
            found.append(Change(each, target, planned.get(each), old, new))
    return found


def plan_writes(plan: Plan, lineage: Lineage) -> list[Write]:
    """The whole plan as writes of one transaction."""
    writes: list[Write] = [
        Put(keys.fact_key(plan.key), fact_item(plan, lineage, revision_of(plan) + 1), unchanged(plan)),
        *gate_writes(plan),
        *hold_writes(plan, lineage),
        *late_writes(plan, lineage),
    ]
    for change in changes(plan, parts_before(plan)):
        writes.extend(change_writes(plan, lineage, change))
    return writes


def hold_writes(plan: Plan, lineage: Lineage) -> list[Write]:
    """Enter a held fact under what it waits for, and strike it from what it waited for.

    The check that the entry is still missing, or says nothing else than it did, makes holding and the arrival of the mapping
    exclude each other: whoever stores an entry afterwards finds the fact waiting. So it is with the other entry, where one
    would do as well; the fact is listed under the first alone.
    """
    writes: list[Write] = []
    waits = [each for each in (plan.waits_for, plan.alternative) if each is not None]
    for entry in waits:
        listed = {"catalogue": keys.HELD} if entry == plan.waits_for else {}
        waiting = {"record": str(plan.key), "waits_for": str(entry), **lineage_item(lineage), **listed}
        said = plan.used.get(entry)  # of other periods than the fact's
        still = Absent("member") if said is None else Equals("member", said)
        writes.append(Check(keys.mapping_key(entry), still))
        writes.append(Put(keys.held_key(entry, plan.key), waiting))
    waited_for = (plan.stored.held_for, plan.stored.or_for) if plan.stored else ()
    return [*writes, *(Delete(keys.held_key(each, plan.key)) for each in waited_for if each and each not in waits)]


def gate_writes(plan: Plan) -> list[Write]:
    """The check that nobody has closed or opened books since the plan was made, where it moves cells at all."""
    return [plan.guard.gate] if plan.guard.gate is not None and plan.passes_gate() else []


def late_writes(plan: Plan, lineage: Lineage) -> list[Write]:
    """Enter what came too late under the closed books, strike what did before, and keep what was restated for good.

    An approval stands in the entry it is of: an entry that changes loses it. One that does not is put down to the notice of this
    commit all the same: when it is sent again, an older notice may name a payload that is superseded by now.
    """
    before = by_books(plan.stored.late if plan.stored else ())
    after = by_books(plan.guard.protected.late)
    writes: list[Write] = []
    came = {"late_flow": plan.guard.flow, **lineage_item(lineage)}
    for books in sorted(before.keys() | after.keys()):
        at = keys.late_key(books, plan.key)
        if books not in after:
            writes.append(Delete(at))
        elif after[books] == before.get(books):
            writes.append(Update(at, sets=came))
        else:
            listed = {"late": late_text(after[books]), "catalogue": keys.LATE, "record": str(plan.key)}
            writes.append(Put(at, listed | came))
    for books, rows in by_books(plan.guard.protected.restated).items():
        entry = {"late": late_text(rows), "approval": plan.guard.approvals[books], "record": str(plan.key)}
        writes.append(Put(keys.restated_key(books, plan.key, lineage.recorded_at), entry | lineage_item(lineage)))
    return writes


def change_writes(plan: Plan, lineage: Lineage, change: Change) -> list[Write]:
    """The writes that bring one intersection and the contribution beside it up to the plan."""
    part = keys.part_key(change.target, change.intersection_id, plan.key)
    differences = change.differences()
    writes: list[Write] = [_totals_update(change, differences, lineage)] if differences else []
    if change.after is None:
        return [*writes, Delete(part)]
    return [*writes, Put(part, part_item(change.after, plan, lineage))]


def _totals_update(change: Change, differences: Mapping[str, int], lineage: Lineage) -> Update:
    """Add to the totals of some measures; planning is to be given these again, whatever it refused of them before."""
    firsts: dict[str, str | int] = {"dirty_since": moment_text(lineage.recorded_at)}
    if change.contribution is not None:
        intersection = change.contribution.intersection
        firsts |= {
            "cube": intersection.cube,
            "members": strict_json.dump(intersection.members),
            "catalogue": keys.cells_of(change.target),
            "books": str(change.contribution.books),
        }
        firsts |= {keys.CURRENCY + each.measure: each.currency for each in change.contribution.amounts}
    return Update(
        keys.cell_key(change.target, change.intersection_id),
        sets={"cell_state": keys.dirty(change.target)},
        firsts=firsts,
        adds={keys.TOTAL + measure: difference for measure, difference in differences.items()}
        | _lag(lineage)
        | {"generation": 1},
        removes=tuple(keys.REFUSED + measure for measure in differences),
    )


def _lag(lineage: Lineage) -> dict[str, int]:
    """How late the change is, where anybody can say."""
    if lineage.occurred_at is None:
        return {}
    return lag_count(lineage.flow, lineage.occurred_at, lineage.recorded_at)


def merged(writes: Iterable[Write]) -> list[Write]:
    """One write per item: changes of one intersection by several facts are added up, equal checks are made once."""
    merged: dict[Key, Write] = {}
    for write in writes:
        earlier = merged.get(write.key)
        if isinstance(earlier, Update) and isinstance(write, Update):
            merged[write.key] = _added_up(earlier, write)
        else:
            merged[write.key] = write
    return list(merged.values())


def _added_up(earlier: Update, later: Update) -> Update:
    """Two changes of the totals of one intersection as one change, which is one generation."""
    names = dict.fromkeys((*earlier.adds, *later.adds))
    adds = {name: earlier.adds.get(name, 0) + later.adds.get(name, 0) for name in names} | {"generation": 1}
    return Update(
        later.key,
        sets=later.sets,
        firsts={**earlier.firsts, **later.firsts},
        adds=adds,
        removes=tuple(dict.fromkeys((*earlier.removes, *later.removes))),
    )


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
