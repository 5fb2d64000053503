"""Plans statements: what the mapping tables say to a fact, what it then contributes, and what its closed books leave of that.

The record step plans with it what a source states; the effect of a change is found by planning with it what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tieout.arriving.notice import RecordKey
from tieout.closing import Closing
from tieout.errors import UnreadableRecordError
from tieout.facts.statement import Statement
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import BooksNow
from tieout.ledger.plan import Plan, StoredFact, decide
from tieout.ledger.protecting import Protecting
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import Found, MappingKey
from tieout.planning.model import PlanningModel

_MAX_CELLS = 2_000  # of one fact: its item stays under DynamoDB's 400 KB

Fail = Callable[[RecordKey, Exception], None]


@dataclass(frozen=True, kw_only=True)
class Planner:
    """What planning works with.

    Attributes:
        closing: what becomes of changes that come after books were closed.
        proposed: entries that count as if they were stored, or, where they are None, as if nobody had stored them.
    """

    ledger: FactLedger
    model: PlanningModel
    closing: Closing = field(default_factory=Closing)
    proposed: Mapping[MappingKey, str | None] = field(default_factory=dict)

    @cached_property
    def protecting(self) -> Protecting:
        """What keeps closed books as they are."""
        return Protecting(ledger=self.ledger, model=self.model, closing=self.closing)

    def found(self, statements: Mapping[RecordKey, Statement], fail: Fail) -> dict[RecordKey, Found]:
        """What the mapping tables say to each fact: one read for all of them, and more where an entry leads on to others.

        A record that is missing here has failed, and `fail` was told of what: a bug in one family is not another's.
        """
        needed: dict[RecordKey, frozenset[MappingKey]] = {}
        found: dict[MappingKey, str] = {}
        asked: set[MappingKey] = set()
        to_ask = list(statements)
        while to_ask:
            for key in to_ask:
                try:
                    needed[key] = self._entries(statements[key], found)
                except Exception as error:  # noqa: BLE001 a bug in one family fails its own records, never the batch
                    fail(key, error)
                    needed.pop(key, None)
            new = frozenset().union(*needed.values()) - asked
            stored = self._stored(new)
            answered = self.model.implied(new - stored.keys()) | stored
            found |= answered
            asked |= new
            leading = {entry for entry in answered if entry.leads_on}
            to_ask = [key for key, entries in needed.items() if not entries.isdisjoint(leading)]
        return {key: {each: found[each] for each in entries if each in found} for key, entries in needed.items()}

    def plan(self, statement: Statement, flow: str, stored: StoredFact | None, books: BooksNow, found: Found) -> Plan:
        """What a statement changes that came by a flow, given what the ledger held of its record and what entries say.

        Raises:
            UnreadableRecordError: it touches more cells than a fact may.
            TieoutError: as reading the ledger raises, where something came too late.
        """
        planned: tuple[Contribution, ...] | Unmapped = ()
        if statement.fact is not None:
            planned = self.model.contributions(statement.key.connection, statement.fact, found)
        guard = self.protecting.guard(statement, planned, stored, books, flow)
        plan = decide(statement, stored, planned, self.model.used(found), guard)
        if plan.cell_count() > _MAX_CELLS:
            raise UnreadableRecordError(f"{statement.key} touches {plan.cell_count()} cells, more than {_MAX_CELLS}")
        return plan

    def _stored(self, entries: Iterable[MappingKey]) -> dict[MappingKey, str]:
        wanted = frozenset(entries)
        stored = self.ledger.mappings(wanted - self.proposed.keys())
        said = {entry: self.proposed[entry] for entry in wanted & self.proposed.keys()}
        return stored | {entry: text for entry, text in said.items() if text is not None}

    def _entries(self, statement: Statement, found: Found) -> frozenset[MappingKey]:
        if statement.fact is None:
            return frozenset()
        return self.model.mapping_keys(statement.key.connection, statement.fact, found)
