"""What the simulated organisation answers to SOQL."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.systems.salesforce.soql import SoqlError, parse
from tests.support.salesforce_organization import Scene


def test_a_record_is_answered_as_it_was_asked_for() -> None:
    """Fields in their own writing and of their own kind, parents nested, nothing else."""
    scene = Scene()
    record_id = scene.opportunity(AccountId=scene.account("Acme"))
    (found,) = scene.select(
        "select ID, amount, Probability, CloseDate, IsClosed, NextStep, SystemModstamp, Account.Name, Account.Owner.Name,"  # noqa: S608 SOQL
        f" Account.Parent.Name FROM opportunity WHERE Id = '{record_id}'"
    )
    assert list(found) == [
        "Id", "Amount", "Probability", "CloseDate", "IsClosed", "NextStep", "SystemModstamp", "Account",
    ]  # fmt: skip
    assert (found["Id"], found["Amount"], found["Probability"]) == (record_id, 120000.5, 50.0)
    assert (found["CloseDate"], found["IsClosed"], found["NextStep"]) == ("2026-12-31", False, None)
    assert found["SystemModstamp"].endswith("+0000")
    assert (found["Account"]["Name"], found["Account"]["Owner"]["Name"]) == ("Acme", "Olga Seller")
    assert found["Account"]["Parent"] is None


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("Amount > 100", "B C"),
        ("Amount >= 100.00", "A B C"),
        ("Amount < 100 OR Amount = 300", "C"),
        ("Amount = null", "D"),
        ("Amount != 100", "B C D"),
        ("Name = 'a'", "A"),
        ("Name IN ('A', 'b')", "A B"),
        ("Name NOT IN ('A', 'b')", "C D"),
        ("NextStep NOT IN ('x')", "A B C D"),
        ("Name LIKE 'C%'", "C"),
        ("NOT Name = 'A'", "B C D"),
        ("(Name = 'A' OR Name = 'B') AND Amount > 100", "B"),
        ("CloseDate <= 2026-06-30", "A B"),
        ("IsClosed = TRUE", "B"),
        ("SystemModstamp > 2026-03-02T09:00:00.001Z", "C D"),
        ("SystemModstamp >= 2026-03-02T09:00:00Z", "A B C D"),
        ("SystemModstamp < 2026-03-02T10:00:00+01:00", ""),
        ("Description = 'it\\'s \\\\ fine'", "D"),
    ],
)
def test_conditions_hold_as_in_soql(condition: str, names: str) -> None:
    """Texts mind no case, empty fields are unequal to every value, numbers compare as numbers."""
    scene = Scene()
    scene.opportunity(Name="A", Amount="100", CloseDate="2026-03-31")
    scene.opportunity(Name="B", Amount="200", CloseDate="2026-06-30", StageName="Closed Won")
    scene.opportunity(Name="C", Amount="300", CloseDate="2026-09-30")
    scene.opportunity(Name="D", Amount=None, Description="it's \\ fine")
    found = scene.select(f"SELECT Name FROM Opportunity WHERE {condition} ORDER BY Name")  # noqa: S608 SOQL
    assert " ".join(each["Name"] for each in found) == names


def test_rows_come_in_the_order_asked_for() -> None:
    """Empty fields first unless asked otherwise, and no more rows than wanted."""
    scene = Scene()
    for name, amount in (("A", "20"), ("B", None), ("C", "100"), ("D", "20")):
        scene.opportunity(Name=name, Amount=amount)
    for order, names in (
        ("Amount, Name", "BADC"),
        ("Amount DESC NULLS LAST, Name DESC", "CDAB"),
        ("Amount ASC NULLS LAST, Name LIMIT 2", "AD"),
        ("Name LIMIT 2 OFFSET 1", "BC"),
    ):
        assert "".join(each["Name"] for each in scene.select(f"SELECT Name FROM Opportunity ORDER BY {order}")) == names  # noqa: S608 SOQL


def test_ids_are_found_in_both_lengths_and_in_their_own_case() -> None:
    """The short form stands for the long one; other letters are another id."""
    scene = Scene()
    record_id = scene.organization.create("Account", [{"Id": "001000000000aBcAAI", "Name": "x"}])[0]
    for asked in (record_id, record_id[:15]):
        assert scene.select(f"SELECT Id FROM Account WHERE Id = '{asked}'") == [{"Id": record_id}]  # noqa: S608 SOQL
    assert scene.select("SELECT Id FROM Account WHERE Id IN ('001000000000abcAAA')") == []


def test_the_recycle_bin_is_seen_by_those_who_ask_for_it() -> None:
    """A query leaves out what is deleted, even if asked for that alone; queryAll does not, until it is purged."""
    scene = Scene()
    record_id = scene.opportunity()
    scene.organization.delete("Opportunity", [record_id])
    asked = "SELECT Id, IsDeleted FROM Opportunity WHERE IsDeleted = TRUE"
    assert scene.select(asked) == []
    assert scene.select(asked, deleted=True) == [{"Id": record_id, "IsDeleted": True}]
    scene.organization.purge("Opportunity", [record_id])
    assert scene.select(asked, deleted=True) == []


@pytest.mark.parametrize(
    ("soql", "code", "says"),
    [
        ("SELECT Foo FROM Opportunity", "INVALID_FIELD", "No such column 'Foo' on entity 'Opportunity'"),
        ("SELECT Id FROM Opportunity WHERE Foo = 1", "INVALID_FIELD", "No such column 'Foo'"),
        ("SELECT Id FROM Opportunity ORDER BY Foo", "INVALID_FIELD", "No such column 'Foo'"),
        ("SELECT Customer.Name FROM Opportunity", "INVALID_FIELD", "Didn't understand relationship 'Customer'"),
        ("SELECT Id, Name, id FROM Opportunity", "INVALID_FIELD", "duplicate field selected: id"),
        ("SELECT Id FROM Opportunity WHERE Amount = '1'", "INVALID_FIELD", "should not be enclosed in quotes"),
        ("SELECT Id FROM Opportunity WHERE CloseDate = '2026-01-01'", "INVALID_FIELD", "must be of type date"),
        ("SELECT Id FROM Opportunity WHERE Name = 1", "INVALID_FIELD", "must be of type text"),
        ("SELECT Id FROM Deal", "INVALID_TYPE", "sObject type 'Deal' is not supported"),
        ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT FROM Opportunity", "MALFORMED_QUERY", "unexpected token: 'Opportunity'"),
        ("SELECT Id", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", "MALFORMED_QUERY", "token: 'OR'"),
        ("SELECT Id FROM Account WHERE Name IN ()", "MALFORMED_QUERY", "unexpected token: ')'"),
        ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY", "unexpected token: '''"),
        ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY", "unexpected token: '-1'"),
        ("SELECT Id FROM Account; DROP TABLE Account", "MALFORMED_QUERY", "unexpected token: ';'"),
    ],
)
def test_a_query_that_is_wrong_is_refused_as_salesforce_does(soql: str, code: str, says: str) -> None:
    """With the code and the words of the vendor, and the place where the query is wrong."""
    with pytest.raises(SoqlError, match=r".") as caught:
        Scene().select(soql)
    assert caught.value.code == code
    assert says in str(caught.value)
    assert caught.value.start is not None


def test_what_the_caller_may_not_see_does_not_exist_for_him() -> None:
    """A field without permission is no field, an object none, and a record that nobody shared is absent without a word."""
    scene = Scene()
    one, other = scene.opportunity(AccountId=scene.account()), scene.opportunity()
    scene.settings.change({"hidden_records": [one]})
    assert scene.select("SELECT Id FROM Opportunity") == [{"Id": other}]
    scene.settings.change({"hidden_records": [str(scene.row("Opportunity", one)["AccountId"])]})
    assert scene.select(f"SELECT Account.Name FROM Opportunity WHERE Id = '{one}'") == [{"Account": None}]  # noqa: S608 SOQL
    scene.settings.change({"hidden_fields": ["Opportunity.Amount", "Opportunity.AccountId"]})
    for field in ("Amount", "Account.Name"):
        with pytest.raises(SoqlError, match=r"No such column|relationship"):
            scene.select(f"SELECT {field} FROM Opportunity")  # noqa: S608 SOQL
    scene.settings.change({"hidden_objects": ["Contract"]})
    with pytest.raises(SoqlError, match="not supported"):
        scene.select("SELECT Id FROM Contract")


@pytest.mark.parametrize(
    ("settings", "soql"),
    [
        ({"multi_currency": False}, "SELECT CurrencyIsoCode FROM Opportunity"),
        ({"multi_currency": False}, "SELECT Id FROM CurrencyType"),
        ({"multi_currency": False}, "SELECT Id FROM DatedConversionRate"),
        ({"dated_rates": False}, "SELECT Id FROM DatedConversionRate"),
        ({"record_types": False}, "SELECT RecordType.DeveloperName FROM Opportunity"),
    ],
)
def test_what_the_organisation_does_not_use_is_not_there(settings: dict[str, Any], soql: str) -> None:
    """Currencies, dated rates and record types are there for those who switched them on."""
    with pytest.raises(SoqlError, match=r"."):
        Scene(**settings).select(soql)
    scene = Scene()
    scene.settings.change(dict.fromkeys(settings, True))
    scene.select(soql)


def test_custom_fields_come_with_a_setting() -> None:
    """Also while the organisation runs; what was saved before has no value in them."""
    scene = Scene(custom_fields=())
    line = scene.line(scene.opportunity())
    scene.settings.change({"custom_fields": ["OpportunityLineItem.Fee__c currency"]})
    assert scene.select("SELECT Fee__c FROM OpportunityLineItem") == [{"Fee__c": None}]
    scene.change("OpportunityLineItem", line, Fee__c="12.345")
    assert scene.select("SELECT Fee__c FROM OpportunityLineItem") == [{"Fee__c": 12.35}]


@given(st.text(max_size=60))
def test_any_text_is_a_query_or_malformed(text: str) -> None:
    """Nothing else comes of it."""
    try:
        parse(text)
    except SoqlError as error:
        assert error.code == "MALFORMED_QUERY"  # noqa: PT017 a text may as well be a query
