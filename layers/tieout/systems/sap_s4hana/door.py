"""What Event Mesh is answered (step 1, receive): the handshake of CloudEvents, 202 for what is taken, 415 for another form.

Whatever is not answered 2xx stays in SAP's queue and is sent again, up to the queue's own limit.
"""

from __future__ import annotations

from tieout.arriving.cloudevents import ATTRIBUTE_PREFIX, CONTENT_TYPE_HEADER, TAKEN, unusable
from tieout.arriving.consent import consent
from tieout.arriving.door import Answer, Door, json_body
from tieout.systems.sap_s4hana.options import Options

_RETRY_AFTER_SECONDS = "60"


def open_door(options: Options) -> Door:
    """The door of one tenant; its handshake needs no token, since it may come before there is one."""
    return Door(
        content_headers=(CONTENT_TYPE_HEADER, ATTRIBUTE_PREFIX),
        accepted=TAKEN,
        unavailable=Answer(503, '{"error":"unavailable"}', headers={"retry-after": _RETRY_AFTER_SECONDS}),
        unusable=unusable,
        has_secret=False,
        said=json_body,
        greet=lambda delivery: consent(delivery, options.allowed_origins, options.requests_per_minute),
    )
