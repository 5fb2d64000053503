"""What a kept event shows of a subscription as it was; every other resource of Chargebee is read, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import PermanentError, TransientError
from tieout.facts.reading import Content, Reading, reading_of
from tieout.fields import required, text_in
from tieout.landscape import Connection
from tieout.systems.chargebee.discounts import coupons_named
from tieout.systems.chargebee.ids import SUBSCRIPTIONS
from tieout.systems.chargebee.options import Options
from tieout.systems.chargebee.retained import subscription_in
from tieout.systems.chargebee.translate import statement_of


def read_contents(payload: Payload, connection: Connection) -> Sequence[Content]:
    """The version of its subscription that an event shows; nothing where it shows none, or names a coupon without its worth.

    Then the reading tells of the change, since it asks for the coupon too.

    Raises:
        PermanentError: nothing can be made of the payload as a whole.
    """
    row = subscription_in(strict_json.parse(payload.body))
    if row is None:
        return ()
    key = RecordKey(connection.name, SUBSCRIPTIONS.entity, required(text_in(row, "id"), "id"))
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    try:
        if coupons_named(row):
            return ()
    except PermanentError as error:
        return [Content(key, error, strict_json.dump(row).encode(), 0)]
    zone = ZoneInfo(connection.time_zone)
    reading: Reading = reading_of(partial(statement_of, key, SUBSCRIPTIONS, row, {}, options, zone))
    assert not isinstance(reading, TransientError), "nothing is asked"
    return [Content(key, reading, strict_json.dump(row).encode(), 0)]
