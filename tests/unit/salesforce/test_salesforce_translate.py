"""What an opportunity with its products becomes, field by field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.support.salesforce_answers import OPPORTUNITY, key, record_id
from tieout.errors import UnreadableRecordError
from tieout.facts.opportunity import ForecastCategory, Opportunity, OpportunityLine
from tieout.facts.statement import Absence, Statement
from tieout.money import Money
from tieout.systems.salesforce.options import ContractFields, LineFields
from tieout.systems.salesforce.rates import Rates
from tieout.systems.salesforce.translate import Organization, opportunity_statement

DEAL = key(record_id("006", 1))
LINE_FIELDS = LineFields(recurring_amount="Fee__c", recurring_months="Every__c", term_months="Term__c")
LINE = {
    "Id": record_id("00k", 1),
    "OpportunityId": DEAL.record_id,
    "Product2Id": record_id("01t", 1),
    "TotalPrice": 1200,
    "CurrencyIsoCode": "EUR",
    "ServiceDate": "2027-01-31",
    "Fee__c": Decimal("100.005"),
    "Every__c": Decimal("1.0"),
    "Term__c": 13,
}


def stated(*lines: dict[str, Any], rates: Rates | None = None, **changed: Any) -> Statement:  # noqa: ANN401 JSON
    """What an opportunity with these values becomes; a value of `...` is not answered at all."""
    whole = {
        **OPPORTUNITY,
        "Id": DEAL.record_id,
        "Amount": Decimal("125000.5"),
        "Probability": Decimal("50.0"),
        **changed,
    }
    row = {name: value for name, value in whole.items() if value is not ...}
    organization = Organization(default_currency="GBP", line_fields=LINE_FIELDS, contract_fields=ContractFields())
    return opportunity_statement(DEAL, row, lines, rates, organization)


def opportunity(*lines: dict[str, Any], rates: Rates | None = None, **changed: Any) -> Opportunity:  # noqa: ANN401 JSON
    """The fact."""
    fact = stated(*lines, rates=rates, **changed).fact
    assert isinstance(fact, Opportunity)
    return fact


def test_an_opportunity_is_stated_field_by_field() -> None:
    """Amounts exactly, the date as it stands, and names of the API rather than of people."""
    statement = stated()
    assert statement.source_version == "2026-09-21T14:13:20.000Z"
    assert statement.fact == Opportunity(
        name="Acme renewal",
        amount=Money(12_500_050, "EUR"),
        stage="-/Negotiation/Review",
        probability=Decimal("0.5"),
        close_date=date(2026, 12, 31),
        customer="001000000000001AAA",
        product=None,
        owner="005000000000001AAA",
        deal_type="Existing Customer - Upgrade",
        forecast_category=ForecastCategory.BEST_CASE,
    )


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("Amount", None, "amount", None),
        ("Amount", 0, "amount", Money(0, "EUR")),
        ("Amount", Decimal("1.25E+7"), "amount", Money(1_250_000_000, "EUR")),
        ("Amount", Decimal("-0.005"), "amount", Money(-1, "EUR")),
        ("CurrencyIsoCode", ..., "amount", Money(12_500_050, "GBP")),
        ("CurrencyIsoCode", None, "amount", Money(12_500_050, "GBP")),
        ("CurrencyIsoCode", "JPY", "amount", Money(125_001, "JPY")),
        ("Probability", None, "probability", None),
        ("Probability", 0, "probability", Decimal(0)),
        ("Probability", 100, "probability", Decimal(1)),
        ("Probability", Decimal("33.33333333"), "probability", Decimal("0.333333")),
        ("Probability", Decimal("-0.0"), "probability", Decimal(0)),
        ("RecordType", ..., "stage", "-/Negotiation/Review"),
        ("RecordType", {"attributes": {}, "DeveloperName": "Renewal"}, "stage", "Renewal/Negotiation/Review"),
        ("RecordType", {"DeveloperName": "Renewal"}, "product", "Renewal"),
        ("StageName", None, "stage", "-/-"),
        ("CloseDate", None, "close_date", None),
        ("AccountId", None, "customer", None),
        ("Type", " ", "deal_type", None),
        ("Name", ..., "name", None),
        *(
            ("ForecastCategory", said, "forecast_category", meant)
            for said, meant in {
                "Pipeline": ForecastCategory.PIPELINE,
                "BestCase": ForecastCategory.BEST_CASE,
                "MostLikely": ForecastCategory.MOST_LIKELY,
                "Forecast": ForecastCategory.COMMIT,
                "Closed": ForecastCategory.CLOSED,
                "Omitted": ForecastCategory.OMITTED,
                None: None,
            }.items()
        ),
    ],
)
def test_a_value_becomes_what_planning_can_use(name: str, value: Any, attribute: str, expected: object) -> None:  # noqa: ANN401 JSON
    """Null is no zero, and what the organisation does not have is not there."""
    assert getattr(opportunity(**{name: value}), attribute) == expected


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Amount", "12,50", "field Amount: not_a_number"),
        ("Amount", True, "field Amount: not_a_number"),
        ("Amount", ..., "field Amount: not_answered"),
        ("Amount", Decimal("1e40"), "field Amount: amount_too_large"),
        ("CurrencyIsoCode", "euro", "field Amount: currency_not_iso4217"),
        ("Probability", 101, "field Probability: not_between_0_and_100"),
        ("Probability", -1, "field Probability: not_between_0_and_100"),
        ("CloseDate", "31.12.2026", "field CloseDate: date_not_iso8601"),
        ("CloseDate", "2026-02-30", "field CloseDate: date_not_iso8601"),
        ("CloseDate", "2026-W10-1", "field CloseDate: date_not_iso8601"),
        ("CloseDate", 20261231, "field CloseDate: not_text"),
        ("StageName", ..., "field StageName: not_answered"),
        ("ForecastCategory", "Commit", "field ForecastCategory: not_known"),
        ("RecordType", "Renewal", "field RecordType: not_an_object"),
        ("SystemModstamp", None, "field SystemModstamp: moment_not_iso8601"),
        ("SystemModstamp", "2026-09-21T14:13:20", "field SystemModstamp: moment_without_zone"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_not_shown(name: str, value: Any, reason: str) -> None:  # noqa: ANN401 JSON
    """The operator is told which field; what stands in it may be a customer's."""
    with pytest.raises(UnreadableRecordError) as caught:
        stated(**{name: value})
    assert str(caught.value) == reason


def test_a_share_is_written_in_one_way() -> None:
    """Else the same opportunity would be another fact whenever Salesforce writes its numbers in another way."""
    stated = (0, Decimal("0.0"), Decimal("-0.0"))
    assert {str(opportunity(Probability=each).probability) for each in stated} == {"0.000000"}
    assert {str(opportunity(Probability=each).probability) for each in (50, Decimal("50.00"))} == {"0.500000"}


def test_versions_sort_as_the_changes_did() -> None:
    """As texts, to the millisecond."""
    moments = ["2026-09-21T14:13:20.000+0000", "2026-09-21T14:13:20.001+0000", "2026-10-01T00:00:00.000+0000"]
    versions = [stated(SystemModstamp=each).source_version for each in moments]
    assert versions == sorted(set(versions))


def test_a_deleted_opportunity_is_deleted_at_the_change_that_did_it() -> None:
    """Its other fields are not looked at."""
    statement = stated(IsDeleted=True, Amount="broken")
    assert statement.absence is Absence.DELETED
    assert statement.source_version == "2026-09-21T14:13:20.000Z"


def test_a_product_is_a_line() -> None:
    """What it adds, what recurs of it, and when it comes up for renewal: the month after thirteen is shorter."""
    line = OpportunityLine(
        line_id=record_id("00k", 1),
        product=record_id("01t", 1),
        amount=Money(120_000, "EUR"),
        recurring=Money(10_001, "EUR"),
        recurring_months=1,
        term_months=13,
        renewal_date=date(2028, 2, 29),
    )
    assert opportunity(LINE).lines == (line,)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"ServiceDate": None}, {"renewal_date": date(2028, 1, 31)}),
        ({"Term__c": None}, {"term_months": None, "renewal_date": None}),
        ({"Term__c": 0}, {"term_months": None, "renewal_date": None}),
        ({"Fee__c": None}, {"recurring": None, "recurring_months": None, "renewal_date": None, "term_months": 13}),
        ({"Every__c": None}, {"recurring_months": 1}),
        ({"Every__c": 12}, {"recurring_months": 12}),
        ({"Product2Id": None}, {"product": None}),
        ({"TotalPrice": None}, {"amount": None}),
    ],
)
def test_a_line_without_a_value_is_a_line_all_the_same(changed: dict[str, Any], expected: dict[str, Any]) -> None:
    """A line without a date of its own begins when the opportunity closes, and a period nobody states is a month."""
    [line] = opportunity({**LINE, **changed}).lines
    assert {name: getattr(line, name) for name in expected} == expected


def test_a_line_of_an_organization_with_one_currency_is_in_that() -> None:
    """Neither the opportunity nor its lines name one then."""
    row = {name: value for name, value in LINE.items() if name != "CurrencyIsoCode"}
    [line] = opportunity(row, CurrencyIsoCode=...).lines
    assert line.amount == Money(120_000, "GBP")


@pytest.mark.parametrize("name", ["Term__c", "Every__c"])
@pytest.mark.parametrize("value", [Decimal("1.5"), -1, 1201, "12"])
def test_months_that_are_not_whole_are_not_guessed(name: str, value: object) -> None:
    """A term in days or as text is another field than the options meant."""
    with pytest.raises(UnreadableRecordError, match=f"field {name}: not_"):
        stated({**LINE, name: value})


def test_a_field_of_another_name_is_not_taken_for_empty() -> None:
    """A slip in the options would otherwise leave recurring amounts out of planning, and nobody would see."""
    with pytest.raises(UnreadableRecordError, match="field Fee__c: not_answered"):
        stated({("FEE__c" if name == "Fee__c" else name): value for name, value in LINE.items()})


def test_lines_stand_in_order_of_their_ids() -> None:
    """So that reads of the same opportunity agree."""
    ids = [record_id("00k", each) for each in (2, 10, 1)]
    assert [line.line_id for line in opportunity(*({**LINE, "Id": each} for each in ids)).lines] == sorted(ids)


def test_the_rate_is_that_of_the_close_date() -> None:
    """An opportunity is converted as Salesforce converts it."""
    dated = [
        {"IsoCode": "EUR", "StartDate": "2026-01-01", "ConversionRate": Decimal("0.8")},
        {"IsoCode": "EUR", "StartDate": "2026-12-31", "ConversionRate": Decimal("0.5")},
    ]
    rates = Rates("USD", [], dated)
    rate = opportunity(rates=rates).rate
    assert rate is not None
    assert (rate.currency, rate.per_unit, rate.identity) == ("USD", Decimal(2), "salesforce:EUR>USD:2026-12-31=1/0.5")
    earlier = opportunity(rates=rates, CloseDate="2026-12-30").rate
    assert earlier is not None
    assert earlier.per_unit == Decimal("1.25")
    assert opportunity(rates=rates, CloseDate=None).rate is None
