"""What a record comes to in a stage: by company, period and currency, as far as mapping entries, rates and calendars say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.simulation.declared import landscape
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import AccountClass, Invoice, LedgerLine
from tieout.facts.family import Fact
from tieout.facts.opportunity import Opportunity
from tieout.facts.sales import SalesLine, SalesOrder, SalesStatus
from tieout.facts.subscription import RecurringItem, Subscription, SubscriptionStatus, SubscriptionVersion
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.cells import Intersection
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel
from tieout.planning.validity import Term, text_of
from tieout.reconciliations import Side
from tieout.reconciling.items import Amount, Item, Place
from tieout.reconciling.stage import Recorded, Stage

ERP = "netsuite-group"
MODEL = PlanningModel.of(landscape())
DAY = date(2026, 3, 2)
MARCH = PostingPeriod("214", "Mar 2026", date(2026, 3, 1), date(2026, 3, 31))
CLOSING = PostingPeriod("215", "Adjust 2026", date(2026, 3, 31), date(2026, 3, 31))
BOOKS = Side(name="books", facts=("Invoice",), amount="posted", sign=-1)
AS_PARTNER = replace(BOOKS, sign=1, as_partner=True)
ORDERED = Side(name="orders", facts=("SalesOrder",), amount="net")
CUSTOMER = MappingKey(ERP, "customer", "7")
RATE = MappingKey.rate("average", "GBP", "USD", "2026-03")
ENTRIES = {
    CUSTOMER: "C_7",
    MappingKey(ERP, "legal_entity", "9"): "UK",
    MappingKey(ERP, "partner", "12"): "IBERIA",
    RATE: "1.25",
}
HERE = Place("UK", "2026-03", "GBP", ("C_7",))


def line(minor: int, line_id: str = "1", partner: str | None = None, legal_entity: str | None = "9") -> LedgerLine:
    """A line of income of the British company, in pounds."""
    pounds = Money(-minor, "GBP")
    return LedgerLine(
        line_id=line_id,
        account="4000",
        account_class=AccountClass.INCOME,
        transaction=pounds,
        functional=pounds,
        legal_entity=legal_entity,
        customer="7",
        partner=partner,
    )


def invoice(*lines: LedgerLine, posted_to: PostingPeriod = MARCH) -> Invoice:
    """An invoice of these lines."""
    return Invoice(number="1", document_date=DAY, posting_period=posted_to, lines=lines)


def order(*amounts: int) -> SalesOrder:
    """An order of the British company by one customer."""
    lines = tuple(SalesLine(line_id=str(each), amount=Money(each, "GBP")) for each in amounts)
    return SalesOrder(number="1", status=SalesStatus.OPEN, day=DAY, lines=lines, customer="7", legal_entity="9")


def stage(
    side: Side, *, apart: tuple[str, ...] = ("customer",), across_periods: bool = False, key: tuple[str, ...] = ("id",)
) -> Stage:
    """A stage of the simulated landscape."""
    return Stage(MODEL, side, (key,), apart, across_periods)


def item(asked: Stage, fact: Fact | None, entries: Mapping[MappingKey, str] = ENTRIES) -> Item:
    """What the record 17 comes to there, whose fact this is."""
    return asked.item(Recorded(record=RecordKey(ERP, "any", "17"), fact=fact, found=entries))


def without(*gone: MappingKey) -> dict[MappingKey, str]:
    """The entries without some of them."""
    return {key: member for key, member in ENTRIES.items() if key not in gone}


def test_lines_of_one_place_are_added_up() -> None:
    """With the sign that the stage has, in both currencies."""
    found = item(stage(BOOKS), invoice(line(8_000, "1"), line(2_000, "2")))
    assert found.amounts == {HERE: Amount(10_000, 12_500)}


def test_a_record_goes_by_its_own_names_and_by_none_it_lacks() -> None:
    """The id alone may be named by another system; the whole name says whose it is. Nothing is known by half a key."""
    whole = stage(BOOKS, key=("record", "id", "number"))
    assert item(whole, invoice(line(1))).keys == ((f"{ERP}#any#17", "17", "1"),)
    assert item(stage(BOOKS, key=("id", "order")), invoice(line(1))).keys == (None,)


def test_what_is_compared_across_periods_is_of_none() -> None:
    """Ordered in March, it counts whenever that was."""
    assert item(stage(BOOKS, across_periods=True), invoice(line(100))).amounts == {
        HERE._replace(period=""): Amount(100, 125)
    }


def test_only_named_connections_are_asked_where_any_is_named() -> None:
    """Records of another are no part of the stage, whatever they are."""
    own = stage(replace(BOOKS, connections=(ERP,)))
    theirs = stage(replace(BOOKS, connections=("sap-europe",)))
    record = RecordKey(ERP, "invoice", "17")
    assert [each.asks_for(record, "Invoice") for each in (own, theirs, stage(BOOKS))] == [True, False, True]
    assert not own.asks_for(record, "CreditMemo")


def test_what_one_company_has_with_another_counts_as_the_other_has_it() -> None:
    """Company and partner change places, also in what the record goes by; all else stays."""
    found = item(stage(AS_PARTNER, key=("legal_entity", "partner", "period")), invoice(line(100, partner="12")))
    assert found.amounts == {HERE._replace(legal_entity="IBERIA"): Amount(-100, -125)}
    assert found.keys == (("IBERIA", "UK", "2026-03"),)


def test_what_is_with_nobody_of_the_group_is_left_out_of_what_partners_have() -> None:
    """Be it that the line names no partner, or one that planning calls nobody; the rest of the document counts."""
    nobody = {**ENTRIES, MappingKey(ERP, "partner", "13"): "NO_PARTNER"}
    lines = (line(100, "1", partner="12"), line(20, "2"), line(3, "3", partner="13"))
    found = item(stage(AS_PARTNER), invoice(*lines), nobody)
    assert found.amounts == {HERE._replace(legal_entity="IBERIA"): Amount(-100, -125)}
    assert item(stage(BOOKS), invoice(*lines), nobody).amounts == {HERE: Amount(123, 154)}


def test_what_is_with_a_partner_whom_nobody_has_mapped_is_not_left_out() -> None:
    """Nobody knows yet whose it is: it waits, with its amount."""
    found = item(stage(AS_PARTNER), invoice(line(100, partner="99")))
    assert found.amounts == {HERE._replace(legal_entity=""): Amount(-100, -125)}


def test_a_record_that_names_no_company_is_the_connections_own() -> None:
    """As is one whose company nobody has mapped."""
    for company in (None, "10"):
        found = item(stage(BOOKS), invoice(line(100, legal_entity=company)))
        assert found.amounts == {HERE._replace(legal_entity="GROUP"): Amount(100, 125)}


@pytest.mark.parametrize(
    ("posted_to", "period", "customer"),
    [(MARCH, "2026-03", "C_OLD"), (CLOSING, "", "C_NEW")],
    ids=["of a period", "of an adjustment period that nobody has mapped"],
)
def test_what_a_customer_is_called_depends_on_the_period(posted_to: PostingPeriod, period: str, customer: str) -> None:
    """Where nobody knows the period it is called what was said last, and stops no other record from being compared."""
    dated = text_of([Term("", "2026-03", "C_OLD"), Term("2026-04", "", "C_NEW")])
    found = item(stage(BOOKS), invoice(line(100), posted_to=posted_to), {**ENTRIES, CUSTOMER: dated})
    assert [(each.period, each.apart) for each in found.amounts] == [(period, (customer,))]


def test_what_nobody_has_mapped_is_with_no_customer() -> None:
    """It waits for the entry, with its amount."""
    assert item(stage(BOOKS), invoice(line(100)), without(CUSTOMER)).amounts == {
        HERE._replace(apart=("",)): Amount(100, 125)
    }


def test_two_rates_stand_in_for_one_that_nobody_has_stored() -> None:
    """By way of the currency that the landscape declares."""
    legs = {
        MappingKey.rate("average", "GBP", "EUR", "2026-03"): "1.2",
        MappingKey.rate("average", "EUR", "USD", "2026-03"): "1.1",
    }
    assert item(stage(BOOKS), invoice(line(1_000)), without(RATE) | legs).amounts == {HERE: Amount(1_000, 1_320)}


def test_what_is_ordered_is_converted_as_orders_are_planned() -> None:
    """By the budget's rate, not by the month's average."""
    rates = {MappingKey.rate("budget", "GBP", "USD", "2026-03"): "1.5"}
    assert item(stage(ORDERED), order(1_000), ENTRIES | rates).amounts == {HERE: Amount(1_000, 1_500)}


def test_a_deal_in_a_stage_that_nobody_has_mapped_is_open() -> None:
    """Nothing is won before somebody says so; it has its day, and its amount."""
    deal = Opportunity(
        name="a deal",
        amount=Money(1_000, "GBP"),
        stage="default/signed",
        probability=Decimal(1),
        close_date=DAY,
        customer="7",
        product=None,
    )
    asked = Side(name="deals", facts=("Opportunity",), amount="amount", where={"status": ("open",)})
    found = item(stage(asked), deal)
    assert (found.day, [each.transaction for each in found.amounts.values()]) == (DAY, [1_000])
    assert not item(stage(replace(asked, where={"status": ("won",)})), deal).amounts


def test_a_subscription_counts_from_no_day() -> None:
    """It has one for each of its versions, and none of its own."""
    version = SubscriptionVersion(
        version="2026-03-02T10:00:00.000Z#1",
        day=DAY,
        status=SubscriptionStatus.ACTIVE,
        start_date=DAY,
        customer="7",
        items=(RecurringItem(item_id="1", product=None, monthly=Money(100, "GBP"), annual=Money(1_200, "GBP")),),
        legal_entity="9",
    )
    found = item(
        stage(Side(name="agreed", facts=("Subscription",), amount="annual")), Subscription(versions=(version,))
    )
    assert (found.day, found.amounts) == (None, {HERE: Amount(1_200, 1_500)})


def test_a_planned_amount_may_be_nothing_in_the_reporting_currency() -> None:
    """As a penny is that was worth less than half a cent: planning has no number for it, which is nothing."""
    members = {
        "Account": "4020", "Cost centre": "NO_COST_CENTRE", "Customer": "C_7", "Legal entity": "UK",
        "Partner": "NO_PARTNER", "Currency": "GBP", "Time": "2026-03", "Version": "Actual",
    }  # fmt: skip
    planned = Side(name="planning", target="anaplan", feed="billed_revenue", measure="Revenue")
    cell = Intersection("anaplan", MODEL.feed("billed_revenue").cube, tuple(members.items()))
    other = replace(cell, target="another")
    record = RecordKey(ERP, "invoice", "17")
    recorded = Recorded(record=record, fact=None, found={}, planned=((cell, {"Revenue": 1}), (other, {"Revenue": 5})))
    found = stage(planned, apart=("customer", "partner")).item(recorded)
    assert found.amounts == {HERE._replace(apart=("C_7", "")): Amount(1, 0)}
