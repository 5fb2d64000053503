"""How the calls of a day are counted, and when the rest of them is left to others."""

from __future__ import annotations

import httpx
import pytest

from tests.support.clock import ManualClock
from tieout.systems.salesforce.allowance import Allowance, Usage
from tieout.systems.salesforce.answers import usage_of


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ("api-usage=18/5000", Usage(18, 5000)),
        ("api-usage=5001/5000", Usage(5001, 5000)),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=tieout)", Usage(25, 5000)),
        ("per-app-api-usage=17/250(appName=tieout), api-usage=25/5000", Usage(25, 5000)),
        ("per-app-api-usage=17/250(appName=tieout)", None),
        ("api-usage=1/0", None),
        ("api-usage=many/5000", None),
        ("", None),
    ],
)
def test_the_count_of_an_answer_is_read_whatever_stands_beside_it(header: str, usage: Usage | None) -> None:
    """The share of a single app is no share of the organisation's."""
    assert usage_of(httpx.Response(200, headers={"Sforce-Limit-Info": header} if header else {})) == usage


@pytest.mark.parametrize(
    ("percent", "used", "is_reached"),
    [(80, 79, False), (80, 80, True), (80, 100, True), (100, 99, False), (100, 100, True), (1, 0, False), (1, 1, True)],
)
def test_the_share_is_reached_at_its_percent(percent: int, used: int, *, is_reached: bool) -> None:
    """Whoever used the calls."""
    allowance = Allowance(percent, ManualClock())
    allowance.note(Usage(used, 100))
    assert allowance.is_reached() is is_reached


def test_what_an_answer_said_is_believed_for_ten_minutes() -> None:
    """Nobody but another answer can tell that there are calls again."""
    clock = ManualClock()
    allowance = Allowance(80, clock)
    assert not allowance.is_reached()
    allowance.note(Usage(99, 100))
    clock.advance(599)
    allowance.note(None)
    assert allowance.is_reached()
    clock.advance(1)
    assert not allowance.is_reached()
    allowance.note(Usage(90, 100))
    assert allowance.is_reached()
    allowance.note(Usage(10, 100))
    assert not allowance.is_reached()
