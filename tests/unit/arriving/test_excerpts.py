"""What is wanted of what a sender states, and nothing else."""

from __future__ import annotations

import pytest

from tieout.arriving.excerpts import excerpt

WANTED = {"id": ..., "price": {"amount": ...}, "raw": ...}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"id": 1, "name": "Müller"}, {"id": 1}),
        ({"price": {"amount": 2, "note": "x"}}, {"price": {"amount": 2}}),
        ({"price": [{"amount": 2, "note": "x"}, {}]}, {"price": [{"amount": 2}, {}]}),
        ({"price": "price_1"}, {"price": "price_1"}),
        ({"price": None}, {"price": None}),
        ({"raw": [{"a": {"b": 1}}]}, {"raw": [{"a": {"b": 1}}]}),
        ([{"id": 1, "x": 2}, "text"], [{"id": 1}, "text"]),
        ({}, {}),
    ],
)
def test_what_is_not_named_is_left_out(value: object, kept: object) -> None:
    """At any depth, in lists too; what is named whole stays whole."""
    assert excerpt(value, WANTED) == kept
