"""The answers Salesforce understands, for the receive step.

An outbound message is sent again for 24 hours until it is answered 200 with an Ack that is true, so a body that can never be
used is answered so once it is kept. A callout's Apex looks at the status alone, and gets the same body.
"""

from __future__ import annotations

from tieout.arriving.bus_event import HEADERS_PREFIX
from tieout.arriving.delivery import BUS, Delivery
from tieout.arriving.door import Answer, Door, json_body
from tieout.arriving.standard_webhooks import SIGNATURE_HEADER, SIGNATURE_HEADERS
from tieout.systems.salesforce.options import Options
from tieout.systems.salesforce.outbound_message import CONTENT_TYPE, acknowledgement, read_message
from tieout.systems.salesforce.session_ids import without_session_ids

_TAKEN = Answer(200, acknowledgement(taken=True), CONTENT_TYPE)


def open_door(_options: Options) -> Door:
    """The door of one Salesforce organisation."""
    return Door(
        signature_headers=SIGNATURE_HEADERS,
        content_headers=(SIGNATURE_HEADER, HEADERS_PREFIX),  # by which the three ways are told apart
        accepted=_TAKEN,
        not_authentic=Answer(401, acknowledgement(taken=False), CONTENT_TYPE),
        unavailable=Answer(503, acknowledgement(taken=False), CONTENT_TYPE),
        unusable=lambda _reason: _TAKEN,
        too_large=lambda _reason: _TAKEN,
        clean=clean,
        said=said,
        enumerated=("changeType", "operation"),
    )


def said(delivery: Delivery) -> object:
    """What a delivery says; of an outbound message what is read of it, since its fields are those that somebody chose."""
    if delivery.method == BUS or _is_signed_json(delivery):
        return json_body(delivery)
    return [dict(each) for each in read_message(delivery.body).notifications]


def clean(delivery: Delivery) -> Delivery:
    """An outbound message without its session id; events of a bus and signed JSON hold none, and stay as they are."""
    if delivery.method == BUS or _is_signed_json(delivery):
        return delivery
    return delivery._replace(body=without_session_ids(delivery.body))


def _is_signed_json(delivery: Delivery) -> bool:
    return SIGNATURE_HEADER in delivery.headers and delivery.body.lstrip().startswith((b"{", b"["))
