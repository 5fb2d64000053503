"""What a generic sender is answered (step 1, receive): as by default, and to CloudEvents what their HTTP rules add."""

from __future__ import annotations

from collections.abc import Callable

from tieout.arriving.cloudevents import ATTRIBUTE_PREFIX, CONTENT_TYPE_HEADER, TAKEN, unusable
from tieout.arriving.consent import consent
from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door, greet_nobody, json_body
from tieout.arriving.standard_webhooks import ID_HEADER, SIGNATURE_HEADERS
from tieout.systems.generic.options import SIGNED, Options


def open_door(options: Options) -> Door:
    """The door of one connection."""
    signature_headers = SIGNATURE_HEADERS if options.proof in SIGNED else ()
    said = json_body if options.holds else None
    enumerated = tuple(path.rpartition(".")[2] for path, held in options.holds.items() if ":" in held)
    if options.format != "cloudevents":
        named = (ID_HEADER,) if options.proof in SIGNED else ()  # the id names its events (`payloads.split`)
        return Door(signature_headers=signature_headers, content_headers=named, said=said, enumerated=enumerated)
    return Door(
        signature_headers=signature_headers,
        content_headers=(CONTENT_TYPE_HEADER, ATTRIBUTE_PREFIX),
        accepted=TAKEN,
        unusable=unusable,
        said=said,
        enumerated=enumerated,
        greet=_greeting(options) if options.allowed_origins else greet_nobody,
    )


def _greeting(options: Options) -> Callable[[Delivery], Answer | None]:
    return lambda delivery: consent(delivery, options.allowed_origins, options.requests_per_minute)
