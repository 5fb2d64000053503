"""Proves that a delivery was sent by the connection's own Salesforce organisation (step 1, receive).

An outbound message is not signed: it proves itself by the webhook secret in its URL, which is as good as TLS keeps it, and
tells its organisation. Other organisations can be pointed at the same URL: a sandbox is, when it is copied from production.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tieout.arriving.delivery import Delivery
from tieout.arriving.keys import check_keys, keys_in_query
from tieout.arriving.standard_webhooks import SHORTEST_SECRET_BYTES, SIGNATURE_HEADER, verify_v1
from tieout.errors import MalformedError, NotAuthenticError
from tieout.systems.salesforce.callouts import organization_in
from tieout.systems.salesforce.ids import is_same_organization
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.outbound_message import read_message

KEY_PARAMETER = "key"


def verify(delivery: Delivery, secrets: Sequence[bytes], options: Options, public_url: str, now: datetime) -> None:
    """Return if one of the live secrets proves the delivery, and it comes from our organisation.

    A signature of Standard Webhooks decides alone where there is one; a bad one never falls back to the key in the URL. A
    body in which no organisation can be read is proven all the same, since nothing will be made of it. The public URL is no
    part of what is proved.

    Raises:
        NotAuthenticError: with `secret_missing`, `key_missing`, `key_ambiguous`, `key_mismatch`, `organization_unknown`, or as
            `tieout.arriving.standard_webhooks.verify_v1`.
    """
    del public_url
    if SIGNATURE_HEADER in delivery.headers:
        verify_v1(delivery, secrets, options.max_skew_seconds, now)
    else:
        check_keys(keys_in_query(delivery.query, KEY_PARAMETER), secrets, SHORTEST_SECRET_BYTES)
    _check_organization(delivery, options)


def _check_organization(delivery: Delivery, options: Options) -> None:
    try:
        claimed = _organization(delivery)
    except MalformedError:
        return
    if not is_same_organization(claimed, options.organization_id):
        raise NotAuthenticError("organization_unknown")


def _organization(delivery: Delivery) -> str:
    if SIGNATURE_HEADER in delivery.headers:
        return organization_in(delivery.body)
    return read_message(delivery.body).organization_id
