"""The answers Zuora understands, for the receive step.

With Basic authentication it sends no credentials before it was asked for some: what comes without any is greeted with the
challenge (RFC 7235), and is no attempt of a forger. What it is not answered 200 it sends again, three times as a rule, and may
read `success` of the body: so a body that can never be used is answered 200 once it is kept.
https://knowledgecenter.zuora.com/Central_Platform/Events_and_Notifications/C_Configure_Callout_Notifications
"""

from __future__ import annotations

from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door, json_body
from tieout.arriving.keys import LOGIN_CHALLENGE, LOGIN_HEADER
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.payloads import NOTIFICATION_HEADER, parameters

_SUCCESS = Answer(200, '{"success":true}')
_FAILURE = '{"success":false}'
_CHALLENGE = Answer(401, _FAILURE, headers=LOGIN_CHALLENGE)


def open_door(options: Options) -> Door:
    """The door of one tenant; what names a notification is part of what it says."""
    door = Door(
        signature_headers=(options.hmac_header,) if options.proof == "hmac" else (),
        content_headers=(NOTIFICATION_HEADER,),
        accepted=_SUCCESS,
        not_authentic=Answer(401, _FAILURE),
        unavailable=Answer(503, _FAILURE),
        unusable=lambda _reason: _SUCCESS,
        too_large=lambda _reason: _SUCCESS,
        has_secret=options.proof != "token",
        said=json_body if options.format == "json" else lambda delivery: dict(parameters(delivery, options)),
    )
    return door._replace(not_authentic=_CHALLENGE, greet=_challenged) if options.proof == "basic" else door


def _challenged(delivery: Delivery) -> Answer | None:
    """The challenge, for a delivery without credentials."""
    return _CHALLENGE if delivery.method == "POST" and LOGIN_HEADER not in delivery.headers else None
