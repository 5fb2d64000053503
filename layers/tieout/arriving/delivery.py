"""One HTTP request from a source, as the receive step sees it, and what its body was split into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tieout.arriving.notice import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request from a source.

    Attributes:
        delivery_id: unique for this request (API Gateway's request id); a retry by the sender has another.
        method: upper case.
        query: the raw query string without `?`, as sent.
        headers: names in lower case.
        body: the raw bytes as sent, before any decoding but base64's.
    """

    delivery_id: str
    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MalformedItem:
    """One item of a delivery that makes no notice; its neighbours go on."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Split:
    """What a body says: the notices in the order sent, and the items that make none."""

    notices: tuple[Notice, ...]
    malformed: tuple[MalformedItem, ...] = ()
