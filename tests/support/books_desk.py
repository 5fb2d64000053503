"""A desk at which facts are committed while their books are closed and opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Self

from tests.support.ledger_scenes import lineage, record, statement
from tests.support.memory_table import MemoryTable
from tieout.arriving.notice import RecordKey
from tieout.closing import Books, BooksState, Closing, LateRule
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Dimension, Feed, Measure
from tieout.ledger import keys
from tieout.ledger.closing import BooksLedger, LateFact
from tieout.ledger.facts import FactLedger
from tieout.ledger.gate import Gate
from tieout.ledger.intersections import intersection_state
from tieout.ledger.plan import Plan, decide
from tieout.ledger.protecting import Protecting
from tieout.ledger.table import Item, Key
from tieout.planning.cells import Amount, Contribution, Intersection, Unmapped
from tieout.planning.model import PlanningModel

ENTITY, VERSION, TARGET = "EMEA", "Actual", "planning"
FLOWS = {"hold": "forecast", "next_open": "spending", "restate": "books", "accept": "accounting"}
"""A flow for everything that may become of what comes late; the last of soft-closed books alone."""
RULES = Closing(
    late=(
        LateRule(name="spending", flows=("spending",), soft_closed="next_open", closed="next_open"),
        LateRule(name="books", flows=("books",), soft_closed="restate", closed="restate"),
        LateRule(name="accounting", flows=("accounting",), soft_closed="accept", closed="hold"),
    )
)
_FEED = Feed(
    name="pipeline",
    facts=("Opportunity",),
    cube="Pipeline",
    sign=1,
    rates="average",
    where={},
    measures=(Measure(amount="amount", transaction="Amount", reporting="Amount USD"),),
    dimensions=(
        Dimension(name="Customer", attribute="customer"),
        Dimension(name="Company", attribute="legal_entity"),
        Dimension(name="Month", attribute="period"),
        Dimension(name="Version", constant=VERSION),
    ),
)
MODEL = PlanningModel((_FEED,), "USD", targets={_FEED.name: (TARGET,)})
Said = Mapping[tuple[str, str], int]  # customer and period to minor units


def books(period: str) -> Books:
    """The company's books of a period."""
    return Books(ENTITY, period, VERSION)


def place(customer: str, period: str) -> Intersection:
    """Where an amount of a customer and period stands."""
    members = (("Customer", customer), ("Company", ENTITY), ("Month", period), ("Version", VERSION))
    return Intersection(TARGET, "Pipeline", members)


class BooksDesk:
    """Commits what records say, by the gate as a function goes by it, and closes books.

    Attributes:
        version: of what records say; None where everything they say is newer than what they said before.
        rate: what their amounts are converted with.
        dollars: period to how many dollars an amount of it is, where it is planned in dollars as well.
    """

    version: str | None = None
    rate: str = "par"
    dollars: Mapping[str, int] = MappingProxyType({})

    def __init__(self, table: MemoryTable | None = None) -> None:
        self.table = MemoryTable() if table is None else table
        self.ledger = FactLedger(self.table, Gate(self.table, 7))
        self.books = BooksLedger(self.table, lambda _: None)
        self.protecting = Protecting(ledger=self.ledger, model=MODEL, closing=RULES)
        self._moment = datetime(2026, 6, 1, tzinfo=UTC)

    @classmethod
    def with_march_closed(cls) -> Self:
        """With 100 of record 1 in it, and nothing elsewhere."""
        desk = cls()
        desk.say(1, {("Acme", "2026-03"): 100})
        desk.close("2026-03")
        return desk

    def now(self) -> datetime:
        """A moment later than all before."""
        self._moment += timedelta(minutes=1, microseconds=1)  # finer than the ledger keeps
        return self._moment

    def plan(
        self,
        number: int | str,
        said: Said | Unmapped | None,
        flow: str = "forecast",
        absence: Absence = Absence.DELETED,
    ) -> Plan:
        """The plan of what a record says now; None where it is gone, and why."""
        stated = statement(number, self.version or self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"))
        if said is None:
            stated = Statement(key=stated.key, source_version=stated.source_version, fact=None, absence=absence)
        planned = said if isinstance(said, Unmapped) else _contributions(said or {}, self.rate, self.dollars)
        facts, books_now = self.ledger.open([stated.key])
        stored = facts.get(stated.key)
        guard = self.protecting.guard(stated, planned, stored, books_now, flow)
        return decide(stated, stored, planned, {}, guard)

    def commit(self, plan: Plan, flow: str = "forecast") -> Mapping[RecordKey, Exception]:
        """Commit it; why not, where it was not."""
        came = replace(lineage(plan.key), flow=flow, recorded_at=self.now())
        return self.ledger.commit([(plan, came)])

    def say(
        self,
        number: int | str,
        said: Said | Unmapped | None,
        flow: str = "forecast",
        absence: Absence = Absence.DELETED,
    ) -> Plan:
        """What a record says now goes through the line."""
        plan = self.plan(number, said, flow, absence)
        failures = self.commit(plan, flow)
        assert not failures, failures
        return plan

    def close(self, period: str, state: BooksState = BooksState.CLOSED) -> None:
        """Close or open the company's books of a period."""
        self.books.change(books(period), state, "controller", "month end", self.now())

    def approve(self, number: int | str, period: str) -> None:
        """Ask and approve that what of a record waits to restate a period."""
        self.books.ask(self.waiting(number, period), "accountant", "the auditors say so", self.now())
        self.books.approve(self.waiting(number, period), "controller", self.now())

    def waiting(self, number: int | str, period: str) -> LateFact:
        """What of a record came too late for a period."""
        [late] = [each for each in self.books.late(books(period)) if each.record == record(number)]
        return late

    def totals(self) -> dict[tuple[str, str], int]:
        """Customer and period to the ledger's total, zeros left out."""
        found = {}
        for key, item in self.table.contents().items():
            if key[0].startswith("CELL#") and key[1] == keys.STATE:
                cell = intersection_state(key, item).cells[0]
                members = dict(cell.members)
                found[members["Customer"], members["Month"]] = cell.total_minor
        return {at: minor for at, minor in found.items() if minor}

    def late(self) -> Counter[tuple[str, str, str, str]]:
        """Customer, period, what became of it, and into which period it is booked, to minor units; zeros left out."""
        found: Counter[tuple[str, str, str, str]] = Counter()
        for each in self.books.late():
            for row in each.rows:
                customer = dict(row.intersection.members)["Customer"]
                assert row.books == each.books
                into = row.into.period if row.into else ""
                assert not into or into > row.books.period
                found[customer, row.books.period, str(row.kind), into] += sum(a.amount_minor for a in row.amounts)
        return Counter({at: minor for at, minor in found.items() if minor})

    def items(self, prefix: str) -> dict[Key, Item]:
        """What stands under partition keys that start so."""
        return {key: item for key, item in self.table.contents().items() if key[0].startswith(prefix)}


def _contributions(said: Said, rate: str, dollars: Mapping[str, int]) -> tuple[Contribution, ...]:
    found = (
        Contribution(
            at := place(customer, period), tuple(_amounts(minor, rate, dollars.get(period))), MODEL.books_of(at)
        )
        for (customer, period), minor in said.items()
        if minor
    )
    return tuple(sorted(found))


def _amounts(minor: int, rate: str, dollars: int | None) -> Iterator[Amount]:
    yield Amount("Amount", "EUR", minor, rate)
    if dollars is not None:
        yield Amount("Amount USD", "USD", dollars * minor, f"average={dollars}")
