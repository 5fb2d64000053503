"""The simulated site as Chargebee's own library reads it: an independent check that it answers as Chargebee does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chargebee import APIError, Chargebee, InvalidRequestError

from tests.support.chargebee_site import ADDON, CUSTOMER, PLAN, LiveChargebee
from tests.support.one_server import OneServer


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveChargebee]:
    """A fresh site."""
    found = LiveChargebee(*server)
    with found.http:
        yield found


@pytest.fixture
def client(live: LiveChargebee, monkeypatch: pytest.MonkeyPatch) -> Chargebee:
    """Chargebee's own client, which builds the address of a site out of its name and a domain."""
    monkeypatch.setattr(Chargebee, "verify_ca_certs", False)  # else it calls by TLS, whatever protocol it was told
    site, _, domain = live.url.removeprefix("http://").partition(".")
    return Chargebee(live.settings.api_key, site, chargebee_domain=domain, protocol="http")


def all_of(listing: Any, word: str, **asked: Any) -> list[Any]:  # noqa: ANN401 a library without types
    """Every resource of a list, page by page."""
    found, offset = [], ""
    while True:
        page = listing.list({"limit": 7, **asked} | ({"offset": offset} if offset else {}))
        found += [getattr(each, word) for each in page.list]
        offset = page.next_offset
        if not offset:
            return found


def test_the_library_reads_an_invoice_as_we_do(live: LiveChargebee, client: Chargebee) -> None:
    """By its own names of all that a billing document is made of."""
    line = {"amount": 12_000, "discount": 2_000, "tax": 1_600, "entity_id": PLAN}
    record_id = live.bill(line, {"amount": 500})
    invoice = client.Invoice.retrieve(record_id).invoice
    assert (invoice.status, invoice.customer_id, invoice.currency_code) == ("payment_due", CUSTOMER, "EUR")
    assert [(each.amount, each.discount_amount, each.tax_amount) for each in invoice.line_items] == [
        (12_000, 2_000, 1_600),
        (500, 0, 0),
    ]
    stated = live.bill_of(f"invoice:{record_id}")
    assert sum(each.amount.amount_minor for each in stated.lines) == invoice.total - invoice.tax
    assert [each.product for each in stated.lines] == [invoice.line_items[0].entity_id, None]


def test_the_library_reads_a_subscription_as_we_do(live: LiveChargebee, client: Chargebee) -> None:
    """Its monthly sum is what recurs of its items, where nothing is taken off for a time."""
    items = [{"item_price_id": PLAN, "unit_price": 4_900, "quantity": 3}, {"item_price_id": ADDON, "unit_price": 1_000}]
    record_id = live.subscribe(*items)
    found = client.Subscription.retrieve(record_id)
    subscription = found.subscription
    assert (subscription.status, subscription.customer_id, found.customer.id) == ("active", CUSTOMER, CUSTOMER)
    version = live.subscribed(record_id)
    assert {each.product: each.monthly.amount_minor for each in version.items} == {
        each.item_price_id: each.amount for each in subscription.subscription_items
    }
    assert sum(each.monthly.amount_minor for each in version.items) == subscription.mrr
    assert version.version.endswith(f"{subscription.resource_version % 1_000:03d}Z")


def test_the_library_pages_through_lists_by_windows_and_ids(live: LiveChargebee, client: Chargebee) -> None:
    """Whole and each once, deleted ones where they are asked for."""
    paid = []
    for _ in range(23):
        paid.append(live.pay(100, payment_method="cash"))  # what was paid outside can be taken out
        live.clock.advance(1)
    assert [each.id for each in all_of(client.Transaction, "transaction")] == paid
    since = client.Transaction.retrieve(paid[5]).transaction.updated_at
    window = {"updated_at": {"BETWEEN": [since, since + 3]}, "sort_by": {"ASC": "updated_at"}}
    assert [each.id for each in all_of(client.Transaction, "transaction", **window)] == paid[5:9]
    live.do(f"transactions/{paid[3]}/delete")
    assert len(all_of(client.Transaction, "transaction")) == 22
    [gone] = all_of(client.Transaction, "transaction", include_deleted=True, id={"IS": paid[3]})
    assert (gone.deleted, gone.amount) == (True, 100)


def test_the_library_reads_what_was_told(live: LiveChargebee, client: Chargebee) -> None:
    """Events show resources as they were, and name their types as it does."""
    record_id = live.subscribe()
    live.do(f"subscriptions/{record_id}/pause")
    events = [each for each in all_of(client.Event, "event") if "subscription" in each.content]
    assert [each.event_type for each in events] == ["subscription_created", "subscription_paused"]
    assert [each.content["subscription"]["status"] for each in events] == ["active", "paused"]
    assert {each.api_version for each in events} == {"v2"}


def test_the_library_is_refused_as_we_are(client: Chargebee) -> None:
    """By the errors that it makes of the same answers."""
    with pytest.raises(InvalidRequestError) as missing:
        client.Invoice.retrieve("9")
    assert (missing.value.http_status_code, missing.value.api_error_code) == (404, "resource_not_found")
    with pytest.raises(InvalidRequestError) as odd:
        client.CreditNote.list({"sort_by": {"ASC": "updated_at"}})
    assert odd.value.http_status_code == 400
    client.env.api_key = "test_other"
    with pytest.raises(APIError) as denied:
        client.Invoice.list()
    assert denied.value.http_status_code == 401
