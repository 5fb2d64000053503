"""What a contract becomes: what it runs for, and when it comes up for renewal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.salesforce_answers import key, record_id
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.contract import Contract, ContractStatus
from tieout.facts.statement import Absence, Statement
from tieout.money import Money
from tieout.systems.salesforce.options import ContractFields, LineFields
from tieout.systems.salesforce.rates import Rates
from tieout.systems.salesforce.translate import Organization, contract_statement

KEY = key(record_id("800", 1), "contract")
FIELDS = ContractFields(
    value="Value__c", renewal_amount="Next__c", renewal_date="Renews__c", probability="Likely__c", product="Line__c"
)
CONTRACT = {
    "Id": KEY.record_id,
    "AccountId": record_id("001", 1),
    "ContractNumber": "00000117",
    "Name": "Acme platform",
    "StatusCode": "Activated",
    "StartDate": "2026-01-01",
    "EndDate": "2026-12-31",
    "ContractTerm": 12,
    "CurrencyIsoCode": "EUR",
    "OwnerId": record_id("005", 1),
    "IsDeleted": False,
    "SystemModstamp": "2026-09-21T14:13:20.000+0000",
    "Value__c": Decimal("12000.00"),
    "Next__c": Decimal("13000.00"),
    "Renews__c": "2027-02-01",
    "Likely__c": Decimal("80.0"),
    "Line__c": "platform",
}


def stated(fields: ContractFields = FIELDS, rates: Rates | None = None, **changed: Any) -> Statement:  # noqa: ANN401 JSON
    """What a contract with these values becomes; a value of `...` is not answered at all."""
    row = {name: value for name, value in {**CONTRACT, **changed}.items() if value is not ...}
    organization = Organization(default_currency="GBP", line_fields=LineFields(), contract_fields=fields)
    return contract_statement(KEY, row, rates, organization)


def contract(fields: ContractFields = FIELDS, rates: Rates | None = None, **changed: Any) -> Contract:  # noqa: ANN401 JSON
    """The fact."""
    fact = stated(fields, rates, **changed).fact
    assert isinstance(fact, Contract)
    return fact


def test_a_contract_is_stated_field_by_field() -> None:
    """Salesforce's own fields, and the account's."""
    assert stated().source_version == "2026-09-21T14:13:20.000Z"
    assert contract() == Contract(
        number="00000117",
        name="Acme platform",
        customer=record_id("001", 1),
        status=ContractStatus.ACTIVE,
        value=Money(1_200_000, "EUR"),
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        renewal_date=date(2027, 2, 1),
        renewal_amount=Money(1_300_000, "EUR"),
        probability=Decimal("0.8"),
        product="platform",
        owner=record_id("005", 1),
    )


def test_an_account_without_fields_of_its_own_has_terms_and_no_amounts() -> None:
    """Salesforce's Contract has none: nothing is made up."""
    bare = contract(ContractFields())
    assert (bare.value, bare.renewal_amount, bare.probability, bare.product) == (None, None, None, None)
    assert bare.renewal_date == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("changed", "end", "renewal"),
    [
        ({}, date(2026, 12, 31), date(2027, 1, 1)),
        ({"EndDate": None}, date(2026, 12, 31), date(2027, 1, 1)),
        ({"EndDate": None, "StartDate": "2026-08-31", "ContractTerm": 6}, date(2027, 2, 27), date(2027, 2, 28)),
        ({"EndDate": None, "ContractTerm": None}, None, None),
        ({"EndDate": None, "StartDate": None}, None, None),
        ({"EndDate": None, "StartDate": "9999-12-01"}, None, None),
        ({"EndDate": "9999-12-31"}, date(9999, 12, 31), None),
        ({"EndDate": "2026-06-30"}, date(2026, 6, 30), date(2026, 7, 1)),
    ],
)
def test_a_contract_is_renewed_on_the_day_after_its_end(
    changed: dict[str, Any], end: date | None, renewal: date | None
) -> None:
    """The end that Salesforce states counts; where it states none, the start and the term do."""
    found = contract(Renews__c=None, **changed)
    assert (found.end_date, found.renewal_date) == (end, renewal)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("Draft", ContractStatus.DRAFT),
        ("InApproval", ContractStatus.DRAFT),
        ("Activated", ContractStatus.ACTIVE),
        ("Expired", ContractStatus.ENDED),
        ("Terminated", ContractStatus.ENDED),
    ],
)
def test_a_status_is_known_by_its_code(code: str, status: ContractStatus) -> None:
    """Whatever the organisation calls it, and whenever it is read: an end in the past ends no contract by itself."""
    assert contract(StatusCode=code, EndDate="2026-01-02").status is status


@pytest.mark.parametrize("code", [None, "In Force", "activated"])
def test_a_status_that_is_not_known_is_not_guessed(code: str | None) -> None:
    """It would be planned, or left out, by chance."""
    with pytest.raises(UnreadableRecordError, match="field StatusCode: not_known"):
        stated(StatusCode=code)


def test_a_contract_that_ends_before_it_starts_is_refused() -> None:
    """Nobody signed that."""
    with pytest.raises(MalformedError, match="end_before_start"):
        stated(EndDate="2025-12-31")


def test_a_deleted_contract_is_deleted_at_the_change_that_did_it() -> None:
    """Its other fields are not looked at."""
    statement = stated(IsDeleted=True, StatusCode="broken")
    assert (statement.absence, statement.source_version) == (Absence.DELETED, "2026-09-21T14:13:20.000Z")


@pytest.mark.parametrize(
    ("changed", "attribute", "expected"),
    [
        ({"Value__c": None}, "value", None),
        ({"Next__c": None}, "renewal_amount", None),
        ({"Likely__c": None}, "probability", None),
        ({"Line__c": None}, "product", None),
        ({"Name": None}, "name", None),
        ({"Name": ...}, "name", None),
        ({"ContractNumber": None}, "number", f"#{KEY.record_id}"),
        ({"CurrencyIsoCode": ...}, "value", Money(1_200_000, "GBP")),
    ],
)
def test_what_a_contract_does_not_say_is_not_there(changed: dict[str, Any], attribute: str, expected: object) -> None:
    """Null is no zero."""
    assert getattr(contract(**changed), attribute) == expected


def test_the_rate_is_that_of_the_renewal_date() -> None:
    """What is planned is the renewal."""
    dated = [
        {"IsoCode": "EUR", "StartDate": "2026-01-01", "ConversionRate": Decimal("0.8")},
        {"IsoCode": "EUR", "StartDate": "2027-02-01", "ConversionRate": Decimal("0.5")},
    ]
    rate = contract(rates=Rates("USD", [], dated)).rate
    assert rate is not None
    assert rate.per_unit == 2
