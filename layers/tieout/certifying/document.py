"""A certificate as bytes: one text for one content, its digest, and where two of them differ first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tieout import strict_json

PREFIX = "certificates/"
"""Where certificates are kept in the archive."""

_ABSENT = "absent"
_SHOWN = 120  # characters of a value


class Difference(NamedTuple):
    """Where two certificates differ, as a path of names and places, and what either says there."""

    path: str
    one: str
    other: str

    def __str__(self) -> str:
        return f"{self.path}: {self.one} and not {self.other}"


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one text of a content: names in order, no blanks, no number with a fraction."""
    return strict_json.dump(content).encode()


def digest_of(text: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(text).hexdigest()


def first_difference(one: object, other: object) -> Difference | None:
    """The first place where two contents differ, in order of names; None where they are the same."""
    return next(differences(one, other), None)


def differences(one: object, other: object, path: str = "") -> Iterator[Difference]:
    """Every place where two contents differ, in order."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            yield from differences(one.get(name, _ABSENT), other.get(name, _ABSENT), f"{path}/{name}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for place in range(max(len(one), len(other))):
            left, right = (some[place] if place < len(some) else _ABSENT for some in (one, other))
            yield from differences(left, right, f"{path}/{place}")
    elif type(one) is not type(other) or one != other:
        yield Difference(path or "/", _shown(one), _shown(other))


def _shown(value: object) -> str:
    text = strict_json.dump(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
