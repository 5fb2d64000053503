"""Takes what a delivery says, however it arrived (step 1): split into notices, and on the bus or in the archive when it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tieout.arriving import payload, publishing, rejected
from tieout.arriving.delivery import Delivery, MalformedItem, Split
from tieout.arriving.door import Door
from tieout.arriving.notice import Notice
from tieout.errors import MalformedError

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.ports import Clock, Entropy

MAX_BODY_BYTES = 4 * 1024 * 1024  # Lambda takes 6 MB with everything around the body, which base64 makes a third longer
TOO_LARGE = "body_too_large"
# Twenty times what HubSpot sends at most, and as many as one run of record reads and commits within its two minutes. It
# also bounds the item in which the ledger keeps the outcomes of a delivery under an eighth of what DynamoDB takes.
MAX_NOTICES = 2_000
TOO_MANY = "too_many_notices"


class Intake(NamedTuple):
    """Everything one connection's deliveries need to become notices on the bus.

    Attributes:
        connection: its name.
        flows: ledger entity to the flow that carries it.
        completion: `read` where nothing but the source says what its records are; else what is delivered is kept.
        door: what its sender is answered, and what is kept of its deliveries.
        split: the notices of a delivery; raises `MalformedError`.
        keeper: where overflow, spool, payloads and unusable deliveries go.
    """

    connection: str
    flows: Mapping[str, str]
    completion: str
    door: Door
    split: Callable[[Delivery], Split]
    bus: publishing.Bus
    keeper: publishing.Keeper
    clock: Clock
    entropy: Entropy


class Accepted(NamedTuple):
    """How many notices of a delivery were accepted, items made none, and flows' entries wait in the spool.

    Attributes:
        counted: metrics of what its system counts beside, each once.
    """

    notices: int
    malformed: int
    spooled: int
    counted: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """The counts by the names of their metrics."""
        own = dict.fromkeys(self.counted, 1)
        return {"Accepted": self.notices, "Malformed": self.malformed, "Spooled": self.spooled} | own


def accept(delivery: Delivery, intake: Intake) -> Accepted:
    """Publish the good notices first, then keep the delivery if an item of it was malformed: no item costs another.

    What records are completed from is kept before anybody is told of them.

    Raises:
        MalformedError: nothing can be made of the delivery; `set_aside` keeps it.
        TieoutError: not all of it is on the bus or in the archive, so nobody may be told that it is.
    """
    if len(delivery.body) > MAX_BODY_BYTES:
        raise MalformedError(TOO_LARGE)
    split = intake.split(delivery)
    if len(split.notices) + len(split.malformed) > MAX_NOTICES:
        raise MalformedError(TOO_MANY)
    connection, keeper = intake.connection, intake.keeper
    notices: Sequence[Notice] = split.notices
    if intake.completion != "read":
        notices = payload.kept_for(notices, delivery, connection, intake.door, keeper)
    # A delivery with something malformed in it is kept whole for a person, who sees what it has become.
    outline = None if split.malformed else intake.door.outline_of(delivery)
    entries = publishing.entries_of(notices, delivery, connection, intake.flows, keeper, outline)
    refused = publishing.publish(entries, intake.bus, intake.clock, intake.entropy)
    publishing.spool(refused, delivery, connection, keeper)
    if split.malformed:
        set_aside(delivery, rejected.ITEMS_MALFORMED, intake, split.malformed)
    return Accepted(len(notices), len(split.malformed), len(refused), split.counted)


def set_aside(delivery: Delivery, reason: str, intake: Intake, malformed: Sequence[MalformedItem] = ()) -> None:
    """Keep an authentic delivery as its door has it, with what is wrong in it; raises `TieoutError` where it is not kept."""
    headers = intake.door.content_of(delivery.headers)
    raw = rejected.encode(intake.door.refused(delivery), intake.connection, reason, headers, malformed)
    intake.keeper.put(rejected.unusable_key(intake.connection, delivery.delivery_id), raw)
