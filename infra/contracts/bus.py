"""What travels on the bus and in the queues of a landscape, as an AsyncAPI 3 document: https://www.asyncapi.com/docs/reference/specification/v3.0.0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from infra.contracts.published import Published
from infra.contracts.schemas import DIALECT
from tieout import __version__
from tieout.arriving.envelope import SOURCE_PREFIX, UNROUTED
from tieout.landscape import Landscape

type Document = dict[str, Any]

_NOTICES = ("envelope", "pointing_envelope")
_REASON: Document = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "The class of what it failed with."},
        "reason": {"type": "string", "description": "In our own words, where there is more to say."},
    },
}


class _Channel(NamedTuple):
    """The bus or a queue; `sender` and `receiver` are steps of the line, None where neither is ours."""

    name: str
    title: str
    messages: tuple[str, ...]
    sender: str | None
    receiver: str | None


def bus_document(landscape: Landscape, schemas: Iterable[Published]) -> Document:
    """Every channel, who sends to it and receives from it, and what; schemas by the places of their documents."""
    messages = {each.name.removeprefix("messages/"): each for each in schemas if each.name.startswith("messages/")}
    channels = _channels(landscape)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tieout: bus and queues",
            "version": __version__,
            "description": f"Of the landscape `{landscape.stage}`. Queues have no names of their own: outputs of the stacks tell "
            "their addresses. Delivery is at least once, in any order.",
        },
        "defaultContentType": "application/json",
        "channels": {each.name: _channel(each) for each in channels},
        "operations": dict(each for channel in channels for each in _operations(channel)),
        "components": {"messages": {name: _message(messages[name]) for name in sorted(_used(channels))} | _others()},
    }


def _channels(landscape: Landscape) -> tuple[_Channel, ...]:
    flows = [(flow.name, f"flow {flow.name}: {', '.join(flow.entities)}", "record") for flow in landscape.flows]
    relayed = [each.name for each in landscape.connections if "bus" in each.arrivals]
    return (
        _Channel("bus", f"The event bus; sources begin with `{SOURCE_PREFIX}`.", _NOTICES, "receive", None),
        *(_Channel(f"work.{name}", f"The queue of {title}.", _NOTICES, None, step) for name, title, step in flows),
        *(
            _Channel(f"parked.{name}", f"What could not be recorded of {title}.", ("parked",), step, None)
            for name, title, step in flows
        ),
        _Channel(f"work.{UNROUTED}", "What no flow wants: it is counted as ignored.", _NOTICES, None, "record"),
        *(
            _Channel(
                f"flush.{each.name}",
                f"Requests to write changed cells of {each.name}, first in, first out.",
                ("flush_request",),
                "record",
                "deliver",
            )
            for each in landscape.targets
        ),
        *(
            _Channel(f"relay.{name}", f"Events of another bus for {name}.", ("foreign_event",), None, "relay")
            for name in relayed
        ),
    )


def _channel(channel: _Channel) -> Document:
    return {
        "address": None,
        "description": channel.title,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in channel.messages},
    }


def _operations(channel: _Channel) -> Iterable[tuple[str, Document]]:
    for action, step in (("send", channel.sender), ("receive", channel.receiver)):
        if step is not None:
            yield (
                f"{step}.{action}.{channel.name}",
                {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{channel.name}"},
                    "messages": [{"$ref": f"#/channels/{channel.name}/messages/{name}"} for name in channel.messages],
                },
            )


def _used(channels: Iterable[_Channel]) -> set[str]:
    return {name for channel in channels for name in channel.messages} - _others().keys()


def _message(schema: Published) -> Document:
    return {"summary": schema.schema["description"], "payload": _payload(schema.path)}


def _others() -> dict[str, Document]:
    """Messages whose bodies are not, or not always, ours to promise."""
    return {
        "parked": {
            "summary": "A notice alone in its envelope, or a whole message nobody can read, with why it lies here.",
            "headers": _REASON,
            "payload": {},
        },
        "foreign_event": {
            "summary": "An event as its sender put it on its bus: https://docs.aws.amazon.com/eventbridge/latest/ref/overview.html",
            "payload": {},
        },
    }


def _payload(path: str) -> Document:
    return {"schemaFormat": f"application/schema+json;version={DIALECT.split('/')[-2]}", "schema": {"$ref": path}}
