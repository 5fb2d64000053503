"""What events say that a subscription was, and that a reading of the same version says the same."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chargebee_cases import CASES, Sent, read_case
from tests.support.chargebee_rows import CHANGED_AT, CONNECTION, Row, item, statement, subscription
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload, read_payload
from tieout.errors import UnreadableRecordError
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement, joined
from tieout.facts.subscription import Subscription
from tieout.systems.chargebee.contents import read_contents
from tieout.systems.chargebee.retained import retained


def contents(row: object, **changed: Any) -> list[Content]:  # noqa: ANN401 JSON values
    """What an event about a subscription says of it, once it was kept."""
    event = {"id": "ev_1", "object": "event", "event_type": "subscription_changed", "occurred_at": CHANGED_AT}
    event |= {"api_version": "v2", "content": {"subscription": row, "customer": {"id": "cus_1"}}, **changed}
    kept = retained(Delivery("d", "POST", "", {}, json.dumps(event).encode(), datetime(2026, 12, 1, tzinfo=UTC)))
    assert kept is not None
    return list(read_contents(Payload({}, kept), CONNECTION))


def test_an_event_says_what_a_reading_of_the_same_version_does() -> None:
    """To the last field, so that whichever comes first the other tells nothing new."""
    row = subscription(item(amount_in_decimal="12.345"), discounts=[off(12.5)])
    [told] = contents(row)
    assert told.reading == statement(row | {"discounts": [off(Decimal("12.5"))]})
    assert told.key == RecordKey(CONNECTION.name, "subscription", "sub-1")


def off(share: float | Decimal) -> Row:
    """A discount for good."""
    return {"type": "percentage", "percentage": share, "duration_type": "forever", "apply_on": "invoice_amount"}


def test_a_subscription_with_a_coupon_is_left_to_the_reading() -> None:
    """An event names a coupon and does not say what it takes off; a discount says it itself."""
    named = [{"coupon_id": "TEN"}]
    assert contents(subscription(coupons=named)) == []
    assert contents(subscription(coupon="TEN")) == []
    assert len(contents(subscription(coupons=named, discounts=[off(10) | {"coupon_id": "TEN"}]))) == 1


def test_a_deleted_one_is_gone() -> None:
    """At the version of its deletion."""
    [told] = contents(subscription(deleted=True))
    assert isinstance(told.reading, Statement)
    assert told.reading.absence is Absence.DELETED


@pytest.mark.parametrize("changed", [{"status": "odd"}, {"coupons": 7}, {"resource_version": "x"}])
def test_what_cannot_be_made_out_fails_its_own_notice(changed: dict[str, Any]) -> None:
    """The first of its event."""
    [told] = contents(subscription(**changed))
    assert isinstance(told.reading, UnreadableRecordError)
    assert told.position == 0


def test_the_same_said_again_is_the_same() -> None:
    """Under another event's name, and with whatever else."""
    row = subscription()
    [first], [again] = contents(row), contents(row | {"mrr": 7, "due_invoices_count": 3}, id="ev_2")
    assert first == again


@pytest.mark.parametrize("case", [each for each in CASES if each.startswith(("subscription_", "mrr_", "payment_"))])
def test_every_case_about_a_subscription_is_understood(case: str) -> None:
    """Of those that are kept, each says what it was, or leaves it to the reading."""
    sent = Sent(case)
    for raw in sent.door.kept("payloads/").values():
        for told in read_contents(read_payload(raw), CONNECTION):
            assert isinstance(told.reading, Statement)
            assert told.key.record_id in {each["record_id"] for each in read_case(case, "expected")["notices"]}


stages = st.lists(st.integers(1, 50), min_size=1, max_size=6)


@given(quantities=stages, data=st.data())
def test_events_in_any_order_and_twice_say_what_it_has_been(quantities: list[int], data: st.DataObject) -> None:
    """As if each had been read when it happened: nobody has to be first."""
    rows = [
        subscription(item(amount=100 * each), resource_version=CHANGED_AT * 1000 + 86_400_000 * place)
        for place, each in enumerate(quantities)
    ]
    told = [each.reading for row in rows for each in contents(row)]
    order = data.draw(st.permutations([*range(len(rows)), *range(len(rows))]))
    known: Subscription | None = None
    for place in order:
        stated = told[place]
        assert isinstance(stated, Statement)
        found = joined(stated, [known]).fact
        assert isinstance(found, Subscription)
        known = found
    assert known is not None
    assert [each.items[0].monthly.amount_minor for each in known.versions] == [100 * each for each in quantities]
    assert known.versions[0].day == date(2026, 12, 1)
