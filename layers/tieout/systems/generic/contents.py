"""What a kept payload states of its records, by the expressions of its connection: the completing half of the record step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.arriving.payload import Payload
from tieout.errors import MalformedError, UnreadableRecordError
from tieout.facts.families import KINDS
from tieout.facts.family import Fact
from tieout.facts.reading import Content
from tieout.facts.statement import Absence, Statement
from tieout.landscape import Connection
from tieout.systems.generic.filling import Filling
from tieout.systems.generic.options import Options, Record, options_of
from tieout.systems.generic.payloads import Event, events_of, key_of, kind_of, makes_notice

# Of a CloudEvent what its sender says of the record; the rest says which event it was, and differs when the same is said again.
_SAID = ("type", "subject", "data")


def read_contents(payload: Payload, connection: Connection) -> Sequence[Content]:
    """A content for every event about a declared record, in the order sent.

    Events that make no notice are passed over: they were set aside when the payload was received.

    Raises:
        MalformedError: if the body is neither an event nor an array of them.
    """
    options = options_of(connection.options)
    filling = Filling(connection.time_zone, connection.default_currency)
    events = [
        each for each in events_of(payload.body, payload.headers, options) if not isinstance(each, MalformedError)
    ]
    noticed = [each for each in events if makes_notice(each, options, connection.name)]
    contents = []
    for position, event in enumerate(noticed):
        key, record = key_of(event, options, connection.name), options.record_of(kind_of(event, options))
        if key is not None and record is not None:
            reading = _reading(key, record, event, filling)
            contents.append(Content(key, reading, _excerpt(event, options), position))
    return contents


def kind_of_fact(name: str) -> type[Fact]:
    """The class of a canonical fact; `KeyError` for a name that is none."""
    return next(each for each in KINDS[name].kinds if each.__name__ == name)


def _reading(key: RecordKey, record: Record, event: Event, filling: Filling) -> Statement | UnreadableRecordError:
    try:
        version = filling.version(record, event)
        absence = _absence(record, event, filling)
        if absence is not None:
            return Statement(key=key, source_version=version, fact=None, absence=absence)
        fact = filling.fact(kind_of_fact(record.fact), record, event)
        return Statement(key=key, source_version=version, fact=fact)
    except UnreadableRecordError as error:
        return error


def _absence(record: Record, event: Event, filling: Filling) -> Absence | None:
    if record.deleted and filling.holds("deleted", record.deleted, event):
        return Absence.DELETED
    if record.posted and not filling.holds("posted", record.posted, event):
        return Absence.NOT_POSTED
    return None


def _excerpt(event: Event, options: Options) -> bytes:
    said: Mapping[str, Any] = event
    if options.format == "cloudevents":
        said = {name: event[name] for name in _SAID if name in event}
    return strict_json.dump(said).encode()
