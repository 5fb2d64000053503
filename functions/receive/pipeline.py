"""Step 1, receive: an HTTP delivery is authenticated, split into notices and put on the bus before it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.receive import keeping
from functions.receive.log import DeliveryLog
from functions.receive.request import decoded, delivery_of
from functions.receive.secret import WebhookSecret
from tieout.arriving import payload, publishing, rejected
from tieout.arriving.delivery import Delivery, Split
from tieout.arriving.door import Answer, Door
from tieout.arriving.notice import Notice
from tieout.errors import MalformedError, NotAuthenticError, TieoutError

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.ports import Clock, Entropy

MAX_BODY_BYTES = 4 * 1024 * 1024  # Lambda takes 6 MB with everything around the body, which base64 makes a third longer
TOO_LARGE = "body_too_large"
# Twenty times what HubSpot sends at most, and as many as one run of record reads and commits within its two minutes. It
# also bounds the item in which the ledger keeps the outcomes of a delivery under an eighth of what DynamoDB takes.
MAX_NOTICES = 2_000
TOO_MANY = "too_many_notices"


class Receiver(NamedTuple):
    """Everything one connection's deliveries need on their way in.

    Attributes:
        connection: its name.
        flows: ledger entity to the flow that carries it.
        completion: `payload` where its records are completed from what is delivered.
        door: what its system is answered.
        verify: raises `NotAuthenticError` unless one of the secrets proves the delivery.
        split: the notices of a body; raises `MalformedError`.
        keeper: where overflow, spool and unusable deliveries go.
        shelf: where deliveries that prove nothing go.
    """

    connection: str
    flows: Mapping[str, str]
    completion: str
    door: Door
    verify: Callable[[Delivery, Sequence[bytes]], None]
    split: Callable[[Delivery], Split]
    secret: WebhookSecret
    bus: publishing.Bus
    keeper: publishing.Keeper
    shelf: keeping.UnprovenShelf
    log: DeliveryLog
    clock: Clock
    entropy: Entropy


def receive(event: Mapping[str, Any], receiver: Receiver) -> Answer:
    """The door's answer to one request: `accepted` only when all that a delivery says is on the bus or in the archive.

    Whatever nobody declared leaves it as it is; the handler answers as if the fault were declared.
    """
    delivery = delivery_of(event, receiver.clock.now())
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
    """Verify with the secrets at hand, and once more with those fetched anew, so that a rotation works at once."""
    try:
        receiver.verify(delivery, receiver.secret.live())
    except NotAuthenticError:
        renewed = receiver.secret.renewed()
        if renewed is None:
            raise
        receiver.verify(delivery, renewed)


def _accept(delivery: Delivery, receiver: Receiver) -> Answer:
    """Publish the good notices first, then keep the delivery if an item of it was malformed: no item costs another.

    What records are completed from is kept before anybody is told of them.
    """
    if len(delivery.body) > MAX_BODY_BYTES:
        raise MalformedError(TOO_LARGE)
    connection, keeper, content = receiver.connection, receiver.keeper, receiver.door.content_of(delivery.headers)
    split = receiver.split(delivery)
    if len(split.notices) + len(split.malformed) > MAX_NOTICES:
        raise MalformedError(TOO_MANY)
    notices: Sequence[Notice] = split.notices
    if receiver.completion == "payload":
        notices = payload.kept_for(notices, delivery, connection, content, keeper)
    entries = publishing.entries_of(notices, delivery, connection, receiver.flows, keeper)
    refused = publishing.publish(entries, receiver.bus, receiver.clock, receiver.entropy)
    publishing.spool(refused, delivery, connection, keeper)
    if split.malformed:
        keeping.keep_unusable(delivery, connection, rejected.ITEMS_MALFORMED, split.malformed, content, keeper)
    counts = {"Accepted": len(notices), "Malformed": len(split.malformed), "Spooled": len(refused)}
    return _note(delivery, "spooled" if refused else "accepted", receiver.door.accepted, counts, receiver)


def _set_aside(delivery: Delivery, reason: str, receiver: Receiver) -> Answer:
    """Keep an authentic delivery nothing can be made of, then say so in the way its sender understands."""
    door = receiver.door
    content = door.content_of(delivery.headers)
    keeping.keep_unusable(delivery, receiver.connection, reason, (), content, receiver.keeper)
    answer = (door.too_large if reason in {TOO_LARGE, TOO_MANY} else door.unusable)(reason)
    return _note(delivery, "unusable", answer, {"Malformed": 1}, receiver, reason)


def _reject(delivery: Delivery, reason: str, receiver: Receiver) -> Answer:
    """Keep what proves nothing as far as there is room; the sender learns no reason."""
    evidence = receiver.door.evidence_of(delivery.headers)
    receiver.shelf.keep(delivery, reason, evidence, receiver.secret.known())
    counts = {"Rejected": 1, "SecretMissing": int(not receiver.secret.known())}
    return _note(delivery, "rejected", receiver.door.not_authentic, counts, receiver, reason)


def _note(
    delivery: Delivery, outcome: str, answer: Answer, counts: Mapping[str, int], receiver: Receiver, reason: str = ""
) -> Answer:
    taken = receiver.clock.now() - delivery.received_at
    fields: dict[str, str | int] = {
        "delivery_id": delivery.delivery_id,
        "status": answer.status,
        "body_bytes": len(delivery.body),
        "milliseconds": round(taken.total_seconds() * 1000),
        "reason": reason,
    }
    receiver.log.note(outcome, delivery.received_at, counts, fields)
    return answer
