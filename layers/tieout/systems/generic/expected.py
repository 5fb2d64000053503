"""What the events of a generic connection are expected to hold, as its file declares it (`holds`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, listed, text, with_field
from tieout.landscape import Connection
from tieout.systems.generic.options import options_of, steps_of

# https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#context-attributes
_ATTRIBUTES: Expected = {
    **dict.fromkeys(("id", "source", "specversion", "type"), text()),
    **dict.fromkeys(("time", "subject", "datacontenttype", "dataschema", "data_base64"), text(absent=True)),
}


def expect_deliveries(connection: Connection) -> Deliveries:
    """What an event holds; of CloudEvents what its data does, too, which stands alone where the rest stands in headers."""
    options = options_of(connection.options)
    event: Expected = _ATTRIBUTES if options.format == "cloudevents" else {}
    for path, held in options.holds.items():
        name, _, star = path.rpartition(".") if path.endswith(".*") else (path, "", "")
        field = OTHERS["*"] if star else _field(held)
        event = with_field(event, [*steps_of(name), *star], field, {})
    data = event["data"].inside if options.format == "cloudevents" and "data" in event else None
    return Deliveries({"event": event, "data": data or OTHERS}, partial(_parts, {"event": event, "data": data}))


def _field(held: str) -> Field:
    types, _, words = held.partition(": ")
    may_lack = types.endswith("?")
    return Field(
        types=frozenset(types.removesuffix("?").split("|")),
        null=may_lack,
        absent=may_lack,
        values=frozenset(word.lower() for word in words.split(", ") if word),
    )


def _parts(kinds: Mapping[str, Expected | None], outline: object) -> Iterator[tuple[str, object]]:
    is_bare = kinds["data"] is not None and isinstance(outline, Mapping) and inside(outline, "specversion") is None
    for each in listed(outline):
        yield "data" if is_bare else "event", each
