"""A company's March as the line leaves it behind: invoices recorded, planned and written to planning, and books to be closed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from functions.reconcile.pipeline import ReconcileStep, compare_stages
from functions.record.settle import Origin, Settling
from tests.simulation.declared import landscape
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_table import MemoryTable
from tieout.arriving.notice import Notice, RecordKey
from tieout.census import Purpose, Run, Tally
from tieout.certifying.deriving import Asked, derive
from tieout.closing import Books, BooksState, Closing, LateRule
from tieout.facts.documents import AccountClass, Invoice, LedgerLine
from tieout.facts.listing import Window
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.landscape import Landscape
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.cells import CellLedger
from tieout.ledger.censuses import CensusLedger
from tieout.ledger.certificates import CertificateLedger, Evidence
from tieout.ledger.closing import BooksLedger
from tieout.ledger.cycles import Cycle
from tieout.ledger.facts import FactLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.readbacks import ReadbackLedger
from tieout.ledger.receipts import Closing as ReceiptClosing
from tieout.ledger.receipts import End
from tieout.ledger.stages import StageLedger
from tieout.ledger.table import Table
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.reconciliations import reconciliation_of_plain
from tieout.reconciling.tracking import BreakState

ERP, COMPANY, PERIOD = "netsuite-group", "UK", "2026-03"
REVENUE = "revenue-to-planning"
BOOKS = Books(COMPANY, PERIOD, "Actual")
MARCH = PostingPeriod("214", "Mar 2026", date(2026, 3, 1), date(2026, 3, 31))
APRIL = datetime(2026, 4, 3, 9, tzinfo=UTC)
ENTRIES = {
    MappingKey(ERP, "account", "4000"): "4020",
    MappingKey(ERP, "customer", "7"): "C_7",
    MappingKey(ERP, "legal_entity", "9"): COMPANY,
    MappingKey.rate("average", "GBP", "USD", PERIOD): "1.2531",
}
LATE = Closing(
    versions=("Actual",),
    late=(
        LateRule(name="spending", flows=("spending",), soft_closed="next_open", closed="next_open"),
        LateRule(name="audited", flows=("audited",), soft_closed="restate", closed="restate"),
    ),
)
_SHIPPED = Path(__file__).parents[2] / "landscape/reconciliations.toml"


def declared() -> Landscape:
    """The planning model as it ships, with what ships of reconciliations with it, over the simulated companies."""
    plain = tomllib.loads(_SHIPPED.read_text(encoding="utf-8"))
    shipped = (reconciliation_of_plain(each) for each in plain["reconciliations"])
    with_planning = tuple(each for each in shipped if each.right.is_planned)  # two systems are compared once connected
    return replace(landscape(), reconciliations=with_planning, closing=LATE)


def invoice(number: str, minor: int, customer: str = "7", version: str = "2026-03-02T08:00:00.000Z") -> Statement:
    """An invoice of a British company in pounds, posted to March."""
    lines = tuple(
        LedgerLine(
            line_id=account,
            account=account,
            account_class=kind,
            transaction=Money(amount, "GBP"),
            functional=Money(amount, "GBP"),
            legal_entity="9",
            customer=customer,
        )
        for account, kind, amount in (("4000", AccountClass.INCOME, -minor), ("1100", AccountClass.ASSET, minor))
    )
    fact = Invoice(number=number, document_date=date(2026, 3, 2), posting_period=MARCH, lines=lines)
    return Statement(key=RecordKey(ERP, "invoice", number), source_version=version, fact=fact)


@dataclass
class March:
    """A ledger, and the people who work on it.

    Attributes:
        evidence: the name of what was gathered last.
    """

    table: Any = field(default_factory=MemoryTable)
    clock: ManualClock = field(default_factory=lambda: ManualClock(APRIL))
    landscape: Landscape = field(default_factory=declared)
    evidence: str = ""

    def map(self, entries: Mapping[MappingKey, str] | None = None) -> None:
        """Store mapping entries."""
        for key, member in (ENTRIES if entries is None else entries).items():
            MappingLedger(self.table).put(key, member, "ana", self.clock.now())

    def record(self, *statements: Statement, flow: str = "record_to_report") -> None:
        """Have records go through the line."""
        settling = Settling(
            ledger=FactLedger(self.table),
            model=PlanningModel.of(self.landscape),
            reader_of=lambda _: _Answers(statements),
            clock=self.clock,
            entropy=SeededEntropy(),
            code_version="0.1.0",
            closing=self.landscape.closing,
        )
        for each in statements:
            notice = Notice(key=each.key, notice_id=f"n-{each.key.record_id}", kind="invoice/update")
            origin = Origin(notice=notice, delivery_id="d-1", flow=flow, received_at=self.clock.now())
            assert settling.settle({each.key: origin})[each.key].error is None

    def deliver(self, target: str = "anaplan") -> None:
        """Have planning take what it lacks, and read all of it back."""
        cells, now = CellLedger(self.table), self.clock.now()
        places = cells.dirty(target, 1000).found
        lacking = [cell for place in places for cell in place.lacking()]
        if lacking:
            receipt = cells.open_receipt(target, "0" * 32, now, lacking)
            cells.mark_written(places, lacking, receipt, {}, now)
            cells.close_receipt(receipt, now, ReceiptClosing(end=End.WRITTEN, answer="all"))
        readback = ReadbackLedger(self.table)
        self.clock.advance(60)
        begun = readback.begin(Cycle.begun(target, self.clock.now()))
        readback.advance(begun._replace(finished_at=self.clock.now(), equal=len(lacking)))

    def close(self, state: BooksState = BooksState.CLOSED, reason: str = "month end") -> None:
        """Close the company's books of March, or open them."""
        BooksLedger(self.table, lambda _: None, 1).change(BOOKS, state, "ben", reason, self.clock.now())

    def gather(
        self,
        parked: Mapping[str, int] | None = None,
        reason: str = "",
        listed: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Find what the ledger does not tell."""
        self.clock.advance(1)
        evidence = Evidence(
            found_at=self.clock.now(),
            by="cleo",
            parked=parked or {"record_to_report": 0},
            code_version="0.1.0",
            landscape="0" * 64,
            listed=listed or {},
            reason=reason,
        )
        CertificateLedger(self.table).keep_evidence(COMPANY, PERIOD, evidence)
        self.evidence = evidence.name

    def list_invoices(self, days: int) -> None:
        """A census has compared those of the last days, which were complete."""
        now = self.clock.now()
        window = Window(now - timedelta(days=days), now)
        run = Run.begun(connection=ERP, entity="invoice", purpose=Purpose.CENSUS, span=window, now=now)
        CensusLedger(self.table).keep_window(run, window, Tally(listed=3, worth_minor={"GBP": 10_668}), now)

    def compare(self, name: str = REVENUE) -> None:
        """Compare two stages, as the function does that runs by the clock."""
        entities = tuple(sorted(self.landscape.flows_by_entity()))
        stages = StageLedger(self.table, PlanningModel.of(self.landscape), entities)
        [pair] = [each for each in self.landscape.reconciliations if each.name == name]
        step = ReconcileStep(stages, BreakLedger(self.table), self.clock)
        compare_stages(step, pair, self.clock.now().date())

    def explain(self, name: str = REVENUE) -> None:
        """Somebody explains every break between two stages that there is."""
        ledger, now = BreakLedger(self.table), self.clock.now()
        for kept in list(ledger.breaks(name)):
            if kept.tracked.state is not BreakState.RESOLVED:
                ledger.keep(name, [replace(kept, tracked=kept.tracked.explained("a new customer", "ana", now))], now)

    def accept(self, name: str = REVENUE) -> None:
        """Somebody explains every break between two stages that there is, and somebody else accepts it."""
        self.explain(name)
        ledger, now = BreakLedger(self.table), self.clock.now()
        for kept in list(ledger.breaks(name)):
            if kept.tracked.state is not BreakState.RESOLVED:
                ledger.keep(name, [replace(kept, tracked=kept.tracked.accepted("ben", now))], now)

    def derived(self, table: Table | None = None, as_of: datetime | None = None) -> dict[str, Any]:
        """What a certificate of March says, as of now."""
        asked = Asked(legal_entity=COMPANY, period=PERIOD, as_of=as_of or self.clock.now(), evidence=self.evidence)
        return derive(table or self.table, self.landscape, asked)


def march(statements: Iterable[Statement] = (), table: Any = None) -> March:  # noqa: ANN401 any table
    """A March that ties out: recorded, written, closed, and looked at."""
    made = March() if table is None else March(table=table)
    made.map()
    made.record(*statements)
    made.deliver()
    made.clock.advance(60)
    made.close()
    made.gather()
    return made


class _Answers:
    """A source that answers as told."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._by_key = {statement.key: statement for statement in statements}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was told of each record."""
        return {key: self._by_key[key] for key in keys}
