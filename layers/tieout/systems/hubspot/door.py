"""The answers HubSpot understands, for the receive step.

It repeats any 4xx or 5xx ten times over a day, so a body that can never be used is answered 200 once it is kept: as by default.
"""

from __future__ import annotations

from tieout.arriving.door import Door, json_body
from tieout.systems.hubspot.options import Options
from tieout.systems.hubspot.signature import SIGNATURE, SIGNATURE_V3, SIGNATURE_VERSION, TIMESTAMP


def open_door(_options: Options) -> Door:
    """The door of one HubSpot account."""
    return Door(
        signature_headers=(SIGNATURE_V3, TIMESTAMP, SIGNATURE, SIGNATURE_VERSION),
        said=json_body,
        enumerated=("subscriptionType", "eventType", "changeFlag", "associationCategory"),
    )
