"""What must hold of the journal at rest; it reads the objects by itself, as anybody would who has nothing but them."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from tests.simulation.world import World
from tieout.ledger.table import Item, Key


class _Line(NamedTuple):
    """A change as the journal tells it: where it must stand, of what, and that before and after it."""

    sequence: int
    place: str
    at: Key
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


def journal_violations(world: World) -> Iterator[str]:
    """No change stands twice, each stands where its moment says, and all in order lead from the first table to the last."""
    world.line.journaling.read_on()
    objects = {key: _lines(body) for key, body in world.line.journaling.objects.contents().items()}
    lines = sorted((each for of in objects.values() for each in of), key=attrgetter("sequence"))
    twice = [each.sequence for each, following in pairwise(lines) if each.sequence == following.sequence]
    if twice:
        yield f"the journal holds {len(twice)} changes more than once, {twice[0]} among them"
    for key, of in objects.items():
        yield from (f"the journal keeps {each.sequence} under {key}" for each in of if each.place != key)
    began_with, held = world.line.journaling.began_with, world.line.table.contents()
    named = {each.at for each in lines}
    replayed: dict[Key, Mapping[str, Any] | None] = dict(_images(began_with, named))
    for _, _, at, old, new in lines:
        if replayed.get(at) != old:
            yield f"the journal says that {at} was {old} before it was {new}, and it was {replayed.get(at)}"
        replayed[at] = new
    unnamed = (held.keys() | began_with.keys()) - named
    now = _images(held, named)
    differing = sorted(
        [key for key in unnamed if held.get(key) != began_with.get(key)]
        + [key for key in named if now.get(key) != replayed.get(key)]
    )
    if differing:
        yield f"the journal replayed differs from the table in {len(differing)} items, first {differing[0]}"


@lru_cache(maxsize=512)
def _lines(body: bytes) -> tuple[_Line, ...]:
    """What an object says; most are the same after a replay as before, and most lines of the others."""
    return tuple(map(_line, gzip.decompress(body).decode().splitlines()))


@lru_cache(maxsize=4096)  # more than a day has
def _line(text: str) -> _Line:
    said = json.loads(text)
    keys = said["keys"]
    return _Line(int(said["sequence"]), _place(said["at"]), (keys["pk"], keys["sk"]), said["old"], said["new"])


def _images(items: Mapping[Key, Item], keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    """What the journal says of those items."""
    return {key: _image(key, items[key]) for key in keys if key in items}


def _image(key: Key, item: Item) -> Mapping[str, Any]:
    written = {name: b64encode(value).decode() for name, value in item.items() if isinstance(value, bytes)}
    return {"pk": key[0], "sk": key[1], **item, **written}


@lru_cache(maxsize=1024)
def _place(at: str) -> str:
    moment = datetime.fromisoformat(at)
    return f"journal/date={at[:10]}/{moment.hour:02}{moment.minute:02}{moment.second // 10}0.jsonl.gz"
