"""The answers Chargebee understands, for the receive step.

It sends an event again, seven times within about three days, until it is answered 2xx: so a body that can never be used is
answered 200 once it is kept, as by default. https://apidocs.chargebee.com/docs/api/events
"""

from __future__ import annotations

from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door, json_body
from tieout.arriving.keys import LOGIN_CHALLENGE
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.people import without_people
from tieout.systems.chargebee.retained import retained

_DEFAULT = Door()
_ENUMERATED = (
    *("object", "webhook_status", "status", "type", "price_type", "item_type"),
    *("duration_type", "apply_on"),
)
_NOT_AUTHENTIC = {
    "basic": _DEFAULT.not_authentic._replace(headers=LOGIN_CHALLENGE),
    "path": Answer(404, '{"message":"Not Found"}'),  # what API Gateway says of a path that it does not know
    "query": _DEFAULT.not_authentic,
}


def open_door(options: Options) -> Door:
    """The door of one site; of what it told what says what a subscription was is kept, and nobody of what is refused."""
    return Door(
        not_authentic=_NOT_AUTHENTIC[options.proof],
        refused=refused,
        retain=retained,
        said=json_body,
        enumerated=_ENUMERATED,
    )


def refused(delivery: Delivery) -> Delivery:
    """A delivery without the people and cards it shows: no signature covers them."""
    return delivery._replace(body=without_people(delivery.body))
