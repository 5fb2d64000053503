"""What a simulated tenant posts at our door: challenged or preemptive, again until it is taken, by whatever template it has."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from sandbox.systems.serving import serve
from tests.support.served_door import ServedDoor
from tests.support.zuora_tenant import CONNECTION, LiveZuora
from tieout.facts.statement import Statement

FLOWS = {"billing_document": "order_to_cash", "payment": "record_to_report", "subscription": "order_to_cash"}
PASSWORD = "made-up-of-the-tests-and-long"
_served = ServedDoor()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where our door is."""
    with serve(_served.app) as url:
        yield f"{url}/webhooks/zuora"


@pytest.fixture
def receiving(live: LiveZuora, address: str) -> ServedDoor:
    """Our door, to which the tenant's callouts go, with the right password."""
    secret_text = json.dumps({"current": f"zuora:{PASSWORD}"})
    _served.renew(live.clock, system="zuora", flows=FLOWS, secret_text=secret_text, connection=CONNECTION)
    live.settings.webhook_url, live.settings.password = address, PASSWORD
    return _served


def test_whatever_happens_is_told_of_the_object_that_changed(live: LiveZuora, receiving: ServedDoor) -> None:
    """And read by the very id; of a subscription by the number that all its versions have."""
    number = live.subscribe()
    live.control("POST", f"subscriptions/{number}/renew")
    invoice = live.bill()
    credit = live.control("POST", f"invoices/{invoice}/credit", items=[{"amount": "1"}])["id"]
    payment = live.pay()
    refund = live.control("POST", f"payments/{payment}/refund", amount="5")["id"]
    assert receiving.told() == [
        ("SubscriptionCreated", number),
        ("AmendmentProcessed", number),
        ("InvoicePosted", f"invoice-{invoice}"),
        ("CreditMemoPosted", f"credit_memo-{credit}"),
        ("PaymentProcessed", f"payment-{payment}"),
        ("RefundProcessed", f"refund-{refund}"),
        ("PaymentUpdated", f"payment-{payment}"),
    ]
    keys = [each.key for each in receiving.notices()]
    assert all(isinstance(each, Statement) and each.fact for each in live.reader.read(keys).values())


def test_a_callout_shows_credentials_once_it_is_challenged(live: LiveZuora, receiving: ServedDoor) -> None:
    """Under the same name, as another request; where it is preemptive there is one alone."""
    live.bill()
    [told] = live.control("GET", "deliveries")
    assert (told["answers"], told["taken"]) == ([401, 200], True)
    assert ["authorization" in each for each in receiving.asked] == [False, True]
    assert {each["zuora-notification-id"] for each in receiving.asked} == {told["id"]}
    assert len({each["zuora-request-id"] for each in receiving.asked}) == 2
    live.settings.preemptive = True
    live.bill()
    assert live.control("GET", "deliveries")[1]["answers"] == [200]
    assert len(receiving.told()) == 2


def test_a_wrong_password_is_refused_with_the_challenge(live: LiveZuora, receiving: ServedDoor) -> None:
    """And told again once it is right."""
    live.settings.password = "not-" + PASSWORD
    invoice = live.bill()
    assert receiving.told() == []
    live.settings.password = PASSWORD
    live.control("POST", "deliver")
    assert receiving.told() == [("InvoicePosted", f"invoice-{invoice}")]
    assert live.control("GET", "deliveries")[0]["answers"] == [401, 401, 401, 200]


def test_what_is_not_taken_is_sent_again_under_its_name(live: LiveZuora, receiving: ServedDoor) -> None:
    """In whatever order, and as often as somebody sends it."""
    receiving.refuse = [503, 503]
    live.bill()
    live.bill()
    [first, last] = live.control("GET", "deliveries")
    assert (first["answers"], last["answers"]) == ([503, 503], [401, 200])
    live.control("POST", "deliver", ids=[last["id"], first["id"], first["id"]])
    assert [each.notice_id for each in receiving.notices()] == [last["id"], last["id"], first["id"], first["id"]]
    assert len({each["zuora-request-id"] for each in receiving.asked}) == len(receiving.asked)


def test_what_is_dropped_or_never_told_is_not_posted(live: LiveZuora, receiving: ServedDoor) -> None:
    """So that a census has something to find."""
    live.control("POST", "settings", send="on_request")
    live.bill()
    live.control("POST", "drop")
    live.control("POST", "settings", tells=False)
    live.bill()
    live.control("POST", "settings", tells=True, send="immediately")
    told = live.bill()
    assert receiving.told() == [("InvoicePosted", f"invoice-{told}")]


def test_a_template_says_what_its_merge_fields_stand_for(live: LiveZuora, receiving: ServedDoor) -> None:
    """One that stands for nothing is empty, and tells of nothing; several tell of several records."""
    template = {
        "EventType": "{{Event.Type}} of {{DataSource.Account.Name}}",
        "InvoiceId": "{{DataSource.Invoice.ID}}",
        "SubscriptionNumber": "{{DataSource.Invoice.SubscriptionNumber}}",
        "PaymentId": "{{DataSource.Payment.Id}}",
    }
    live.control("POST", "settings", templates={"invoice": template})
    invoice = live.bill()
    assert receiving.told() == [("InvoicePosted of ACME", f"invoice-{invoice}")]
