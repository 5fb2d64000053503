"""What the lines of deals and documents say, value by value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tieout.calendars import EntityCalendars
from tieout.errors import MalformedError
from tieout.facts.documents import AccountClass, DocumentState, Invoice, LedgerLine
from tieout.facts.families import lines_of
from tieout.facts.opportunity import Opportunity, OpportunityLine
from tieout.fiscal import FiscalCalendar, LegalEntity, YearEnd
from tieout.money import Money
from tieout.periods import PostingPeriod
from tieout.planning.resolving import Asked

_WEEKS = FiscalCalendar(
    name="weeks", kind="4-4-5", label="RT", year_end=YearEnd(rule="last", weekday="saturday", month=1)
)
_CALENDARS = EntityCalendars((_WEEKS,), (LegalEntity(name="OWN", calendar="weeks"),))


def deal(*lines: OpportunityLine, probability: Decimal | None = None) -> Opportunity:
    """A deal with these lines."""
    return Opportunity(
        name=None,
        amount=None,
        stage="-/-",
        probability=probability,
        close_date=date(2026, 3, 31),
        customer=None,
        product=None,
        lines=lines,
    )


def test_a_line_says_what_recurs_and_when_it_is_renewed_by_the_companys_own_calendar() -> None:
    """The day a year later is in another period for a company that counts weeks than for one that counts months."""
    euros = Money(100, "EUR")
    once = OpportunityLine(line_id="1", product="P", amount=euros)
    yearly = OpportunityLine(
        line_id="2", product="P", amount=euros, recurring=euros, recurring_months=1, renewal_date=date(2027, 3, 1)
    )
    found = list(lines_of(deal(once, yearly), Asked("crm", {}, "OWN", _CALENDARS)))
    said = [(line.attributes["recurrence"], line.attributes["renewal_period"]) for line in found]
    assert said == [("one_time", None), ("recurring", "RT2028-P02")]
    assert {line.period for line in found} == {"RT2027-P03"}


@pytest.mark.parametrize("probability", ["-0.000001", "1.000001", "2", "60"])
def test_a_probability_beyond_certainty_is_refused(probability: str) -> None:
    """Percent would be planned a hundred times too high."""
    with pytest.raises(MalformedError) as caught:
        deal(probability=Decimal(probability))
    assert caught.value.reason == "probability_not_between_0_and_1"


@pytest.mark.parametrize("probability", ["0", "1"])
def test_certainty_is_a_probability(probability: str) -> None:
    """In either direction."""
    assert deal(probability=Decimal(probability)).probability == Decimal(probability)


def test_a_ledger_line_keeps_all_three_amounts_of_the_erp() -> None:
    """None is computed from another."""
    line = LedgerLine(
        line_id="1",
        account="4000",
        account_class=AccountClass.INCOME,
        transaction=Money(-100, "EUR"),
        functional=Money(-99, "CHF"),
        group=Money(-98, "USD"),
        group_rate="r",
    )
    period = PostingPeriod(period_id="101", name="Mar 2026", first_day=date(2026, 3, 1), last_day=date(2026, 3, 31))
    invoice = Invoice(number="1", document_date=None, posting_period=period, state=DocumentState.POSTED, lines=(line,))
    [said] = lines_of(invoice, Asked("erp", {}, "OWN"))
    assert (said.amounts["posted"], said.functional, said.group, said.group_rate) == (
        Money(-100, "EUR"),
        Money(-99, "CHF"),
        Money(-98, "USD"),
        "r",
    )
    assert said.period == "2026-03"
