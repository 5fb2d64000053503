"""The answers Stripe understands, for the receive step.

It sends an event again, for three days, until it is answered 2xx, and switches an endpoint off that answers nothing else: so
a body that can never be used is answered 200 once it is kept, as by default. https://docs.stripe.com/webhooks#behaviors
"""

from __future__ import annotations

from tieout.arriving.bus_event import HEADERS_PREFIX
from tieout.arriving.door import Door, json_body
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.retained import retained
from tieout.systems.stripe.signature import SIGNATURE_HEADER


def open_door(_options: Options) -> Door:
    """The door of one Stripe account; of an event that came over a bus, who put it there is part of what it says."""
    return Door(
        signature_headers=(SIGNATURE_HEADER,),
        content_headers=(HEADERS_PREFIX,),
        retain=retained,
        said=json_body,
        enumerated=("object", "status"),
    )
