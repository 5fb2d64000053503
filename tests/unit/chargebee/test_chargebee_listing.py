"""How a Chargebee site is asked what has changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.chargebee_api import MadeUpApi, as_sent
from tests.support.chargebee_rows import CHANGED_AT, CONNECTION, Row, document, key_of, line, subscription, transaction
from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.money import Money
from tieout.systems.chargebee.listing import ENTITIES

CHANGED = datetime.fromtimestamp(CHANGED_AT, UTC) + timedelta(milliseconds=209)
DAY = Window(CHANGED - timedelta(hours=12), CHANGED + timedelta(hours=12))


def listed(api: MadeUpApi, entity: str, window: Window = DAY) -> list[Listed]:
    """Everything that a listing shows."""
    found: list[Listed] = []
    listing, cursor = api.listing(), ""
    while True:
        page = listing.page(entity, window, cursor)
        found += page.records
        cursor = page.following
        if not cursor:
            return found


@pytest.mark.parametrize(
    ("row", "amount", "day"),
    [
        (subscription(), Money(240_000, "EUR"), (2026, 11, 10)),
        (document("invoice", "7", line(tax_amount=1_900)), Money(10_000, "EUR"), (2026, 12, 1)),
        (document("invoice", "7", line(), status="voided"), Money(0, "EUR"), (2026, 12, 1)),
        (document("credit_note", "7", line()), Money(-10_000, "EUR"), (2026, 12, 1)),
        (transaction(), Money(23_800, "EUR"), (2026, 12, 1)),
        (transaction(type="refund"), Money(-23_800, "EUR"), (2026, 12, 1)),
        (transaction(status="failure"), None, (2026, 12, 1)),
        (subscription(status="odd"), None, None),
        (subscription(coupons=[{"coupon_id": "TEN"}]), None, None),
        (document("invoice", "7", line(), total="1", date=...), None, None),
    ],
)
def test_a_resource_is_listed_with_its_version_and_what_it_is_worth(
    row: Row, amount: Money | None, day: tuple[int, int, int] | None
) -> None:
    """By Chargebee's own sums, where they can be read; what cannot costs no other."""
    [found] = listed(MadeUpApi(row), key_of(row).entity)
    assert (found.key, found.version, found.deleted) == (key_of(row), "2026-11-30T23:30:00.209Z", False)
    assert found.amount == amount
    assert found.day == (datetime(*day, tzinfo=UTC).date() if day else None)


def test_what_is_deleted_is_listed_as_gone() -> None:
    """At the version of its deletion."""
    row = transaction(deleted=True)
    assert listed(MadeUpApi(row), "payment") == [
        Listed(key=key_of(row), version="2026-11-30T23:30:00.209Z", deleted=True)
    ]


def test_invoices_come_before_credit_notes_page_by_page() -> None:
    """Each kind by what its list can be sorted by."""
    invoices = [document("invoice", f"I-{number}", line()) for number in range(5)]
    notes = [document("credit_note", f"C-{number}", line()) for number in range(3)]
    api = MadeUpApi(*invoices, *notes, page_rows=2)
    assert [each.key for each in listed(api, "billing_document")] == [key_of(each) for each in [*invoices, *notes]]
    assert api.paths() == ["invoices"] * 3 + ["credit_notes"] * 2
    assert [each["sort_by[asc]"] for _, each in api.asked] == ["updated_at"] * 3 + ["date"] * 2


def test_a_window_is_asked_for_a_second_wider_and_kept_to_the_millisecond() -> None:
    """Chargebee asks by whole seconds, and does not say whether bounds belong to what they bound."""
    moments = [CHANGED + timedelta(milliseconds=each) for each in (-1, 0, 1, 999, 1000)]
    rows = [
        transaction(id=f"t{place}", resource_version=round(each.timestamp() * 1000))
        for place, each in enumerate(moments)
    ]
    api = MadeUpApi(*rows)
    found = listed(api, "payment", Window(CHANGED, CHANGED + timedelta(seconds=1)))
    assert [each.key.record_id for each in found] == ["t1", "t2", "t3"]
    [(_, asked)] = api.asked
    assert json.loads(asked["updated_at[between]"]) == [str(CHANGED_AT - 1), str(CHANGED_AT + 3)]


def test_it_is_said_which_records_the_site_still_has() -> None:
    """Of many at once; what is deleted it has no more."""
    rows = [document("invoice", f"I-{number}", line()) for number in range(150)]
    rows += [document("credit_note", "C-1", line()), document("invoice", "I-x", line(), deleted=True)]
    api = MadeUpApi(*rows)
    known = api.listing().still_known(
        [key_of(each) for each in rows] + [RecordKey(CONNECTION.name, "billing_document", "?")]
    )
    assert list(known) == [key_of(each) for each in rows[:-1]]
    assert len(api.asked) == 3


def test_it_is_not_said_how_long_a_list_is() -> None:
    """Nobody asks all of it for that."""
    listing = MadeUpApi().listing()
    assert [listing.count(each, DAY) for each in ENTITIES] == [None] * 4
    assert ENTITIES == ("subscription", "billing_document", "payment", "customer")


@pytest.mark.parametrize(("entity", "cursor"), [("journal_entry", ""), ("payment", "invoices:1"), ("payment", "odd")])
def test_what_no_page_has_named_is_refused(entity: str, cursor: str) -> None:
    """Instead of being asked for."""
    api = MadeUpApi()
    with pytest.raises(UnreadableRecordError):
        api.listing().page(entity, DAY, cursor)
    assert api.asked == []


def test_a_resource_whose_id_no_key_can_have_is_told() -> None:
    """It could not be read either."""
    with pytest.raises(UnreadableRecordError):
        listed(MadeUpApi(transaction(id="a#b")), "payment")


def test_an_offset_is_passed_on_as_it_is() -> None:
    """With whatever signs: it is the site's."""
    api = MadeUpApi()
    api.says = lambda _path, _asked: as_sent({"list": []})
    api.listing().page("payment", DAY, 'transactions:["1:2","3"]')
    assert api.asked[0][1]["offset"] == '["1:2","3"]'
