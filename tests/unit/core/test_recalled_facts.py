"""What a fact is kept as says all of it: read back, it is the fact that was written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.any_facts import facts
from tieout.arriving.notice import RecordKey
from tieout.facts.documents import AccountClass
from tieout.facts.families import FAMILIES
from tieout.facts.family import Fact, SourceRate
from tieout.facts.master_data import Account
from tieout.facts.opportunity import ForecastCategory, Opportunity
from tieout.facts.recalling import fact_of_text
from tieout.facts.statement import Statement, canonical_text

KINDS = [kind for family in FAMILIES for kind in family.kinds]


def recalled(fact: Fact) -> Fact:
    """A fact, written and read back."""
    text = canonical_text(Statement(key=RecordKey("erp", "any", "1"), source_version="1", fact=fact))
    return fact_of_text(type(fact), text)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_fact_is_read_back_as_it_was_written(kind: type[Fact], data: st.DataObject) -> None:
    """To the last part of the last line, with what it lacks lacking."""
    fact = data.draw(facts(kind))
    assert recalled(fact) == fact


@pytest.mark.parametrize(
    "fact",
    [
        Account(
            number="1", account_class=AccountClass.ASSET, valid_from=date(2026, 1, 1), valid_until=date(2026, 2, 1)
        ),
        Opportunity(
            name=None,
            amount=None,
            stage="-/-",
            probability=Decimal("0.250000"),
            close_date=None,
            customer=None,
            product=None,
            forecast_category=ForecastCategory.COMMIT,
            rate=SourceRate(currency="EUR", per_unit=Decimal("1.0842"), identity="crm:USD>EUR"),
        ),
    ],
    ids=["an account", "an opportunity"],
)
def test_classes_days_and_numbers_are_what_they_were(fact: Fact) -> None:
    """And no texts of them."""
    assert repr(recalled(fact)) == repr(fact)
