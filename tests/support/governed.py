"""A ledger in which invoices are recorded, their books are closed, and mapping entries change by proposals alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from functions.record.settle import Origin
from tests.support.settling import settling_of
from tieout.arriving.notice import Notice, RecordKey
from tieout.closing import Books, BooksState, Closing, LateRule
from tieout.effects.entries import EntryEffects
from tieout.effects.governing import Governing
from tieout.facts.documents import AccountClass, Invoice, LedgerLine
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.ledger import keys
from tieout.ledger.closing import BooksLedger
from tieout.ledger.intersections import intersection_state
from tieout.ledger.mappings import PERSON, MappingLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.proposals import Proposal, ProposalState, ProposedEntry
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.mapping import MappingKey

ERP, ENTITY, VERSION = "netsuite-group", "UK", "Actual"
MAKER, CHECKER = "controller", "accountant"
FLOWS = ("hold", "next_open", "restate")
RULES = Closing(
    late=(
        LateRule(name="booked", flows=("next_open",), soft_closed="next_open", closed="next_open"),
        LateRule(name="restated", flows=("restate",), soft_closed="restate", closed="restate"),
    )
)
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
RATES = {month: MappingKey.rate("average", "GBP", "USD", f"2026-{month:02}") for month in (3, 4, 5)}
ENTRIES = {
    MappingKey(ERP, "account", "4000"): "4020",
    MappingKey(ERP, "customer", "7"): "C_7",
    MappingKey(ERP, "legal_entity", "9"): ENTITY,
    **dict.fromkeys(RATES.values(), "1.25"),
}
Cells = Mapping[tuple[str, str], int]  # intersection and measure to minor units, zeros left out


def customer(number: str) -> MappingKey:
    """What planning calls a customer."""
    return MappingKey(ERP, "customer", number)


def account(number: str) -> MappingKey:
    """What planning calls an account."""
    return MappingKey(ERP, "account", number)


def entry(key: MappingKey, text: str | None) -> ProposedEntry:
    """What somebody proposes."""
    return ProposedEntry(key, text, PERSON)


def invoice(number: str, minor: int, *, of: str = "7", on: str = "4000", month: int = 3, version: int = 1) -> Statement:
    """An invoice of a British company in pounds: whose (several have a line each), on which account, posted in which month."""
    day = date(2026, month, 2)
    last = date(2026, month, 30 if month == 4 else 31)
    lines = tuple(_line(minor, each, on) for each in of.split(","))
    period = PostingPeriod(str(month), f"2026-{month}", date(2026, month, 1), last)
    fact = Invoice(number=number, document_date=day, posting_period=period, lines=lines)
    version_text = f"2026-06-01T00:00:00.{version:03}Z"
    return Statement(key=RecordKey(ERP, "invoice", number), source_version=version_text, fact=fact)


def _line(minor: int, of: str, on: str) -> LedgerLine:
    return LedgerLine(
        line_id=of,
        account=on,
        account_class=AccountClass.INCOME,
        transaction=Money(-minor, "GBP"),
        functional=Money(-minor, "GBP"),
        legal_entity="9",
        customer=of,
    )


class GovernedLedger:
    """Records what invoices say, closes books, and lets people propose and approve."""

    def __init__(self, entries: Mapping[MappingKey, str] = ENTRIES) -> None:
        self._statements: dict[RecordKey, Statement] = {}
        settling, self.table = settling_of(self, entries)
        self.settling = replace(settling, closing=RULES)
        self.books = BooksLedger(self.table, lambda _: None, 1)
        self.governing = Governing(
            table=self.table,
            effects=EntryEffects(table=self.table, model=self.settling.model, closing=RULES, entities=("invoice",)),
        )
        self._versions = 0

    def read(self, wanted: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What the source says."""
        return {key: self._statements[key] for key in wanted}

    def say(self, number: str, minor: int, flow: str = "hold", **told: Any) -> Outcome:  # noqa: ANN401 as `invoice`
        """An invoice is posted, or posted anew."""
        self._versions += 1
        statement = invoice(number, minor, version=self._versions, **told)
        self._statements[statement.key] = statement
        return self.settle(statement.key, flow)

    def settle(self, key: RecordKey, flow: str) -> Outcome:
        """A record goes through the line."""
        notice = Notice(key=key, notice_id=key.record_id, kind="any")
        origin = Origin(notice=notice, delivery_id="d", flow=flow, received_at=NOW)
        result = self.settling.settle({key: origin})[key]
        assert result.error is None, result.error
        return result.outcome

    def close(self, month: int, state: BooksState = BooksState.CLOSED) -> None:
        """The company's books of a month are closed, or opened."""
        self.books.change(Books(ENTITY, f"2026-{month:02}", VERSION), state, "controller", "month end", NOW)

    def store(self, key: MappingKey, text: str) -> None:
        """An entry is stored without asking anybody, and what it concerns goes through the line."""
        MappingLedger(self.table).put(key, text, MAKER, NOW)
        self.send([key])

    def propose(self, *entries: ProposedEntry, name: str = "p1") -> Proposal:
        """The maker proposes entries."""
        proposal = Proposal(proposal_id=name, proposed_by=MAKER, proposed_at=NOW, reason="a merger", effect="", count=0)
        return self.governing.propose(proposal, entries)[0]

    def approve(self, proposal: Proposal, digest: str | None = None, by: str = CHECKER) -> Proposal:
        """Somebody approves what was shown, and it is carried out."""
        approved = self.governing.approve(proposal, proposal.effect if digest is None else digest, by, NOW)
        assert approved.state is ProposalState.STORED
        self.send([each.key for each in self.governing.proposals.entries(approved)])
        return self.governing.proposals.executed(approved)

    def shown(self, proposal: Proposal) -> dict[str, Any]:
        """The effect that a proposal shows."""
        return self.governing.proposals.effect(self.stands(proposal))

    def stands(self, proposal: Proposal) -> Proposal:
        """The proposal as it is by now."""
        return self.governing.proposals.proposal(proposal.proposal_id)

    def send(self, entries: Iterable[MappingKey]) -> None:
        """What waited for entries, or was planned with what they said, goes through the line."""
        changed, catalogue = set(entries), FactCatalogue(self.table)
        waiting = [fact for each in changed for fact in MappingLedger(self.table).waiting(each)]
        for fact in waiting:
            self.settle(fact.record, fact.lineage.flow)
        for recorded in list(catalogue.outdated(catalogue.facts(ERP, "invoice"), changed)):
            self.settle(recorded.record, recorded.lineage.flow)

    def cells(self) -> Cells:
        """The ledger's totals."""
        states = (
            intersection_state(key, item)
            for key, item in self.table.contents().items()
            if key[0].startswith("CELL#") and key[1] == keys.STATE
        )
        cells = (cell for state in states for cell in state.cells)
        return {(cell.intersection_id, cell.measure): cell.total_minor for cell in cells if cell.total_minor}

    def without_proposals(self) -> dict[Any, Any]:
        """All that stands in the table but for proposals."""
        return {key: item for key, item in self.table.contents().items() if not key[0].startswith("PROPOSAL")}


def moved(before: Cells, after: Cells) -> dict[str, tuple[Decimal, Decimal]]:
    """The cells that differ, each with both values."""
    return {
        f"{at[0]}:{at[1]}": (_pounds(before.get(at, 0)), _pounds(after.get(at, 0)))
        for at in before.keys() | after.keys()
        if before.get(at, 0) != after.get(at, 0)
    }


def cells_of(effect: Mapping[str, Any]) -> dict[str, tuple[Decimal, Decimal]]:
    """The same of an effect."""
    return {each["cell"]: (Decimal(each["before"]), Decimal(each["after"])) for each in effect["cells"]}


def _pounds(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)
