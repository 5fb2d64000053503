"""How Salesforce's ids become the ledger's: one spelling per record, and no two organisations taken for one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.systems.salesforce.ids import entity_of, is_same_organization, organization_id_of, record_id_of

FIFTEEN = st.text(string.ascii_letters + string.digits, min_size=15, max_size=15)


@pytest.mark.parametrize(
    "record_id",
    ["001D000000IqhSLIAZ", "0063k000001AbCdAAK", "00D3k00000Qz7ApEAJ", "000000000000000AAA", "0063k0000XYZabcAQD"],
)
def test_an_id_of_either_length_names_one_record(record_id: str) -> None:
    """The three characters that say where the capitals are follow from the others."""
    assert record_id_of(record_id) == record_id_of(record_id[:15]) == record_id


@given(FIFTEEN, FIFTEEN)
def test_records_that_differ_by_case_alone_stay_two(one: str, other: str) -> None:
    """Even to a reader that forgets case."""
    for first, second in ((one, other), (one, one.swapcase())):
        if first != second:
            assert record_id_of(first).lower() != record_id_of(second).lower()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "record_id_missing"),
        ("", "record_id_missing"),
        ("001D000000IqhS", "record_id_malformed"),
        ("001D000000IqhSLI", "record_id_malformed"),
        ("001D000000IqhSLIAY", "record_id_malformed"),
        ("001d000000iqhslIAZ", "record_id_malformed"),
        ("001D000000IqhSLiaz", "record_id_malformed"),
        ("001D000000Iqh\u0405L", "record_id_malformed"),
        ("001D000000Iqh#L", "record_id_malformed"),
        ("001D000000IqhSL\n", "record_id_malformed"),
        (1234567890123450, "record_id_malformed"),
        (["001D000000IqhSL"], "record_id_malformed"),
    ],
)
def test_what_names_no_record_is_refused(value: object, reason: str) -> None:
    """Above all 18 characters whose case was lost: they could be another record's."""
    with pytest.raises(MalformedError) as caught:
        record_id_of(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("claimed", "ours", "same"),
    [
        ("00D3k00000Qz7Ap", "00D3k00000Qz7ApEAJ", True),
        ("00D3k00000Qz7ApEAJ", "00D3k00000Qz7Ap", True),
        ("00D3k00000Qz7ApEAJ", "00D3k00000Qz7ApEAJ", True),
        ("00D3k00000Qz7aP", "00D3k00000Qz7Ap", False),
        ("00D3k00000Qz7aPEAR", "00D3k00000Qz7ApEAJ", False),
        ("00D3k00000Qz7A", "00D3k00000Qz7Ap", False),
        ("00D3k00000Qz7ApE", "00D3k00000Qz7Ap", False),
        ("00D3k00000Qz7Ap", "00D3k00000Qz7Ap-EAJ", False),
        ("", "", False),
        ("", "00D3k00000Qz7Ap", False),
        ("00D3k00000Qz7Ap", "", False),
    ],
)
def test_an_organisation_is_known_by_fifteen_characters(claimed: str, ours: str, same: bool) -> None:  # noqa: FBT001
    """In either length, in exactly its own case, and never by being empty."""
    assert is_same_organization(claimed, ours) is same


@pytest.mark.parametrize(
    ("value", "reason"), [(None, "missing"), ("", "missing"), ("00D", "malformed"), (7, "malformed")]
)
def test_an_organisation_has_an_id(value: object, reason: str) -> None:
    """Of 15 or 18 letters and digits."""
    with pytest.raises(MalformedError) as caught:
        organization_id_of(value)
    assert caught.value.reason == f"organization_id_{reason}"


def test_what_a_flow_carries_has_a_name_of_its_own() -> None:
    """Any other object keeps the name the API gives it, which no flow carries."""
    named = ("Opportunity", "OpportunityLineItem", "Contract", "Account", "Renewal__c", "opportunity")
    assert [entity_of(each) for each in named] == [
        "opportunity",
        "line_item",
        "contract",
        "account",
        "object:Renewal__c",
        "object:opportunity",
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "missing"),
        ("", "missing"),
        ("1st", "malformed"),
        ("A#b", "malformed"),
        ("A" * 81, "malformed"),
        (1, "malformed"),
    ],
)
def test_an_object_has_the_name_of_one(value: object, reason: str) -> None:
    """Nothing that would part the ledger's keys."""
    with pytest.raises(MalformedError) as caught:
        entity_of(value)
    assert caught.value.reason == f"object_name_{reason}"
