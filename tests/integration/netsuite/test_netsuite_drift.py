"""What NetSuite answers otherwise is noticed in reading it over HTTP, and the document is read as far as it can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.support.drifting import Tampering
from tests.support.netsuite_account import INVOICE, Account
from tieout.arriving.notice import RecordKey
from tieout.drift import Drift, Seen, Watch
from tieout.facts.statement import Statement
from tieout.systems.netsuite.expected import HEADER, LINE
from tieout.systems.netsuite.reader import open_reader

_KEY = RecordKey("netsuite-group", "invoice", "48211")
_CHANGES: list[tuple[str, Callable[[dict[str, Any]], object], Seen, bool]] = [
    ("tranid", lambda row: row.update(NEW="1"), Seen(HEADER, "new", Drift.UNKNOWN), True),
    ("tranid", lambda row: row.update(trandate=None), Seen(HEADER, "trandate", Drift.NULL), True),
    ("tranid", lambda row: row.update(entity=7938), Seen(HEADER, "entity", Drift.RETYPED), True),
    ("tranid", lambda row: row.update(currencyprecision="3"), Seen(HEADER, "currencyprecision", Drift.EXPONENT), True),
    ("tranid", lambda row: row.update(voided="perhaps"), Seen(HEADER, "voided", Drift.NEW_VALUE), True),
    ("accttype", lambda row: row.update(accttype="Crypto"), Seen(LINE, "accttype", Drift.NEW_VALUE), False),
    (
        "accttype",
        lambda row: row.update(functionalprecision="3"),
        Seen(LINE, "functionalprecision", Drift.EXPONENT),
        True,
    ),
    ("accttype", lambda row: row.pop("line"), Seen(LINE, "line", Drift.ABSENT), False),
]


@pytest.mark.irregular
@pytest.mark.parametrize(("having", "change", "seen", "is_read"), _CHANGES)
def test_a_document_that_drifts_is_noticed(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    having: str,
    change: Callable[[dict[str, Any]], object],
    seen: Seen,
    *,
    is_read: bool,
) -> None:
    """Whatever becomes of the document; and nothing else is."""
    noted: list[Seen] = []
    monkeypatch.setattr(Watch, "_note", lambda _watch, each, _row: noted.append(each))
    account.save(INVOICE)
    with httpx.Client(transport=Tampering("items", having, change)) as http:
        reader = open_reader(account.connection(), account.key.credentials(), http, account.clock)
        reading = reader.read([_KEY])[_KEY]
    assert set(noted) == {seen}
    assert isinstance(reading, Statement) == is_read
