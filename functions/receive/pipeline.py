"""Step 1, receive: an HTTP delivery is authenticated, split into notices and put on the bus before it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from functions.receive.keeping import UnprovenShelf
from functions.receive.request import decoded, delivery_of
from functions.receive.secret import WebhookSecret
from tieout.arriving.accepting import TOO_LARGE, TOO_MANY, Intake, accept, set_aside
from tieout.arriving.delivery import Delivery
from tieout.arriving.door import Answer, Door
from tieout.arriving.log import DeliveryLog
from tieout.errors import MalformedError, NotAuthenticError, TieoutError


class Receiver(NamedTuple):
    """Everything one connection's requests need on their way in.

    Attributes:
        intake: how what is authentic becomes notices on the bus.
        verify: raises `NotAuthenticError` unless one of the secrets proves the delivery.
        shelf: where deliveries that prove nothing go.
    """

    intake: Intake
    verify: Callable[[Delivery, Sequence[bytes]], None]
    secret: WebhookSecret
    shelf: UnprovenShelf
    log: DeliveryLog

    @property
    def door(self) -> Door:
        """What its system is answered."""
        return self.intake.door


def receive(event: Mapping[str, Any], receiver: Receiver) -> Answer:
    """The door's answer to one request: `accepted` only when all that a delivery says is on the bus or in the archive.

    Whatever nobody declared leaves it as it is; the handler answers as if the fault were declared.
    """
    delivery = delivery_of(event, receiver.intake.clock.now())
    try:
        return _judge(delivery, event, receiver)
    except TieoutError as error:
        answer = receiver.door.unavailable
        return _note(delivery, "unavailable", answer, {"Unavailable": 1}, receiver, type(error).__name__)


def _judge(delivery: Delivery, event: Mapping[str, Any], receiver: Receiver) -> Answer:
    door = receiver.door
    try:
        delivery = door.clean(decoded(delivery, event))
        greeting = door.greet(delivery)
        if greeting is not None:
            return _note(delivery, "greeted", greeting, {}, receiver)
        if delivery.method not in door.methods:
            return _refuse_method(delivery, receiver)
        _authenticate(delivery, receiver)
    except NotAuthenticError as error:
        return _reject(delivery, error.reason, receiver)
    try:
        return _admit(delivery, receiver)
    except MalformedError as error:
        return _set_aside(delivery, error.reason, receiver)


def _admit(delivery: Delivery, receiver: Receiver) -> Answer:
    """Take what its sender has proven: a greeting after all, or a delivery."""
    greeting = receiver.door.greet_proven(delivery)
    if greeting is not None:
        return _note(delivery, "greeted", greeting, {}, receiver)
    return _accept(delivery, receiver) if delivery.method == "POST" else _refuse_method(delivery, receiver)


def _refuse_method(delivery: Delivery, receiver: Receiver) -> Answer:
    return _note(delivery, "method_not_allowed", receiver.door.method_not_allowed(), {}, receiver)


def _authenticate(delivery: Delivery, receiver: Receiver) -> None:
    """Verify with the secrets at hand, and once more with those fetched anew, so that a rotation works at once.

    Raises:
        NotAuthenticError: none of the live secrets proves the delivery.
        TieoutError: the live secrets cannot be had, so nobody knows: who sent it has to send it again.
    """
    try:
        receiver.verify(delivery, receiver.secret.live())
    except NotAuthenticError:
        renewed = receiver.secret.renewed()
        if renewed is None:
            raise
        receiver.verify(delivery, renewed)


def _accept(delivery: Delivery, receiver: Receiver) -> Answer:
    accepted = accept(delivery, receiver.intake)
    outcome = "spooled" if accepted.spooled else "accepted"
    return _note(delivery, outcome, receiver.door.accepted, accepted.counts(), receiver)


def _set_aside(delivery: Delivery, reason: str, receiver: Receiver) -> Answer:
    """Keep an authentic delivery nothing can be made of, then say so in the way its sender understands."""
    set_aside(delivery, reason, receiver.intake)
    door = receiver.door
    answer = (door.too_large if reason in {TOO_LARGE, TOO_MANY} else door.unusable)(reason)
    return _note(delivery, "unusable", answer, {"Malformed": 1}, receiver, reason)


def _reject(delivery: Delivery, reason: str, receiver: Receiver) -> Answer:
    """Keep what proves nothing as far as there is room; the sender learns no reason."""
    evidence = receiver.door.evidence_of(delivery.headers)
    receiver.shelf.keep(receiver.door.refused(delivery), reason, evidence, receiver.secret.known())
    is_missing = receiver.door.has_secret and not receiver.secret.known()
    counts = {"Rejected": 1, "SecretMissing": int(is_missing)}
    return _note(delivery, "rejected", receiver.door.not_authentic, counts, receiver, reason)


def _note(
    delivery: Delivery, outcome: str, answer: Answer, counts: Mapping[str, int], receiver: Receiver, reason: str = ""
) -> Answer:
    taken = receiver.intake.clock.now() - delivery.received_at
    fields: dict[str, str | int] = {
        "delivery_id": delivery.delivery_id,
        "status": answer.status,
        "body_bytes": len(delivery.body),
        "milliseconds": round(taken.total_seconds() * 1000),
        "reason": reason,
    }
    receiver.log.note(outcome, delivery.received_at, counts, fields)
    return answer
