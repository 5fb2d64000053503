"""What the senders of a landscape's connections may post and are answered, as an OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from functions.receive.request import KEY_PARAMETER
from infra.door_options import door_has_key_in_path, door_options, door_path, door_token_issuer
from tieout import __version__
from tieout.arriving.door import Answer, Door, greet_nobody
from tieout.landscape import Connection, Landscape
from tieout.systems import capability

type Document = dict[str, Any]

_TOKEN: Document = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_GREETING_METHODS = ("get", "options")


def doors_document(landscape: Landscape) -> Document:
    """The path of every connection that is posted to, with what its system proves itself by and each answer it can get."""
    connections = [each for each in landscape.connections if "webhook" in each.arrivals]
    schemes = dict(scheme for each in connections for scheme in _schemes(each, _door_of(each)))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tieout: doors",
            "version": __version__,
            "description": f"Of the landscape `{landscape.stage}`. What is posted is the sender's own; what a system's "
            "README says of it counts. A path that is not here is answered 404.",
        },
        "paths": {door_path(each): _path(each, _door_of(each)) for each in connections},
        "components": {"securitySchemes": schemes},
    }


def _door_of(connection: Connection) -> Door:
    options = capability(connection.system, "options").Options(**door_options(connection))
    door: Door = capability(connection.system, "door").open_door(options)
    return door


def _path(connection: Connection, door: Door) -> Document:
    path: Document = {"post": _delivery(connection, door)}
    for method in _greeting_methods(connection, door):
        path[method] = _greeting(connection, door, method)
    if door_has_key_in_path(connection):
        described = "What the sender proves itself by."
        path["parameters"] = [
            {
                "name": KEY_PARAMETER,
                "in": "path",
                "required": True,
                "description": described,
                "schema": {"type": "string"},
            }
        ]
    return path


def _delivery(connection: Connection, door: Door) -> Document:
    return {
        "operationId": f"deliver.{connection.name}",
        "summary": f"A delivery of {connection.system} to {connection.name}.",
        "security": _security(connection, door),
        "requestBody": {"required": True, "content": {"*/*": {}}},
        "responses": _answers(
            ("all of it is on the bus or in the archive", door.accepted),
            ("it proves nothing", door.not_authentic),
            ("authentic, and nothing can be made of it; it is kept", door.unusable("reason")),
            ("authentic, and too large; it is kept", door.too_large("reason")),
            ("the fault is ours and passes: send it again", door.unavailable),
        ),
    }


def _greeting_methods(connection: Connection, door: Door) -> list[str]:
    """The methods by which its system may ask whether it is welcome, beside those whose requests are deliveries."""
    asked = {each.lower() for each in door.methods} | (set() if door.greet is greet_nobody else set(_GREETING_METHODS))
    let_in = asked if door_token_issuer(connection) is None else asked & {"options"}  # the gateway has no other route
    return sorted(let_in - {"post"})


def _greeting(connection: Connection, door: Door, method: str) -> Document:
    return {
        "operationId": f"greet.{connection.name}.{method}",
        "summary": f"Whether {connection.system} is welcome, as it asks; no delivery.",
        "security": [],
        "responses": _answers(("it is no greeting", door.method_not_allowed()))
        | {"2XX": {"description": "What the system has to hear."}},
    }


def _answers(*cases: tuple[str, Answer]) -> Document:
    """The answers by status, in the order of their cases: several cases of one status are told together."""
    found: Document = {}
    for case, answer in cases:
        told = found.setdefault(str(answer.status), {"description": ""})
        told["description"] = "; ".join(filter(None, (told["description"], case)))
        if answer.body and "content" not in told:
            told["content"] = {answer.content_type.partition(";")[0]: {"example": answer.body}}
    return found


def _security(connection: Connection, door: Door) -> list[Document]:
    """All of its headers together; none are listed where the sender proves itself in the address or by ways of its own."""
    named: dict[str, list[str]] = {name: [] for name, _ in _schemes(connection, door)}
    return [named] if named else []


def _schemes(connection: Connection, door: Door) -> Iterator[tuple[str, Document]]:
    if door_token_issuer(connection) is not None:
        yield "token", _TOKEN
    for header in door.signature_headers:
        yield header, {"type": "apiKey", "in": "header", "name": header}
