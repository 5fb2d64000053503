"""What a generic sender is answered (step 1, receive): as by default, and to CloudEvents what their HTTP rules add.

Handshake: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md. It proves nothing of the sender: it asks
whether events are welcome, and consent stands in headers that only a declared origin is given.
"""

from __future__ import annotations

import re
from functools import partial

from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door, greet_nobody, refusal
from tieout.arriving.standard_webhooks import ID_HEADER, SIGNATURE_HEADERS
from tieout.systems.generic.cloudevents import ATTRIBUTE_PREFIX, CONTENT_TYPE_HEADER, FORMAT_UNKNOWN
from tieout.systems.generic.options import SIGNED, Options

ORIGIN_HEADER = "webhook-request-origin"
RATE_HEADER = "webhook-request-rate"
_RATE = re.compile("[0-9]{1,9}")


def open_door(options: Options) -> Door:
    """The door of one connection."""
    signature_headers = SIGNATURE_HEADERS if options.proof in SIGNED else ()
    if options.format != "cloudevents":
        named = (ID_HEADER,) if options.proof in SIGNED else ()  # the id names its events (`payloads.split`)
        return Door(signature_headers=signature_headers, content_headers=named)
    return Door(
        signature_headers=signature_headers,
        content_headers=(CONTENT_TYPE_HEADER, ATTRIBUTE_PREFIX),
        accepted=Answer(
            202, '{"outcome":"accepted"}'
        ),  # taken, and not worked off yet: section 2.2 of the webhook rules
        unusable=_unusable,
        greet=partial(_greet, options=options) if options.allowed_origins else greet_nobody,
    )


def _unusable(reason: str) -> Answer:
    """415 for a form that is not understood, as the rules say; any other body is kept, and sending it again would not help."""
    return refusal(415 if reason == FORMAT_UNKNOWN else 200, reason)


def _greet(delivery: Delivery, *, options: Options) -> Answer | None:
    """Consent for a declared origin, in the headers that are the consent; a status alone never is."""
    if delivery.method != "OPTIONS":
        return None
    origin = delivery.headers.get(ORIGIN_HEADER, "")
    if origin.lower() not in {each.lower() for each in options.allowed_origins}:
        return Answer(403, '{"error":"origin_not_allowed"}', headers={"allow": "POST"})
    rate = _allowed_rate(delivery.headers.get(RATE_HEADER, ""), options.rate_per_minute())
    consent = {"allow": "POST", "webhook-allowed-origin": origin, "webhook-allowed-rate": str(rate)}
    return Answer(200, headers=consent)


def _allowed_rate(asked: str, most: int) -> int:
    """The requests a minute that are allowed: what is asked for where it is fewer, and whatever is asked, at least one."""
    return max(1, min(int(asked), most)) if _RATE.fullmatch(asked) else most
