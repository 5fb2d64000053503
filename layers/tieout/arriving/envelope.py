"""What travels from receive over the bus and the queues to record: one envelope for all notices of a delivery and flow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.arriving.notice import Notice
from tieout.errors import MalformedError
from tieout.moments import moment_text, parse_moment

UNROUTED = "unrouted"  # the detail type of notices that no flow wants; the catch-all rule keeps them
SOURCE_PREFIX = "tieout."  # of the EventBridge source, followed by the connection's name
MAX_DETAIL_BYTES = 240 * 1024  # an entry may have 256 KB with its source, type and time

SCHEMA_VERSION = 1
"""Of the envelope and the notices in it; what raises it, and who reads which, `contracts/README.md` says."""


class Envelope(NamedTuple):
    """The notices of one delivery that go to one flow.

    A notice that is parked, held or sent again alone travels in an envelope of its own with the same delivery and its
    own position, so that its outcome replaces the earlier one and is never counted twice.

    Attributes:
        outline: the delivery without its values, for whoever compares it with what its system declares: the names of its fields
            and their types. It goes with one envelope of the delivery, and with no notice that travels alone.
    """

    delivery_id: str
    connection: str
    flow: str
    received_at: datetime
    notices: tuple[Notice, ...]
    outline: Any = None

    def alone(self, notice: Notice) -> Envelope:
        """An envelope that carries only `notice`."""
        return self._replace(notices=(notice,), outline=None)

    def detail(self) -> str:
        """The envelope as the JSON text of an EventBridge entry's detail."""
        return strict_json.dump(self._whole())

    def pointing_detail(self, object_key: str) -> str:
        """A detail that names the object holding the real one, for an envelope larger than an entry may be."""
        return strict_json.dump(self._head() | {"pointer": object_key})

    def message(self) -> str:
        """The envelope as the body of a queue message, in the shape in which EventBridge delivers it."""
        return strict_json.dump(
            {
                "source": SOURCE_PREFIX + self.connection,
                "detail-type": self.flow,
                "detail": self._whole(),
            }
        )

    def _whole(self) -> dict[str, Any]:
        whole = self._head() | {"notices": [notice.plain() for notice in self.notices]}
        return whole if self.outline is None else whole | {"outline": self.outline}

    def _head(self) -> dict[str, Any]:
        return {
            "schema_version": SCHEMA_VERSION,
            "delivery_id": self.delivery_id,
            "connection": self.connection,
            "received_at": moment_text(self.received_at),
        }


def read_message(body: str, fetch: Callable[[str], bytes]) -> Envelope:
    """The envelope in a queue message that EventBridge or `Envelope.message` wrote; `fetch` gets what a pointer names.

    Raises:
        MalformedError: if the message is none of ours, or was written by a later release than this.
    """
    try:
        event = strict_json.parse(body.encode("utf-8", "surrogatepass"))
        detail = _known(event["detail"])
        if "pointer" in detail:
            detail = _known(strict_json.parse(fetch(str(detail["pointer"]))))
        connection = str(detail["connection"])
        return Envelope(
            delivery_id=str(detail["delivery_id"]),
            connection=connection,
            flow=str(event["detail-type"]),
            received_at=parse_moment(detail["received_at"]),
            notices=tuple(Notice.of_plain(connection, each) for each in detail["notices"]),
            outline=detail.get("outline"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedError("message_not_an_envelope") from error


def _known(detail: dict[str, Any]) -> dict[str, Any]:
    """The detail, unless it is of a schema this code does not know, whose fields could mean something else.

    The first releases wrote no version: what they left in queues, in the spool and in the overflow is of the first.
    """
    if detail.get("schema_version", 1) > SCHEMA_VERSION:
        raise MalformedError("message_of_a_later_release")
    return detail
