"""Whether a secret stands where it must not; each place is one sentence."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator

from tests.simulation.signing import CANARY, PERSON
from tests.simulation.world import World

_BASE64 = re.compile(rb'"body_base64": ?"([^"]*)"')


def secrets_shown(world: World) -> Iterator[str]:
    """The webhook secrets, the sessions that somebody sends along and people of whom nothing is to be known show nowhere."""
    canary, person = CANARY.decode(), PERSON.decode()
    places = {
        "the log": world.line.log,
        "a stored object": [_readable(body) + name for name, body in world.line.archive._objects.items()],
        "the ledger": [str(item) for item in world.line.table.contents().values()],
        "a message": [
            each.body + str(each.attributes)
            for queue, dead_letters in world.line.queues()
            for each in (*queue.contents(), *dead_letters.contents())
        ],
    }
    for place, texts in places.items():
        if any(person in text for text in texts):
            yield f"a person stands in {place}"
        if any(canary in text for text in texts):
            yield f"a secret stands in {place}"


def _readable(body: bytes) -> str:
    """The text of an object, and what it holds in base64."""
    encoded = _BASE64.search(body)
    return body.decode() + (b64decode(encoded[1]).decode(errors="replace") if encoded else "")
