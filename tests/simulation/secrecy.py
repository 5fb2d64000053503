"""Whether a secret stands where it must not; each place is one sentence."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator

from tests.simulation.signing import CANARY, PERSON
from tests.simulation.world import World

_KEPT_APART = "rejected/"  # of deliveries that proved nothing, or of which nothing can be made
_BASE64 = re.compile(rb'"body_base64": ?"([^"]*)"')


def secrets_shown(world: World) -> Iterator[str]:
    """The webhook secrets, and the sessions that somebody sends along, show nowhere; people do not but in what is kept apart."""
    canary, person = CANARY.decode(), PERSON.decode()
    stored = {name: _readable(body) + name for name, body in world.line.archive._objects.items()}
    places = {
        "the log": world.line.log,
        "an object kept apart": [text for name, text in stored.items() if name.startswith(_KEPT_APART)],
        "a stored object": [text for name, text in stored.items() if not name.startswith(_KEPT_APART)],
        "the ledger": [str(item) for item in world.line.table.contents().values()],
        "a message": [
            each.body + str(each.attributes)
            for queue, dead_letters in world.line.queues()
            for each in (*queue.contents(), *dead_letters.contents())
        ],
    }
    for place, texts in places.items():
        if place != "an object kept apart" and any(person in text for text in texts):
            yield f"a person stands in {place}"
        if any(canary in text for text in texts):
            yield f"a secret stands in {place}"


def _readable(body: bytes) -> str:
    """The text of an object, and what it holds in base64."""
    encoded = _BASE64.search(body)
    return body.decode() + (b64decode(encoded[1]).decode(errors="replace") if encoded else "")
