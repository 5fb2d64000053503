"""What contracts come to in planning: their renewals, in the period they come up for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given

from tests.support.any_facts import contracts
from tests.support.planning_model import sandbox_model
from tieout.errors import MalformedError
from tieout.facts.contract import Contract, ContractStatus
from tieout.facts.families import lines_of
from tieout.facts.family import Line, SourceRate
from tieout.money import Money
from tieout.planning.cells import Contribution, Unmapped
from tieout.planning.mapping import MappingKey
from tieout.planning.resolving import Asked

CONNECTION = "some-crm"
MODEL = sandbox_model({CONNECTION: "EMEA"})
TABLES = {
    MappingKey(CONNECTION, "customer", "001"): "ACME",
    MappingKey(CONNECTION, "product", "support"): "SUPPORT",
    MappingKey.rate("budget", "EUR", "USD", "2026-12"): "1.10",
}
CONTRACT = Contract(
    number="00000101",
    name="Support",
    customer="001",
    status=ContractStatus.ACTIVE,
    value=Money(120_000, "EUR"),
    start_date=date(2026, 1, 1),
    end_date=date(2026, 12, 31),
    renewal_date=date(2026, 12, 31),
    renewal_amount=Money(100_001, "EUR"),
    probability=Decimal("0.5"),
    product="support",
)
MEMBERS = ("ACME", "SUPPORT", "EMEA", "EUR", "2026-12", "Forecast")


def planned(contract: Contract) -> tuple[Contribution, ...] | Unmapped:
    """What the landscape of the sandbox plans of a contract."""
    return MODEL.contributions(CONNECTION, contract, TABLES)


def amounts(contract: Contract) -> dict[tuple[str, ...], tuple[int, str]]:
    """Minor units and rate by cube, measure and members."""
    found = planned(contract)
    assert not isinstance(found, Unmapped)
    return {
        (each.intersection.cube, amount.measure, *(member for _, member in each.intersection.members)): (
            amount.amount_minor,
            amount.rate,
        )
        for each in found
        for amount in each.amounts
    }


def line(contract: Contract) -> Line:
    """The one line of a contract."""
    [only] = lines_of(contract, Asked(CONNECTION, {}, "EMEA"))
    return only


def test_a_renewal_is_planned_by_amount_and_by_weight_in_both_currencies() -> None:
    """In the month of the renewal date, by customer, product line, company and currency; half a cent is rounded up."""
    rate = "budget:EUR>USD@2026-12=1.10"
    assert amounts(CONTRACT) == {
        ("Renewals", "Renewal", *MEMBERS): (100_001, "par"),
        ("Renewals", "Renewal USD", *MEMBERS): (110_001, rate),
        ("Renewals", "Weighted renewal", *MEMBERS): (50_001, "par"),
        ("Renewals", "Weighted renewal USD", *MEMBERS): (55_001, rate),
    }


def test_a_renewal_nobody_has_priced_is_worth_as_much_as_the_contract() -> None:
    """But nothing is nothing: a contract that is to go on for free adds nothing to the plan."""
    assert {minor for minor, _ in amounts(replace(CONTRACT, renewal_amount=None)).values()} == {
        120_000,
        60_000,
        132_000,
        66_000,
    }
    assert amounts(replace(CONTRACT, renewal_amount=Money(0, "EUR"))) == {}


def test_a_renewal_nobody_has_weighed_is_planned_by_its_amount_alone() -> None:
    """An unknown probability is neither none nor certainty."""
    assert {measure for _, measure, *_ in amounts(replace(CONTRACT, probability=None))} == {"Renewal", "Renewal USD"}


@pytest.mark.parametrize("status", [ContractStatus.DRAFT, ContractStatus.ENDED])
def test_a_draft_and_a_contract_that_has_ended_have_nothing_to_renew(status: ContractStatus) -> None:
    """They are facts like any other, told apart by their status, and no mapping is waited for."""
    other = replace(CONTRACT, status=status, customer="nobody has mapped it")
    assert amounts(other) == {}
    assert line(other).attribute("status") == str(status)


@pytest.mark.parametrize("missing", [{"renewal_date": None}, {"renewal_amount": None, "value": None}])
def test_a_contract_without_renewal_date_or_worth_is_planned_nowhere(missing: dict[str, None]) -> None:
    """Nor does the day it ends stand in for the day it is renewed."""
    assert amounts(replace(CONTRACT, **missing)) == {}  # type: ignore[arg-type]  # one of the two


def test_a_contract_of_nobody_and_of_nothing_stands_under_the_stand_ins() -> None:
    """What is to be renewed is planned, whoever it is with."""
    assert {place[2:4] for place in amounts(replace(CONTRACT, customer=None, product=None))} == {
        ("NO_CUSTOMER", "NO_PRODUCT")
    }


@pytest.mark.parametrize(
    ("change", "table", "key"),
    [({"customer": "002"}, "customer", "002"), ({"product": "x"}, "product", "x"),
     ({"renewal_date": date(2027, 1, 1)}, "rate", "budget:EUR>USD@2027-01")],
)  # fmt: skip
def test_a_renewal_waits_for_what_nobody_has_mapped(change: dict[str, object], table: str, key: str) -> None:
    """For exactly that entry, which was asked for beforehand."""
    contract = replace(CONTRACT, **change)  # type: ignore[arg-type]  # a field
    unmapped = planned(contract)
    assert isinstance(unmapped, Unmapped)
    assert (unmapped.key.table, unmapped.key.key) == (table, key)
    assert unmapped.key in MODEL.mapping_keys(CONNECTION, contract, {})


def test_a_contract_is_converted_by_the_rate_of_its_own_source() -> None:
    """No planning rate is asked for, and the contribution says which rate it was."""
    identity = "salesforce:EUR>USD:2026-12-01=1.2"
    own = replace(CONTRACT, rate=SourceRate(currency="USD", per_unit=Decimal("1.2"), identity=identity))
    assert amounts(own)["Renewals", "Renewal USD", *MEMBERS] == (120_001, identity)
    assert {key.table for key in MODEL.mapping_keys(CONNECTION, own, {})} == {"customer", "product"}


@given(contract=contracts())
def test_what_a_renewal_is_worth_follows_from_what_is_stated(contract: Contract) -> None:
    """The amount of the renewal, else the contract's; weighted by its probability, half a minor unit away from zero."""
    made = line(contract)
    worth = contract.value if contract.renewal_amount is None else contract.renewal_amount
    assert (made.amounts["value"], made.amounts["renewal"]) == (contract.value, worth)
    assert made.rate == contract.rate
    assert (made.period is None) == (contract.renewal_date is None)
    weighted = made.amounts["weighted_renewal"]
    if worth is None or contract.probability is None:
        assert weighted is None
    else:
        exact = worth.amount_minor * contract.probability
        assert weighted == Money(int(exact.to_integral_value(ROUND_HALF_UP)), worth.currency)


@pytest.mark.parametrize("chance", ["75", "1.000001", "-0.000001"])
def test_a_chance_in_percent_is_no_probability_of_a_renewal(chance: str) -> None:
    """It would be planned a hundred times too high."""
    with pytest.raises(MalformedError, match=r"^probability_not_between_0_and_1$"):
        replace(CONTRACT, probability=Decimal(chance))


@pytest.mark.parametrize("chance", ["0", "1"])
def test_a_renewal_may_be_certain_or_out_of_the_question(chance: str) -> None:
    """Both ends included."""
    assert replace(CONTRACT, probability=Decimal(chance)).probability == Decimal(chance)


def test_a_contract_does_not_end_before_it_starts() -> None:
    """One of a single day does; where one of the two is unknown there is nothing to compare."""
    for start, end in (("2026-01-01", "2026-01-01"), ("2026-01-01", None), (None, "2026-01-01")):
        days = [date.fromisoformat(each) if each else None for each in (start, end)]
        assert replace(CONTRACT, start_date=days[0], end_date=days[1]).end_date == days[1]
    with pytest.raises(MalformedError, match=r"^end_before_start$"):
        replace(CONTRACT, start_date=date(2026, 1, 2), end_date=date(2026, 1, 1))


def test_a_contract_and_its_renewal_are_in_one_currency() -> None:
    """A line has one; which rate the other would be converted by, no source says."""
    with pytest.raises(MalformedError, match=r"^renewal_in_another_currency$"):
        replace(CONTRACT, renewal_amount=Money(1, "USD"))
    assert line(replace(CONTRACT, value=None, renewal_amount=Money(1, "USD"))).currency == "USD"
