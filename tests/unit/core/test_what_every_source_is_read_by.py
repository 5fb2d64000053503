"""What every system calls a source, reads its pages and states its records by."""

from __future__ import annotations

from datetime import datetime

import httpx
import pytest

from tests.support.clock import ManualClock
from tieout.access_tokens import KeptToken
from tieout.answers import rows_in
from tieout.errors import ConflictError, MalformedError, UnavailableError, UnreadableRecordError
from tieout.facts.reading import Reading, reading_of


class Counted(KeptToken):
    """Hands out the tokens `1`, `2` and so on, each good until it is forgotten."""

    fetched = 0

    def _fetch(self) -> tuple[str, datetime | None]:
        self.fetched += 1
        return str(self.fetched), None


@pytest.mark.parametrize(("good", "sent"), [({"1"}, ["1"]), ({"2"}, ["1", "2"]), (set[str](), ["1", "2"])])
def test_a_token_that_is_no_longer_taken_is_replaced_once(good: set[str], sent: list[str]) -> None:
    """A second refusal is the answer; a token that is taken is used again."""
    tokens, tried = Counted(ManualClock()), list[str]()

    def send(token: str) -> httpx.Response:
        tried.append(token)
        return httpx.Response(200 if token in good else 401)

    assert tokens.authorised(send).status_code == (200 if good else 401)
    assert tried == sent
    assert tokens.current() == sent[-1]


def test_a_token_is_kept_whatever_else_is_refused() -> None:
    """That something may not be asked says nothing of who asks."""
    tokens = Counted(ManualClock())
    assert tokens.authorised(lambda _: httpx.Response(403)).status_code == 403
    assert tokens.current() == "1"


def test_a_page_has_rows_under_the_sources_name_for_them() -> None:
    """None at all are rows, too."""
    assert rows_in({"value": [{"id": 1}, {}]}, "Ledger") == [{"id": 1}, {}]
    assert rows_in({"value": []}, "Ledger") == []
    assert rows_in({"value": [{}], "records": [{"id": 2}]}, "Ledger", "records") == [{"id": 2}]


@pytest.mark.parametrize("page", [{}, {"value": None}, {"value": {"id": 1}}, {"value": [{"id": 1}, "no row"]}])
def test_a_page_without_rows_is_no_answer(page: dict[str, object]) -> None:
    """It is asked for again: an empty list in its place would be taken for deletions."""
    with pytest.raises(UnavailableError, match="Ledger answered a query without rows"):
        rows_in(page, "Ledger")


@pytest.mark.parametrize("error", [MalformedError("amount_missing"), UnreadableRecordError("no"), ConflictError("no")])
def test_what_strikes_a_record_is_its_reading(error: Exception) -> None:
    """Be it for good or for now."""

    def state() -> Reading:
        raise error

    assert reading_of(state) is error


def test_what_nobody_thought_of_strikes_its_own_record_alone() -> None:
    """The error names its class, never a value."""

    def state() -> Reading:
        raise KeyError("a customer's name")

    assert str(reading_of(state)) == "the record cannot be translated: KeyError"
    told = reading_of(state, "the deal cannot be read")
    assert isinstance(told, UnreadableRecordError)
    assert str(told) == "the deal cannot be read: KeyError"
