"""What a kept event says a subscription was when it was made; every other record of Stripe is read, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import PermanentError
from tieout.facts.reading import Content
from tieout.facts.statement import Statement
from tieout.facts.subscription import Subscription
from tieout.fields import Row, day_in, moment_in, required, text_in
from tieout.landscape import Connection
from tieout.moments import moment_text
from tieout.systems.stripe.ids import OBJECTS, SUBSCRIPTION
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.retained import subscription_in
from tieout.systems.stripe.subscriptions import is_stated_whole, version_stated


def read_contents(payload: Payload, connection: Connection) -> Sequence[Content]:
    """The version of its subscription that an event states; nothing where it states none, or not all of it.

    An event in another version of the API than the connection's is passed over: what its fields mean is known of that one
    alone. Then the reading tells of the change.

    Raises:
        PermanentError: nothing can be made of the payload as a whole.
    """
    event = strict_json.parse(payload.body)
    row = subscription_in(event)
    if row is None or event.get("api_version") != _options(connection).api_version:
        return ()
    key = RecordKey(connection.name, OBJECTS[SUBSCRIPTION].entity, required(text_in(row, "id"), "id"))
    try:
        if not is_stated_whole(row):
            return ()
        reading: Statement | PermanentError = _stated(key, event, row, ZoneInfo(connection.time_zone))
    except PermanentError as error:
        reading = error
    return [Content(key, reading, strict_json.dump(row).encode(), 0)]


def _options(connection: Connection) -> Options:
    return Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth


def _stated(key: RecordKey, event: Mapping[str, Any], row: Row, zone: ZoneInfo) -> Statement:
    """It was so from the second on in which the event was made; of several made in one the reading knows the last."""
    made = moment_text(required(moment_in(event, "created"), "created"))
    version = f"{made}#{required(text_in(event, 'id'), 'id')}"
    stated = version_stated(row, zone, version, day_in(event, "created", zone))
    return Statement(key=key, source_version=version, fact=Subscription(versions=(stated,)))
