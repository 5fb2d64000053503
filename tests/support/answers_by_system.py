"""What the sender of each system must get where systems differ: status, headers and body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tieout.systems.salesforce.outbound_message import acknowledgement

Plain = tuple[int, dict[str, str], str]
JSON = {"content-type": "application/json"}


def rejected(status: int, reason: str) -> Plain:
    """The answer to an authentic body nothing can be made of."""
    return status, JSON, json.dumps({"outcome": "rejected", "reason": reason})


def acknowledged(status: int, *, taken: bool) -> Plain:
    """The answer in SOAP, by the words of Salesforce's schema."""
    return status, {"content-type": "text/xml; charset=utf-8"}, acknowledgement(taken=taken)


ACCEPTED: Plain = (200, JSON, '{"outcome":"accepted"}')
NOT_AUTHENTIC: Plain = (401, JSON, '{"error":"not_authentic"}')
UNAVAILABLE: Plain = (503, JSON, '{"error":"unavailable"}')
NOT_ALLOWED: Plain = (405, JSON | {"allow": "POST"}, '{"error":"method_not_allowed"}')
_OR_GREETED: Plain = (405, JSON | {"allow": "POST, OPTIONS"}, '{"error":"method_not_allowed"}')
_NOT_FOUND: Plain = (404, JSON, '{"message":"Not Found"}')


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one system's sender must get where systems differ.

    Attributes:
        otherwise: by case, what the sender gets and where the delivery then is, for cases that are others to this system.
    """

    malformed: Plain
    too_large: Plain
    too_many: Plain
    otherwise: Mapping[str, tuple[Plain, str]] = field(default_factory=dict)
    accepted: Plain = ACCEPTED
    not_authentic: Plain = NOT_AUTHENTIC
    unavailable: Plain = UNAVAILABLE
    greeting: Plain = NOT_ALLOWED
    takes_tokens: bool = False


TAKEN: Plain = (200, {}, "")
_SUCCESS: Plain = (200, JSON, '{"success":true}')
# Zuora's sender is asked for credentials before it sends any.
_CHALLENGED: Plain = (401, JSON | {"www-authenticate": 'Basic realm="tieout", charset="UTF-8"'}, '{"success":false}')

ROWS: Mapping[str, Row] = {
    # Its proof is a text in the body: it fits any body, at any time, and where no body can be read there is none.
    "business_central": Row(
        malformed=TAKEN,
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
        accepted=TAKEN,
        not_authentic=TAKEN,
        otherwise={
            "signature of another body": (TAKEN, "bus"),
            "stale": (TAKEN, "bus"),
            "malformed": (TAKEN, "shelf"),
            "malformed, archive down": (TAKEN, "nowhere"),
            "greeting of Business Central": (
                (200, {"content-type": "text/plain", "x-content-type-options": "nosniff"}, "x"),
                "nowhere",
            ),
        },
    ),
    # One request is one event. Its proof is a login: it fits any body, at any time.
    "chargebee": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "json_not_an_object"),
        not_authentic=(401, JSON | {"www-authenticate": 'Basic realm="tieout", charset="UTF-8"'}, NOT_AUTHENTIC[2]),
        otherwise={"good, many": (rejected(200, "json_not_an_object"), "unusable")},
    ),
    "dynamics_finance": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
        not_authentic=_NOT_FOUND,
        otherwise={
            **dict.fromkeys(("greeting by GET", "PUT", "DELETE", "HEAD"), (_OR_GREETED, "nowhere")),
            "greeting of CloudEvents": (_NOT_FOUND, "shelf"),  # consent is for who knows the key
        },
    ),
    "dynamics_sales": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
    ),
    "generic": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
    ),
    "hubspot": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
    ),
    "netsuite": Row(
        malformed=rejected(400, "json_invalid"),
        too_large=rejected(413, "body_too_large"),
        too_many=rejected(413, "too_many_notices"),
    ),
    "salesforce": Row(
        malformed=acknowledged(200, taken=True),
        too_large=acknowledged(200, taken=True),
        too_many=acknowledged(200, taken=True),
        accepted=acknowledged(200, taken=True),
        not_authentic=acknowledged(401, taken=False),
        unavailable=acknowledged(503, taken=False),
    ),
    "sap_s4hana": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
        accepted=(202, JSON, '{"outcome":"accepted"}'),
        unavailable=(503, JSON | {"retry-after": "60"}, '{"error":"unavailable"}'),
        greeting=(403, JSON | {"allow": "POST"}, '{"error":"origin_not_allowed"}'),
        takes_tokens=True,
    ),
    # One request is one event: several in one are nothing it sends.
    "stripe": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "json_not_an_object"),
        otherwise={"good, many": (rejected(200, "json_not_an_object"), "unusable")},
    ),
    # One request is one callout, and one without credentials is answered with the challenge.
    "zuora": Row(
        malformed=_SUCCESS,
        too_large=_SUCCESS,
        too_many=_SUCCESS,
        accepted=_SUCCESS,
        not_authentic=_CHALLENGED,
        unavailable=(503, JSON, '{"success":false}'),
        otherwise={
            "good, many": (_SUCCESS, "unusable"),
            "no signature": (_CHALLENGED, "nowhere"),
            "greeting of Business Central": (_CHALLENGED, "nowhere"),
            "greeting of Event Grid": (_CHALLENGED, "nowhere"),
        },
    ),
    "made_up": Row(
        malformed=rejected(200, "json_invalid"),
        too_large=rejected(200, "body_too_large"),
        too_many=rejected(200, "too_many_notices"),
    ),
}
