"""What orders of customers and billing documents come to in planning, beside what the books say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.support.planning_model import sandbox_model
from tieout.calendars import EntityCalendars
from tieout.facts.families import lines_of
from tieout.facts.family import Line
from tieout.facts.sales import BillingDocument, SalesDocument, SalesLine, SalesOrder, SalesStatus
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.money import Money
from tieout.planning.cells import Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.resolving import Asked

CONNECTION = "some-erp"
MODEL = sandbox_model({CONNECTION: "EMEA"})
TABLES = {
    MappingKey(CONNECTION, "customer", "C-1"): "ACME",
    MappingKey(CONNECTION, "product", "TG11"): "SOFTWARE",
    MappingKey(CONNECTION, "legal_entity", "1710"): "GROUP",
    MappingKey.rate("budget", "EUR", "USD", "2026-03"): "1.10",
    MappingKey.rate("average", "EUR", "USD", "2026-03"): "1.10",
}
ITEM = SalesLine(line_id="10", amount=Money(10_000, "EUR"), product="TG11")
ORDER = SalesOrder(
    number="1", status=SalesStatus.OPEN, day=date(2026, 3, 31), lines=(ITEM,), customer="C-1", legal_entity="1710"
)
BILL = BillingDocument(
    number="90000001",
    status=SalesStatus.POSTED,
    day=date(2026, 3, 31),
    lines=(ITEM,),
    customer="C-1",
    legal_entity="1710",
)
MEMBERS = ("ACME", "SOFTWARE", "GROUP", "EUR", "2026-03")
_WEEKS = FiscalCalendar(
    name="weeks", kind="4-4-5", label="RT", year_end=YearEnd(rule="last", weekday="saturday", month=1)
)


def amounts(document: SalesDocument) -> dict[tuple[str, ...], int]:
    """Minor units by cube, measure and members of what the landscape of the sandbox plans of a document."""
    found = MODEL.contributions(CONNECTION, document, TABLES)
    assert not isinstance(found, Unmapped)
    return {
        (each.intersection.cube, amount.measure, *(member for _, member in each.intersection.members)): (
            amount.amount_minor
        )
        for each in found
        for amount in each.amounts
    }


def lines(document: SalesDocument) -> list[Line]:
    """The lines of a document for a company that counts weeks."""
    calendars = EntityCalendars((_WEEKS,), (LegalEntity(name="EMEA", calendar="weeks"),))
    return list(lines_of(document, Asked(CONNECTION, {}, "EMEA", calendars)))


def test_what_is_ordered_and_still_open_is_a_forecast() -> None:
    """By customer, product line, company, currency and the month of the order's date; items that agree are added up."""
    assert amounts(replace(ORDER, lines=(ITEM, ITEM))) == {
        ("Orders", "Ordered", *MEMBERS, "Forecast"): 20_000,
        ("Orders", "Ordered USD", *MEMBERS, "Forecast"): 22_000,
    }


@pytest.mark.parametrize("status", [SalesStatus.DONE, SalesStatus.CANCELLED, SalesStatus.POSTED])
def test_an_order_that_is_not_open_is_no_order_any_more(status: SalesStatus) -> None:
    """What was billed of it stands in the billings, and a rejected one nowhere; nobody waits for its mapping."""
    assert amounts(replace(ORDER, status=status, customer="nobody has mapped it")) == {}


@pytest.mark.parametrize("status", SalesStatus)
def test_what_is_billed_is_planned_in_whatever_state(status: SalesStatus) -> None:
    """One that was cancelled stays where it was."""
    assert amounts(replace(BILL, status=status)) == {
        ("Billings", "Billed", *MEMBERS, "Actual"): 10_000,
        ("Billings", "Billed USD", *MEMBERS, "Actual"): 11_000,
    }


def test_a_cancellation_takes_back_what_it_cancels_in_a_period_of_its_own() -> None:
    """It is a document with the opposite sign: both stay, and together they come to nothing."""
    cancelled = replace(BILL, status=SalesStatus.CANCELLED)
    back = replace(BILL, lines=(replace(ITEM, amount=-ITEM.amount),), cancels="90000001")
    assert set(map(sum, zip(amounts(cancelled).values(), amounts(back).values(), strict=True))) == {0}


def test_what_a_document_does_not_say_has_a_member_of_its_own() -> None:
    """An item may have no product, and a document state no company: then it is the connection's."""
    bare = replace(BILL, customer=None, legal_entity=None, lines=(replace(ITEM, product=None),))
    assert {place[2:5] for place in amounts(bare)} == {("NO_CUSTOMER", "NO_PRODUCT", "EMEA")}


@pytest.mark.parametrize(
    ("document", "table", "key"),
    [
        (replace(BILL, customer="C-2"), "customer", "C-2"),
        (replace(ORDER, legal_entity="1010"), "legal_entity", "1010"),
        (replace(ORDER, lines=(replace(ITEM, product="x"),)), "product", "x"),
        (replace(BILL, day=date(2026, 4, 1)), "rate", "average:EUR>USD@2026-04"),
    ],
)
def test_a_sales_document_waits_for_what_nobody_has_mapped(document: SalesDocument, table: str, key: str) -> None:
    """For exactly that entry."""
    unmapped = MODEL.contributions(CONNECTION, document, TABLES)
    assert isinstance(unmapped, Unmapped)
    assert (unmapped.key.table, unmapped.key.key) == (table, key)


def test_an_item_says_what_its_family_promises_in_the_period_of_its_companys_calendar() -> None:
    """The last days of March are in another period for a company that counts weeks."""
    [said] = lines(replace(BILL, legal_entity=None))
    assert dict(said.attributes) == {"status": "posted", "customer": "C-1", "product": "TG11"}
    assert (dict(said.amounts), said.currency, said.period) == ({"net": ITEM.amount}, "EUR", "RT2027-P03")


def test_a_document_without_a_day_is_planned_nowhere() -> None:
    """It waits for nothing: its next change brings what it lacks."""
    undated = replace(BILL, day=None)
    assert [each.period for each in lines(undated)] == [None]
    assert amounts(undated) == {}
