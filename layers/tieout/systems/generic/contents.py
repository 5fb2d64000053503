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
from tieout.systems.generic.payloads import Event, events_of, key_of, kind_of

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
    contents = []
    for event in events_of(payload.body, payload.headers, options):
        named = None if isinstance(event, MalformedError) else _named(event, options, connection.name)
        if named is not None and not isinstance(event, MalformedError):
            key, record = named
            contents.append(Content(key, _reading(key, record, event, filling), _excerpt(event, options)))
    return contents


def kind_of_fact(name: str) -> type[Fact]:
    """The class of a canonical fact; `KeyError` for a name that is none."""
    return next(each for each in KINDS[name].kinds if each.__name__ == name)


def _named(event: Event, options: Options, connection: str) -> tuple[RecordKey, Record] | None:
    """The record an event tells of and how it is declared; None where it made no notice, or one that no flow carries."""
    try:
        key = key_of(event, options, connection)
        record = options.record_of(kind_of(event, options))
    except MalformedError:
        return None
    return None if key is None or record is None else (key, record)


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
