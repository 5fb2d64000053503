"""Proves that a delivery was sent because of our own subscriptions (step 1, receive).

Business Central signs nothing. It repeats the `clientState` that we gave it with each subscription, in every notification;
one delivery may mix subscriptions.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.errors import MalformedError, NotAuthenticError
from tieout.systems.business_central.client_state import digest_of, is_usable
from tieout.systems.business_central.notifications import read_notifications
from tieout.systems.business_central.options import Options


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if every notification of a delivery, cleaned by the door, states the digest of one of the live secrets.

    All of them must: nobody but us gave Business Central this URL. An item in which nothing can be read proves nothing and
    need not, since nothing will be made of it; a delivery of such items alone is not proven.

    Raises:
        NotAuthenticError: with `secret_missing` (none that can be a `clientState` either), `client_state_missing` or
            `client_state_mismatch`.
    """
    del options, public_url, now
    wanted = [digest_of(each).encode() for each in secrets if is_usable(each)]
    if not wanted:
        raise NotAuthenticError("secret_missing")
    for stated in _client_states(delivery.body):
        # Every secret is tried, so that the time taken does not tell which one matched.
        if not any([hmac.compare_digest(stated, each) for each in wanted]):  # noqa: C419
            raise NotAuthenticError("client_state_mismatch")


def _client_states(body: bytes) -> list[bytes]:
    try:
        items = read_notifications(body)
    except MalformedError:
        raise NotAuthenticError("client_state_missing") from None
    stated = [each.get("clientState") for each in items if isinstance(each, dict)]
    texts = [each.encode("utf-8", "surrogatepass") for each in stated if isinstance(each, str)]
    if not texts or len(texts) < len(stated):
        raise NotAuthenticError("client_state_missing")
    return texts
