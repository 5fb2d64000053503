"""What keeps a certificate from being signed is said, each with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from tieout.certifying.verdict import obstacles


def derived(*, across_periods: bool, since: str, state: str) -> dict[str, Any]:
    """A period with one break between two stages."""
    broken = {"break": "5f2e91c0aaaa", "kind": "missing_there", "state": state, "since": since}
    leg = {"reconciliation": "orders", "across_periods": across_periods, "breaks": [broken], "of_no_period": []}
    books = [{"version": "Actual", "state": "closed", "is_done": True}]
    return {
        "books": books,
        "legs": [leg],
        "days": ["2026-03-01", "2026-03-31"],
        "period": "2026-03",
        "legal_entity": "UK",
    }


@pytest.mark.parametrize(
    ("across_periods", "since", "state", "count"),
    [
        (True, "2026-04-01", "open", 0),
        (True, "2026-03-31", "open", 1),
        (True, "", "open", 1),
        (True, "2026-03-31", "accepted", 0),
        (False, "2026-04-01", "open", 1),
    ],
)
def test_what_is_compared_across_periods_is_in_the_way_once_it_is_of_this_one(
    across_periods: bool,  # noqa: FBT001 a case
    since: str,
    state: str,
    count: int,
) -> None:
    """A deal of next month that nobody has ordered yet says nothing of this one."""
    found = obstacles(derived(across_periods=across_periods, since=since, state=state))
    assert found == ["orders: a break of kind missing_there is open: tieout breaks explain 5f2e91c0"] * count


@pytest.mark.parametrize(
    ("state", "is_done", "said"),
    [("open", True, "open"), ("soft-closed", True, "soft-closed"), ("closed", False, "half closed")],
)
def test_books_are_closed_and_all_of_closing_them_is_done(state: str, is_done: bool, said: str) -> None:  # noqa: FBT001 a case
    """Soft-closed ones still change, and so may those of which closing broke off half way."""
    content = derived(across_periods=False, since="", state="accepted")
    content["books"][0] |= {"state": state, "is_done": is_done}
    assert obstacles(content) == [f"the books of Actual are {said}: tieout periods close 2026-03 --entity UK"]
