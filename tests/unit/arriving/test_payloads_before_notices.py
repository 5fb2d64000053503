"""Deliveries that state whole records: the payload is kept before the bus is told, and every notice names it."""

from __future__ import annotations

import pytest

from tests.support.good_bodies import SECRET
from tests.support.receiving import Door, sign_as_standard_webhooks
from tieout.arriving.accepting import accept
from tieout.arriving.delivery import Delivery
from tieout.arriving.payload import read_payload
from tieout.errors import UnavailableError

BODY = b'{"type": "expense_report.approved", "data": {"id": "r1"}}'


def delivery_to(door: Door) -> Delivery:
    """A delivery as the gateway hands it on."""
    headers = sign_as_standard_webhooks(BODY, door.clock, SECRET, door.url) | {"content-type": "application/json"}
    return Delivery("d1", "POST", "", headers, BODY, door.clock.now())


@pytest.mark.parametrize(("completion", "kept"), [("payload", 1), ("both", 1), ("read", 0)])
def test_the_payload_is_kept_where_records_are_completed_from_it(completion: str, kept: int) -> None:
    """What was delivered, with the headers that are part of what it says; a record that is read needs none of it."""
    door = Door(system="generic", completion=completion)
    delivery = delivery_to(door)
    assert accept(delivery, door.receiver.intake).notices == 1
    payloads = door.kept("payloads/somewhere/")
    assert len(payloads) == kept
    [notice] = [notice for envelope in door.published() for notice in envelope.notices]
    assert [notice.payload] == ([*payloads] or [""])
    for raw in payloads.values():
        payload = read_payload(raw)
        assert payload.body == BODY
        assert payload.headers == door.receiver.intake.door.content_of(delivery.headers)


def test_nobody_is_told_of_a_payload_that_is_not_kept() -> None:
    """The sender is answered that it is to send again."""
    door = Door(system="generic", completion="payload")

    def strike(_point: str) -> None:
        raise UnavailableError("down")

    door.store.io = strike
    with pytest.raises(UnavailableError):
        accept(delivery_to(door), door.receiver.intake)
    assert door.published() == []
