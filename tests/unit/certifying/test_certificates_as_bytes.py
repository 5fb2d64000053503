"""A certificate has one text, and where two of them differ is named."""

from __future__ import annotations

import pytest

from tieout.certifying.document import canonical, differences, digest_of, first_difference


def test_one_content_has_one_text() -> None:
    """Whatever the order its names were put in; and no number has a fraction."""
    assert (
        canonical({"b": [1, "ä"], "a": None})
        == canonical({"a": None, "b": [1, "ä"]})
        == '{"a":null,"b":[1,"ä"]}'.encode()
    )
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    with pytest.raises(TypeError, match="float"):
        canonical({"a": 0.1})


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "/a/b/1: 2 and not 3"),
        ({"a": 1}, {"a": 1, "b": 2}, '/b: "absent" and not 2'),
        ({"a": [1, 2]}, {"a": [1]}, '/a/1: 2 and not "absent"'),
        ({"a": True}, {"a": 1}, "/a: true and not 1"),
        ({"a": []}, {"a": {}}, "/a: [] and not {}"),
        ({"a": "x" * 200}, {"a": ""}, f'/a: "{"x" * 119}... and not ""'),
        ([1], [2], "/0: 1 and not 2"),
        (1, 2, "/: 1 and not 2"),
    ],
)
def test_the_first_place_where_two_differ_is_named(one: object, other: object, said: str) -> None:
    """By its path, with what either says there."""
    assert str(first_difference(one, other)) == said


def test_the_same_differs_nowhere() -> None:
    """And what differs in several places is named in order."""
    assert first_difference({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) is None
    assert [each.path for each in differences({"b": 1, "a": 1}, {"a": 2, "b": 2})] == ["/a", "/b"]
