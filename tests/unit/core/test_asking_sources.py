"""What is alike for all sources: how a token is kept, when nothing more is asked, and what an answer is."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from tests.support.clock import ManualClock
from tieout.access_tokens import KeptToken, oauth_error_in, token_in
from tieout.answers import parse_object, retry_after_seconds
from tieout.asking import Asking
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError, UnreadableRecordError


class Numbered(KeptToken):
    """Tokens that are good for so long, the first of them `t1`."""

    def __init__(self, clock: ManualClock, life: timedelta | None) -> None:
        super().__init__(clock)
        self.life, self.fetched = life, 0

    def _fetch(self) -> tuple[str, datetime | None]:
        self.fetched += 1
        return f"t{self.fetched}", self._clock.now() + self.life if self.life is not None else None


def test_a_token_serves_until_its_end_and_not_longer() -> None:
    """At the very moment it ends there is a new one."""
    clock = ManualClock()
    tokens = Numbered(clock, timedelta(seconds=60))
    assert tokens.current() == "t1"
    clock.advance(59)
    assert tokens.current() == "t1"
    clock.advance(1)
    assert tokens.current() == "t2"


def test_a_token_without_an_end_serves_until_it_is_forgotten() -> None:
    """Only the one that was refused is forgotten: another thread may have replaced it already."""
    clock = ManualClock()
    tokens = Numbered(clock, None)
    assert tokens.current() == "t1"
    clock.advance(1_000_000)
    assert tokens.forget("another")
    assert tokens.current() == "t1"
    assert tokens.forget("t1")
    assert tokens.current() == tokens.current() == "t2"


@pytest.mark.parametrize("token", [None, "", 7, ["t"], "t\u00f6k", "to\nken", "to\x7fken"])
def test_what_is_no_header_value_is_no_token(token: object) -> None:
    """The HTTP library would tell it in the text of an error."""
    assert token_in({"access_token": "a.B-c_1~ +/="}, "somebody") == "a.B-c_1~ +/="
    with pytest.raises(UnavailableError, match=r"^somebody answered 200 without a usable access token$") as caught:
        token_in({"access_token": token} if token is not None else {}, "somebody")
    assert "ken" not in str(caught.value).removesuffix("token")


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("invalid_client", "invalid_client"),
        ("a" * 40, "a" * 40),
        ("a" * 41, ""),
        ("", ""),
        ("Who?", ""),
        (None, ""),
        (4, ""),
    ],
)
def test_of_a_refusal_only_a_code_is_told(stated: object, code: str) -> None:
    """Whatever else stands there may name somebody."""
    assert oauth_error_in({"error": stated, "error_description": "made-up"}) == code
    assert oauth_error_in({}) == ""


@pytest.mark.parametrize("error", [ThrottledError("slowly"), UnavailableError("down")])
def test_once_put_off_nothing_more_is_asked(error: TieoutError) -> None:
    """Every further question ends in the same error, without a call; any other error is the question's own."""
    asking, asked = Asking(), []

    def refuse(with_what: TieoutError) -> None:
        asked.append(with_what)
        raise with_what

    assert asking(lambda: 7) == 7
    denied = AccessDeniedError("not that")
    for each in (denied, denied, error):
        with pytest.raises(type(each)):
            asking(lambda each=each: refuse(each))  # type: ignore[misc]
    with pytest.raises(type(error)) as caught:
        asking(lambda: 8)
    assert caught.value is error
    assert asked == [denied, denied, error]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<html>", UnavailableError),
        (b"\xff", UnavailableError),
        (b"\xef\xbb\xbf{}", UnavailableError),
        (b"[" * 200 + b"]" * 200, UnavailableError),
        (b"[]", UnavailableError),
        (b'{"a": NaN}', UnreadableRecordError),
        (b'{"a": 1, "a": 2}', UnreadableRecordError),
    ],
)
def test_what_is_no_answer_at_all_is_told_from_one_that_a_record_spoils(
    content: bytes, error: type[TieoutError]
) -> None:
    """The one is asked for again, the other is read without the record."""
    with pytest.raises(error, match=r"^somebody ") as caught:
        parse_object(content, "somebody")
    assert type(caught.value) is error
    assert parse_object(b'{"a": 1}', "somebody") == {"a": 1}


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("0", 0),
        ("17", 17),
        (" 17 ", 17),
        ("99999", 99_999),
        ("100000", None),
        ("1.5", None),
        ("-1", None),
        ("soon", None),
    ],
)
def test_how_long_to_wait_is_told_in_whole_seconds(stated: str, seconds: float | None) -> None:
    """Anything else says nothing."""
    assert retry_after_seconds(httpx.Headers({"Retry-After": stated})) == seconds
    assert retry_after_seconds({}) is None
