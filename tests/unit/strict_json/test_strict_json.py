"""The one JSON parser: what it takes, what it refuses and by which name, and that a bad item costs no neighbour."""

from __future__ import annotations

import contextlib
import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout import strict_json
from tieout.errors import MalformedError

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


def reason(raw: bytes) -> str:
    """The code with which bytes are refused."""
    with pytest.raises(MalformedError) as caught:
        strict_json.parse(raw)
    return caught.value.reason


@given(VALUES)
def test_what_is_dumped_is_parsed_to_the_same_value(value: object) -> None:
    """Everything the line itself writes comes back unchanged."""
    assert strict_json.parse(strict_json.dump(value).encode()) == value


@given(VALUES)
def test_it_agrees_with_the_standard_parser_on_plain_documents(value: object) -> None:
    """Strictness refuses documents and never changes one."""
    raw = json.dumps(value).encode()
    assert strict_json.parse(raw) == json.loads(raw)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_the_declared_error(raw: bytes) -> None:
    """Nothing but `MalformedError` leaves the parser, whatever it is fed."""
    for read in (strict_json.parse, strict_json.parse_items, lambda raw: strict_json.parse_with_items(raw, "a")):
        with contextlib.suppress(MalformedError):
            read(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json_invalid"),
        (b" ", "json_invalid"),
        (b"{", "json_invalid"),
        (b"[1,]", "json_invalid"),
        (b'{"a":1,}', "json_invalid"),
        (b"{'a':1}", "json_invalid"),
        (b"01", "json_invalid"),
        (b"+1", "json_invalid"),
        (b".5", "json_invalid"),
        (b"1.", "json_invalid"),
        (b"0x1F", "json_invalid"),
        ("\u0661".encode(), "json_invalid"),
        (b"1 2", "json_invalid"),
        (b"nul", "json_invalid"),
        (b"True", "json_invalid"),
        (b'"a\nb"', "json_invalid"),
        (b'"\\x41"', "json_invalid"),
        (b'"\\u12"', "json_invalid"),
        (b"/**/1", "json_invalid"),
        ("\u00a01".encode(), "json_invalid"),
        (b"\x00", "json_invalid"),
        (b"\xef\xbb\xbf[]", "json_byte_order_mark"),
        ("[]".encode("utf-16"), "json_not_utf8"),
        (b'"\xff"', "json_not_utf8"),
        (b'"\xc0\xaf"', "json_not_utf8"),
        (b'"\xed\xa0\x80"', "json_not_utf8"),
        (b"NaN", "json_not_finite"),
        (b"[Infinity]", "json_not_finite"),
        (b'{"a":-Infinity}', "json_not_finite"),
        (b'{"a":1,"a":1}', "json_duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "json_duplicate_key"),
        (b'[{"b":{"a":1,"a":2}}]', "json_duplicate_key"),
        (b"9223372036854775808", "json_integer_beyond_64_bits"),
        (b"-9223372036854775809", "json_integer_beyond_64_bits"),
        (b"1" * 5000, "json_integer_beyond_64_bits"),
        (b"1e65", "json_number_out_of_range"),
        (b"1E-65", "json_number_out_of_range"),
        (b"0e999999", "json_number_out_of_range"),
        (b"1e99999999999999999999", "json_number_out_of_range"),
        (b"0." + b"1" * 100, "json_number_too_long"),
        (b'"\\u0000"', "json_uncarriable_text"),
        (b'"\\b"', "json_uncarriable_text"),
        (b'"\\f"', "json_uncarriable_text"),
        (b'"\\ud83d"', "json_uncarriable_text"),
        (b'"\\ude00\\ud83d"', "json_uncarriable_text"),
        (b'"\\uFFFE"', "json_uncarriable_text"),
        ('"\uffff"'.encode(), "json_uncarriable_text"),
        (b'{"\\u0001":1}', "json_uncarriable_text"),
        (b'{"a":["\\u0001"]}', "json_uncarriable_text"),
        ('["\\u0001","\\b","\\f","\ufffe","\uffff"]'.encode(), "json_uncarriable_text"),
        (b"[" * 66 + b"]" * 66, "json_too_deep"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "json_too_deep"),
        (b"[" * 100_000, "json_too_deep"),
        (b"[" * 100_000 + b"]" * 100_000, "json_too_deep"),
        (b'{"a":' * 100_000, "json_too_deep"),
        (b'["]"' + b',["]"' * 2000 + b"]" * 2001, "json_too_deep"),
    ],
)
def test_each_flaw_has_its_name(raw: bytes, code: str) -> None:
    """A refusal says what was wrong in a word that quotes nothing."""
    assert reason(raw) == code


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b" [ ] \r\n\t", []),
        (b"-0", 0),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"200000.00000000001110", Decimal("200000.00000000001110")),
        (b"3.609578e+06", Decimal("3.609578e+06")),
        (b"1e64", Decimal("1e64")),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"[[[[{{{{"', "[[[[{{{{"),
        (b'"\\t\\n\\r\\"\\/"', '\t\n\r"/'),
        (b'{"":0}', {"": 0}),
    ],
)
def test_unusual_but_sound_documents_are_read(raw: bytes, value: object) -> None:
    """What the bus can carry is not refused for looking odd, and no number becomes a float."""
    found = strict_json.parse(raw)
    assert found == value
    assert type(found) is type(value)


def test_a_text_full_of_brackets_is_no_depth_bomb() -> None:
    """Brackets inside strings count for nothing, however many and however escaped."""
    text = '"[{' * 5000
    assert strict_json.parse(json.dumps([text, [text]]).encode()) == [text, [text]]


def test_a_string_that_never_closes_costs_no_more_than_its_length() -> None:
    """The search for depth bombs is linear whatever it meets; a quadratic one would take minutes here."""
    raw = b"[" * 999 + b'"' + b'\\"' * 100_000 + b"[" * 10
    began = time.perf_counter()
    assert reason(raw) == "json_invalid"
    assert time.perf_counter() - began < 10


def test_a_wide_document_is_no_depth_bomb() -> None:
    """Thousands of items side by side are read."""
    assert strict_json.parse(b"[" + b"[{}]," * 5000 + b"[]]")[-1] == []


BAD_ITEMS = [b"NaN", b'{"a":1,"a":1}', b"99999999999999999999", b"1e999", b'"\\u0000"', b"[" * 70 + b"]" * 70]


@pytest.mark.parametrize("bad", BAD_ITEMS)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_bad_item_costs_no_neighbour(bad: bytes, position: int) -> None:
    """Each item of an array is judged alone."""
    items = [b'{"ok":1}', b'{"ok":2}']
    items.insert(position, bad)
    found = strict_json.parse_items(b"[" + b",".join(items) + b"]")
    assert isinstance(found.pop(position), MalformedError)
    assert found == [{"ok": 1}, {"ok": 2}]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        *((raw, "json_not_an_array") for raw in (b"{}", b"1", b"null", b'"[]"')),
        (b'{"a":1,"a":1}', "json_duplicate_key"),
        (b"NaN", "json_not_finite"),
        (b"[", "json_invalid"),
        (b"", "json_invalid"),
    ],
)
def test_items_are_wanted_of_an_array_only(raw: bytes, code: str) -> None:
    """A body that is no array has no items to save."""
    with pytest.raises(MalformedError, match=f"^{code}$"):
        strict_json.parse_items(raw)


def test_an_item_that_nests_as_deep_as_the_parser_bears_costs_no_neighbour() -> None:
    """A thousand levels, the array's own among them."""
    found = strict_json.parse_items(b"[" + b"[" * 999 + b"]" * 999 + b",[]]")
    assert isinstance(found[0], MalformedError)
    assert found[1:] == [[]]


@pytest.mark.parametrize("beside", [b"", b"[]," * 300, b"[{}]," * 300])
def test_an_item_that_nests_deeper_spoils_all(beside: bytes) -> None:
    """One level more and the parser must not see it, whatever was opened and closed on the way down."""
    with pytest.raises(MalformedError, match=r"^json_too_deep$"):
        strict_json.parse_items(b"[" * 600 + beside + b"[" * 401 + b"]" * 1001)


def test_the_items_of_a_member_are_judged_alone() -> None:
    """As those of an array are: a flawed one is a flaw in its place, and what stands beside them is the rest."""
    rest, items = strict_json.parse_with_items(b'{"a":1.50,"items":[1,NaN,{"b":1,"b":2},"\\u0000",0,null]}', "items")
    assert rest == {"a": Decimal("1.50")}
    assert [each.reason if isinstance(each, MalformedError) else each for each in items] == [
        1,
        "json_not_finite",
        "json_duplicate_key",
        "json_uncarriable_text",
        0,
        None,
    ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "json_invalid"),
        (b"[]", "json_not_an_object"),
        (b"null", "json_not_an_object"),
        (b"{}", "json_items_missing"),
        (b'{"items":{}}', "json_items_missing"),
        (b'{"items":null}', "json_items_missing"),
        (b'{"items":NaN}', "json_items_missing"),
        (b'{"items":[],"items":[]}', "json_duplicate_key"),
        (b'{"items":[],"a":NaN}', "json_not_finite"),
        (b'{"items":[],"a":"\\u0000"}', "json_uncarriable_text"),
        (b'{"items":[],"\\u0000":1}', "json_uncarriable_text"),
        (b"NaN", "json_not_finite"),
        (b"\xff", "json_not_utf8"),
    ],
)
def test_items_are_wanted_of_an_object_that_is_sound(raw: bytes, code: str) -> None:
    """What stands beside them is not judged alone: it is the document."""
    with pytest.raises(MalformedError) as caught:
        strict_json.parse_with_items(raw, "items")
    assert caught.value.reason == code


def test_falsy_items_stay_what_they_are() -> None:
    """Zero, empty and null are values like any other."""
    assert strict_json.parse_items(b'[0,"",null,false,[],{}]') == [0, "", None, False, [], {}]


@pytest.mark.parametrize("value", [1.5, [1.5], {"a": {"b": (1, 2.0)}}, {1, 2}, object(), float("nan")])
def test_what_json_has_no_form_for_is_not_written(value: object) -> None:
    """A float is refused on the way out too, wherever it hides."""
    with pytest.raises(TypeError):
        strict_json.dump(value)


def test_equal_values_give_equal_texts() -> None:
    """Digests and conditions may rest on the text."""
    assert strict_json.dump({"b": Decimal("1E+3"), "a": "ä"}) == strict_json.dump({"a": "ä", "b": Decimal(1000)})
    assert strict_json.dump({"b": 1, "a": [None, True]}) == '{"a":[null,true],"b":1}'


def test_texts_and_amounts_are_written_as_people_read_them() -> None:
    """Letters as themselves, and a number with a fraction as the text of its digits: an exponent would be another text."""
    assert strict_json.dump({"a": "ä", "b": Decimal("1E+3"), "c": Decimal("0.10")}) == '{"a":"ä","b":"1000","c":"0.10"}'


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_document_nests_sixty_four_deep_at_most(opening: bytes) -> None:
    """Eight times the deepest real payload; one level more is a depth bomb."""
    closing = b"]" if opening == b"[" else b"}"
    assert strict_json.parse(opening * 63 + opening + b"1" + closing * 64)
    with pytest.raises(MalformedError, match=r"^json_too_deep$"):
        strict_json.parse(opening * 65 + b"1" + closing * 65)


@pytest.mark.parametrize("text", ["1." + "0" * 62, "-1." + "0" * 61, "1." + "0" * 60 + "1"])
def test_a_number_has_sixty_four_characters_at_most(text: str) -> None:
    """Longer than any real amount, and short enough to cost nothing."""
    assert len(text) <= 64
    assert strict_json.parse(text.encode()) == Decimal(text)
    with pytest.raises(MalformedError):
        strict_json.parse((text + "0" * (65 - len(text))).encode())


def test_what_no_text_may_hold_is_made_carriable_and_nothing_else_is_touched() -> None:
    """Kept headers are read again by the same parser: each such character becomes one U+FFFD, which no identifier holds."""
    given = "a\x00b\ud800\ud801c\ufffed\te\n\U0001f600"
    assert strict_json.carriable(given) == "a\ufffdb\ufffd\ufffdc\ufffdd\te\n\U0001f600"
    assert strict_json.parse(strict_json.dump(strict_json.carriable(given)).encode()) == strict_json.carriable(given)
