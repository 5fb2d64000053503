"""A source that can be listed, a ledger, a bus, and a census between them, all in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from functions.census.due import Listable
from functions.census.pipeline import CensusReport, CensusStep, census
from functions.census.telling import Telling
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.ledger_scenes import committed, planned, statement
from tests.support.memory_bus import MemoryBus
from tests.support.memory_store import MemoryObjectStore
from tests.support.memory_table import MemoryTable
from tieout.arrivals import Census, Poll
from tieout.arriving.envelope import Envelope, read_message
from tieout.arriving.notice import RecordKey
from tieout.census import Purpose, Run
from tieout.errors import TieoutError
from tieout.facts.listing import Listed, ListingPage, Window
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.ledger.censuses import CensusLedger, Found
from tieout.ledger.facts import FactLedger
from tieout.moments import moment_text
from tieout.money import Money

CRM, DEAL, FLOW = "crm", "opportunity", "forecast"
LATENESS = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as its source has it; worth `amount` in euro."""

    changed_at: datetime
    amount: int
    is_deleted: bool = False

    @property
    def version(self) -> str:
        """Its last change."""
        return moment_text(self.changed_at)


@dataclass
class ListedSource:
    """A source of one entity, which lists its records page by page in the order of their changes.

    Attributes:
        lists_deleted: whether what is deleted is listed as such, or simply not there any more.
        asked: the windows and cursors of the pages it was asked for.
        looked_up: the keys it was asked whether it still knows them.
        untold: the records whose last change it tells nobody of.
        fails: raised by the next calls, one after the other; None lets one pass.
    """

    page_size: int = 3
    lists_deleted: bool = True
    records: dict[str, Record] = field(default_factory=dict)
    asked: list[tuple[Window, str]] = field(default_factory=list)
    looked_up: list[Sequence[RecordKey]] = field(default_factory=list)
    untold: set[str] = field(default_factory=set)
    fails: list[Exception | None] = field(default_factory=list)

    def page(self, entity: str, window: Window, cursor: str) -> ListingPage:
        """The next records within the window."""
        assert entity == DEAL
        self.asked.append((window, cursor))
        self._fail()
        found = sorted(
            (each.version, record_id)
            for record_id, each in self.records.items()
            if window.since <= each.changed_at < window.until and (self.lists_deleted or not each.is_deleted)
        )
        rest = [each for each in found if f"{each[0]}/{each[1]}" > cursor]
        page = rest[: self.page_size]
        following = f"{page[-1][0]}/{page[-1][1]}" if len(rest) > len(page) else ""
        return ListingPage(tuple(self.listed(record_id) for _, record_id in page), following)

    def count(self, _entity: str, _window: Window) -> int | None:
        """It cannot say."""
        return None

    def still_known(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Listed]:
        """Those it has, and those it lists as deleted."""
        assert 0 < len(keys) <= 200
        self.looked_up.append(keys)
        self._fail()
        has = {key: self.records.get(key.record_id) for key in keys}
        return {
            key: self.listed(key.record_id)
            for key, each in has.items()
            if each is not None and (self.lists_deleted or not each.is_deleted)
        }

    def listed(self, record_id: str) -> Listed:
        """A record as it is listed."""
        record = self.records[record_id]
        return Listed(
            key=RecordKey(CRM, DEAL, record_id),
            version=record.version,
            deleted=record.is_deleted,
            amount=Money(record.amount, "EUR"),
            day=date(2026, 3, 31),
            is_told=record_id not in self.untold,
        )

    def _fail(self) -> None:
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error


@dataclass
class ReplacedRates:
    """A source that has replaced some of its rates, and is asked about others."""

    replaced: frozenset[str]
    asked: list[frozenset[str]] = field(default_factory=list)

    def outdated(self, rates: Collection[str]) -> frozenset[str]:
        """Those it has replaced."""
        self.asked.append(frozenset(rates))
        return self.replaced & frozenset(rates)


class CensusDesk:
    """Everything around the census, and what stands for the line: `read` records what the bus was told of.

    Args:
        census: how the connection is compared.
        poll: how often it is asked, where it is.
    """

    def __init__(self, census: Census | None = None, poll: Poll | None = None) -> None:
        self.clock = ManualClock()
        self.table = MemoryTable()
        self.source = ListedSource()
        self.bus = MemoryBus()
        self.ledger = CensusLedger(self.table)
        self.busy: set[str] = set()
        self.failures: list[tuple[Exception, Purpose]] = []
        self.rates: ReplacedRates | None = None
        self.is_readable: Callable[[], None] = lambda: None
        self.connection = Connection(
            name=CRM,
            system="hubspot",
            legal_entity="EMEA",
            time_zone="UTC",
            default_currency="EUR",
            census=census or Census(every_hours=0),
            poll=poll,
        )
        self._facts = FactLedger(self.table)
        self._entropy = SeededEntropy()
        self._read = 0

    def change(self, record_id: str, amount: int = 100, *, is_deleted: bool = False) -> None:
        """Let a record change now in its source, which tells nobody."""
        self.clock.advance(1)
        self.source.records[record_id] = Record(self.clock.now(), amount, is_deleted)

    def tell(self, record_id: str) -> None:
        """Let the line read a record, as if a webhook had told of it."""
        record = self.source.records.get(record_id)
        stated = statement(int(record_id), "" if record is None else record.version, record.amount if record else 0)
        if record is None or record.is_deleted:
            version = "" if record is None else record.version
            stated = Statement(key=stated.key, source_version=version, fact=None, absence=Absence.DELETED)
            plan = planned(self._facts, stated, {})
        else:
            plan = planned(self._facts, stated, {"place": record.amount})
        assert not committed(self._facts, plan)

    def begin(self, purpose: Purpose, days: int = 30) -> None:
        """Ask for a run over the last days."""
        now = self.clock.now()
        span = Window(now - timedelta(days=days), now)
        run = Run.begun(connection=CRM, entity=DEAL, purpose=purpose, span=span, now=now, asked_by="controller")
        self.ledger.begin(run)

    def minute(self) -> CensusReport:
        """One run of the function, and the rest of the minute."""
        began = self.clock.now()
        report = census(self.step)
        self.clock.advance(max(0.0, 60 - (self.clock.now() - began).total_seconds()))
        return report

    def to_the_end(self, minutes: int = 60) -> None:
        """Run until no run is under way."""
        for _ in range(minutes):
            self.minute()
            if all(run.phase.is_over for run in self.ledger.runs(CRM)):
                return
        raise AssertionError("never at an end")

    def read(self) -> list[str]:
        """Record what the bus was told of since, as the line does; the ids."""
        told = [notice.key.record_id for envelope in self.told()[self._read :] for notice in envelope.notices]
        self._read = len(self.told())
        for record_id in told:
            self.tell(record_id)
        return told

    def told(self) -> list[Envelope]:
        """What was put on the bus."""
        return [
            read_message(
                f'{{"source":"{each.source}","detail-type":"{each.detail_type}","detail":{each.detail}}}',
                self.store.get,
            )
            for each in self.bus.entries
        ]

    def run(self, purpose: Purpose) -> Run:
        """The last run of a purpose."""
        [run] = [each for each in self.ledger.runs(CRM) if each.purpose is purpose]
        return run

    def findings(self) -> list[Found]:
        """What the last census found."""
        return list(self.ledger.findings(self.run(Purpose.CENSUS)))

    @property
    def step(self) -> CensusStep:
        """The step."""
        self.store = MemoryObjectStore()
        return CensusStep(
            sources=(Listable(connection=self.connection, entities=(DEAL,), lateness=LATENESS),),
            ledger=self.ledger,
            listing_of=self._listing,
            rate_changes_of=self._rate_changes,
            telling=Telling({DEAL: FLOW}, self.bus, self.store, self.clock, self._entropy),
            is_busy=self.busy.__contains__,
            period_dimensions={"Time"},
            clock=self.clock,
            note_failure=lambda error, run: self.failures.append((error, run.purpose)),
        )

    def _listing(self, name: str) -> ListedSource:
        assert name == CRM
        self.is_readable()
        return self.source

    def _rate_changes(self, name: str) -> ReplacedRates | None:
        assert name == CRM
        return self.rates


def failing(error: TieoutError) -> Callable[[], None]:
    """What stands for a listing that cannot be opened."""

    def fail() -> None:
        raise error

    return fail
