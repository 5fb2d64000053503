"""Loads stored facts and commits plans: fact, contributions and cell totals in one transaction, gated by the revision.

A plan that fits goes into one `TransactWriteItems`, several plans together where they fit. A document that touches more
intersections than one transaction holds is committed in part-facts: the fact is first marked unfinished with every one it
touches, then they follow in transactions that each check the mark is still ours, then the fact is finished. A crash in
between leaves the mark, and whoever commits the record next starts over from what the contributions really are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import batched, chain

from tieout.arriving.notice import RecordKey
from tieout.closing import Books
from tieout.errors import ConflictError
from tieout.ledger import keys
from tieout.ledger.gate import BooksNow, Gate
from tieout.ledger.intersections import intersection_state
from tieout.ledger.items import Lineage, fact_item, late_text, parts_text, stored_fact, stored_part
from tieout.ledger.part import Part
from tieout.ledger.plan import Outcome, Plan, StoredFact
from tieout.ledger.table import (
    MAX_TRANSACTION_WRITES,
    Check,
    ConditionFailedError,
    Equals,
    Put,
    RefusedRequestError,
    Table,
    Write,
)
from tieout.ledger.writes import (
    change_writes,
    changes,
    confirmation,
    gate_writes,
    hold_writes,
    late_writes,
    merged,
    packed,
    parts_before,
    plan_writes,
    revision_of,
    unchanged,
)
from tieout.planning.cells import Intersection
from tieout.planning.mapping import MappingKey

Failures = dict[RecordKey, ConflictError | RefusedRequestError]

_INTERSECTIONS_PER_PART_FACT = 48  # two writes each, and the checks of the mark and of the books


class FactLedger:
    """The part of the ledger that the record step writes."""

    def __init__(self, table: Table, gate: Gate | None = None) -> None:
        self._table = table
        self._gate = gate or Gate(table, 0)

    def load(self, records: Iterable[RecordKey]) -> dict[RecordKey, StoredFact]:
        """What the ledger holds of these records; records it does not know are left out."""
        return self.open(records)[0]

    def open(self, records: Iterable[RecordKey]) -> tuple[dict[RecordKey, StoredFact], BooksNow]:
        """What the ledger holds of these records, and which books may change: plans are made from both, and fail with either."""
        wanted = {keys.fact_key(record): record for record in records}
        found = dict(self._table.get([*wanted, self._gate.key]))
        now = self._gate.now(found.pop(self._gate.key, None))
        stored = {wanted[key]: stored_fact(item) for key, item in found.items()}
        return {record: self._as_far_as_it_came(record, fact) for record, fact in stored.items()}, now

    def _as_far_as_it_came(self, record: RecordKey, fact: StoredFact) -> StoredFact:
        """Of a commit that was begun, what stands beside the intersections by now: it decides what closed books hold."""
        if not fact.unfinished:
            return fact
        part_keys = {name: keys.part_key(part.target, name, record) for name, part in fact.parts.items()}
        found = self._table.get(list(part_keys.values()))
        present = {
            name: stored_part(fact.parts[name].target, found[key]) for name, key in part_keys.items() if key in found
        }
        return replace(fact, parts={**fact.parts, **present})

    def places(self, parts: Mapping[str, Part]) -> dict[str, tuple[Intersection, Mapping[str, str]]]:
        """The coordinates of intersections a fact contributes to, each with the currency of its measures."""
        wanted = {keys.cell_key(part.target, name): name for name, part in parts.items()}
        states = (intersection_state(key, item) for key, item in self._table.get(list(wanted)).items())
        return {
            wanted[each.key]: (
                Intersection(each.target, each.cube, each.cells[0].members),
                {cell.measure: cell.currency for cell in each.cells},
            )
            for each in states
        }

    def approvals(self, record: RecordKey, books: Iterable[Books]) -> dict[Books, str]:
        """Of closed books what was approved to be restated for a record, as JSON with the digest of it."""
        wanted = {keys.late_key(each, record): each for each in books}
        found = self._table.get(list(wanted))
        return {wanted[key]: str(item["approval"]) for key, item in found.items() if "approval" in item}

    def mappings(self, entries: Iterable[MappingKey]) -> dict[MappingKey, str]:
        """The entries that exist."""
        wanted = {keys.mapping_key(entry): entry for entry in entries}
        return {wanted[key]: str(item["member"]) for key, item in self._table.get(list(wanted)).items()}

    def commit(self, plans: Sequence[tuple[Plan, Lineage]]) -> Failures:
        """Commit what changes the ledger, confirm duplicates; the records whose plan was not committed, each with why.

        After a conflict the plan is out of date and must be made again; a request the table refuses fails its record alone.
        Plans of different records go together into as few transactions as hold them. Raises what `Table.write` raises
        else: then some plans may be committed, and making and committing all of them again is safe.
        """
        outdated = self._confirm([plan for plan, _ in plans if plan.outcome is Outcome.DUPLICATE])
        together: dict[RecordKey, list[Write]] = {}
        for plan, lineage in plans:
            if not plan.changes_ledger:
                continue
            writes = plan_writes(plan, lineage)
            if len(writes) > MAX_TRANSACTION_WRITES or (plan.stored is not None and plan.stored.unfinished):
                outdated |= self._outdated(plan.key, partial(self._commit_in_part_facts, plan, lineage))
            else:
                together[plan.key] = writes
        for pack in packed(together):
            outdated |= self._commit_pack(pack)
        return outdated

    def _confirm(self, duplicates: Sequence[Plan]) -> Failures:
        wanted = {keys.fact_key(plan.key): plan.key for plan in duplicates}
        try:
            changed = self._table.write_each([confirmation(plan) for plan in duplicates])
        except ConflictError as error:  # another transaction is on one of them
            return dict.fromkeys(wanted.values(), error)
        return {wanted[key]: ConflictError("the fact changed") for key in changed}

    def _commit_pack(self, pack: Mapping[RecordKey, Sequence[Write]]) -> Failures:
        if len(pack) > 1:
            try:
                self._table.write(merged(chain.from_iterable(pack.values())))
            except (ConditionFailedError, RefusedRequestError):  # one of them spoils the pack: find out which
                pass
            except ConflictError as error:  # apart, each would meet the other transaction, and the others of the pack
                return dict.fromkeys(pack, error)
            else:
                return {}
        failures: Failures = {}
        for key, writes in pack.items():
            failures |= self._outdated(key, partial(self._table.write, merged(writes)))
        return failures

    def _outdated(self, key: RecordKey, commit: Callable[[], None]) -> Failures:
        try:
            commit()
        except (ConflictError, RefusedRequestError) as error:
            return {key: error}
        return {}

    def _commit_in_part_facts(self, plan: Plan, lineage: Lineage) -> None:
        parts = {**parts_before(plan), **plan.new_parts()}
        targets = {each: part.target for each, part in parts.items()}
        revision = revision_of(plan) + 1
        touched = parts_text({each: Part(target) for each, target in targets.items()})
        listed = late_text(plan.stored.late if plan.stored else ())  # what is late is entered when all of it is
        mark = fact_item(plan, lineage, revision)
        mark |= {"unfinished": True, "contributions": touched, "late": listed, "late_flow": plan.guard.flow}
        beside = [*gate_writes(plan), *hold_writes(plan, lineage)]
        self._table.write([Put(keys.fact_key(plan.key), mark, unchanged(plan)), *beside])
        for chunk in batched(sorted(targets.items()), _INTERSECTIONS_PER_PART_FACT, strict=False):
            self._commit_some(plan, lineage, dict(chunk), revision)
        finished = fact_item(plan, lineage, revision + 1)
        ended = Put(keys.fact_key(plan.key), finished, Equals("revision", revision))
        self._table.write([ended, *gate_writes(plan), *late_writes(plan, lineage)])

    def _commit_some(self, plan: Plan, lineage: Lineage, targets: Mapping[str, str], revision: int) -> None:
        """Bring some intersections up to the plan, from what the contributions are now (an earlier try may have got here)."""
        part_keys = {keys.part_key(target, each, plan.key): each for each, target in targets.items()}
        present = {
            part_keys[key]: stored_part(targets[part_keys[key]], item)
            for key, item in self._table.get(list(part_keys)).items()
        }
        found = [change for change in changes(plan, present) if change.intersection_id in targets]
        if found:
            mark = Check(keys.fact_key(plan.key), Equals("revision", revision))
            moves = (write for each in found for write in change_writes(plan, lineage, each))
            self._table.write([mark, *gate_writes(plan), *moves])
