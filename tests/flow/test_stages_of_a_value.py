"""Stages of a value are read from the ledger: what systems say, and what is planned of it, tie out or break for a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from functions.record.settle import Origin
from tests.simulation.declared import landscape
from tests.support.memory_table import MemoryTable
from tests.support.settling import settling_of
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.documents import AccountClass, Invoice, LedgerLine
from tieout.facts.reading import Reading
from tieout.facts.sales import BillingDocument, SalesLine, SalesStatus
from tieout.facts.statement import Statement
from tieout.ledger.keys import fact_key
from tieout.ledger.stages import StageLedger
from tieout.ledger.table import Update
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.reconciliations import Matching, Reconciliation, Side
from tieout.reconciling.breaks import BreakKind
from tieout.reconciling.items import Amount, Place
from tieout.reconciling.reconcile import Reconciled, reconcile
from tieout.strict_json import dump, parse

ERP = "netsuite-group"
VERSION = "2026-03-02T08:00:00.000Z"
DAY = date(2026, 3, 2)
MARCH = PostingPeriod("214", "Mar 2026", date(2026, 3, 1), date(2026, 3, 31))
ENTRIES = {
    MappingKey(ERP, "account", "4000"): "4020",
    MappingKey(ERP, "customer", "7"): "C_7",
    MappingKey(ERP, "legal_entity", "9"): "UK",
    MappingKey.rate("average", "GBP", "USD", "2026-03"): "1.25",
}
INCOME = {"account_class": ("income",), "entry": ("ordinary",)}
BOOKS = Side(name="books", facts=("Invoice",), amount="posted", where=INCOME, sign=-1)
PLANNED = Side(name="planning", target="anaplan", feed="billed_revenue", measure="Revenue")
TO_PLANNING = Reconciliation(
    name="books-to-planning",
    left=BOOKS,
    right=PLANNED,
    matchings=(Matching(name="the same record", left=("record",), right=("record",)),),
    apart=("customer",),
)
BILLING = Side(name="billing", facts=("BillingDocument",), amount="net")
TO_BOOKS = Reconciliation(
    name="billing-to-books",
    left=BILLING,
    right=BOOKS,
    matchings=(
        Matching(name="the posting", left=("posting",), right=("id",)),
        Matching(name="the number", left=("number",), right=("number",)),
    ),
    apart=("customer",),
)


class Answers:
    """A source that answers as told."""

    def __init__(self, *statements: Statement) -> None:
        self._by_key = {statement.key: statement for statement in statements}

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What was told of each record."""
        return {key: self._by_key[key] for key in keys}


def invoice(number: str, minor: int, customer: str | None = "7", record_id: str = "") -> Statement:
    """An invoice of a British company, in pounds, with tax that no planning cell has."""
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
        for account, kind, amount in (
            ("2200", AccountClass.LIABILITY, -minor // 5),
            ("4000", AccountClass.INCOME, -minor),
            ("1100", AccountClass.ASSET, minor + minor // 5),
        )
    )
    fact = Invoice(number=number, document_date=DAY, posting_period=MARCH, lines=lines)
    return Statement(key=RecordKey(ERP, "invoice", record_id or number), source_version=VERSION, fact=fact)


def billed(number: str, minor: int, posting: str | None = None) -> Statement:
    """A bill of the same company."""
    fact = BillingDocument(
        number=number,
        status=SalesStatus.POSTED,
        day=DAY,
        lines=(SalesLine(line_id="1", amount=Money(minor, "GBP")),),
        customer="7",
        legal_entity="9",
        accounting_document=posting,
    )
    return Statement(key=RecordKey(ERP, "billing_document", number), source_version=VERSION, fact=fact)


def recorded(*statements: Statement, entries: Mapping[MappingKey, str] = ENTRIES) -> MemoryTable:
    """The ledger's table once these were recorded."""
    settling, table = settling_of(Answers(*statements), entries)
    for each in statements:
        notice = Notice(key=each.key, notice_id="n", kind="any")
        origin = Origin(notice=notice, delivery_id="d", flow="any", received_at=datetime(2026, 3, 2, 9, tzinfo=UTC))
        assert settling.settle({each.key: origin})[each.key].error is None
    return table


def compared(table: MemoryTable, declared: Reconciliation) -> Reconciled:
    """How two stages of what is recorded compare."""
    entities = ("billing_document", "invoice")
    left, right = StageLedger(table, PlanningModel.of(landscape()), entities).sides(declared)
    return reconcile(declared, left, right, date(2026, 6, 30))


HERE = Place("UK", "2026-03", "GBP", ("C_7",))


def test_what_books_say_and_what_is_planned_of_it_tie_out() -> None:
    """To the minor unit in both currencies, customer by customer."""
    found = compared(recorded(invoice("1", 10_000), invoice("2", 333)), TO_PLANNING)
    assert found.breaks == ()
    assert found.tied_out == 2
    assert found.left == found.right == {HERE: Amount(10_333, 12_500 + 416)}


def test_what_waits_for_a_mapping_entry_is_held_with_its_amount() -> None:
    """And says which entry that is, and of whom; the amount in the reporting currency is known all the same."""
    found = compared(recorded(invoice("1", 10_000), invoice("2", 5_000, customer="8")), TO_PLANNING)
    [one] = found.breaks
    assert (one.kind, one.waits_for) == (BreakKind.HELD, (f"{ERP}#customer#8",))
    assert dict(one.residuals) == {HERE._replace(apart=("",)): Amount(5_000, 6_250)}
    assert found.tied_out == 1


def test_what_waits_for_a_rate_is_held_with_what_is_known_of_it() -> None:
    """No rate is made up for it."""
    entries = {key: member for key, member in ENTRIES.items() if key.table != "rate"}
    [one] = compared(recorded(invoice("1", 10_000), entries=entries), TO_PLANNING).breaks
    assert (one.kind, dict(one.residuals)) == (BreakKind.HELD, {HERE: Amount(10_000, 0)})


def test_what_is_billed_ties_out_with_what_is_booked_of_it() -> None:
    """By the posting that the bill names, else by the number that both go by."""
    facts = (billed("90", 10_000, posting="17"), billed("A-2", 500), invoice("F1", 10_000, record_id="17"))
    found = compared(recorded(*facts, invoice("A-2", 500)), TO_BOOKS)
    assert (found.breaks, found.tied_out) == ((), 2)


def test_what_is_billed_and_not_booked_is_named() -> None:
    """By its record, with what it comes to."""
    found = compared(recorded(billed("90", 10_000, posting="17"), invoice("18", 10_000)), TO_BOOKS)
    assert {(each.kind, each.left or each.right) for each in found.breaks} == {
        (BreakKind.MISSING_THERE, (RecordKey(ERP, "billing_document", "90"),)),
        (BreakKind.MISSING_HERE, (RecordKey(ERP, "invoice", "18"),)),
    }


def test_what_stands_in_another_customers_name_is_a_mapping_break() -> None:
    """The sums are the same, and a sum is not all there is to agree on."""
    other = {**ENTRIES, MappingKey(ERP, "customer", "8"): "C_8"}
    facts = (billed("1", 10_000), invoice("1", 10_000, customer="8"))
    [one] = compared(recorded(*facts, entries=other), TO_BOOKS).breaks
    assert one.kind is BreakKind.MAPPING
    assert set(one.residuals) == {HERE, HERE._replace(apart=("C_8",))}


def test_what_is_with_no_customer_is_with_none_on_both_sides() -> None:
    """Planning has a member for such facts, which is no customer."""
    found = compared(recorded(invoice("1", 10_000, customer=None)), TO_PLANNING)
    assert (found.breaks, set(found.left)) == ((), {HERE._replace(apart=("",))})


def test_a_customer_who_is_mapped_to_nobody_is_with_none_on_both_sides() -> None:
    """As a company of the own group is that buys: the member for facts without a customer is no customer, whoever says it."""
    nobody = {**ENTRIES, MappingKey(ERP, "customer", "7"): "NO_CUSTOMER"}
    found = compared(recorded(invoice("1", 10_000), entries=nobody), TO_PLANNING)
    assert (found.breaks, set(found.left)) == ((), {HERE._replace(apart=("",))})


def test_a_currency_gain_ties_out_in_the_currency_it_has() -> None:
    """It has no amount in the transaction's, and planning no cell of it."""
    gain = invoice("1", 0)
    assert isinstance(gain.fact, Invoice)
    lines = tuple(replace(each, group=Money(-250, "USD"), group_rate="r=1") for each in gain.fact.lines[1:2])
    found = compared(recorded(replace(gain, fact=replace(gain.fact, lines=lines))), TO_PLANNING)
    assert (found.breaks, found.left) == ((), {HERE: Amount(0, 250)})


def test_a_record_knows_its_day_and_lacks_what_its_lines_differ_by() -> None:
    """Of several customers none is the record's own; nothing is known by what it lacks."""
    both = invoice("1", 10_000)
    assert isinstance(both.fact, Invoice)
    other = replace(both.fact.lines[1], line_id="9", customer="8")
    table = recorded(replace(both, fact=replace(both.fact, lines=(*both.fact.lines, other))))
    by_customer = replace(
        TO_PLANNING,
        matchings=tuple(
            Matching(name=name, left=(name,), right=(name,))
            for name in ("customer", "reverses", "legal_entity", "number")
        ),
    )
    left, _ = StageLedger(table, PlanningModel.of(landscape()), ("invoice",)).sides(by_customer)
    assert [(each.day, each.keys) for each in left] == [(DAY, (None, None, ("UK",), ("1",)))]


def test_what_is_being_committed_is_held_and_stops_nobody() -> None:
    """A commit in several steps that broke off has named cells that are not there yet."""
    table = recorded(invoice("1", 10_000), invoice("2", 333))
    key = fact_key(RecordKey(ERP, "invoice", "1"))
    [[name, *rest]] = parse(str(table.get([key])[key]["contributions"]).encode())
    touched = dump([["0" * len(name), rest[0], [], rest[2]]])
    table.write([Update(key, sets={"contributions": touched, "unfinished": True})])
    found = compared(table, TO_PLANNING)
    [one] = found.breaks
    assert (one.kind, one.waits_for) == (BreakKind.HELD, ("a commit that is under way",))
    assert (dict(one.residuals), found.tied_out) == ({HERE: Amount(10_000, 12_500)}, 1)


def test_what_is_still_planned_of_a_record_that_is_gone_is_compared() -> None:
    """Books that are closed keep what it was, and say so; what nobody can say why is missing in the systems."""
    table = recorded(invoice("1", 10_000), invoice("2", 333))
    key = fact_key(RecordKey(ERP, "invoice", "1"))
    gone = {"kind": "deleted", "statement": '{"absence":"deleted"}'}
    table.write([Update(key, sets=gone)])
    found = [(each.kind, dict(each.residuals)) for each in compared(table, TO_PLANNING).breaks]
    assert found == [(BreakKind.MISSING_HERE, {HERE: Amount(-10_000, -12_500)})]
    late = [[f"{each}#Actual#UK", "held", "", ["anaplan", "Actuals", []], []] for each in ("2026-03", "2026-02")]
    table.write([Update(key, sets={"late": dump(late)})])
    held = [(each.kind, each.waits_for) for each in compared(table, TO_PLANNING).breaks]
    assert held == [(BreakKind.HELD, ("closed books 2026-02#Actual#UK, 2026-03#Actual#UK",))]
    assert compared(table, TO_BOOKS).breaks[0].right == (RecordKey(ERP, "invoice", "2"),)
