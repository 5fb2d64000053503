"""The schemas that are published, each at the version the code has: of facts, and of messages on the bus and in queues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_type_hints

from infra.contracts.schemas import DIALECT, Schema, nullable, object_schema, schema_of, summary_of, words_of
from tieout.arriving.envelope import SCHEMA_VERSION, SOURCE_PREFIX, Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.families import KINDS
from tieout.facts.statement import ABSENCE_VERSION, Absence

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Published(NamedTuple):
    """One schema.

    Attributes:
        name: where it stands below `contracts/`, such as `facts/opportunity`.
        version: raised by hand in the code, when what was promised of the one before is not kept.
    """

    name: str
    version: int
    schema: Schema

    @property
    def path(self) -> str:
        """Its document, below `contracts/`."""
        return f"{self.name}/{self.version}.json"

    def document(self) -> Schema:
        """The schema as it is published, under a name of its own."""
        identity = f"urn:tieout:{self.name.replace('/', ':')}:{self.version}"
        return {"$schema": DIALECT, "$id": identity, **self.schema}


def published() -> tuple[Published, ...]:
    """All of them, in order of their names."""
    return tuple(sorted((*_facts(), *_messages()), key=lambda each: each.name))


def _facts() -> Iterator[Published]:
    for kind, family in KINDS.items():
        [cls] = [each for each in family.kinds if each.__name__ == kind]
        yield Published(f"facts/{_WORD.sub('_', kind).lower()}", family.version, _tagged(kind, object_schema(cls)))
    absent = {"type": "string", "enum": [str(each) for each in Absence]}
    yield Published("facts/absence", ABSENCE_VERSION, _object(summary_of(Absence), {"absence": absent}))


def _messages() -> Iterator[Published]:
    yield Published("messages/notice", SCHEMA_VERSION, _notice())
    carried: dict[str, Schema] = {
        "notices": {"type": "array", "items": _notice(), "description": "What the delivery says."},
        "outline": {"description": words_of(Envelope)["outline"]},
    }
    yield Published("messages/envelope", SCHEMA_VERSION, _event(summary_of(Envelope), carried, optional=("outline",)))
    pointer = {"pointer": {"type": "string", "description": "The object of the archive that holds the real detail."}}
    yield Published("messages/pointing_envelope", SCHEMA_VERSION, _event(_doc(Envelope.pointing_detail), pointer))
    target = {"type": "string", "description": "The planning system whose changed cells are to be written."}
    yield Published("messages/flush_request", 1, _object("Asks for a flush of a target.", {"target": target}))


def _notice() -> Schema:
    """As `Notice.plain` writes it: the record's entity and id beside the rest, the connection in the envelope."""
    hints, words = get_type_hints(Notice), words_of(Notice)
    properties: dict[str, Schema] = {each: {"type": "string"} for each in RecordKey._fields if each != "connection"}
    for name in (each for each in Notice._fields if each != "key"):
        schema = schema_of(hints[name])
        properties[name] = (nullable(schema) if Notice._field_defaults.get(name, "") is None else schema) | {
            "description": words[name]
        }
    return _object(summary_of(Notice), properties, optional=("payload",))


def _event(summary: str, carried: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """A message as EventBridge delivers it, with an envelope's head and what it carries as the detail."""
    version = {"type": "integer", "minimum": 1, "description": "Of this schema; absent: the first."}
    head = {name: schema_of(get_type_hints(Envelope)[name]) for name in ("delivery_id", "connection", "received_at")}
    detail = _object(
        "What the event says.", {"schema_version": version, **head, **carried}, optional=("schema_version", *optional)
    )
    source = {"type": "string", "pattern": f"^{re.escape(SOURCE_PREFIX)}"}
    flow = {"type": "string", "description": "The flow that wants the notices."}
    return _object(summary, {"source": source, "detail-type": flow, "detail": detail})


def _tagged(kind: str, schema: Schema) -> Schema:
    return schema | {
        "properties": {"kind": {"const": kind}, **schema["properties"]},
        "required": ["kind", *schema["required"]],
    }


def _object(summary: str, properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    required = sorted(properties.keys() - set(optional))
    return {"type": "object", "description": summary, "properties": properties, "required": required}


def _doc(function: Any) -> str:  # noqa: ANN401 any function
    return " ".join((function.__doc__ or "").split())
