"""What is kept of what Stripe sends and cannot be taken: enough to judge it again."""

from __future__ import annotations

import json

import pytest

from tests.support.good_bodies import PREVIOUS, SECRET, good_body, stripe_event
from tests.support.receiving import Door
from tests.support.relaying import RelayPost, bus_message
from tieout.arriving.rejection import read_rejection
from tieout.errors import MalformedError
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.payloads import split
from tieout.systems.stripe.signature import verify


def test_what_was_refused_for_a_secret_can_be_verified_once_it_is_put_right() -> None:
    """The header that signs is kept with the body, and judged against the moment at which it came."""
    door = Door(system="stripe", secret_text=json.dumps({"current": "whsec_that_nobody_uses"}))
    assert door.post(good_body("stripe")).status == 401
    [kept] = [read_rejection(raw).delivery() for raw in door.kept("rejected/").values()]
    verify(kept, [PREVIOUS, SECRET], Options(), door.url, kept.received_at)


def test_what_came_over_a_bus_is_kept_with_who_put_it_there() -> None:
    """So that it is judged again as an event of that bus."""
    post = RelayPost("stripe")
    source = "aws.partner/stripe.com/ed_1TieoutMadeUp"
    assert post.take(bus_message(stripe_event(livemode=False), source=source)) == []
    [kept] = [read_rejection(raw).delivery() for raw in post.door.kept("rejected/").values()]
    with pytest.raises(MalformedError, match="test_mode_event"):
        split(kept, "c", Options())
    assert split(kept, "c", Options(live=False)).notices
