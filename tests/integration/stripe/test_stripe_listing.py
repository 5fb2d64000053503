"""The lists of a simulated account: what changed long after it was made, what no event tells of, and what a page costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.stripe_account import CONNECTION, CUSTOMER, LiveStripe
from tieout.arriving.notice import RecordKey
from tieout.errors import AccessDeniedError, UnreadableRecordError
from tieout.facts.listing import Listed, Window
from tieout.money import Money

DAY = 86_400


def listed(live: LiveStripe, entity: str, window: Window) -> list[Listed]:
    """Every record of a window, page by page."""
    records: list[Listed] = []
    cursor = ""
    while True:
        page = live.listing.page(entity, window, cursor)
        records += page.records
        cursor = page.following
        if not cursor:
            return records


def ids(records: list[Listed]) -> list[str]:
    """The records' ids."""
    return [each.key.record_id for each in records]


def last_day(live: LiveStripe) -> Window:
    """What lies a day back at most."""
    return Window(live.clock.now() - timedelta(days=1), live.clock.now() + timedelta(seconds=1))


def test_what_changed_long_after_it_was_made_is_listed_when_it_did(live: LiveStripe) -> None:
    """By the events of that day; each once, however many events tell of it, and as it is now."""
    invoice, quiet, charge = live.bill(), live.bill(), live.charge(status="pending")
    payout = live.control("POST", "payouts", amount=500, currency="eur")["id"]
    live.clock.advance(40 * DAY)
    live.control("POST", f"invoices/{invoice}/write-off")
    live.clock.advance(5)
    live.control("POST", f"invoices/{invoice}/void")
    live.control("POST", f"charges/{charge}/settle", succeeds=True)
    live.control("POST", f"payouts/{payout}/fail")
    billed = listed(live, "billing_document", last_day(live))
    assert ids(billed) == [invoice]
    assert billed[0].amount == Money(0, "EUR")
    paid = {each.key.record_id: each for each in listed(live, "payment", last_day(live))}
    assert set(paid) == {charge, payout}
    for record_id in (invoice, charge, payout):
        stated = live.statement(record_id).source_version
        assert {**paid, invoice: billed[0]}[record_id].version == stated
    assert quiet not in paid


def test_what_no_event_tells_of_any_more_is_listed_when_it_was_made(live: LiveStripe) -> None:
    """As it is now, so that a backfill misses nothing, whatever became of it."""
    start = live.clock.now()
    invoice = live.bill()
    live.clock.advance(5 * DAY)
    live.control("POST", f"invoices/{invoice}/void")
    live.clock.advance(30 * DAY)
    first = Window(start, start + timedelta(days=3))
    assert ids(listed(live, "billing_document", first)) == [invoice]
    assert not any("/v1/events" in each for each in live.addresses)
    second = Window(start + timedelta(days=3), start + timedelta(days=6))
    assert listed(live, "billing_document", second) == []


def test_a_draft_that_is_billed_later_is_listed_when_it_is(live: LiveStripe) -> None:
    """Its day and its amount are those of the bill; before that it has no day."""
    draft = live.control("POST", "drafts", customer=CUSTOMER, currency="eur", lines=[{"amount": 700}])["id"]
    [found] = listed(live, "billing_document", last_day(live))
    assert (found.day, found.amount) == (None, Money(700, "EUR"))
    live.clock.advance(3 * DAY)
    live.control("POST", f"invoices/{draft}/finalise")
    [found] = listed(live, "billing_document", last_day(live))
    assert (found.day, found.amount) == (live.clock.now().date(), Money(700, "EUR"))
    assert found.version == live.statement(draft).source_version


def test_a_charge_is_listed_when_its_money_moves(live: LiveStripe) -> None:
    """Which Stripe tells of as an update, some time after it has told that the charge succeeded."""
    charge = live.charge(captured_later=True)
    assert live.statement(charge).fact is None
    live.clock.advance(3 * DAY)
    live.control("POST", f"charges/{charge}/capture")
    [found] = listed(live, "payment", last_day(live))
    assert (found.key.record_id, found.version) == (charge, live.statement(charge).source_version)
    assert len(live.payment_of(charge).lines) == 3


def test_a_page_of_events_costs_no_more_than_twenty_calls(live: LiveStripe) -> None:
    """Whatever else a page is, it is one call of a hundred objects."""
    made = [live.billing.bill(CUSTOMER, "eur", [{"amount": 1}])["id"] for _ in range(101)]
    live.clock.advance(3 * DAY)
    for each in made[:45]:
        live.billing.void(each)
    cursor, calls, found = "", [], []
    while True:
        before = len(live.addresses)
        page = live.listing.page("billing_document", last_day(live), cursor)
        found += [each.key.record_id for each in page.records]
        calls.append(len(live.addresses) - before)
        cursor = page.following
        if not cursor:
            break
    assert sorted(found) == sorted(made[:45])
    assert max(calls) == 21
    assert len(calls) == 5  # of invoices, of credit notes, of events


def test_what_an_event_names_may_be_gone(live: LiveStripe) -> None:
    """Or refused, which is for a person: a list that lacks it would be taken for whole."""
    charge = live.charge(status="pending")
    live.clock.advance(3 * DAY)
    live.control("POST", f"charges/{charge}/settle", succeeds=True)
    missing = {"error": {"code": "resource_missing"}}
    live.fault("answer", path=f"/v1/charges/{charge}", status=404, body=missing)
    assert listed(live, "payment", last_day(live)) == []
    live.fault("answer", path=f"/v1/charges/{charge}", status=403)
    with pytest.raises(AccessDeniedError):
        listed(live, "payment", last_day(live))


def test_an_amount_that_cannot_be_read_costs_no_page(live: LiveStripe) -> None:
    """An object that does not say when it was made does: nobody could say which window it is of."""
    record_id = live.bill()
    body = live.shown("invoices")
    body["data"][0] |= {"total_excluding_tax": None, "status_transitions": None, "effective_at": "soon"}
    live.fault("answer", path="/v1/invoices", status=200, body=body)
    [found] = listed(live, "billing_document", last_day(live))
    assert (found.key.record_id, found.amount, found.day) == (record_id, None, None)
    body["data"][0]["created"] = "yesterday"
    live.fault("answer", path="/v1/invoices", status=200, body=body)
    with pytest.raises(UnreadableRecordError, match="field created"):
        listed(live, "billing_document", last_day(live))
    body["data"][0]["id"] = "ch_1"
    live.fault("answer", path="/v1/invoices", status=200, body=body)
    with pytest.raises(UnreadableRecordError, match="another kind"):
        listed(live, "billing_document", last_day(live))


@pytest.mark.parametrize("cursor", ["charges", "invoices:in_1 ", "events:?", ":in_1", "x"])
def test_a_place_that_no_page_named_is_none(live: LiveStripe, cursor: str) -> None:
    """And costs no call."""
    with pytest.raises(UnreadableRecordError):
        live.listing.page("billing_document", last_day(live), cursor)
    assert live.addresses == []


def test_what_is_known_is_asked_for_one_by_one(live: LiveStripe) -> None:
    """Ids of another kind are not."""
    record_id = live.charge()
    asked = [RecordKey(CONNECTION, "payment", each) for each in (record_id, "ch_9", "in_1", "no id")]
    assert [each.record_id for each in live.listing.still_known(asked)] == [record_id]
    assert len(live.addresses) == 2
