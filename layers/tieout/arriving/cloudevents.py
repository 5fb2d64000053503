"""Reads the CloudEvents 1.0 in a delivery, in whichever of the three modes of the HTTP binding it uses (step 1, receive).

Rules: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md. Each event becomes what
its structured form would be: an object with its attributes and its `data`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from tieout import strict_json
from tieout.arriving.door import Answer, refusal
from tieout.arriving.modes import Mode
from tieout.errors import MalformedError

CONTENT_TYPE_HEADER = "content-type"
ATTRIBUTE_PREFIX = "ce-"
FORMAT_UNKNOWN = "content_type_not_understood"

TAKEN = Answer(202, '{"outcome":"accepted"}')
"""Taken, and not worked off yet: section 2.2 of the webhook rules."""

BATCHED_TYPE = "application/cloudevents-batch+json"
STRUCTURED_TYPE = "application/cloudevents+json"
_OTHER_FORMATS = "application/cloudevents"  # with any other suffix: XML, Avro, Protobuf
_REQUIRED = ("id", "source", "type")
_TEXTS = (*_REQUIRED, "specversion", "time", "subject", "datacontenttype", "dataschema")
_VERSION = "1.0"
_LONGEST_PLAIN_NAME = 200
_ATTRIBUTE_NAME = re.compile("[a-z0-9]{1,50}")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
# What the specification forbids in a text: control characters, surrogates, and what is no character.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def read_events(
    body: bytes, headers: Mapping[str, str], modes: Sequence[Mode]
) -> list[dict[str, Any] | MalformedError]:
    """The events of a delivery in the order sent; one of a batch that is none is a `MalformedError` in its place.

    Raises:
        MalformedError: `content_type_not_understood` for another format or a mode the connection does not take; else if the
            delivery as a whole is no event, or no array of them.
    """
    media_type, charset = content_type(headers.get(CONTENT_TYPE_HEADER, ""))
    if charset not in {"", "utf-8"}:
        raise MalformedError(FORMAT_UNKNOWN)
    mode = _mode(media_type)
    if mode not in modes:
        raise MalformedError(FORMAT_UNKNOWN)
    if mode == "batched":
        return [_event_or_flaw(each) for each in strict_json.parse_items(body)]
    if mode == "structured":
        return [_structured(strict_json.parse(body))]
    return [_binary(body, headers, media_type)]


def unusable(reason: str) -> Answer:
    """415 for a form that is not understood, as the rules say; any other body is kept, and sending it again would not help."""
    return refusal(415 if reason == FORMAT_UNKNOWN else 200, reason)


def event_name(event: Mapping[str, Any]) -> str:
    """What names an event for good: its source and id, as one text of at most 200 characters; a digest where they are longer."""
    name = f"{event['source']}#{event['id']}"
    return name if len(name) <= _LONGEST_PLAIN_NAME else hashlib.sha256(name.encode()).hexdigest()


def _mode(media_type: str) -> Mode:
    if media_type == BATCHED_TYPE:
        return "batched"
    if media_type == STRUCTURED_TYPE:
        return "structured"
    if media_type.startswith(_OTHER_FORMATS):
        raise MalformedError(FORMAT_UNKNOWN)
    return "binary"


def content_type(text: str) -> tuple[str, str]:
    """Media type and charset in lower case, each empty where it is not said."""
    media_type, *parameters = (each.strip().lower() for each in text.split(";"))
    charsets = [each.removeprefix("charset=").strip('"') for each in parameters if each.startswith("charset=")]
    return media_type, charsets[0] if charsets else ""


def _event_or_flaw(item: object) -> dict[str, Any] | MalformedError:
    try:
        return _structured(item)
    except MalformedError as error:
        return error


def _structured(item: object) -> dict[str, Any]:
    if isinstance(item, MalformedError):
        raise item
    if not isinstance(item, dict):
        raise MalformedError("item_not_an_object")
    if "data" in item and "data_base64" in item:
        raise MalformedError("ce_data_twice")
    event = _checked({name: value for name, value in item.items() if name not in {"data", "data_base64"}})
    if "data_base64" in item:
        event["data"] = _json_data(_decoded(item["data_base64"]), _type_of_data(event))
    elif "data" in item:
        if not _is_json(_type_of_data(event)):
            raise MalformedError("ce_data_not_json")
        event["data"] = item["data"]
    return event


def _binary(body: bytes, headers: Mapping[str, str], media_type: str) -> dict[str, Any]:
    """The event whose attributes stand in headers; `Content-Type` is that of the data, which a deletion may leave out."""
    attributes = {
        name.removeprefix(ATTRIBUTE_PREFIX): _header_text(value)
        for name, value in headers.items()
        if name.startswith(ATTRIBUTE_PREFIX)
    }
    if "data" in attributes:  # the body is the data
        raise MalformedError("ce_attribute_name_malformed")
    event = _checked(attributes)
    if body:
        event["data"] = _json_data(body, media_type)
    return event


def _checked(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes, if they are those of an event.

    Raises:
        MalformedError: naming the attribute, which is ours to know, and never its value.
    """
    if any(_ATTRIBUTE_NAME.fullmatch(name) is None for name in attributes):
        raise MalformedError("ce_attribute_name_malformed")
    for name in _TEXTS:
        if not _is_text(attributes.get(name)):
            raise MalformedError(f"ce_{name}_malformed")
    if attributes.get("specversion") != _VERSION:
        raise MalformedError("ce_specversion_not_1_0")
    for name in _REQUIRED:
        if attributes.get(name) is None:
            raise MalformedError(f"ce_{name}_missing")
    return dict(attributes)


def _is_text(value: object) -> bool:
    """Whether a value can be that of an attribute; an absent one is none of this function's business."""
    return value is None or (isinstance(value, str) and value != "" and not _FORBIDDEN.search(value))


def _header_text(value: str) -> str:
    """An attribute's value: quotes undone, then one round of percent-decoding, as the HTTP binding says (3.1.3.2)."""
    if not value.isascii():
        raise MalformedError("ce_header_not_encoded")
    unquoted = _QUOTED.sub(lambda quoted: _ESCAPED.sub(r"\1", quoted[1]), value)
    if _BAD_ESCAPE.search(unquoted):
        raise MalformedError("ce_header_badly_encoded")
    try:
        text = unquote_to_bytes(unquoted).decode()
    except UnicodeDecodeError as error:
        raise MalformedError("ce_header_badly_encoded") from error
    if _FORBIDDEN.search(text):
        raise MalformedError("ce_header_badly_encoded")
    return text


def _type_of_data(event: Mapping[str, Any]) -> str:
    return content_type(str(event.get("datacontenttype") or ""))[0]


def _is_json(media_type: str) -> bool:
    """Whether data of a type is JSON; data that says nothing of its type is."""
    return not media_type or media_type in {"application/json", "text/json"} or media_type.endswith("+json")


def _json_data(raw: bytes, media_type: str) -> Any:  # noqa: ANN401 JSON is any shape until its reader has looked
    if not _is_json(media_type):
        raise MalformedError("ce_data_not_json")
    return strict_json.parse(raw)


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise MalformedError("ce_data_base64_malformed")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("ce_data_base64_malformed") from error
