"""Which ids are those of records we read, and of which."""

from __future__ import annotations

import pytest

from tests.support import bad_input
from tieout.systems.stripe.ids import OBJECTS, entity_of, is_id_of, is_record_id


@pytest.mark.parametrize(
    ("record_id", "word", "entity"),
    [
        ("in_1MtHbELkdIwHu7ixl4OzzPMv", "invoice", "billing_document"),
        ("cn_1MxvRqLkdIwHu7ixY0xbUcxk", "credit_note", "billing_document"),
        ("ch_3MmlLrLkdIwHu7ix0snN0B15", "charge", "payment"),
        ("py_1MmlLrLkdIwHu7ix0snN0B15", "charge", "payment"),
        ("re_1Nispe2eZvKYlo2Cd31jOCgZ", "refund", "payment"),
        ("pyr_1Nispe2eZvKYlo2Cd31jOCg", "refund", "payment"),
        ("du_1MtJUT2eZvKYlo2CNaw2HvEv", "dispute", "payment"),
        ("dp_1MtJUT2eZvKYlo2CNaw2HvEv", "dispute", "payment"),
        ("po_1OaFDbEcg9tTZuTgNYmX0PKB", "payout", "payment"),
        ("sub_1MowQVLkdIwHu7ixeRlqHVzs", "subscription", "subscription"),
        ("cus_NffrFeUfNV2Hib", "customer", "customer"),
        ("prod_NWjs8kKbJWmuuc", "product", "product"),
    ],
)
def test_an_id_says_what_it_is_the_id_of(record_id: str, word: str, entity: str) -> None:
    """By how it begins, and so does the object beside it."""
    assert entity_of(record_id) == entity == OBJECTS[word].entity
    assert is_record_id(record_id)
    assert [each for each in OBJECTS if is_id_of(record_id, each)] == [word]


@pytest.mark.parametrize(
    "text",
    [
        *("", "in", "in_", "_1", "in1", "IN_1", "in__1", "in_1_2", " in_1", "in_1 ", "in_1\n", "xin_1", "in_é"),
        *(
            "sub_sched_1Mr3YcLkdIwHu7ix",
            "upcoming_in_1",
            "evt_1",
            "pm_1",
            "price_1",
            "acct_1",
            "in_" + "1" * 247,
        ),
        *(f"in_{each}" for each in bad_input.NAUGHTY_TEXTS if not (each.isascii() and each.isalnum())),
    ],
)
def test_anything_else_is_the_id_of_nothing_we_read(text: str) -> None:
    """A schedule's begins like a subscription's, and is none."""
    assert entity_of(text) is None
    assert not is_record_id(text)
    assert not any(is_id_of(text, word) for word in OBJECTS)


@pytest.mark.parametrize("value", [None, 7, True, ["in_1"], {"id": "in_1"}])
def test_what_is_no_text_is_no_id(value: object) -> None:
    """Whatever it holds."""
    assert not is_id_of(value, "invoice")
