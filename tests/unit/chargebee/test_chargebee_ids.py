"""What Chargebee's resources are called in the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.systems.chargebee.ids import KINDS, is_id, is_made_up, kind_of, kinds_wanted

ids = st.from_regex(r"\A[A-Za-z0-9_][A-Za-z0-9_.:@+=~/-]{0,99}\Z")


@given(resource_id=ids, word=st.sampled_from(sorted(KINDS)))
def test_a_record_is_of_the_kind_that_named_it(resource_id: str, word: str) -> None:
    """Whatever a site calls its resources: no two kinds ever name the same record."""
    kind = KINDS[word]
    assert kind_of(kind.entity, kind.prefix + resource_id) == kind
    assert kinds_wanted(customers=True) == [*KINDS.values()]
    assert kinds_wanted(customers=False) == [each for each in KINDS.values() if each.word != "customer"]
    assert kind.entity == "billing_document" or not kind.prefix


@pytest.mark.parametrize(
    ("entity", "record_id"),
    [
        ("billing_document", "MADEUP-7"),
        ("billing_document", "invoice:"),
        ("billing_document", "order:7"),
        ("payment", ""),
        ("payment", "a b"),
        ("journal_entry", "x"),
        ("subscription", "*"),
    ],
)
def test_what_no_event_names_is_of_no_kind(entity: str, record_id: str) -> None:
    """So nothing is asked for it."""
    assert kind_of(entity, record_id) is None


@pytest.mark.parametrize(
    "text", ["", "*", "#", "a#b", 'a"b', "a b", "a\\b", "[a]", "ä", "a\n", "-a", ".a", "x" * 101, 7, None]
)
def test_what_would_have_to_be_quoted_is_no_id(text: object) -> None:
    """Nor is what parts the ledger's keys, or asks for all records."""
    assert not is_id(text)


def test_ids_of_a_test_begin_with_its_word() -> None:
    """And with nothing else."""
    assert is_made_up([None, 7, "cbdemo_1"])
    assert not is_made_up([None, 7, "x_cbdemo_1", "CBDEMO_1"])
