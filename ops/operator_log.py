"""Appends to the operators' log, reads it, and finds what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from ops.log_objects import Version
from tieout.errors import ConflictError
from tieout.ledger.log_head import LogHead
from tieout.operator_log import EMPTY, PREFIX, Entry, Flaw, Head, Step, first_flaw, key_of, number_of

_TRIES = 1000  # behind a head that nobody has written for as many entries


class LogObjects(Protocol):
    """Where entries lie."""

    def create(self, key: str, body: bytes) -> bool:
        """Keep a new object; False, and nothing done, where there is one already."""

    def read(self, key: str, version: str = "") -> bytes:
        """An object as it is, or as one of its versions was."""

    def versions(self, prefix: str) -> Iterable[Version]:
        """Everything that was ever done to the objects of a prefix; what was stored of one, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What looking through the whole log came to.

    Attributes:
        entries: how many there are.
        head: the last entry, as the table has it.
        flaw: the first entry that is not as it was written, and why; None where all are.
        foreign: objects beside them that are no entries.
    """

    entries: int
    head: Head
    flaw: tuple[int, Flaw] | None
    foreign: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the log is as it was written."""
        return self.flaw is None and not self.foreign and not self.is_headless

    @property
    def is_headless(self) -> bool:
        """Whether the table knows of no entry, though more than one command has written one."""
        return self.head == EMPTY and self.entries > 1


class OperatorLog:
    """The log of a stage: whoever creates the object of a number has written the entry of that number, and nobody else has."""

    def __init__(self, objects: LogObjects, head: LogHead) -> None:
        self._objects = objects
        self._head = head

    def append(self, step: Step) -> Entry:
        """Write the next entry; it stands when this returns.

        Raises:
            TieoutError: it may stand or not; what it is said of must not begin.
        """
        last = self._head.read()
        for _ in range(_TRIES):
            entry = Entry(number=last.number + 1, previous=last.digest, step=step)
            if not self._objects.create(key_of(entry.number), entry.text().encode()):
                there = self.entry(entry.number)
                if there != entry:  # somebody else's, or that of a command that died before it wrote the head
                    last = Head(there.number, there.digest)
                    continue
            self._head.advance(entry)
            return entry
        raise ConflictError("the log is written by too many at once")

    def entry(self, number: int) -> Entry:
        """The entry of a number.

        Raises:
            UnreadableEntryError: what stands there is none.
            TieoutError: there is none.
        """
        return Entry.of_bytes(self._objects.read(key_of(number)))

    def newest_first(self) -> Iterator[Entry]:
        """The entries, newest first, from the last that the head knows."""
        return (self.entry(number) for number in range(self._head.read().number, 0, -1))

    def verify(self) -> Verified:
        """Read all of it, and find the first entry that was altered, removed or put elsewhere."""
        head = self._head.read()
        firsts, done, foreign = dict[int, Version](), Counter[int](), set[str]()
        for each in self._objects.versions(PREFIX):
            number = number_of(each.key)
            if number is None:
                foreign.add(each.key)
                continue
            done[number] += 1
            if not each.is_deletion:
                firsts[number] = each  # the last that is told is the first that was stored
        found = {number: self._objects.read(each.key, each.version) for number, each in firsts.items()}
        rewritten = {number for number, times in done.items() if times > 1}
        return Verified(
            entries=len(found), head=head, flaw=first_flaw(found, rewritten, head), foreign=tuple(sorted(foreign))
        )
