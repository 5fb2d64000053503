"""Proves that a delivery was sent by the connection's own Chargebee site (step 1, receive).

Chargebee signs nothing: it logs in as Basic authentication has it, or posts to an address that holds a key.
https://apidocs.chargebee.com/docs/api/events
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.arriving.keys import check_keys, key_of, keys_in_query, logins_in
from tieout.systems.chargebee.options import Options

SHORTEST_SECRET_BYTES = 24  # there is nothing else to guess, and no time after which a guess is worth nothing


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if the delivery carries one of the live secrets where the connection's `proof` says; nothing else proves anything.

    Raises:
        NotAuthenticError: with `secret_missing` (none is long enough), `key_missing`, `key_malformed` (no Basic login),
            `key_ambiguous` or `key_mismatch`.
    """
    del public_url, now
    check_keys(_keys_in(delivery, options), secrets, SHORTEST_SECRET_BYTES)


def _keys_in(delivery: Delivery, options: Options) -> list[bytes]:
    if options.proof == "path":
        return [key_of(delivery.key)] if delivery.key else []
    if options.proof == "query":
        return keys_in_query(delivery.query, options.key_parameter)
    return logins_in(delivery.headers)
