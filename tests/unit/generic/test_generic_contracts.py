"""What an in-house tool states of its contracts, the rate it converts them by included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.unit.generic.test_generic_contents import flaw, only
from tieout.facts.contract import Contract, ContractStatus
from tieout.facts.family import SourceRate

CONTRACT = {
    "name": "contract",
    "key": "id",
    "fact": "Contract",
    "version": "revision",
    "version_is": "number",
    "fields": {
        "number": "number",
        "customer": "customer",
        "status": "state",
        "value": {"minor": "worth.cents", "currency": "worth.currency"},
        "start_date": "from",
        "end_date": "until",
        "renewal_date": "renews",
        "renewal_amount": {"amount": "renewal", "currency": "worth.currency"},
        "probability": "chance",
        "product": "product",
        "rate": {"currency": "fx.into", "per_unit": "fx.rate", "identity": "fx.date && join(':', ['tool', fx.date])"},
    },
}
AGREED = {
    "id": "c1",
    "revision": 3,
    "number": "C-1",
    "customer": 17,
    "state": "active",
    "worth": {"cents": 120_000, "currency": "EUR"},
    "from": "2026-01-01",
    "until": "2026-12-31",
    "renews": "2027-01-01",
    "chance": "0.9",
}


def test_a_contract_can_be_stated_with_the_rate_of_its_tool() -> None:
    """By configuration alone, as a fact of any family; what nothing is said of is absent."""
    fx = {"into": "USD", "rate": "1.0842", "date": "2026-12-01"}
    fact = only({**AGREED, "fx": fx}, CONTRACT).fact
    assert isinstance(fact, Contract)
    assert (fact.number, fact.customer, fact.status) == ("C-1", "17", ContractStatus.ACTIVE)
    assert (str(fact.value), fact.renewal_amount, str(fact.probability)) == ("1200.00 EUR", None, "0.9")
    assert (fact.start_date, fact.end_date) == (date(2026, 1, 1), date(2026, 12, 31))
    assert fact.rate == SourceRate(currency="USD", per_unit=Decimal("1.0842"), identity="tool:2026-12-01")
    without = only(AGREED, CONTRACT).fact
    assert isinstance(without, Contract)
    assert without.rate is None


def test_a_contract_that_does_not_fit_says_where() -> None:
    """A rate of which a part is missing is no rate; what no field alone can say is said in the words of the fact."""
    assert flaw({**AGREED, "fx": {"rate": 2}}, CONTRACT) == "rate.currency: missing at fx.into"
    fx = {"into": "USD", "rate": 0, "date": "2026-12-01"}
    assert flaw({**AGREED, "fx": fx}, CONTRACT) == "rate.rate_not_positive"
    assert flaw({**AGREED, "state": "Activated"}, CONTRACT) == "status: not_one_of_draft_active_ended at state"
    assert flaw({**AGREED, "until": "2025-12-31"}, CONTRACT) == "end_before_start"
