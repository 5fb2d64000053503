"""What a simulated account posts at our door: signed, again until it is taken, by several secrets, thin, and on a bus."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from sandbox.systems.serving import serve
from tests.support.served_door import ServedDoor
from tests.support.stripe_account import CONNECTION, LiveStripe
from tieout.arriving.spool import BusEntry
from tieout.facts.statement import Statement

SECRET, NEXT = "whsec_made-up-of-the-tests-1", "whsec_made-up-of-the-tests-2"
FLOWS = {"billing_document": "order_to_cash", "payment": "record_to_report"}


_served = ServedDoor()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where our door is."""
    with serve(_served.app) as url:
        yield f"{url}/webhooks/stripe"


@pytest.fixture
def receiving(live: LiveStripe, address: str) -> ServedDoor:
    """Our door, to which the account's endpoint leads, with the right secret."""
    secret_text, options = json.dumps({"current": SECRET}), {"live": live.settings.live}
    _served.renew(
        live.clock, system="stripe", options=options, flows=FLOWS, secret_text=secret_text, connection=CONNECTION
    )
    live.settings.webhook_url, live.settings.webhook_secrets = address, (SECRET,)
    return _served


def test_whatever_happens_is_told_of_the_object_that_changed(live: LiveStripe, receiving: ServedDoor) -> None:
    """And read by the very id."""
    invoice = live.bill({"amount": 500})
    charge = live.charge(500)
    refund = live.control("POST", f"charges/{charge}/refund", amount=100)["id"]
    dispute = live.control("POST", f"charges/{charge}/dispute")["id"]
    payout = live.control("POST", "payouts", amount=50, currency="eur")["id"]
    assert receiving.told() == [
        ("invoice.created", invoice),
        ("invoice.finalized", invoice),
        ("charge.succeeded", charge),
        ("refund.created", refund),
        ("charge.refunded", charge),
        ("charge.dispute.created", dispute),
        ("charge.dispute.funds_withdrawn", dispute),
        ("payout.created", payout),
    ]
    keys = [each.key for each in receiving.notices()]
    assert all(isinstance(each, Statement) and each.fact for each in live.reader.read(keys).values())


@pytest.mark.parametrize("secrets", [(NEXT, SECRET), (SECRET, NEXT)])
def test_while_a_secret_is_rolled_both_sign(live: LiveStripe, receiving: ServedDoor, secrets: tuple[str, str]) -> None:
    """One that fits is enough; with the new one alone we are too late."""
    live.settings.webhook_secrets = secrets
    live.bill()
    assert len(receiving.told()) == 2
    live.settings.webhook_secrets = (NEXT,)
    [late] = live.control("POST", "drafts", customer="cus_1", currency="eur", lines=[])["deliveries"]
    assert (late["answers"], late["taken"]) == ([401], False)


def test_what_is_not_taken_is_sent_again_with_a_new_signature(live: LiveStripe, receiving: ServedDoor) -> None:
    """In whatever order; sent twice it has the same name."""
    receiving.refuse = [503, 503]
    charge = live.charge()
    live.clock.advance(3_600)
    receiving.door.clock.advance(3_600)
    live.charge(status="failed")
    [first, last] = live.control("GET", "deliveries")
    assert (first["answers"], last["answers"]) == ([503, 503], [200])
    live.control("POST", "deliver", ids=[last["id"], first["id"], first["id"]])
    assert [kind for kind, _ in receiving.told()] == ["charge.failed", "charge.failed", *["charge.succeeded"] * 2]
    names = [each.notice_id for each in receiving.notices()]
    assert names == [last["id"], last["id"], first["id"], first["id"]]
    assert receiving.told()[-1] == ("charge.succeeded", charge)


def test_what_is_dropped_or_never_told_is_not_posted(live: LiveStripe, receiving: ServedDoor) -> None:
    """So that a census has something to find."""
    live.control("POST", "settings", send="on_request")
    dropped = live.charge()
    live.control("POST", "drop")
    live.control("POST", "settings", tells=False)
    untold = live.charge()
    live.control("POST", "settings", tells=True, send="immediately")
    told = live.charge()
    assert receiving.told() == [("charge.succeeded", told)]
    assert len({dropped, untold, told}) == 3


def test_thin_events_name_the_same_objects(live: LiveStripe, receiving: ServedDoor) -> None:
    """Without saying anything of them."""
    live.settings.thin = True
    invoice = live.bill()
    assert receiving.told() == [("v1.invoice.created", invoice), ("v1.invoice.finalized", invoice)]


def test_events_of_a_test_clock_are_taken(live: LiveStripe, receiving: ServedDoor) -> None:
    """It may stand years ahead; what proves the delivery is signed by the time that it is."""
    live.control("POST", "settings", frozen_time="2031-01-31T23:30:00Z")
    invoice = live.bill()
    assert receiving.told()[-1] == ("invoice.finalized", invoice)
    assert live.bill_of(invoice).day == date(2031, 2, 1)


def test_events_go_to_a_bus_as_well(live: LiveStripe, receiving: ServedDoor) -> None:
    """The same ones, as the partner's."""
    put: list[BusEntry] = []

    def put_events(entries: Sequence[BusEntry]) -> None:
        put.extend(entries)

    live.telling.open_relay(put_events)
    live.bill()
    assert [each.detail_type for each in put] == [kind for kind, _ in receiving.told()]
    assert {each.source.rpartition("/")[0] for each in put} == {"aws.partner/stripe.com"}
    names = [each.notice_id for each in receiving.notices()]
    assert [json.loads(each.detail)["id"] for each in put] == names
