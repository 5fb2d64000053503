"""Keys that senders were given and send along: in a query, or as a login."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.arriving.keys import check_keys, key_of, keys_in_query, logins_in
from tieout.errors import NotAuthenticError

CURRENT, PREVIOUS = b"made-up-key-of-24-signs-1", b"made-up-key-of-24-signs-0"
SHORTEST = 24


def refusal(keys: list[bytes], secrets: list[bytes]) -> str:
    """Why nothing is proven."""
    with pytest.raises(NotAuthenticError) as caught:
        check_keys(keys, secrets, SHORTEST)
    return caught.value.reason


def login(header: str) -> list[bytes]:
    """What a header gives."""
    return logins_in({"authorization": header})


def test_a_key_that_is_one_of_the_secrets_proves_its_sender() -> None:
    """While a secret is exchanged, either."""
    for key in (CURRENT, PREVIOUS):
        check_keys([key], [CURRENT, PREVIOUS], SHORTEST)


@pytest.mark.parametrize(
    ("keys", "secrets", "reason"),
    [
        ([], [CURRENT], "key_missing"),
        ([CURRENT, CURRENT], [CURRENT], "key_ambiguous"),
        ([CURRENT[:-1]], [CURRENT], "key_mismatch"),
        ([b""], [CURRENT], "key_mismatch"),
        ([CURRENT], [], "secret_missing"),
        ([b"x" * (SHORTEST - 1)], [b"x" * (SHORTEST - 1)], "secret_missing"),
    ],
)
def test_anything_else_proves_nothing(keys: list[bytes], secrets: list[bytes], reason: str) -> None:
    """Nor does a secret that can be guessed."""
    assert refusal(keys, secrets) == reason


def test_a_secret_is_long_enough_from_its_shortest_on() -> None:
    """To the byte."""
    check_keys([b"x" * SHORTEST], [b"x" * SHORTEST], SHORTEST)


def test_every_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the first one fits."""
    compared: list[object] = []

    def note(given: bytes, secret: bytes) -> bool:
        compared.append(secret)
        return given == secret

    monkeypatch.setattr(hmac, "compare_digest", note)
    check_keys([CURRENT], [CURRENT, PREVIOUS], SHORTEST)
    assert compared == [CURRENT, PREVIOUS]


@given(key=st.text(st.characters(exclude_categories=["Cs"])), name=st.text("abc&=%+ é", min_size=1))
def test_a_query_gives_back_what_was_written_into_it(key: str, name: str) -> None:
    """Whatever is in the key or its name."""
    query = urlencode({"other": "x", name: key}, quote_via=quote)
    assert keys_in_query(query, name) == [key.encode()]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", []),
        ("key", [b""]),
        ("key=a+b", [b"a+b"]),
        ("key=a&key=b", [b"a", b"b"]),
        ("%6Bey=a", [b"a"]),
        ("Key=a&keys=b", []),
        ("key=\ud800", [b"\xed\xa0\x80"]),
    ],
)
def test_a_query_is_read_parameter_by_parameter(query: str, keys: list[bytes]) -> None:
    """By their names, as they are written."""
    assert keys_in_query(query, "key") == keys


def test_a_parameter_without_a_name_gives_no_key() -> None:
    """Of a connection that names none, anything would do else."""
    assert keys_in_query("=a&b=c", "") == []


@given(user=st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":")), password=st.text())
def test_a_login_is_what_another_library_makes_of_user_and_password(user: str, password: str) -> None:
    """Encoded in UTF-8, a colon between."""
    try:
        request = next(httpx.BasicAuth(user, password).auth_flow(httpx.Request("POST", "https://x.test")))
    except UnicodeEncodeError:  # a lone surrogate, which no HTTP library sends
        return
    assert logins_in(request.headers) == [key_of(f"{user}:{password}")]


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "Basic  "])
def test_a_scheme_has_no_case(scheme: str) -> None:
    """Nor does it matter how much space stands behind it."""
    assert login(f"{scheme} {base64.b64encode(CURRENT).decode()} ") == [CURRENT]


@pytest.mark.parametrize("header", ["", "Bearer bWU6eA==", "bWU6eA==", "Basic ?", "Basic bWU6e", "Basic é"])
def test_a_header_of_another_form_is_malformed(header: str) -> None:
    """And raises nothing else."""
    with pytest.raises(NotAuthenticError, match="key_malformed"):
        login(header)


def test_without_a_header_there_is_no_login() -> None:
    """It is missing, and not malformed."""
    assert logins_in({}) == []


def test_an_empty_login_is_one_that_fits_nothing() -> None:
    """Whoever asks to be asked for a login sends none."""
    assert login("Basic") == [b""]
    assert refusal(login("Basic"), [CURRENT]) == "key_mismatch"
