"""Takes people and their cards out of a delivery that is refused, before it is kept for whoever looks into it (step 1, receive).

Nothing can be made of such a delivery, so they are looked for in the raw bytes: what is wrong with it stays to be seen.
"""

from __future__ import annotations

import re
from json import JSONDecoder

NAMES = frozenset(
    {
        *("billing_address", "card", "company", "contacts", "email", "first_name", "last_name", "payment_method"),
        *("payment_source", "phone", "shipping_address", "user", "vat_number"),
    }
)
"""What people and what they pay with are called, in any resource."""

_NOTHING = "null"
_NAMED = re.compile(rf'(?<!\\)"(?:{"|".join(sorted(NAMES))})"\s*:\s*')
_DECODER = JSONDecoder(strict=False)


def without_people(body: bytes) -> bytes:
    """The body with null in the place of each; from where nobody knows the end of one, nothing more of the body."""
    text = body.decode("latin-1")  # one character for each byte, whatever they are
    kept: list[str] = []
    start = 0
    while (named := _NAMED.search(text, start)) is not None:
        kept += (text[start : named.end()], _NOTHING)
        start = _end_of_value(text, named.end())
    return "".join((*kept, text[start:])).encode("latin-1")


def _end_of_value(text: str, start: int) -> int:
    try:
        return _DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return len(text)
