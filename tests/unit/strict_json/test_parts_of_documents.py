"""Documents of which a part is used: what stands around it, or in it, costs no more than it must."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tieout import strict_json
from tieout.errors import MalformedError


@pytest.mark.parametrize(
    ("part", "found"),
    [
        (b'{"typed":"a\\u0007","head":{"id":"1","at":1.50}}', {"id": "1", "at": Decimal("1.50")}),
        (b'{"typed":NaN,"head":[1]}', [1]),
        (b'{"typed":{"a":1,"a":2},"head":null}', None),
        (b'{"typed":1}', None),
        (b"[]", None),
    ],
)
def test_a_part_is_judged_without_what_stands_around_it(part: bytes, found: object) -> None:
    """What a person typed into another field costs nothing of it."""
    assert strict_json.parse_part(part, "head") == found
    assert strict_json.parse_part(b'{"deeper":' + part + b"}", "deeper", "head") == found


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"head":{"id":"a\\u0007"}}', "json_uncarriable_text"),
        (b'{"head":{"id":1,"id":2}}', "json_duplicate_key"),
        (b'{"head":NaN}', "json_not_finite"),
        (b'{"head":1,"head":2}', "json_duplicate_key"),
        (b'{"head":1', "json_invalid"),
        (b"\xff", "json_not_utf8"),
    ],
)
def test_a_flaw_of_the_part_or_of_the_whole_form_is_told(raw: bytes, reason: str) -> None:
    """Where the part itself cannot be had, nothing stands for it."""
    with pytest.raises(MalformedError, match=f"^{reason}$"):
        strict_json.parse_part(raw, "head")


def test_a_member_is_handed_on_unjudged_and_the_rest_is_judged() -> None:
    """Whoever gets the member looks for its flaws."""
    rest, member = strict_json.parse_beside(b'{"id":"1","detail":{"typed":"a\\u0007"}}', "detail")
    assert (rest, member) == ({"id": "1"}, {"typed": "a\x07"})
    assert strict_json.parse_beside(b'{"id":"1"}', "detail") == ({"id": "1"}, None)
    for raw, reason in ((b'{"id":"\\u0007","detail":1}', "json_uncarriable_text"), (b"[1]", "json_not_an_object")):
        with pytest.raises(MalformedError) as told:
            strict_json.parse_beside(raw, "detail")
        assert told.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"error":"invalid_grant"}', {"error": "invalid_grant"}),
        (b"[]", {}),
        (b"<html>", {}),
        (b"", {}),
        (b'{"a":NaN}', {}),
    ],
)
def test_an_answer_without_an_object_holds_no_code(raw: bytes, found: object) -> None:
    """A proxy's page among them: then its status alone is judged."""
    assert strict_json.object_in(raw) == found


def test_parts_are_judged_one_by_one() -> None:
    """What a person typed into one of them costs no other, and nothing of those that nobody named."""
    raw = b'{"id":"1","typed":{"note":"a\\u0007","id":"2"},"twice":{"a":1,"a":2},"other":NaN,"list":[1],"at":1.50}'
    names = (
        "id",
        "typed",
        "typed.id",
        "typed.note",
        "twice",
        "twice.a",
        "list.0",
        "id.id",
        "absent",
        "absent.id",
        "at",
    )
    found = strict_json.parse_parts(raw, {name: name.split(".") for name in names})
    flaws = {name: each.reason for name, each in found.items() if isinstance(each, MalformedError)}
    assert flaws == {
        "typed": "json_uncarriable_text",
        "typed.note": "json_uncarriable_text",
        "twice": "json_duplicate_key",
        "twice.a": "json_duplicate_key",
    }
    nothing = dict.fromkeys(("list.0", "id.id", "absent", "absent.id"))
    assert {name: found[name] for name in found.keys() - flaws.keys()} == {
        "id": "1",
        "typed.id": "2",
        "at": Decimal("1.50"),
    } | nothing
    assert list(found) == list(names)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"id":1,"id":2}', "json_duplicate_key"),
        (b"[1]", "json_not_an_object"),
        (b'{"id":1', "json_invalid"),
        (b"\xff", "json_not_utf8"),
    ],
)
def test_parts_of_what_is_no_object_cannot_be_had(raw: bytes, reason: str) -> None:
    """The whole form counts, whoever is named."""
    with pytest.raises(MalformedError, match=f"^{reason}$"):
        strict_json.parse_parts(raw, {"other": ("other",)})


def test_what_is_taken_is_judged_without_what_is_left_out() -> None:
    """Whatever stands there: of a list of objects each may be taken in part."""
    raw = b'{"list": [{"id": 1, "name": "a\\u0001"}, {"id": 2, "name": 1e999999}], "note": "\\ud800", "next": "n"}'
    taken = strict_json.parse_taken(raw, lambda value: ([each["id"] for each in value["list"]], value["next"]))
    assert taken == ([1, 2], "n")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"id": "a\\u0001"}', "json_uncarriable_text"),
        (b'{"id": {"a": 1, "a": 2}}', "json_duplicate_key"),
        (b'{"id": 1', "json_invalid"),
        (b'\xff{"id": 1}', "json_not_utf8"),
    ],
)
def test_a_flaw_of_what_is_taken_is_told(raw: bytes, reason: str) -> None:
    """And one of the whole form."""
    with pytest.raises(MalformedError) as caught:
        strict_json.parse_taken(raw, lambda value: value["id"])
    assert caught.value.reason == reason
