"""What reaches us from a source at once, as the door sees it, and what its body was split into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tieout import strict_json
from tieout.arriving.notice import Notice
from tieout.errors import MalformedError

if TYPE_CHECKING:
    import re

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
