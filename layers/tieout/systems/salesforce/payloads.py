"""Turns what Salesforce tells into notices, whichever of its three ways told it (step 1, receive and relay)."""

from __future__ import annotations

from tieout.arriving.delivery import BUS, Delivery, Split
from tieout.arriving.standard_webhooks import SIGNATURE_HEADER
from tieout.systems.salesforce.callouts import split_callout
from tieout.systems.salesforce.change_events import split_event
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.outbound_message import split_message


def split(delivery: Delivery, connection: str, options: Options) -> Split:
    """The notices of a delivery in the order sent; what makes none of several is a malformed item and loses no neighbour.

    What is signed is a callout in JSON, and what is not an outbound message in SOAP, whatever its Content-Type says.

    Raises:
        MalformedError: if nothing can be made of the whole.
    """
    if delivery.method == BUS:
        return split_event(delivery, connection, options)
    if SIGNATURE_HEADER in delivery.headers:
        return split_callout(delivery.body, connection)
    return split_message(delivery.body, connection)
