"""What events that are listed show that subscriptions have been, as the same events show it when they are posted; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tieout.arriving.payload import Payload
from tieout.facts.listing import Step
from tieout.facts.statement import Statement
from tieout.fields import Row
from tieout.landscape import Connection
from tieout.systems.chargebee.contents import read_contents
from tieout.systems.chargebee.retained import retained_of


def steps_of(events: Sequence[Row], connection: Connection) -> Iterator[Step]:
    """A step for each event that says what a subscription was; of any other the list of subscriptions tells what there is."""
    for event in events:
        said = retained_of(event)
        for content in read_contents(Payload({}, said), connection) if said is not None else ():
            if isinstance(content.reading, Statement):
                yield Step(content.key, content.reading.source_version, said or b"")
