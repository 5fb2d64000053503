"""What HubSpot answers otherwise is noticed in reading it over HTTP, and the deal is read as far as it can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.drifting import Tampering
from tests.support.hubspot_account import DEAL, Account, key
from tieout.drift import Drift, Seen, Watch
from tieout.facts.statement import Statement

_CHANGES: list[tuple[Callable[[dict[str, Any]], object], Seen, bool]] = [
    (lambda row: row.update(new=1), Seen("deals", "new", Drift.UNKNOWN), True),
    (lambda row: row["properties"].update(new="1"), Seen("deals", "properties/new", Drift.UNKNOWN), True),
    (lambda row: row.pop("createdAt"), Seen("deals", "createdAt", Drift.ABSENT), True),
    (lambda row: row.update(archived=None), Seen("deals", "archived", Drift.NULL), True),
    (lambda row: row.update(updatedAt=1772442000000), Seen("deals", "updatedAt", Drift.RETYPED), True),
    (lambda row: row["properties"].update(amount=1500), Seen("deals", "properties/amount", Drift.RETYPED), False),
    (lambda row: row.update(properties=None), Seen("deals", "properties", Drift.NULL), True),
]


@pytest.mark.irregular
@pytest.mark.parametrize(("change", "seen", "is_read"), _CHANGES)
def test_a_deal_that_drifts_is_noticed(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, Any]], object],
    seen: Seen,
    *,
    is_read: bool,
) -> None:
    """Once, whatever becomes of the deal; and nothing else is."""
    noted: list[Seen] = []
    monkeypatch.setattr(Watch, "_note", lambda _watch, each, _row: noted.append(each))
    account.portal.create_deal(DEAL, deal_id="9001")
    with httpx.Client(transport=Tampering("results", "properties", change)) as http:
        reading = replace(account, http=http).reader().read([key("9001")])[key("9001")]
    assert set(noted) == {seen}
    assert isinstance(reading, Statement) == is_read
