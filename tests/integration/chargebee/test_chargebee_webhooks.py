"""What a simulated site posts at our door: by a login or a key, again until it is taken, in whatever order, with people in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.systems.serving import serve
from tests.support.chargebee_site import CONNECTION, CUSTOMER, LiveChargebee
from tests.support.served_door import ServedDoor
from tieout.facts.statement import Statement

LOGIN, NEXT = "tieout:made-up-of-the-tests-1", "tieout:made-up-of-the-tests-2"
KEY = "made-up-of-the-tests-0123456789"
FLOWS = {"billing_document": "order_to_cash", "subscription": "order_to_cash", "payment": "record_to_report"}
PEOPLE = ("Moreau", "customers.example", "1111", "Somewhere Street")

_served = ServedDoor()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where our door is."""
    with serve(_served.app) as url:
        yield f"{url}/webhooks/chargebee"


def renew(live: LiveChargebee, secret: str, **options: Any) -> None:  # noqa: ANN401 options as the landscape states them
    """Our door with a secret, for a connection that is completed by both."""
    _served.renew(
        live.clock,
        system="chargebee",
        options=options,
        flows=FLOWS,
        secret_text=json.dumps({"current": secret}),
        connection=CONNECTION,
        completion="both",
    )


@pytest.fixture
def receiving(live: LiveChargebee, address: str) -> ServedDoor:
    """Our door, to which the site's webhook leads, with the right login."""
    renew(live, LOGIN)
    live.settings.webhook_url, live.settings.webhook_login = address, LOGIN
    return _served


def test_whatever_happens_is_told_of_each_resource_that_is_shown(live: LiveChargebee, receiving: ServedDoor) -> None:
    """And read by the very ids."""
    subscription = live.subscribe()
    invoice = live.do(f"subscriptions/{subscription}/renew")
    paid = live.do(f"invoices/{invoice}/pay")
    note = live.do(f"invoices/{invoice}/credit", lines=[{"amount": 100}])
    refund = live.do(f"transactions/{paid}/refund", amount=100, credit_note_id=note)
    assert [each for each in receiving.told() if not each[1].startswith("ev_")] == [
        ("subscription_created", subscription),
        ("subscription_renewed", subscription),
        ("invoice_generated", f"invoice:{invoice}"),
        ("payment_succeeded", f"invoice:{invoice}"),
        ("payment_succeeded", paid),
        ("credit_note_created", f"credit_note:{note}"),
        ("invoice_updated", f"invoice:{invoice}"),
        ("transaction_updated", paid),
        ("payment_refunded", f"credit_note:{note}"),
        ("payment_refunded", refund),
    ]
    keys = [each.key for each in receiving.notices() if each.key.entity in FLOWS]
    assert all(isinstance(each, Statement) and each.fact for each in live.reader.read(keys).values())


def test_what_is_not_taken_is_sent_again_under_its_name(live: LiveChargebee, receiving: ServedDoor) -> None:
    """In whatever order, and more than once."""
    receiving.refuse = [503, 503, 503]
    first = live.pay(5)
    last = live.pay(6)
    told = [each for each in live.control("GET", "deliveries") if each["type"] == "payment_succeeded"]
    assert [each["answers"] for each in told] == [[503, 200], [200]]
    again = [told[1]["id"], told[0]["id"], told[0]["id"]]
    live.control("POST", "deliver", ids=again)
    assert [name for kind, name in receiving.told() if kind == "payment_succeeded"] == [first, last, last, first, first]
    assert [each.notice_id for each in receiving.notices()][-3:] == again


@pytest.mark.usefixtures("receiving")
def test_one_login_is_exchanged_for_another(live: LiveChargebee) -> None:
    """With another one it is refused, and told how it could prove itself."""
    live.settings.webhook_login = NEXT
    [late] = live.control("POST", "payments", amount=1, currency_code="EUR", customer_id="")["deliveries"]
    assert (late["answers"], late["taken"]) == ([401], False)
    live.settings.webhook_login = ""
    live.control("POST", "deliver")
    renew(live, NEXT)
    live.settings.webhook_login = NEXT
    live.control("POST", "deliver")
    [shown] = live.control("GET", "deliveries")
    assert shown["answers"] == [401, 401, 200]


def test_a_key_in_the_address_proves_as_much(live: LiveChargebee, receiving: ServedDoor) -> None:
    """Where the connection says so."""
    renew(live, KEY, proof="query")
    live.pay()
    assert receiving.told() == []
    live.settings.webhook_key = KEY
    live.control("POST", "deliver")
    assert [kind for kind, _ in receiving.told()] == ["customer_created", "payment_succeeded"]


def test_nobody_s_name_or_card_is_kept(live: LiveChargebee, receiving: ServedDoor) -> None:
    """Of a subscription what it was is, to the last of its discounts."""
    live.settings.tells = False
    name = live.subscribe()
    live.settings.tells = True
    live.do(f"subscriptions/{name}/take-off", percentage=10)
    live.pay()
    assert all(each in live.app.state.telling.deliveries[0].body.decode() for each in PEOPLE)
    [kept] = receiving.door.kept("payloads/").values()
    assert not any(each in kept.decode() for each in PEOPLE)
    row = json.loads(kept[kept.index(b"\n") + 1 :])["content"]["subscription"]
    assert (row["id"], row["customer_id"], row["discounts"][0]["percentage"]) == (name, CUSTOMER, 10)
    assert not any(each in entry.detail for entry in receiving.door.bus.entries for each in PEOPLE)


def test_what_is_dropped_or_never_told_is_not_posted(live: LiveChargebee, receiving: ServedDoor) -> None:
    """So that a census has something to find."""
    live.control("POST", "settings", send="on_request")
    live.pay(1)
    live.control("POST", "drop")
    live.control("POST", "settings", tells=False)
    live.pay(2)
    live.control("POST", "settings", tells=True, send="immediately")
    told = live.pay(3)
    assert receiving.told() == [("payment_succeeded", told)]


def test_a_try_of_the_dashboard_is_taken_and_nothing_comes_of_it(live: LiveChargebee, receiving: ServedDoor) -> None:
    """It is of nobody's subscription."""
    live.control("POST", "try-out")
    assert [each.key.entity for each in receiving.notices()] == ["object:test_event"]
    assert receiving.door.last_line()["TestEvent"] == 1
