"""What a simulated account lists of its transactions: what changed and what was deleted, each once and at its version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.support.netsuite_account import BILL, INVOICE, JOURNAL, SUITEQL, Account
from tieout.arriving.notice import RecordKey
from tieout.errors import ThrottledError, UnavailableError, UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.facts.statement import Statement
from tieout.systems.netsuite.listing import ENTITIES, LATENESS
from tieout.systems.netsuite.master_types import MASTER_TYPES

EVER = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def listed(account: Account, entity: str, window: Window = EVER) -> list[Listed]:
    """Everything that is listed, page by page."""
    listing, found, cursor = account.listing(), list[Listed](), ""
    for _ in range(10):
        page = listing.page(entity, window, cursor)
        assert len(page.records) <= 200
        assert len({each.key for each in page.records}) == len(page.records)
        found.extend(page.records)
        cursor = page.following
        if not cursor:
            return found
    raise AssertionError("the listing has no end")


def ids(records: Sequence[Listed]) -> list[str]:
    """Their ids, in order."""
    return [each.key.record_id for each in records]


def saved_as(account: Account, plain: Mapping[str, Any], number: int) -> str:
    """The id of a document that nobody was told of."""
    return account.documents.create({**plain, "id": str(number)}).id


def test_each_entity_lists_its_own_transactions_at_the_versions_they_are_read_at(account: Account) -> None:
    """With the total in the document's currency, a credit's negative, a journal's of its debits, and the document's date."""
    documents = {
        "invoice": INVOICE,
        "credit_memo": {**INVOICE, "id": "48290", "type": "creditmemo"},
        "journal_entry": {**JOURNAL, "id": "48291"},
        "bill": {**BILL, "id": "48292"},
    }
    for each in documents.values():
        account.clock.advance(1)
        account.save(each)
    assert listed(account, "payment") == []
    for entity in documents:
        [record] = listed(account, entity)
        reading = account.read(entity, record.key.record_id)
        assert isinstance(reading, Statement)
        assert (record.key, record.version) == (reading.key, reading.source_version)
        assert not record.deleted
    [invoice], [credit], [journal] = (listed(account, each) for each in ("invoice", "credit_memo", "journal_entry"))
    amounts = [str(each.amount) for each in (invoice, credit, journal)]
    assert amounts == ["11880.00 EUR", "-11880.00 EUR", "300.00 USD"]
    assert str(invoice.day) == "2026-04-02"
    assert {*documents, "payment"} == set(ENTITIES) - set(MASTER_TYPES)


def test_what_waits_for_approval_is_listed_like_what_is_posted(account: Account) -> None:
    """It is remembered by its version here, too."""
    record_id = account.save(INVOICE, approved=False)
    assert ids(listed(account, "invoice")) == [record_id]


def test_many_changes_of_one_second_come_once_each_over_several_pages(account: Account) -> None:
    """A page begins behind the last row of the one before it: by stamp, and within a stamp by id."""
    saved = [saved_as(account, JOURNAL, 50_000 + each) for each in range(405)]
    account.clock.advance(1)
    saved.append(account.save(JOURNAL, id="49000"))
    assert ids(listed(account, "journal_entry")) == saved
    assert account.listing().count("journal_entry", EVER) == 406
    assert account.listing().count("invoice", EVER) == 0


def test_rows_that_come_and_go_between_pages_move_no_other(account: Account) -> None:
    """An offset would skip one for each that went."""
    saved = [saved_as(account, JOURNAL, 50_000 + each) for each in range(250)]
    first = account.listing().page("journal_entry", EVER, "")
    account.clock.advance(60)
    account.control("DELETE", "documents/50003")
    account.control("PATCH", "documents/50004", memo="moved behind the others")
    second = account.listing().page("journal_entry", EVER, first.following)
    assert ids(first.records) + ids(second.records) == [*saved, "50004"]


def test_a_window_takes_what_changed_from_its_beginning_and_before_its_end(account: Account) -> None:
    """By the account's clock, which is eight hours behind."""
    moments = []
    for record_id in ("1", "2", "3"):
        account.save(INVOICE, id=record_id)
        moments.append(account.clock.now())
        account.clock.advance(3600)
    assert ids(listed(account, "invoice", Window(moments[0], moments[2]))) == ["1", "2"]
    assert ids(listed(account, "invoice", Window(moments[1], EVER.until))) == ["2", "3"]


def test_changes_of_the_night_the_clocks_go_back_are_in_one_window_each(account: Account) -> None:
    """A change every ten minutes, windows of half an hour; each is where its version is, and seen within `LATENESS`."""
    begin = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    account.clock.advance((begin - account.clock.now()).total_seconds())
    changed = {}
    for record_id in map(str, range(1, 19)):
        saved_as(account, INVOICE, int(record_id))
        changed[record_id] = account.clock.now()
        account.clock.advance(600)
    edges = [begin + timedelta(minutes=30 * each) for each in range(8)]
    windows = [Window(*pair) for pair in pairwise(edges)]
    found = [(window, record) for window in windows for record in listed(account, "invoice", window)]
    assert sorted(ids([record for _, record in found]), key=int) == list(changed)
    for window, record in found:
        version = datetime.fromisoformat(record.version)
        assert window.since <= version < window.until
        assert version >= changed[record.key.record_id] - LATENESS


def test_deletions_are_listed_behind_the_changes(account: Account) -> None:
    """Each with no version, and only those of the entity and the window; a deleted customer is none of them."""
    account.control("POST", "deletions", id="48888", type="customer")
    kept, gone = account.save(INVOICE, id="1"), [saved_as(account, INVOICE, each) for each in range(2, 205)]
    for each in gone:
        account.documents.delete(each)
    account.control("DELETE", f"documents/{account.save(BILL)}")
    found = listed(account, "invoice")
    assert ids(found) == [kept, *gone]
    assert {(each.deleted, each.version) for each in found[1:]} == {(True, "")}
    later = Window(account.clock.now() + timedelta(seconds=1), EVER.until)
    assert listed(account, "invoice", later) == []


def test_a_role_that_may_not_see_deletions_lists_the_changes(account: Account) -> None:
    """Then only asking for what is known here tells which of it is gone."""
    kept, gone = account.save(INVOICE, id="1"), account.save(INVOICE, id="2")
    account.control("DELETE", f"documents/{gone}")
    account.control("POST", "settings", unknown=["deletedrecord"])
    assert ids(listed(account, "invoice")) == [kept]
    keys = [RecordKey("netsuite-group", "invoice", each) for each in (kept, gone, "none of theirs")]
    known = account.listing().still_known(keys)
    assert list(known) == keys[:1]
    assert known[keys[0]] == listed(account, "invoice")[0]


def test_what_is_known_is_asked_in_one_call_and_by_its_entity(account: Account) -> None:
    """An invoice's id is no bill; ids that are none cost nothing."""
    record_ids = [account.save(INVOICE, id=str(50_000 + each)) for each in range(3)]
    calls: list[str] = []
    account.http.event_hooks["request"].append(lambda request: calls.append(request.url.path))
    listing = account.listing()
    invoices = [RecordKey("netsuite-group", "invoice", each) for each in [*record_ids, "50009"]]
    assert list(listing.still_known(invoices)) == invoices[:3]
    assert listing.still_known([RecordKey("netsuite-group", "bill", record_ids[0])]) == {}
    assert listing.still_known([RecordKey("netsuite-group", "bill", "x")]) == {}
    assert calls.count(SUITEQL) == 2


@pytest.mark.parametrize(("status", "error"), [(429, ThrottledError), (503, UnavailableError)])
def test_a_listing_that_is_put_off_says_so(account: Account, status: int, error: type[Exception]) -> None:
    """Half a list is none; who asked comes back with the same cursor."""
    account.save(INVOICE)
    cursor = account.listing().page("invoice", EVER, "").following
    for each in ("", cursor):
        account.fault("answer", path=SUITEQL, status=status)
        with pytest.raises(error):
            account.listing().page("invoice", EVER, each)


def test_an_entity_that_is_none_of_the_books_is_refused(account: Account) -> None:
    """Nobody reads it either."""
    key = RecordKey("netsuite-group", "salesorder", "1")
    for asked in (
        lambda: account.listing().page("salesorder", EVER, ""),
        lambda: account.listing().count("salesorder", EVER),
        lambda: account.listing().still_known([key]),
    ):
        with pytest.raises(UnreadableRecordError):
            asked()


@pytest.mark.parametrize("cursor", ["next", "changed", "changed 2026-03-01T00:00:00 1 OR 1=1", "deleted soon 1"])
def test_a_cursor_that_is_none_is_refused(account: Account, cursor: str) -> None:
    """It becomes a part of a query."""
    with pytest.raises(UnreadableRecordError):
        account.listing().page("invoice", EVER, cursor)
