"""What events that are listed tell that subscriptions have been, as the same events tell it when they are posted; pure.

An event that says it whole states a version of its subscription, under the name that it has in the ledger. Any other tells only
that something happened: one in another version of the API, one that names coupons or tiers by their ids, and every one of a
connection that keeps nothing of events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.facts.listing import Step
from tieout.facts.statement import Statement
from tieout.fields import Row, moment_in, part_of, required, text_in
from tieout.landscape import Connection
from tieout.moments import moment_text
from tieout.systems.stripe.contents import read_contents
from tieout.systems.stripe.ids import SUBSCRIPTION, entity_of
from tieout.systems.stripe.retained import retained_of


def steps_of(events: Sequence[Row], connection: Connection) -> Iterator[Step]:
    """A step for each event; raises `UnreadableRecordError` where one does not say when it was made, or of what."""
    for event in events:
        record_id = required(text_in(part_of(part_of(event, "data") or {}, "object") or {}, "id"), "id")
        if entity_of(record_id) != SUBSCRIPTION:
            continue
        key = RecordKey(connection.name, SUBSCRIPTION, record_id)
        yield _stated(key, event, connection) or Step(
            key, moment_text(required(moment_in(event, "created"), "created"))
        )


def _stated(key: RecordKey, event: Row, connection: Connection) -> Step | None:
    said = retained_of(strict_json.dump(event).encode()) if connection.keeps_payloads else None
    if said is None:
        return None
    for content in read_contents(Payload({}, said), connection):
        if isinstance(content.reading, Statement) and content.key == key:
            return Step(key, content.reading.source_version, said)
    return None
