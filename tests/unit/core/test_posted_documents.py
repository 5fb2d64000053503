"""What posted documents come to in planning beyond revenue and cash: expenses, closings, companies of the group, days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.support.planning_model import sandbox_landscape, sandbox_model
from tieout.calendars import EntityCalendars
from tieout.errors import MalformedError
from tieout.facts.documents import (
    FAMILY,
    AccountClass,
    Bill,
    CreditMemo,
    DocumentState,
    Expense,
    Invoice,
    JournalEntry,
    LedgerLine,
    Payment,
    PayrollPosting,
    PostedDocument,
)
from tieout.facts.families import lines_of
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.resolving import Asked

LANDSCAPE = sandbox_landscape()
CONNECTION = "some-erp"
MODEL = sandbox_model({CONNECTION: "EMEA"})
TABLES = {
    MappingKey(CONNECTION, "account", "6000"): "6400",
    MappingKey(CONNECTION, "account", "4000"): "4020",
    MappingKey(CONNECTION, "account", "1000"): "1000",
    MappingKey(CONNECTION, "cost_centre", "8"): "CC_MARKETING",
    MappingKey(CONNECTION, "supplier", "V-1"): "AD_AGENCY",
    MappingKey(CONNECTION, "partner", "5"): "APAC",
    MappingKey.rate("average", "EUR", "USD", "2026-03"): "1.10",
    MappingKey.rate("average", "EUR", "USD", "2026-04"): "1.20",
}
MARCH = PostingPeriod("214", "Mar 2026", date(2026, 3, 1), date(2026, 3, 31))
COST = LedgerLine(
    line_id="1",
    account="6000",
    account_class=AccountClass.EXPENSE,
    transaction=Money(10_000, "EUR"),
    functional=Money(10_000, "EUR"),
    cost_centre="8",
    supplier="V-1",
)
OWED = replace(
    COST,
    line_id="2",
    account="2100",
    account_class=AccountClass.LIABILITY,
    transaction=-COST.transaction,
    functional=-COST.functional,
)
SPENT = ("6400", "CC_MARKETING", "AD_AGENCY", "EMEA", "NO_PARTNER", "EUR", "2026-03", "Actual")
_WEEKS = FiscalCalendar(
    name="weeks", kind="4-4-5", label="RT", year_end=YearEnd(rule="last", weekday="saturday", month=1)
)


def document[D: PostedDocument](kind: type[D], *lines: LedgerLine, **said: Any) -> D:  # noqa: ANN401 any field
    """A posted document of March, dated in January."""
    usual: dict[str, Any] = {"number": "1", "document_date": date(2026, 1, 2), "posting_period": MARCH}
    return kind(lines=lines, **{**usual, **said})


def amounts(posted: PostedDocument) -> dict[tuple[str, ...], int]:
    """Minor units by cube, measure and members of what the landscape of the sandbox plans of a document."""
    found = MODEL.contributions(CONNECTION, posted, TABLES)
    assert not isinstance(found, Unmapped), found
    return {
        (each.intersection.cube, amount.measure, *(member for _, member in each.intersection.members)): (
            amount.amount_minor
        )
        for each in found
        for amount in each.amounts
    }


@pytest.mark.parametrize("kind", [Bill, Expense, PayrollPosting, JournalEntry])
def test_what_is_spent_is_an_operating_expense_however_it_was_posted(kind: type[PostedDocument]) -> None:
    """A debit is positive, in both currencies; the other side of the document is no expense and needs no mapping."""
    assert amounts(document(kind, COST, OWED)) == {
        ("Operating expenses", "Expense", *SPENT): 10_000,
        ("Operating expenses", "Expense USD", *SPENT): 11_000,
    }


@pytest.mark.parametrize("kind", [Invoice, CreditMemo])
def test_what_a_sale_costs_is_no_operating_expense(kind: type[PostedDocument]) -> None:
    """It is not what the company runs on."""
    assert amounts(document(kind, COST)) == {}


def test_what_settling_gains_and_loses_is_planned_and_is_no_cash() -> None:
    """Some ERPs post it on the payment, others by a journal: what a controller sees of it must not depend on that."""
    lost = replace(COST, supplier=None, cost_centre=None)
    gained = replace(lost, account="4000", account_class=AccountClass.INCOME, transaction=Money(-2_500, "EUR"))
    for kind in (Payment, JournalEntry):
        planned = amounts(document(kind, lost, replace(gained, functional=Money(-2_750, "USD"))))
        assert {(place[0], place[1], amount) for place, amount in planned.items()} == {
            ("Operating expenses", "Expense", 10_000),
            ("Operating expenses", "Expense USD", 11_000),
            ("Actuals", "Revenue", 2_500),
            ("Actuals", "Revenue USD", 2_750),
        }


def test_a_suppliers_credit_takes_an_expense_back() -> None:
    """Its expense line is a credit, so the same rule gives a negative number; a document may be of one side alone."""
    credited = replace(COST, transaction=Money(-4_000, "EUR"), functional=Money(-4_000, "EUR"))
    assert set(amounts(document(Bill, credited)).values()) == {-4_000, -4_400}
    assert set(amounts(document(Bill, COST, credited)).values()) == {6_000, 6_600}


def test_what_an_expense_does_not_say_has_a_member_of_its_own() -> None:
    """Wages have no supplier, and an accrual may have no cost centre."""
    [place, *_] = amounts(document(PayrollPosting, replace(COST, cost_centre=None, supplier=None)))
    assert place[3:5] == ("NO_COST_CENTRE", "NO_SUPPLIER")


@pytest.mark.parametrize(
    ("kind", "line", "place"),
    [
        (Invoice, {"account": "4000", "account_class": AccountClass.INCOME}, 6),
        (Bill, {}, 6),
    ],
)
def test_what_two_companies_of_the_group_do_with_each_other_stands_apart(
    kind: type[PostedDocument], line: dict[str, Any], place: int
) -> None:
    """Revenue and expenses have the partner as planning calls it, so that planning can eliminate them."""
    within = replace(COST, cost_centre=None, supplier=None, partner="5", **line)
    assert {found[place] for found in amounts(document(kind, within))} == {"APAC"}
    assert {found[place] for found in amounts(document(kind, replace(within, partner=None)))} == {"NO_PARTNER"}
    stranger = MODEL.contributions(CONNECTION, document(kind, replace(within, partner="9")), TABLES)
    assert stranger == Unmapped(MappingKey(CONNECTION, "partner", "9"))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (JournalEntry, {}),
        (JournalEntry, {"account": "4000", "account_class": AccountClass.INCOME}),
        (Payment, {"account": "1000", "account_class": AccountClass.ASSET, "account_role": "cash"}),
    ],
)
def test_the_closing_of_a_year_is_no_movement_of_it(kind: type[PostedDocument], line: dict[str, Any]) -> None:
    """It brings expenses and revenue to zero, and carries what the bank holds forward; planned, a year would be undone."""
    lines = (replace(COST, supplier=None, **line),)
    assert amounts(document(kind, *lines)) != {}
    assert amounts(document(kind, *lines, closing=True)) == {}
    assert [each.attribute("entry") for each in said(document(kind, *lines))] == ["ordinary"]
    assert [each.attribute("entry") for each in said(document(kind, *lines, closing=True))] == ["closing"]


def test_every_feed_of_posted_documents_plans_ordinary_entries_alone() -> None:
    """One that forgets it would plan a whole year back in the period it is closed in."""
    kinds = {kind.__name__ for kind in FAMILY.kinds}
    feeds = [feed for feed in LANDSCAPE.feeds if kinds & set(feed.facts)]
    assert {feed.name: feed.where["entry"] for feed in feeds} == {
        "billed_revenue": ("ordinary",),
        "operating_expenses": ("ordinary",),
        "cash_collected": ("ordinary",),
    }


def test_a_line_says_all_that_is_known_of_it() -> None:
    """Whatever a feed may be asked for: each under its own name."""
    known: dict[str, Any] = {
        name: f"the {name}" for name in FAMILY.attributes if name not in {"account_class", "account_role", "entry"}
    }
    line = LedgerLine(
        line_id="1",
        account_class=AccountClass.ASSET,
        account_role="receivable",
        transaction=COST.transaction,
        functional=COST.functional,
        **known,
    )
    [found] = said(document(JournalEntry, line))
    own = {"account_class": "asset", "account_role": "receivable", "entry": "ordinary"}
    assert dict(found.attributes) == known | own


def test_a_line_without_a_period_of_an_erp_is_planned_by_its_own_day() -> None:
    """Each line by its own, in the calendar of its company; the date of the document decides nothing."""
    days = (date(2026, 3, 31), date(2026, 4, 1))
    lines = [replace(COST, posting_date=day) for day in days]
    report = document(Expense, *lines, posting_period=None)
    expenses = {place[-2]: minor for place, minor in amounts(report).items() if place[1] == "Expense"}
    assert expenses == {"2026-03": 10_000, "2026-04": 10_000}
    assert [each.period for each in said(report)] == ["RT2027-P03", "RT2027-P03"]


def test_the_period_of_an_erp_goes_before_any_day() -> None:
    """A line dated in April that was posted to March stands in March."""
    april = replace(COST, posting_date=date(2026, 4, 1))
    assert {place[-2] for place in amounts(document(Bill, april))} == {"2026-03"}


def test_a_line_that_was_posted_to_no_time_is_refused() -> None:
    """It would be planned nowhere, and nobody would miss it; a document without lines misses nothing."""
    dated = replace(COST, posting_date=date(2026, 3, 1))
    with pytest.raises(MalformedError, match=r"^line_without_posting_date$"):
        document(Expense, dated, COST, posting_period=None)
    assert document(Expense, posting_period=None).lines == ()
    assert document(Expense, COST).state == DocumentState.POSTED


def said(posted: PostedDocument) -> Sequence[Any]:
    """The lines of a document of a company that counts weeks."""
    calendars = EntityCalendars((_WEEKS,), (LegalEntity(name="EMEA", calendar="weeks"),))
    return list(lines_of(posted, Asked(CONNECTION, {}, "EMEA", calendars)))
