"""HubSpot's deals as opportunities: every form a value takes on the wire, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.opportunity import Opportunity
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.money import Money
from tieout.systems.hubspot.translate import (
    DEAL_PROPERTIES,
    Account,
    Link,
    customer_of,
    deal_statement,
    deleted_statement,
    line_item_statement,
    merged_ids_of,
    merged_statement,
    unknown_statement,
    version_of,
)

KEY = RecordKey("hubspot-emea", "opportunity", "9001")
MODIFIED = "2026-03-04T05:06:07.890Z"


def deal(**properties: object) -> dict[str, Any]:
    """A deal as the API answers it, with these properties."""
    return {
        "id": "9001",
        "properties": {"hs_lastmodifieddate": MODIFIED, **properties},
        "updatedAt": MODIFIED,
        "archived": False,
    }


def stated(
    plain: dict[str, Any],
    *,
    zone: str = "Europe/Berlin",
    currency: str = "EUR",
    companies: tuple[Link, ...] = (),
) -> Statement:
    """What a deal is in an account with this zone and default currency."""
    account = Account(time_zone=zone, default_currency=currency)
    return deal_statement(KEY, plain, companies, (), account)


def opportunity(plain: dict[str, Any], **connection: str) -> Opportunity:
    """The opportunity a deal is."""
    fact = stated(plain, **connection).fact  # type: ignore[arg-type]
    assert isinstance(fact, Opportunity)
    return fact


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("2000", "EUR", Money(200_000, "EUR")),
        ("1500.00", "USD", Money(150_000, "USD")),
        ("1000000.0", "USD", Money(100_000_000, "USD")),
        ("200000.00000000001110", "USD", Money(20_000_000, "USD")),
        ("200000.0000000000111022302462515654042363166809082031250000000", "USD", Money(20_000_000, "USD")),
        ("0.005", "EUR", Money(1, "EUR")),
        ("-12.5", "EUR", Money(-1250, "EUR")),
        ("1.25E7", "EUR", Money(1_250_000_000, "EUR")),
        ("0", "EUR", Money(0, "EUR")),
        ("1500.4", "JPY", Money(1500, "JPY")),
        ("1.2345", "KWD", Money(1235, "KWD")),
        (" 12 ", "EUR", Money(1200, "EUR")),
        ("", "EUR", None),
        ("  ", "EUR", None),
        (None, "EUR", None),
    ],
)
def test_an_amount_is_exact_in_its_currencys_minor_unit(
    text: str | None, currency: str, expected: Money | None
) -> None:
    """Amounts are text with any number of decimals; an absent amount is none, not zero."""
    assert opportunity(deal(amount=text, deal_currency_code=currency)).amount == expected


@pytest.mark.parametrize("code", [None, "", "  "])
def test_an_account_with_one_currency_sends_none(code: str | None) -> None:
    """The connection says which currency it is."""
    assert opportunity(deal(amount="1", deal_currency_code=code), currency="SEK").amount == Money(100, "SEK")
    assert opportunity(deal(amount="1"), currency="SEK").amount == Money(100, "SEK")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.200000000000000011102230246251565404236316680908203125", Decimal("0.200000")),
        ("0.90000000000000002220446049250313080847263336181640625", Decimal("0.900000")),
        ("0.59999999999999997779553950749686919152736663818359375", Decimal("0.600000")),
        ("1", Decimal("1.000000")),
        ("0", Decimal("0.000000")),
        ("0.1234565", Decimal("0.123457")),
        ("1E-9", Decimal("0.000000")),
        ("1E-999999999", Decimal("0.000000")),
        ("1.0000000000000002220446049250313080847263336181640625", Decimal("1.000000")),
        ("-0.0", Decimal("0.000000")),
        ("-0.00000000000000011102230246251565404236316680908203125", Decimal("0.000000")),
        ("", None),
        (None, None),
    ],
)
def test_a_probability_is_cleaned_of_binary_artefacts(text: str | None, expected: Decimal | None) -> None:
    """Six decimals are kept, in one written form, so that equal probabilities are equal facts."""
    found = opportunity(deal(hs_deal_stage_probability=text)).probability
    assert found == expected
    assert str(found) == str(expected)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-31T22:30:00Z", "UTC", date(2026, 3, 31)),
        ("2026-03-31T22:30:00Z", "Europe/Berlin", date(2026, 4, 1)),
        ("2026-04-01T03:59:59.999Z", "America/New_York", date(2026, 3, 31)),
        ("2026-03-31T22:30:00.000+02:00", "UTC", date(2026, 3, 31)),
        ("1774996200000", "Europe/Berlin", date(2026, 4, 1)),
        ("1774996200000", "UTC", date(2026, 3, 31)),
        ("-1", "UTC", date(1969, 12, 31)),
        ("2026-03-31", "Asia/Tokyo", date(2026, 3, 31)),
        ("0226-11-30T23:30:00Z", "Europe/Berlin", date(226, 12, 1)),
        ("", "UTC", None),
        (None, "UTC", None),
    ],
)
def test_the_close_date_is_the_day_in_the_accounts_zone(text: str | None, zone: str, expected: date | None) -> None:
    """A moment is cut where the account lives, whichever way it is written; a plain date is not moved."""
    assert opportunity(deal(closedate=text), zone=zone).close_date == expected


@pytest.mark.parametrize(
    ("pipeline", "stage", "expected"),
    [
        ("default", "closedwon", "default/closedwon"),
        (None, None, "-/-"),
        ("", "", "-/-"),
        ("default", None, "default/-"),
        (None, "1f4f1ec1", "-/1f4f1ec1"),
    ],
)
def test_the_stage_key_names_pipeline_and_stage(pipeline: str | None, stage: str | None, expected: str) -> None:
    """Stage ids are the account's own and may repeat between pipelines; a deal can have neither."""
    found = opportunity(deal(pipeline=pipeline, dealstage=stage))
    assert (found.stage, found.product) == (expected, pipeline or None)


def test_a_deal_without_any_property_is_still_an_opportunity() -> None:
    """Everything but the version may be absent."""
    assert stated(deal()).fact == Opportunity(
        name=None, amount=None, stage="-/-", probability=None, close_date=None, customer=None, product=None
    )


def link(company: str, *types: int) -> Link:
    """A company linked by these types."""
    return Link(company, frozenset(types))


@pytest.mark.parametrize(
    ("companies", "expected"),
    [
        ((), None),
        ((link("7"),), "7"),
        ((link("7", 341), link("8", 341, 5)), "8"),
        ((link("10", 341), link("9", 341)), "9"),
        ((link("10", 5), link("9", 5), link("8", 341)), "9"),
    ],
)
def test_the_customer_is_the_primary_company_or_the_lowest(companies: tuple[Link, ...], expected: str | None) -> None:
    """Ids compare as numbers, so that 9 comes before 10."""
    assert customer_of(companies) == expected
    assert customer_of(tuple(reversed(companies))) == expected


@pytest.mark.parametrize(
    "text", [MODIFIED, "2026-03-04T06:06:07.890+01:00", "1772600767890", "2026-03-04T05:06:07.890400Z"]
)
def test_the_version_has_one_written_form(text: str) -> None:
    """However HubSpot writes the moment, equal moments are equal texts."""
    assert version_of(deal(hs_lastmodifieddate=text)) == MODIFIED


def test_the_version_falls_back_to_the_records_own_stamp() -> None:
    """A deal answered without `hs_lastmodifieddate` still says when it was updated."""
    assert version_of({"id": "1", "properties": {}, "updatedAt": MODIFIED}) == MODIFIED


@given(st.lists(st.integers(min_value=0, max_value=4_102_444_800_000), min_size=2, max_size=2))
def test_versions_sort_as_time_does(moments: list[int]) -> None:
    """The gate compares texts."""
    first, second = (version_of(deal(hs_lastmodifieddate=str(each))) for each in moments)
    assert (first < second) is (moments[0] < moments[1])


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"amount": "12,50"}, "amount: amount_not_a_number"),
        ({"amount": "NaN"}, "amount: amount_not_finite"),
        ({"amount": "1e99"}, "amount: amount_too_large"),
        ({"amount": 2000}, "amount: not_text"),
        ({"amount": "1", "deal_currency_code": "EURO"}, "amount: currency_not_iso4217"),
        ({"hs_deal_stage_probability": "20"}, "hs_deal_stage_probability: not_between_0_and_1"),
        ({"hs_deal_stage_probability": "-0.1"}, "hs_deal_stage_probability: not_between_0_and_1"),
        ({"hs_deal_stage_probability": "1.000001"}, "hs_deal_stage_probability: not_between_0_and_1"),
        ({"hs_deal_stage_probability": "1E999999999"}, "hs_deal_stage_probability: not_between_0_and_1"),
        ({"hs_deal_stage_probability": "high"}, "hs_deal_stage_probability: amount_not_a_number"),
        ({"closedate": "31.03.2026"}, "closedate: moment_not_iso8601"),
        ({"closedate": "2026-03-31T22:30:00"}, "closedate: moment_without_zone"),
        ({"closedate": "2026-02-30"}, "closedate: date_not_iso8601"),
        ({"closedate": "999999999999999"}, "closedate: moment_out_of_range"),
        ({"closedate": "9999-12-31T23:59:59Z"}, "closedate: moment_out_of_range"),  # the year 10000 in Berlin
        ({"hs_lastmodifieddate": "yesterday"}, "hs_lastmodifieddate: moment_not_iso8601"),
        ({"dealname": ["x"]}, "dealname: not_text"),
    ],
)
def test_an_unreadable_value_is_refused_by_the_name_of_its_property(
    properties: dict[str, object], message: str
) -> None:
    """A deal that cannot be read is parked with a reason that shows no value."""
    with pytest.raises(UnreadableRecordError) as caught:
        stated(deal(**properties))
    assert str(caught.value) == f"property {message}"


@pytest.mark.parametrize(
    "plain", [{"id": "1"}, {"id": "1", "properties": None}, {"id": "1", "properties": {}, "updatedAt": 7}]
)
def test_a_deal_without_a_version_is_unreadable(plain: dict[str, Any]) -> None:
    """Without a version nothing can be gated."""
    with pytest.raises(UnreadableRecordError):
        version_of(plain)


def test_a_deleted_deal_has_the_version_of_its_last_change() -> None:
    """Not of its archiving: a restore need not modify the deal and must not look older than the deletion."""
    archived = deal() | {"archived": True, "archivedAt": "2027-01-01T00:00:00.000Z"}
    assert deleted_statement(KEY, archived) == Statement(
        key=KEY, source_version=MODIFIED, fact=None, absence=Absence.DELETED
    )
    assert stated(deal()).source_version == MODIFIED


def test_an_unknown_deal_is_deleted_at_no_version() -> None:
    """The ledger keeps the version it has."""
    assert unknown_statement(KEY) == Statement(key=KEY, source_version="", fact=None, absence=Absence.DELETED)


def test_a_merged_deal_names_the_deal_it_lives_on_as() -> None:
    """The new deal is to be read, in case its own notice never comes."""
    survivor = deal(hs_merged_object_ids="9001; 9002;") | {"id": "9003"}
    statement = merged_statement(KEY, survivor)
    assert (statement.absence, statement.source_version) == (Absence.MERGED, MODIFIED)
    assert statement.related == (RecordKey("hubspot-emea", "opportunity", "9003"),)
    assert merged_ids_of(survivor) == {"9001", "9002"}
    assert merged_ids_of(deal()) == frozenset()


@given(
    st.dictionaries(
        st.sampled_from([each for each in DEAL_PROPERTIES if each != "hs_lastmodifieddate"]),
        st.none()
        | st.text(max_size=30)
        | st.integers()
        | st.decimals().map(str)
        | st.datetimes().map(lambda each: each.isoformat() + "Z")
        | st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1E999999999", "1E-999999999"]),
    ),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]),
)
def test_no_deal_whatever_makes_translation_crash(properties: dict[str, object], zone: str) -> None:
    """Each deal is a statement with one canonical text, or unreadable."""
    try:
        statement = stated(deal(**properties), zone=zone)
    except UnreadableRecordError:
        return
    assert canonical_text(statement) == canonical_text(stated(deal(**properties), zone=zone))


def test_a_line_item_leads_to_the_deals_it_belongs_to() -> None:
    """It is recorded by none: the deal that it changes is to be read, in case no notice tells of that."""
    line = RecordKey("hubspot-emea", "line_item", "77")
    statement = line_item_statement(line, [Link("9001", frozenset()), Link("9003", frozenset())])
    assert (statement.fact, statement.absence) == (None, Absence.NOT_POSTED)
    assert statement.related == (KEY, RecordKey("hubspot-emea", "opportunity", "9003"))
