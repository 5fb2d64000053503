"""The answers Business Central understands, for the receive step.

To any status but 2xx, 408, 429 and 5xx it answers by deleting the subscription, without a word. So a notification that
proves nothing, or of which nothing can be made, is answered 200 like any other, and kept on our side.
"""

from __future__ import annotations

from urllib.parse import unquote_plus

from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door, json_body
from tieout.systems.business_central.client_state import without_client_states
from tieout.systems.business_central.options import Options

_TOKEN_PARAMETER = "validationToken"  # noqa: S105 the name of a parameter
_LONGEST_TOKEN = 1_024
_TAKEN = Answer(200)


def open_door(_options: Options) -> Door:
    """The door of one environment's companies."""
    return Door(
        accepted=_TAKEN, not_authentic=_TAKEN, clean=clean, said=json_body, enumerated=("changeType",), greet=echo_token
    )


def echo_token(delivery: Delivery) -> Answer | None:
    """The token of a handshake as plain text, at creation and at every renewal; None for what is none.

    Business Central waits five seconds for it and has nothing to prove itself by. It posts; a GET is answered alike, so
    that a person can see where the URL leads. A token is printable and at most 1,024 characters long; nothing else of the
    request is repeated.
    """
    if delivery.method not in {"GET", "POST"}:
        return None
    for pair in delivery.query.split("&"):
        name, _, value = pair.partition("=")
        token = unquote_plus(value)
        if name == _TOKEN_PARAMETER and 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable():
            return Answer(200, token, "text/plain", {"x-content-type-options": "nosniff"})
    return None


def clean(delivery: Delivery) -> Delivery:
    """A delivery that holds no secret: each `clientState` is replaced by its digest."""
    return delivery._replace(body=without_client_states(delivery.body))
