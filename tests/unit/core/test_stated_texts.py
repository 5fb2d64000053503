"""What a statement is kept as: every part of a fact is in its text, so that a change of any part is a change of the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tieout.arriving.notice import RecordKey
from tieout.facts.family import Fact
from tieout.facts.opportunity import Opportunity, OpportunityLine
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.money import Money
from tieout.strict_json import parse

KEY = RecordKey("crm", "opportunity", "1")
LINE = OpportunityLine(
    line_id="7",
    product="support",
    amount=Money(120_000, "EUR"),
    recurring=Money(120_000, "EUR"),
    recurring_months=12,
    renewal_date=date(2027, 3, 1),
)
DEAL = Opportunity(
    name="Deal",
    amount=Money(120_000, "EUR"),
    stage="default/open",
    probability=Decimal("0.5"),
    close_date=date(2026, 3, 31),
    customer=None,
    product="default",
    lines=(LINE,),
)


def text_of(fact: Fact) -> str:
    """A fact as it is kept."""
    return canonical_text(Statement(key=KEY, source_version="1", fact=fact))


def test_a_text_says_all_that_a_fact_says_and_leaves_out_what_it_lacks() -> None:
    """Amounts with their currency, days as days, lines as lines."""
    assert parse(text_of(DEAL).encode()) == {
        "kind": "Opportunity",
        "name": "Deal",
        "amount": "1200.00 EUR",
        "stage": "default/open",
        "probability": "0.5",
        "close_date": "2026-03-31",
        "product": "default",
        "lines": [
            {
                "line_id": "7",
                "product": "support",
                "amount": "1200.00 EUR",
                "recurring": "1200.00 EUR",
                "recurring_months": 12,
                "renewal_date": "2027-03-01",
            }
        ],
    }


def test_a_change_of_a_line_is_a_change_of_the_deal() -> None:
    """At one version, what differs by a line alone is no duplicate."""
    other = replace(DEAL, lines=(replace(LINE, product="licence"),))
    assert text_of(other) != text_of(DEAL)


def test_an_absent_record_says_why_it_is() -> None:
    """And nothing else."""
    gone = Statement(key=KEY, source_version="1", fact=None, absence=Absence.DELETED)
    assert parse(canonical_text(gone).encode()) == {"absence": str(Absence.DELETED)}
