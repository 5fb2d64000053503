"""Record ids: 15 characters that mind their case, or 18 of which the last three say which of them are upper case."""

from __future__ import annotations

import re
from collections import Counter
from string import ascii_letters, ascii_uppercase, digits

_CHECKSUM = ascii_uppercase + "012345"
_COUNTING = digits + ascii_uppercase + ascii_letters[:26]
_ID = re.compile("[0-9A-Za-z]{15}([0-9A-Za-z]{3})?")
_SHORT = 15


def checksum(short_id: str) -> str:
    """The three characters that make 15 into 18: each has a bit for every upper-case letter among five."""
    chunks = (short_id[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECKSUM[sum(1 << place for place, each in enumerate(chunk) if each in ascii_uppercase)] for chunk in chunks
    )


def expand(record_id: str) -> str:
    """An id of 15 or 18 characters in 18.

    Raises:
        ValueError: if it is no id, or its last three characters are not those of the others.
    """
    if _ID.fullmatch(record_id) is None:
        raise ValueError(f"no id: {record_id}")
    whole = record_id[:_SHORT] + checksum(record_id[:_SHORT])
    if not whole.startswith(record_id):
        raise ValueError(f"no id: {record_id}")
    return whole


class IdMaker:
    """Numbers records by the prefix of their type, in order: `006000000000001AAA` and on."""

    def __init__(self) -> None:
        self._last: Counter[str] = Counter()

    def new(self, prefix: str) -> str:
        """The next id of a type."""
        self._last[prefix] += 1
        number, written = self._last[prefix], ""
        while number:
            number, digit = divmod(number, len(_COUNTING))
            written = _COUNTING[digit] + written
        return expand(prefix + written.rjust(_SHORT - len(prefix), "0"))
