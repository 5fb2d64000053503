"""What must hold of the journal at rest; it reads the objects by itself, as anybody would who has nothing but them."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from tests.simulation.world import World
from tieout.ledger.table import Item, Key


def journal_violations(world: World) -> Iterator[str]:
    """No change stands twice, each stands where its moment says, and all in order lead from the first table to the last."""
    world.line.journaling.read_on()
    lines = [(key, line) for key, body in world.line.journaling.objects.contents().items() for line in _lines(body)]
    twice = [number for number, count in Counter(line["sequence"] for _, line in lines).items() if count > 1]
    if twice:
        yield f"the journal holds {len(twice)} changes more than once, {twice[0]} among them"
    yield from (f"the journal keeps {line['at']} under {key}" for key, line in lines if key != _place(line["at"]))
    began_with, held = world.line.journaling.began_with, world.line.table.contents()
    named = {(line["keys"]["pk"], line["keys"]["sk"]) for _, line in lines}
    replayed = _images(began_with, named)
    for _, line in sorted(lines, key=lambda each: int(each[1]["sequence"])):
        at = (line["keys"]["pk"], line["keys"]["sk"])
        if replayed.get(at) != line["old"]:
            yield f"the journal says that {at} was {line['old']} before {line['sequence']}, and it was {replayed.get(at)}"
        if line["new"] is None:
            del replayed[at]
        else:
            replayed[at] = line["new"]
    unnamed = (held.keys() | began_with.keys()) - named
    now = _images(held, named)
    differing = sorted(
        [key for key in unnamed if held.get(key) != began_with.get(key)]
        + [key for key in named if now.get(key) != replayed.get(key)]
    )
    if differing:
        yield f"the journal replayed differs from the table in {len(differing)} items, first {differing[0]}"


@lru_cache(maxsize=512)
def _lines(body: bytes) -> tuple[Mapping[str, Any], ...]:
    """What an object says; most are the same after a replay as before."""
    return tuple(json.loads(line) for line in gzip.decompress(body).decode().splitlines())


def _images(items: Mapping[Key, Item], keys: Collection[Key]) -> dict[Key, Mapping[str, Any]]:
    """What the journal says of those items."""
    return {
        key: {"pk": key[0], "sk": key[1], **{name: _plain(value) for name, value in items[key].items()}}
        for key in keys
        if key in items
    }


@lru_cache(maxsize=1024)
def _place(at: str) -> str:
    moment = datetime.fromisoformat(at)
    return f"journal/date={at[:10]}/{moment.hour:02}{moment.minute:02}{moment.second // 10}0.jsonl.gz"


def _plain(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else value
