"""What an opportunity with its products becomes, column by column, and what cannot be read of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tieout.arriving.notice import RecordKey
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.opportunity import ForecastCategory, Opportunity
from tieout.facts.statement import Statement
from tieout.money import Money
from tieout.systems.dynamics_sales.options import Options
from tieout.systems.dynamics_sales.translate import opportunity_statement, version_of

KEY = RecordKey("sales", "opportunity", "0d000000-0000-4000-8000-000000000001")
ORGANIZATION = "f0000000-0000-4000-8000-000000000001"


def row(**changes: object) -> dict[str, Any]:
    """An open opportunity as the Web API answers it."""
    return {
        "opportunityid": KEY.record_id,
        "name": "Renewal",
        "_parentaccountid_value": "0a",
        "_customerid_value": None,
        "_ownerid_value": "0e",
        "estimatedvalue": Decimal("125000.5"),
        "actualvalue": None,
        "exchangerate": Decimal("0.9174"),
        "transactioncurrencyid": {"isocurrencycode": "EUR"},
        "estimatedclosedate": "2026-12-31",
        "actualclosedate": None,
        "closeprobability": 50,
        "statecode": 0,
        "stepname": "3-Propose",
        "msdyn_forecastcategory": 100000002,
        "versionnumber": 9_000_001,
    } | changes


def product(**changes: object) -> dict[str, Any]:
    """A product of it."""
    return {
        "opportunityproductid": "0f",
        "_opportunityid_value": KEY.record_id,
        "_productid_value": "0c",
        "extendedamount": Decimal("10.5"),
        "transactioncurrencyid": {"isocurrencycode": "EUR"},
    } | changes


def stated(answered: dict[str, Any], *products: dict[str, Any], **options: Any) -> Statement:  # noqa: ANN401 as declared
    """What is stated of a row."""
    return opportunity_statement(KEY, answered, products, Options(organization_id=ORGANIZATION, **options))


def fact(answered: dict[str, Any], *products: dict[str, Any], **options: Any) -> Opportunity:  # noqa: ANN401 as declared
    """The fact it is."""
    found = stated(answered, *products, **options).fact
    assert isinstance(found, Opportunity)
    return found


@pytest.mark.parametrize("number", [9_000_001, "9000001"])
def test_a_row_version_sorts_as_a_text_as_it_does_as_a_number(number: object) -> None:
    """However many digits it has, and whichever way a number beyond a float is answered."""
    assert version_of(row(versionnumber=number)) == "0000000000009000001"
    versions = [version_of(row(versionnumber=each)) for each in (9, 10, 9_999_999, 10_000_000, 2**63 - 1)]
    assert versions == sorted(versions)


@pytest.mark.parametrize("number", [None, 0, -1, True, 2**63, Decimal("1.5"), "x", "", "\u0661"])
def test_what_is_no_row_version_is_none(number: object) -> None:
    """No change could be told from another."""
    with pytest.raises(UnreadableRecordError, match="versionnumber"):
        version_of(row(versionnumber=number))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"statecode": 3}, "statecode"),
        ({"statecode": None}, "statecode"),
        ({"statecode": Decimal("0.5")}, "statecode"),
        ({"transactioncurrencyid": None}, "transactioncurrencyid"),
        ({"transactioncurrencyid": {"isocurrencycode": None}}, "transactioncurrencyid"),
        ({"transactioncurrencyid": {"isocurrencycode": "euro"}}, "estimatedvalue"),
        ({"estimatedvalue": "125.000,50 €"}, "estimatedvalue"),
        ({"closeprobability": 101}, "closeprobability"),
        ({"estimatedclosedate": "31.12.2026"}, "estimatedclosedate"),
        ({"msdyn_forecastcategory": 7}, "msdyn_forecastcategory"),
        ({"stepname": {}}, "stepname"),
    ],
)
def test_a_column_that_cannot_be_read_is_named_and_never_its_value(changes: dict[str, Any], named: str) -> None:
    """Formatted text is never read as an amount, and no state is guessed."""
    with pytest.raises((UnreadableRecordError, MalformedError), match=f"field {named}"):
        stated(row(**changes))


@pytest.mark.parametrize("missing", ["estimatedvalue", "closeprobability", "stepname", "msdyn_forecastcategory"])
def test_a_column_that_is_not_answered_is_not_read_as_null(missing: str) -> None:
    """It has another name than the options say."""
    answered = row()
    del answered[missing]
    with pytest.raises(UnreadableRecordError, match=f"field {missing}: not_answered"):
        stated(answered)


def test_the_columns_that_a_company_made_itself_are_read() -> None:
    """A stage and a product by choices, whose labels nobody reads, and a worth of lines without tax."""
    own = {"stage_column": "salesstage", "product_column": "new_line", "line_amount_column": "baseamount"}
    options = {**own, "category_column": "", "forecast_categories": {}}
    found = fact(row(salesstage=2, new_line=100_000_004), product(baseamount=7), **options)
    assert (found.stage, found.product, found.forecast_category) == ("open/2", "100000004", None)
    assert found.lines[0].amount == Money(700, "EUR")


def test_an_empty_stage_and_category_are_none() -> None:
    """An opportunity outside of any process."""
    found = fact(row(stepname=None, msdyn_forecastcategory=None))
    assert (found.stage, found.forecast_category) == ("open/-", None)
    assert fact(row()).forecast_category is ForecastCategory.BEST_CASE


def test_what_only_counts_while_it_is_open_is_not_asked_of_a_closed_one() -> None:
    """A probability or a stage that cannot be read costs nothing then, and an actual value nothing before."""
    found = fact(row(statecode=1, closeprobability=999, stepname={}, actualvalue=Decimal("99.5")))
    assert (found.probability, found.stage, found.amount) == (Decimal(1), "won/-", Money(9_950, "EUR"))
    assert fact(row(actualvalue="?", actualclosedate="?")).amount == Money(12_500_050, "EUR")
    assert fact(row(statecode=2, actualvalue=0)).amount == Money(12_500_050, "EUR")


def test_lines_stand_in_the_order_of_their_ids() -> None:
    """However they were answered, the statement is the same."""
    lines = [product(opportunityproductid=each) for each in ("0f", "0b", "0d")]
    assert [each.line_id for each in fact(row(), *lines).lines] == ["0b", "0d", "0f"]
    assert stated(row(), *lines) == stated(row(), *reversed(lines))


def test_a_rate_is_that_of_the_row_to_the_base_currency() -> None:
    """Where it is wanted, there is one, and it converts anything."""
    rate = fact(row(), base_currency="USD").rate
    assert rate is not None
    assert (rate.currency, rate.identity) == ("USD", "dynamics_sales:EUR>USD:1/0.9174")
    assert Decimal("1.0900") < rate.per_unit < Decimal("1.0901")
    assert fact(row()).rate is None
    assert fact(row(), base_currency="EUR").rate is None
    assert fact(row(exchangerate=None), base_currency="USD").rate is None
    with pytest.raises(UnreadableRecordError, match="exchangerate"):
        fact(row(exchangerate=0), base_currency="USD")
