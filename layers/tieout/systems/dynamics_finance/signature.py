"""Proves that a delivery came from who was told the connection's address (step 1, receive).

Dynamics signs nothing, and Event Grid no more: the endpoint's address is the credential (it is kept in the sender's Key
Vault), so the webhook secret is the last part of the path, for either way in.
https://learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/business-events/managing-business-event-endpoints
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.arriving.keys import check_keys, key_of
from tieout.systems.dynamics_finance.options import Options

SHORTEST_SECRET_BYTES = 24  # there is nothing else to guess, and no time after which a guess is worth nothing


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if the key in the delivery's path is one of the live secrets; neither its body nor its time proves anything.

    Raises:
        NotAuthenticError: with `secret_missing` (none is long enough), `key_missing` or `key_mismatch`.
    """
    del options, public_url, now
    check_keys([key_of(delivery.key)] if delivery.key else [], secrets, SHORTEST_SECRET_BYTES)
