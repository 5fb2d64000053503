"""What Zuora's ids name in the ledger, and what they do not."""

from __future__ import annotations

import pytest

from tieout.systems.zuora.ids import ENTITY_OF, KINDS, object_of, record_id_of

ID = "8ad0875995aa292e0195b7de80796305"


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_names_its_object_again(kind: str) -> None:
    """In its own entity, and in no other."""
    name = "A-S00000159" if kind == "subscription" else ID
    record_id = record_id_of(kind, name)
    assert record_id is not None
    assert object_of(ENTITY_OF[kind], record_id) == (kind, name)
    others = {each for each in ENTITY_OF.values() if each != ENTITY_OF[kind]} - {"subscription"}
    assert not any(object_of(each, record_id) for each in others)


@pytest.mark.parametrize("name", ["", ID[:-1], ID + "0", ID.upper(), "INV00000255", ID[:-1] + "g", f"{ID}\n"])
def test_what_is_no_id_names_no_record(name: str) -> None:
    """Nothing else is asked for in an address."""
    assert record_id_of("invoice", name) is None
    assert object_of("billing_document", f"invoice-{name}") is None


@pytest.mark.parametrize("number", ["", "-1", "a b", "a/b", "a&b", "a,b", "a]", "ä", "a" * 101, "a\n"])
def test_what_would_have_to_be_quoted_names_no_subscription(number: str) -> None:
    """Numbers stand in filters and in queries."""
    assert record_id_of("subscription", number) is None
    assert object_of("subscription", number) is None


@pytest.mark.parametrize("record_id", [ID, f"account-{ID}", f"subscription-{ID}", "invoice", f"-{ID}"])
def test_an_id_without_its_kind_names_nothing(record_id: str) -> None:
    """Ids alone do not say what they are of."""
    assert object_of("billing_document", record_id) is None
    assert object_of("payment", record_id) is None


def test_an_account_is_no_record() -> None:
    """Nothing of it is planned but its id."""
    assert record_id_of("account", ID) is None
