"""Whatever a site posts comes to notices of records that can be read, or is refused in words of our own."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.chargebee_rows import CONNECTION, item, subscription
from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import Notice
from tieout.arriving.payload import Payload
from tieout.errors import MalformedError, PermanentError
from tieout.systems.chargebee.contents import read_contents
from tieout.systems.chargebee.ids import KINDS, kind_of
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.payloads import split
from tieout.systems.chargebee.retained import retained
from tieout.systems.chargebee.wanted import SUBSCRIPTION

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
anything = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
)
good_ids = st.sampled_from(["AzQea1", "INV/7", "cbdemo_1", "__test__x"])
resources = st.fixed_dictionaries(
    {}, optional={"id": good_ids | anything, "object": st.sampled_from([*KINDS]) | anything, "deleted": anything}
)
events = st.fixed_dictionaries(
    {
        "id": st.just("ev_1") | anything,
        "object": st.just("event") | anything,
        "event_type": st.sampled_from(["subscription_changed", "invoice_deleted"]) | anything,
        "occurred_at": st.integers(1, 2**33) | anything,
        "content": st.dictionaries(st.sampled_from([*KINDS, "card"]), resources | anything) | anything,
    },
    optional={"api_version": st.just("v2") | anything},
)
OFF = {"type": "percentage", "percentage": 10, "duration_type": "forever", "apply_on": "invoice_amount"}
spoiled = st.dictionaries(
    st.sampled_from([each for each in SUBSCRIPTION if each not in {"id", "object"}]), anything, max_size=3
)
inside = st.dictionaries(
    st.sampled_from([*SUBSCRIPTION["subscription_items"], *SUBSCRIPTION["discounts"]]), anything, max_size=2
)


def delivery(event: Any) -> Delivery:  # noqa: ANN401 JSON
    """What is posted of an event."""
    return Delivery("d", "POST", "", {}, json.dumps(event).encode(), NOW)


@given(event=events | anything)
def test_any_body_comes_to_notices_of_records_or_is_refused(event: object) -> None:
    """By a code that quotes nothing; and of no test event a record is named."""
    reason = ""
    notices: tuple[Notice, ...] = ()
    try:
        notices = split(delivery(event), "c", Options(customers=True)).notices
    except MalformedError as error:
        reason = error.reason
    assert notices or re.fullmatch("[a-z0-9_]+", reason)
    for each in notices:
        assert (kind_of(each.key.entity, each.key.record_id) is None) is each.key.entity.startswith("object:")
        assert not each.key.record_id.rpartition(":")[2].startswith("cbdemo_") or each.key.entity.startswith("object:")


@given(changed=spoiled, within=inside)
def test_any_subscription_is_kept_or_not_and_says_something_or_fails_alone(
    changed: dict[str, object], within: dict[str, object]
) -> None:
    """Nothing that is in it is a bug of ours."""
    row = subscription(item() | within, discounts=[OFF | within]) | changed
    event = {"id": "ev_1", "object": "event", "api_version": "v2", "content": {"subscription": row}}
    kept = retained(delivery(event))
    if kept is not None:
        with contextlib.suppress(PermanentError):
            for told in read_contents(Payload({}, kept), CONNECTION):
                assert "cannot be translated" not in str(told.reading)
