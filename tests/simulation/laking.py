"""The lake beside a world: what S3 tells of the journal comes late, twice, in any order, and to functions that overlap.

It begins once the world's story is over, with a journal of its own that grows meanwhile, so it changes nothing of a seed; and
it remembers what the table held when, from the table itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from functions.journal.pipeline import keep
from functions.lake.pipeline import LakeStep, Message, derive_told
from tests.simulation.declared import landscape
from tests.simulation.world import World
from tests.support.memory_changing import MemoryChangingObjects
from tieout.errors import LostAnswerError, TransientError, UnavailableError
from tieout.lake.places import Places, addressed_dimensions
from tieout.ledger.journal import lines_by_object
from tieout.ledger.table import Item, Key

_AT_ONCE = 10
_MOST_CHANGES = 12  # of the stream that are kept at once: an object is kept in several parts
_RATES = {"told_twice": 0.1, "interrupted": 0.4, "failed": 0.05}

Contents = Mapping[Key, Item]


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Changes of the stream that come together, and the objects of the journal they belong to."""

    changes: list[dict[str, Any]]
    objects: frozenset[str]


class Laking:
    """The lake function over what the journal tells of a world; `undeclared` takes the errors nobody may see."""

    def __init__(self, seed: int, world: World) -> None:
        self._random = Random(f"lake {seed}")  # noqa: S311 it must repeat itself
        self._world = world
        self.journal = MemoryChangingObjects(io=self._io)
        self.rows = MemoryChangingObjects(io=self._io)
        self.undeclared: list[str] = []
        self.struck: Counter[str] = Counter()
        self._unread: list[_Part] = []
        self._under_way: list[str] = []
        self._told: list[str] = []
        self.journal.told = self._told.append
        self._history: list[tuple[datetime, Key, Item | None]] = []
        self._depth = 0
        self._is_calm = True
        world.line.journaling.heard = lambda key, item: self._history.append((world.schedule.now(), key, item))
        self.step = LakeStep(
            journal=self,
            rows=self.rows,
            places=Places(self, addressed_dimensions(landscape().feeds)),
            note=lambda _key, _written: None,
            note_failure=self._note_failure,
        )

    def read(self, key: str) -> tuple[bytes, str]:
        """An object of the journal."""
        self._under_way.append(key)
        return self.journal.read(key)

    def get(self, keys: list[Key]) -> Contents:
        """Items of the ledger as they are by now."""
        self._io("before ledger.get")
        contents = self._world.line.table.contents()
        return {key: contents[key] for key in keys if key in contents}

    def moments(self, count: int) -> list[datetime]:
        """Some moments of the story, the last change's among them, each at the end of a second in which something changed."""
        seconds = sorted({at.replace(microsecond=0) for at, _, _ in self._history})
        return sorted({seconds[-1], *self._random.sample(seconds, min(count, len(seconds)))})

    def held_at(self, moment: datetime) -> Contents:
        """What the table held at the end of that second."""
        held = dict(self._world.line.journaling.began_with)
        for at, key, item in self._history:
            if at.replace(microsecond=0) > moment:
                break
            if item is None:
                held.pop(key, None)
            else:
                held[key] = item
        return held

    def derive(self) -> None:
        """Keep the world's stream bit by bit, and derive all that is told of meanwhile."""
        self._unread = self._parts()
        self._is_calm = False
        while self._unread:  # what does not come in between comes when there is nothing else to do
            self._work()
            if self._unread and not self._told:
                self._grow(self._unread.pop())
        self._come_to_rest()

    def replay(self) -> None:
        """Tell of every object of the journal again, twice, in any order."""
        self._is_calm = False
        self._told.extend(2 * list(self.journal.contents()))
        self._come_to_rest()

    def _come_to_rest(self) -> None:
        for _ in range(len(self._told)):
            self._work()
        self._is_calm = True
        while self._told:
            self._work()

    def _parts(self) -> list[_Part]:
        """The stream in parts, which several shards bring in any order."""
        parts: list[_Part] = []
        stream = list(self._world.line.journaling.stream())
        while stream:
            count = self._random.randint(1, _MOST_CHANGES)
            parts.append(_Part(stream[:count], frozenset(lines_by_object(stream[:count]))))
            del stream[:count]
        self._random.shuffle(parts)
        return parts

    def _grow(self, part: _Part) -> None:
        was_calm, self._is_calm = self._is_calm, True
        keep(part.changes, self.journal)
        self._is_calm = was_calm

    def _overlap(self) -> None:
        """An object grows while it is derived, and another function derives it before this one has ended."""
        growing = next((part for part in self._unread if self._under_way[-1] in part.objects), None)
        if growing is not None:
            self.struck["overlapped"] += 1
            self._unread.remove(growing)
            self._grow(growing)
            self._work()

    def _work(self) -> None:
        """A batch as the queue gives it: what is not derived stays there, and now and then what is comes once more."""
        count = min(len(self._told), self._random.randint(1, _AT_ONCE))
        batch, self._told[-count:] = self._told[-count:], []
        self._random.shuffle(self._told)
        messages = [
            Message(str(number), json.dumps({"detail": {"object": {"key": key}}})) for number, key in enumerate(batch)
        ]
        self._depth += 1
        again = {int(message_id) for message_id in derive_told(messages, self.step)}
        self._depth -= 1
        self._told.extend(key for number, key in enumerate(batch) if number in again or self._strikes("told_twice"))

    def _io(self, point: str) -> None:
        if point.startswith("before") and self._depth == 1 and self._strikes("interrupted"):
            self._overlap()
        if self._strikes("failed"):
            raise UnavailableError(point) if point.startswith("before") else LostAnswerError(point)

    def _strikes(self, fault: str) -> bool:
        if self._is_calm or self._random.random() >= _RATES[fault]:
            return False
        self.struck[fault] += 1
        return True

    def _note_failure(self, error: Exception) -> None:
        if not isinstance(error, TransientError):
            self.undeclared.append(repr(error))
