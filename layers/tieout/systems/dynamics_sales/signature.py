"""Proves that a delivery was sent by the connection's own environment of Dataverse (step 1, receive).

Dataverse signs nothing: a static value in a header, or in the query, is all that proves a sender, and its body says of which
organisation it is. Others can be pointed at the same address: an environment that is copied keeps its webhooks and their keys.
https://learn.microsoft.com/power-apps/developer/data-platform/register-web-hook
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.arriving.keys import check_keys, key_of, keys_in_query
from tieout.errors import MalformedError, NotAuthenticError
from tieout.systems.dynamics_sales.context import organization_in
from tieout.systems.dynamics_sales.options import Options

SHORTEST_SECRET_BYTES = 24  # there is nothing else to guess, and no time after which a guess is worth nothing


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if the delivery carries one of the live secrets and comes from our organisation; its time proves nothing.

    The header decides alone where it is sent. A body in which no organisation can be read is proven all the same, since
    nothing will be made of it.

    Raises:
        NotAuthenticError: with `secret_missing` (none is long enough), `key_missing`, `key_ambiguous`, `key_mismatch` or
            `organization_unknown`.
    """
    del public_url, now
    check_keys(_keys_in(delivery, options), secrets, SHORTEST_SECRET_BYTES)
    _check_organization(delivery.body, options)


def _keys_in(delivery: Delivery, options: Options) -> list[bytes]:
    """What is given as the key: by the header, else by every parameter of that name, percent-decoded; a plus is a plus."""
    header = delivery.headers.get(options.key_header)
    if header is not None:
        return [key_of(header)]
    return keys_in_query(delivery.query, options.key_parameter)


def _check_organization(body: bytes, options: Options) -> None:
    try:
        claimed = organization_in(body)
    except MalformedError:
        return
    if claimed != options.organization_id:
        raise NotAuthenticError("organization_unknown")
