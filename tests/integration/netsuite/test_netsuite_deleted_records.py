"""By what the reader proves that a record was deleted: the account's own table of deletions, else the REST API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from tests.support.netsuite_account import BILL, INVOICE, JOURNAL, SUITEQL, Account
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.facts.statement import Absence, Statement

if TYPE_CHECKING:
    import httpx


def counted(account: Account) -> Counter[str]:
    """The calls from now on: queries, and records of the REST API."""
    calls: Counter[str] = Counter()
    account.http.event_hooks["request"].append(
        lambda request: calls.update(["query" if request.url.path == SUITEQL else request.url.path.split("/")[-2]])
    )
    return calls


def gone(account: Account, *keys: RecordKey) -> bool:
    """Whether all of these are read as deleted."""
    readings = account.reader.read(keys).values()
    return all(isinstance(each, Statement) and each.absence is Absence.DELETED for each in readings)


def key(entity: str, record_id: str) -> RecordKey:
    """The key of a record."""
    return RecordKey("netsuite-group", entity, record_id)


def deleted(account: Account, *documents: Mapping[str, object]) -> list[str]:
    """The ids of documents that were saved and deleted."""
    record_ids = [account.save(each) for each in documents]
    for each in record_ids:
        account.control("DELETE", f"documents/{each}")
    return record_ids


def test_deletions_of_a_whole_batch_cost_one_query(account: Account) -> None:
    """The table names them all; the REST API is asked for none, not even for the three types a journal may have."""
    invoice, journal, bill = deleted(account, INVOICE, JOURNAL, {**BILL, "type": "vendorcredit"})
    account.read("invoice", "777")
    calls = counted(account)
    assert gone(account, key("invoice", invoice), key("journal_entry", journal), key("bill", bill))
    assert calls == {"query": 2}


def test_what_the_table_does_not_name_is_asked_of_the_rest_api(account: Account) -> None:
    """A role without the permission gets no such table, and deletes no less; nor does one whose table begins later."""
    [bill] = deleted(account, BILL)
    account.control("POST", "settings", unknown=["deletedrecord"])
    account.read("invoice", "777")
    calls = counted(account)
    assert gone(account, key("bill", bill))
    assert calls == {"query": 2, "vendorBill": 1, "vendorCredit": 1}
    account.control("POST", "settings", unknown=[])
    assert gone(account, key("bill", "777"))


def test_the_deletion_of_another_kind_of_record_proves_nothing(account: Account) -> None:
    """A customer may have the id that a transaction has; so may an order, which is no posted document either."""
    record_id = account.save(INVOICE)
    account.control("POST", "deletions", id=record_id, type="customer")
    account.control("POST", "role", cannot_see=["CustInvc"])
    assert isinstance(account.read("invoice", record_id), AccessDeniedError)
    account.control("POST", "deletions", id=record_id, type="Invoice")
    assert gone(account, key("invoice", record_id))


@pytest.mark.parametrize(("status", "error"), [(429, ThrottledError), (503, UnavailableError)])
def test_a_table_that_cannot_be_asked_now_strikes_the_missing_records_alone(
    account: Account, status: int, error: type[Exception]
) -> None:
    """Those that are there were read; the others wait, and nothing more is asked."""
    [missing], present = deleted(account, JOURNAL), account.save(INVOICE)

    def strike(request: httpx.Request) -> None:
        if b"FROM deletedrecord" in request.content:
            account.fault("answer", path=SUITEQL, status=status)

    account.http.event_hooks["request"].append(strike)
    readings = account.reader.read([key("invoice", present), key("journal_entry", missing)])
    assert isinstance(readings[key("invoice", present)], Statement)
    assert isinstance(readings[key("journal_entry", missing)], error)
