"""From facts to contributions, by the planning model that is deployed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.support.planning_model import sandbox_landscape
from tieout.facts.documents import AccountClass, CreditMemo, DocumentState, Invoice, JournalEntry, LedgerLine, Payment
from tieout.facts.family import Fact
from tieout.facts.opportunity import Opportunity
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.model import PlanningModel

LANDSCAPE = sandbox_landscape()
HERE = "hubspot-emea"
MODEL = PlanningModel.of(LANDSCAPE)
FOUND = {
    MappingKey(HERE, "customer", "1"): "ACME",
    MappingKey(HERE, "product", "default"): "SOFTWARE",
    MappingKey(HERE, "stage", "default/open"): "proposal",
    MappingKey(HERE, "stage", "default/won"): "won",
    MappingKey(HERE, "stage", "default/lost"): "lost",
    MappingKey(HERE, "account", "4000"): "4020",
    MappingKey(HERE, "account", "1000"): "1000",
    MappingKey(HERE, "account", "1100"): "1100",
    MappingKey(HERE, "cost_centre", "7"): "CC_SALES",
    MappingKey.rate("budget", "EUR", "USD", "2026-03"): "1.1",
    MappingKey.rate("average", "EUR", "USD", "2026-03"): "1.2",
}
DEAL = Opportunity(
    name="Deal",
    amount=Money(100_001, "EUR"),
    stage="default/open",
    probability=Decimal("0.5"),
    close_date=date(2026, 3, 31),
    customer="1",
    product="default",
)
REVENUE = LedgerLine(
    line_id="1",
    account="4000",
    account_class=AccountClass.INCOME,
    transaction=Money(-10_000, "EUR"),
    functional=Money(-10_000, "EUR"),
    group=Money(-10_842, "USD"),
    group_rate="netsuite:3>1:214:Mar-2026:average=1.0842",
    customer="1",
    cost_centre="7",
)
DEBTOR = replace(
    REVENUE, line_id="0", account="1100", account_class=AccountClass.ASSET, account_role="receivable",
    transaction=Money(10_000, "EUR"), functional=Money(10_000, "EUR"), group=Money(10_842, "USD"),
)  # fmt: skip
INVOICE = Invoice(
    number="INV1",
    document_date=date(2026, 1, 2),
    posting_period=PostingPeriod("214", "Mar 2026", date(2026, 3, 1), date(2026, 3, 31)),
    state=DocumentState.POSTED,
    lines=(DEBTOR, REVENUE),
)


def planned(fact: Fact) -> dict[str, tuple[int, str]]:
    """Where a fact goes: cell to minor units and rate."""
    contributions = MODEL.contributions(HERE, fact, FOUND)
    assert isinstance(contributions, tuple), contributions
    found: dict[str, tuple[int, str]] = {}
    for each in contributions:
        place = " / ".join(f"{name}={member}" for name, member in each.intersection.members)
        found |= {
            f"{each.intersection.cube} / {amount.measure} / {place}": (amount.amount_minor, amount.rate)
            for amount in each.amounts
        }
    return found


def test_an_open_deal_is_pipeline_by_amount_and_by_weight_in_both_currencies() -> None:
    """Four cells: amount and weighted amount, in the deal's currency and in the reporting currency with its rate."""
    place = "Customer=ACME / Product line=SOFTWARE / Legal entity=EMEA / Currency=EUR / Time=2026-03 / Version=Forecast"
    rate = "budget:EUR>USD@2026-03=1.1"
    assert planned(DEAL) == {
        f"Pipeline / Amount / {place}": (100_001, "par"),
        f"Pipeline / Amount USD / {place}": (110_001, rate),
        f"Pipeline / Weighted amount / {place}": (50_001, "par"),
        f"Pipeline / Weighted amount USD / {place}": (55_001, rate),
    }


def test_a_won_deal_is_a_booking_and_no_longer_pipeline() -> None:
    """It leaves the forecast for the actual version."""
    cells = planned(replace(DEAL, stage="default/won"))
    assert {text.split(" / ")[0] for text in cells} == {"Bookings"}
    assert all("Version=Actual" in text for text in cells)


def test_a_lost_deal_is_planned_nowhere() -> None:
    """Nor does it need a rate or a product that nobody has mapped."""
    assert planned(replace(DEAL, stage="default/lost", product="unknown")) == {}


@pytest.mark.parametrize("missing", [{"amount": None}, {"close_date": None}])
def test_a_deal_without_amount_or_close_date_is_planned_nowhere(missing: dict[str, None]) -> None:
    """It waits for nothing: its next change brings what it lacks."""
    assert planned(replace(DEAL, **missing)) == {}  # type: ignore[arg-type]  # one of the two


def test_a_deal_of_nobody_stands_under_the_stand_in() -> None:
    """A deal without a company is not one with an unknown company."""
    assert all("Customer=NO_CUSTOMER" in text for text in planned(replace(DEAL, customer=None)))


@pytest.mark.parametrize(
    ("change", "table", "key"),
    [
        ({"customer": "2"}, "customer", "2"),
        ({"product": "other"}, "product", "other"),
        ({"stage": "default/new"}, "stage", "default/new"),
        ({"amount": Money(1, "GBP")}, "rate", "budget:GBP>USD@2026-03"),
        ({"close_date": date(2026, 4, 1)}, "rate", "budget:EUR>USD@2026-04"),
    ],
)
def test_what_nobody_has_mapped_is_named(change: dict[str, object], table: str, key: str) -> None:
    """The deal waits for exactly that entry."""
    unmapped = MODEL.contributions(HERE, replace(DEAL, **change), FOUND)  # type: ignore[arg-type]
    assert isinstance(unmapped, Unmapped)
    assert (unmapped.key.table, unmapped.key.key) == (table, key)


def test_every_entry_a_fact_could_miss_is_asked_for_beforehand() -> None:
    """One read of the mapping tables is enough, whatever the stage turns out to mean."""
    asked = MODEL.mapping_keys(HERE, DEAL, {})
    assert {key.table for key in asked} == {"customer", "product", "stage", "rate"}
    assert MODEL.contributions(HERE, DEAL, {key: FOUND[key] for key in asked}) == MODEL.contributions(HERE, DEAL, FOUND)


def test_revenue_is_positive_in_planning_and_stands_in_the_erps_period_with_the_erps_own_amount() -> None:
    """The date of the invoice is January, its posting period March; the group amount is the ERP's, not recomputed."""
    where = "Account=4020 / Cost centre=CC_SALES / Customer=ACME / Legal entity=EMEA / Partner=NO_PARTNER"
    place = f"{where} / Currency=EUR / Time=2026-03 / Version=Actual"
    assert planned(INVOICE) == {
        f"Actuals / Revenue / {place}": (10_000, "par"),
        f"Actuals / Revenue USD / {place}": (10_842, "netsuite:3>1:214:Mar-2026:average=1.0842"),
    }


def test_a_credit_memo_takes_revenue_back() -> None:
    """Its income line is a debit, so the same rule gives a negative number."""
    lines = tuple(
        replace(line, transaction=-line.transaction, functional=-line.functional, group=-line.group)
        for line in INVOICE.lines
        if line.group
    )
    memo = CreditMemo(
        number="CM",
        document_date=None,
        posting_period=INVOICE.posting_period,
        state=DocumentState.POSTED,
        lines=lines,
    )
    assert [amount for amount, _ in planned(memo).values()] == [-10_000, -10_842]


def test_a_void_invoice_contributes_nothing_and_waits_for_nothing() -> None:
    """Its lines are zero, so not even an unknown account holds it."""
    zero = Money(0, "EUR")
    lines = tuple(
        replace(line, transaction=zero, functional=zero, group=Money(0, "USD"), account="unknown")
        for line in INVOICE.lines
    )
    assert planned(replace(INVOICE, state=DocumentState.VOID, lines=lines)) == {}


def test_cash_is_what_reaches_the_bank() -> None:
    """A payment's receivable line is no cash, and a journal's bank line is no payment."""
    bank = replace(DEBTOR, account="1000", account_role="cash")
    parts = {
        "number": "1",
        "document_date": None,
        "posting_period": INVOICE.posting_period,
        "state": DocumentState.POSTED,
    }
    payment = Payment(lines=(bank, replace(DEBTOR, transaction=Money(-10_000, "EUR"))), **parts)  # type: ignore[arg-type]
    assert {text.split(" / ")[1] for text in planned(payment)} == {"Collected", "Collected USD"}
    assert planned(JournalEntry(lines=(bank,), **parts)) == {}  # type: ignore[arg-type]


def test_lines_that_share_a_cell_are_one_contribution() -> None:
    """Two lines of one account, cost centre and customer are one amount; what cancels out leaves nothing behind."""
    twice = planned(replace(INVOICE, lines=(REVENUE, REVENUE)))
    assert [amount for amount, _ in twice.values()] == [20_000, 21_684]
    undone = replace(
        REVENUE, transaction=Money(10_000, "EUR"), functional=Money(10_000, "EUR"), group=Money(10_842, "USD")
    )
    assert planned(replace(INVOICE, lines=(REVENUE, undone))) == {}


def test_amounts_of_two_rates_in_one_cell_name_both() -> None:
    """Each rate once, in a fixed order: whichever line came first, the same is planned."""
    other = replace(REVENUE, group_rate="netsuite:3>1:214:Mar-2026:historical=1.1")
    for lines in ((REVENUE, other, REVENUE), (other, REVENUE, REVENUE)):
        rates = {
            rate for text, (_, rate) in planned(replace(INVOICE, lines=lines)).items() if "USD" in text.split(" / ")[1]
        }
        assert rates == {f"{REVENUE.group_rate} {other.group_rate}"}


@pytest.mark.parametrize(("attribute", "missing"), [("product", "product"), ("period", "close_date")])
def test_what_has_no_member_of_a_dimension_has_no_place_in_the_cube(attribute: str, missing: str) -> None:
    """Unless the feed names a member for those; without a period nothing is planned all the same."""
    [feed] = [each for each in LANDSCAPE.feeds if each.cube == "Pipeline"][:1]
    strict = tuple(
        replace(each, absent="" if attribute == "product" else "NOWHEN") if each.attribute == attribute else each
        for each in feed.dimensions
    )
    assert strict != feed.dimensions
    model = PlanningModel.of(replace(LANDSCAPE, feeds=(replace(feed, dimensions=strict),)))
    assert model.contributions(HERE, DEAL, FOUND) != ()
    assert model.contributions(HERE, replace(DEAL, **{missing: None}), FOUND) == ()  # type: ignore[arg-type]  # a field


def test_an_adjustment_period_goes_where_its_mapping_says() -> None:
    """Never by arithmetic: without an entry the document waits."""
    adjustment = replace(INVOICE, posting_period=PostingPeriod("999", "Adj 2026"))
    unmapped = MODEL.contributions(HERE, adjustment, FOUND)
    assert unmapped == Unmapped(MappingKey(HERE, "period", "999"))
    found = FOUND | {MappingKey(HERE, "period", "999"): "2026-12"}
    contributions = MODEL.contributions(HERE, adjustment, found)
    assert isinstance(contributions, tuple)
    assert {dict(each.intersection.members)["Time"] for each in contributions} == {"2026-12"}


def test_an_intersections_name_does_not_depend_on_the_order_of_its_dimensions() -> None:
    """A reordered planning model finds the cells it had; another cube or target has none of them."""
    [only] = MODEL.contributions(HERE, DEAL, FOUND)  # type: ignore[misc]  # mapped
    here = only.intersection
    turned = replace(here, members=tuple(reversed(here.members)))
    assert turned.intersection_id() == here.intersection_id()
    others = (replace(here, cube="Other"), replace(here, target="other"), replace(here, members=here.members[1:]))
    assert here.intersection_id() not in {each.intersection_id() for each in others}


def test_a_target_that_names_its_feeds_is_given_no_other() -> None:
    """Each feed goes to the targets that name it, and to those that name none."""
    [anaplan] = LANDSCAPE.targets
    others = (
        replace(anaplan, name="deals", feeds=("bookings", "pipeline")),
        replace(anaplan, name="books", feeds=("billings",)),
    )
    model = PlanningModel.of(replace(LANDSCAPE, targets=(anaplan, *others)))
    found = model.contributions(HERE, DEAL, FOUND)
    assert [each.intersection.target for each in found] == ["anaplan", "deals"]  # type: ignore[union-attr]  # mapped


def test_each_target_of_a_feed_is_given_the_same() -> None:
    """In cells of its own, so that one of them can be written while the other is down."""
    targets = tuple(replace(LANDSCAPE.targets[0], name=name) for name in ("budget", "plan"))
    [budget, plan] = PlanningModel.of(replace(LANDSCAPE, targets=targets)).contributions(HERE, DEAL, FOUND)  # type: ignore[misc]  # mapped
    [only] = MODEL.contributions(HERE, DEAL, FOUND)  # type: ignore[misc]  # mapped
    assert (budget.intersection.target, plan.intersection.target) == ("budget", "plan")
    assert budget.amounts == plan.amounts == only.amounts
    assert replace(plan.intersection, target=only.intersection.target) == only.intersection


def test_the_measures_of_one_place_are_one_contribution() -> None:
    """Amount and weighted amount, each in two currencies, share one intersection of the cube."""
    [only] = MODEL.contributions(HERE, DEAL, FOUND)  # type: ignore[misc]  # mapped
    assert [(amount.measure, amount.currency) for amount in only.amounts] == [
        ("Amount", "EUR"),
        ("Amount USD", "USD"),
        ("Weighted amount", "EUR"),
        ("Weighted amount USD", "USD"),
    ]


def test_a_deal_stands_in_the_period_of_its_companys_calendar() -> None:
    """The last days of March are the first of a fiscal year's fourth period, where the company says so."""
    year_end = YearEnd(rule="last", weekday="saturday", month=12)
    weeks = FiscalCalendar(name="weeks", kind="13-periods", year_end=year_end)
    declared = replace(LANDSCAPE, calendars=(weeks,), legal_entities=(LegalEntity(name="EMEA", calendar="weeks"),))
    rate = {MappingKey.rate("budget", "EUR", "USD", "FY2026-P04"): "1.2"}
    contributions = PlanningModel.of(declared).contributions(HERE, DEAL, FOUND | rate)
    assert isinstance(contributions, tuple)
    assert {dict(each.intersection.members)["Time"] for each in contributions} == {"FY2026-P04"}
    asked = PlanningModel.of(declared).mapping_keys(HERE, DEAL, {})
    assert rate.keys() <= asked
