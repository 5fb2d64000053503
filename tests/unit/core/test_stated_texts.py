"""What a statement is kept as: every part of a fact is in its text, so that a change of any part is a change of the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tieout.arriving.notice import RecordKey
from tieout.facts.contract import Contract, ContractStatus
from tieout.facts.family import Fact, SourceRate
from tieout.facts.opportunity import ForecastCategory, Opportunity, OpportunityLine
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


def test_what_the_source_does_not_state_leaves_a_text_as_it_was() -> None:
    """Facts that were kept before anybody stated forecast categories and rates are no other facts now."""
    assert text_of(replace(DEAL, lines=())) == (
        '{"amount":"1200.00 EUR","close_date":"2026-03-31","kind":"Opportunity","name":"Deal","probability":"0.5",'
        '"product":"default","stage":"default/open"}'
    )


def test_a_deal_says_what_it_counts_as_in_the_forecast_and_what_it_is_converted_by() -> None:
    """Another rate of the source is a change of the deal: its plan is another one."""
    rate = SourceRate(currency="USD", per_unit=Decimal("1.0842"), identity="crm:EUR>USD:2026-03-01=1.0842")
    stated = replace(DEAL, forecast_category=ForecastCategory.COMMIT, rate=rate)
    said = parse(text_of(stated).encode())
    assert said["forecast_category"] == "commit"
    assert said["rate"] == {"currency": "USD", "per_unit": "1.0842", "identity": "crm:EUR>USD:2026-03-01=1.0842"}
    assert text_of(stated) != text_of(replace(stated, rate=replace(rate, per_unit=Decimal("1.1"))))


def test_a_contract_says_what_is_known_of_it() -> None:
    """And nothing of what is not: most contracts have no price of their renewal yet."""
    contract = Contract(
        number="101",
        name=None,
        customer="1",
        status=ContractStatus.ACTIVE,
        value=Money(120_000, "EUR"),
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        renewal_date=date(2027, 1, 1),
        renewal_amount=None,
        probability=Decimal("0.9"),
        product=None,
    )
    assert parse(text_of(contract).encode()) == {
        "kind": "Contract",
        "number": "101",
        "customer": "1",
        "status": "active",
        "value": "1200.00 EUR",
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "renewal_date": "2027-01-01",
        "probability": "0.9",
    }


def test_a_change_of_a_line_is_a_change_of_the_deal() -> None:
    """At one version, what differs by a line alone is no duplicate."""
    other = replace(DEAL, lines=(replace(LINE, product="licence"),))
    assert text_of(other) != text_of(DEAL)


def test_an_absent_record_says_why_it_is() -> None:
    """And nothing else."""
    gone = Statement(key=KEY, source_version="1", fact=None, absence=Absence.DELETED)
    assert parse(canonical_text(gone).encode()) == {"absence": str(Absence.DELETED)}
