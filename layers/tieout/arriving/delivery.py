"""What reaches us from a source at once, as the door sees it, what its body was split into, and its outline, without values."""

from __future__ import annotations

import binascii
import functools
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from tieout import strict_json
from tieout.arriving.notice import Notice
from tieout.errors import MalformedError

_NAME = re.compile("[A-Za-z_$](?:[Ii]so8601|[A-Za-z_$:-]|[0-9](?![0-9]{3}))*", re.ASCII)
_LONGEST_NAME = 64
_DEEPEST, _WIDEST, _MOST_FORMS = 8, 400, 20  # of an outline: levels, names of an object, items of a list that differ
_BLANKS = {str: "", bool: False, type(None): None}
_BLANK_NUMBER = 9  # which equals neither truth, as 0 and 1 do
_NO_CLAIMS: Mapping[str, str] = MappingProxyType({})
BUS = "BUS"
"""The method of a delivery that is an event of another bus, which is no HTTP request."""


class Delivery(NamedTuple):
    """One request from a source, or one event of a bus.

    Attributes:
        delivery_id: unique for this request (API Gateway's request id) or event (EventBridge's id); when the sender tells the
            same again, that has another.
        method: upper case; `BUS` for an event.
        query: the raw query string without `?`, as sent.
        headers: names in lower case; of an event those that `tieout.arriving.bus_event` gives it.
        body: the raw bytes as sent, before any decoding but base64's; of an event its detail as JSON.
        claims: of a bearer token, where the gateway says that it verified one; it is kept nowhere.
        key: what stands in the path behind the connection, for senders that prove themselves by nothing but the address they
            were given; empty for any other. It is a credential: it is kept and logged nowhere.
    """

    delivery_id: str
    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    claims: Mapping[str, str] = _NO_CLAIMS
    key: str = ""


class MalformedItem(NamedTuple):
    """One item of a delivery that makes no notice; its neighbours go on."""

    position: int
    reason: str


class Split(NamedTuple):
    """What a body says: the notices in the order sent, and the items that make none.

    Attributes:
        counted: metrics of what else operators should see of it, each counted once for the delivery.
    """

    notices: tuple[Notice, ...]
    malformed: tuple[MalformedItem, ...] = ()
    counted: tuple[str, ...] = ()


def readable_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they are kept: a character that would make the kept object unreadable is U+FFFD."""
    return {strict_json.carriable(name): strict_json.carriable(value) for name, value in headers.items()}


def stated_text(stated: object, form: re.Pattern[str], name: str) -> str:
    """The text that an item of a body states where it has to, of the form it has to have; `name` is what it is, for its codes.

    Raises:
        MalformedError: with `<name>_missing` or `<name>_malformed`.
    """
    if stated is None or stated == "":
        raise MalformedError(f"{name}_missing")
    if not isinstance(stated, str) or form.fullmatch(stated) is None:
        raise MalformedError(f"{name}_malformed")
    return stated


def outline(value: object, enumerated: Collection[str], depth: int = 0) -> Any:  # noqa: ANN401 JSON values
    """A value of JSON without what it says: every text is empty, every number the same, and of items alike in a list there is one.

    Args:
        value: as a library reads it.
        enumerated: the names of fields whose texts are words of the system itself: of those the mark is told.
        depth: how far down it stands.
    """
    if isinstance(value, dict):
        held = list(value.items())[:_WIDEST] if depth < _DEEPEST else []
        return {
            told_name(name): word_mark(each)
            if name in enumerated and isinstance(each, str)
            else outline(each, enumerated, depth + 1)
            for name, each in held
        }
    if isinstance(value, list):
        forms: list[object] = []
        for each in value if depth < _DEEPEST else ():
            form = outline(each, enumerated, depth + 1)
            if form not in forms and len(forms) < _MOST_FORMS:
                forms.append(form)
        return forms
    return _BLANKS.get(type(value), _BLANK_NUMBER)


def word_mark(word: str) -> str:
    """What stands in an outline for a word, whatever its case: enough to know one of a few again, and to tell nobody any other."""
    return f"#{binascii.crc32(word.lower().encode('utf-8', 'surrogatepass')):08x}"


@functools.lru_cache(maxsize=2048)
def told_name(name: str) -> str:
    """A field's name, unless it could be somebody's data: long, with more digits in a row than names have, or an address."""
    return name if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) else "?"
