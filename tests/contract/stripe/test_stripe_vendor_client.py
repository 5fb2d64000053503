"""The simulated account as Stripe's own library reads it: an independent check that it answers as Stripe does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe

from tests.support.one_server import OneServer
from tests.support.stripe_account import CUSTOMER, SERVICES, SOFTWARE, LiveStripe


@pytest.fixture
def live(server: tuple[OneServer, str]) -> Iterator[LiveStripe]:
    """A fresh account."""
    found = LiveStripe(*server)
    with found.http:
        yield found


@pytest.fixture
def client(live: LiveStripe) -> stripe.StripeClient:
    """Stripe's own client, at the version that it was made for."""
    return stripe.StripeClient(live.settings.api_key, base_addresses={"api": live.url}, max_network_retries=0)


def test_the_library_reads_invoices_with_all_their_lines(live: LiveStripe, client: stripe.StripeClient) -> None:
    """By its own paging, and its own names of everything that a billing document is made of."""
    lines = [{"amount": 100 + each, "product": SOFTWARE, "tax": 19} for each in range(25)]
    record_id = live.bill(*lines)
    invoice = client.v1.invoices.retrieve(record_id)
    assert (invoice.status, invoice.customer, invoice.currency) == ("open", CUSTOMER, "eur")
    assert invoice.status_transitions.finalized_at == int(live.clock.now().timestamp())
    found = list(client.v1.invoices.line_items.list(record_id, params={"limit": 7}).auto_paging_iter())
    assert [each.amount for each in found] == [each["amount"] for each in lines]
    assert {each.pricing.price_details.product for each in found if each.pricing and each.pricing.price_details} == {
        SOFTWARE
    }
    stated = live.bill_of(record_id)
    assert [each.amount.amount_minor for each in stated.lines] == [each.amount for each in found]
    assert invoice.total_excluding_tax == sum(each.amount.amount_minor for each in stated.lines)


def test_the_library_reads_what_moved_the_balance(live: LiveStripe, client: stripe.StripeClient) -> None:
    """Expanded by the same names."""
    charge = live.charge(10_000)
    refund = live.control("POST", f"charges/{charge}/refund", amount=2_500)["id"]
    moved = client.v1.charges.retrieve(charge, params={"expand": ["balance_transaction"]}).balance_transaction
    assert isinstance(moved, stripe.BalanceTransaction)
    assert (moved.amount, moved.fee, moved.net) == (10_000, 175, 9_825)
    back = client.v1.refunds.retrieve(refund, params={"expand": ["balance_transaction", "charge"]})
    assert isinstance(back.charge, stripe.Charge)
    assert isinstance(back.balance_transaction, stripe.BalanceTransaction)
    assert (back.charge.customer, back.balance_transaction.net) == (CUSTOMER, -2_500)
    assert client.v1.charges.retrieve(charge).balance_transaction == moved.id


def test_the_library_pages_through_lists_and_windows(live: LiveStripe, client: stripe.StripeClient) -> None:
    """The newest first, whole and each once."""
    made = []
    for _ in range(23):
        made.append(live.billing.bill(CUSTOMER, "eur", [{"amount": 5, "product": SERVICES}])["id"])
        live.clock.advance(1)
    found = [each.id for each in client.v1.invoices.list(params={"limit": 5}).auto_paging_iter()]
    assert found == made[::-1]
    since = int(live.clock.now().timestamp()) - 10
    recent = client.v1.invoices.list(params={"created": {"gte": since, "lt": since + 4}}).auto_paging_iter()
    assert [each.id for each in recent] == made[13:17][::-1]
    events = client.v1.events.list(params={"types": ["invoice.finalized"], "limit": 100})
    assert [each.data.object["id"] for each in events.data] == made[::-1]


def test_the_library_is_refused_as_we_are(live: LiveStripe, client: stripe.StripeClient) -> None:
    """By the errors that it makes of the same answers."""
    with pytest.raises(stripe.InvalidRequestError) as missing:
        client.v1.invoices.retrieve("in_9")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    other = stripe.StripeClient("rk_test_other", base_addresses={"api": live.url})
    with pytest.raises(stripe.AuthenticationError):
        other.v1.charges.list()
    live.settings.calls_per_second = 0
    with pytest.raises(stripe.RateLimitError):
        client.v1.charges.list()
