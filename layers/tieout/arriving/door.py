"""What a sender is answered in every case (step 1, receive): the default door, of which a system's own states what differs.

Every answer of the receive step is made here or in `systems/<system>/door.py`, whose `open_door(options)` gives the door of
a connection. Standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tieout.arriving.delivery import Delivery, outline

MOST_REQUESTS_PER_SECOND = 50
"""Of one connection, on average: what its route lets through, and what a sender may be told that it does."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Answer(NamedTuple):
    """One HTTP answer. Its body never says more than a sender who proved nothing may know.

    Attributes:
        content_type: of the body; not sent where there is none.
        headers: further ones, names in lower case.
    """

    status: int
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = _NO_HEADERS

    def plain(self) -> dict[str, Any]:
        """The answer in the form of a Lambda proxy integration (payload format 2.0)."""
        headers = ({"content-type": self.content_type} if self.body else {}) | dict(self.headers)
        return {"statusCode": self.status, "headers": headers, "body": self.body, "isBase64Encoded": False}


def refusal(status: int, reason: str) -> Answer:
    """The answer to an authentic body nothing can be made of; `reason` is one of our codes and quotes nothing."""
    return Answer(status, json.dumps({"outcome": "rejected", "reason": reason}))


def greet_nobody(_delivery: Delivery) -> Answer | None:
    """No request is a greeting: for senders without a handshake."""
    return None


def leave_as_it_is(delivery: Delivery) -> Delivery:
    """A delivery holds nothing that must not be kept: for senders that send no credentials but headers and a query."""
    return delivery


def retain_all(delivery: Delivery) -> bytes | None:
    """All that was sent says what the records are."""
    return delivery.body


def json_body(delivery: Delivery) -> object:
    """What a delivery says, as JSON that nobody has judged: for looking at its form alone."""
    found: object = json.loads(delivery.body)
    return found


def _accept_as_kept(reason: str) -> Answer:
    """200, since most senders repeat whatever was answered otherwise, for a day and more, and it is kept on our side."""
    return refusal(200, reason)


class Door(NamedTuple):
    """What the sender of one connection is answered in every case; the defaults fit a sender without peculiarities.

    Attributes:
        signature_headers: lower-case names of the headers a signature check reads. They are kept with a rejected
            delivery, so that it can be verified again after a secret was put right; so no header that is itself a
            credential may ever stand here.
        content_headers: lower-case names of the headers that are part of what a delivery says, kept with its body; a
            name that ends with a hyphen stands for all that begin with it (`ce-`). Never a credential either.
        methods: the ones whose requests get as far as the proof of who sent them. A delivery is always a POST; another
            method can only greet.
        accepted: all of it is on the bus or in the archive.
        not_authentic: it proves nothing; one answer for every reason.
        unavailable: the fault is ours and passes. Senders repeat after a 503; some after nothing else.
        unusable: an authentic body nothing can ever be made of, which is kept before it is answered; takes the reason.
        too_large: an authentic body, or number of notices, above the limit; kept in the same way; takes the reason.
        has_secret: whether the proof takes a webhook secret; else the connection has none, and the gateway asks for a token.
        clean: the delivery without what may never be kept or logged (a live session of the sender's). It comes before
            everything else, for whoever sends, so it must cost next to nothing, and leave alone what a signature covers.
        refused: what is kept of a delivery that is refused, or of which a part is, for whoever looks into it.
        retain: of a delivery that is accepted, what is kept where its records are completed from it; None: nothing of it is.
        said: what a delivery says, of which the outline goes with its notices and is compared with what the system's
            `expected.py` declares; None: it has no declaration.
        enumerated: the names of those of its fields whose texts are words of the system itself; see `outline`.
        greet: the answer to a greeting that need not prove who sends it, None for any other request. It is asked before
            any key is checked, so it must cost next to nothing, and repeat of the request only what is bounded.
        greet_proven: the answer to a greeting whose sender is proven like that of a delivery, None for any other
            request; may raise `MalformedError`.
    """

    signature_headers: tuple[str, ...] = ()
    content_headers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("POST",)
    accepted: Answer = Answer(200, '{"outcome":"accepted"}')
    not_authentic: Answer = Answer(401, '{"error":"not_authentic"}')
    unavailable: Answer = Answer(503, '{"error":"unavailable"}')
    unusable: Callable[[str], Answer] = _accept_as_kept
    too_large: Callable[[str], Answer] = _accept_as_kept
    has_secret: bool = True
    clean: Callable[[Delivery], Delivery] = leave_as_it_is
    refused: Callable[[Delivery], Delivery] = leave_as_it_is
    retain: Callable[[Delivery], bytes | None] = retain_all
    said: Callable[[Delivery], object] | None = None
    enumerated: Collection[str] = ()
    greet: Callable[[Delivery], Answer | None] = greet_nobody
    greet_proven: Callable[[Delivery], Answer | None] = greet_nobody

    def method_not_allowed(self) -> Answer:
        """The answer to a request that is neither a delivery nor a greeting by its method."""
        return Answer(405, '{"error":"method_not_allowed"}', headers={"allow": ", ".join(self.methods)})

    def outline_of(self, delivery: Delivery) -> Any:  # noqa: ANN401 JSON values
        """A delivery without its values; None where none is wanted, or none can be had, which costs the delivery nothing."""
        try:
            return None if self.said is None else outline(self.said(delivery), self.enumerated)
        except Exception:  # noqa: BLE001 whatever it is: what the line needs of it was read already
            return None

    def content_of(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Those of a delivery's headers that are part of what it says."""
        return _named(headers, self.content_headers)

    def evidence_of(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Those of a delivery's headers without which it could not be judged again."""
        return _named(headers, (*self.signature_headers, *self.content_headers))


def _named(headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    beginnings = tuple(name for name in names if name.endswith("-"))
    return {name: value for name, value in headers.items() if name in names or name.startswith(beginnings)}
