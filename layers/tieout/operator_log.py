"""The operators' log: what people had done, each entry with the hash of the one before it; and what is wrong with it. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from tieout import strict_json
from tieout.errors import MalformedError, PermanentError
from tieout.moments import moment_text, parse_moment

PREFIX = "operator-log/"
_KEY = re.compile(r"operator-log/([0-9]{12})\.json")


class UnreadableEntryError(PermanentError):
    """What stands in the place of an entry is none."""


class End(StrEnum):
    """What came of a command."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is said of a command before it changes anything, and again once it has ended.

    Attributes:
        run: tells the commands apart, and joins both steps of one.
        arguments: as they were given; never secrets, nor contents of files.
        reason: why; empty where nobody said so.
        end: None before the command has done anything.
        error: the class of what it was refused with.
        effect: the hash of what it told that it did (`effect_of`); empty where it told nothing.
        asked_by, approved_by: where it takes two people.
    """

    run: str
    at: datetime
    who: str
    command: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    end: End | None = None
    error: str = ""
    effect: str = ""
    asked_by: str = ""
    approved_by: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it, without what is not said."""
        found = {name: getattr(self, name) for name in self.__slots__} | {"at": moment_text(self.at)}
        return {name: value for name, value in found.items() if value not in ("", None)}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Self:
        """The step that `plain` wrote."""
        end = End(plain["end"]) if "end" in plain else None
        return cls(**{**plain, "at": parse_moment(plain["at"]), "end": end})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry.

    Attributes:
        number: from 1 on, without gaps.
        previous: the hash of the entry before it; empty in the first.
    """

    number: int
    previous: str
    step: Step

    @property
    def digest(self) -> str:
        """Its hash: SHA-256 of its canonical JSON, in hexadecimal digits."""
        return _digest(self._plain())

    def text(self) -> str:
        """As it is stored: canonical JSON, with its own hash."""
        return strict_json.dump(self._plain() | {"hash": self.digest})

    def _plain(self) -> dict[str, Any]:
        return {"number": self.number, "previous": self.previous, "step": self.step.plain()}

    @classmethod
    def of_bytes(cls, stored: bytes) -> Self:
        """The entry that was stored.

        Raises:
            UnreadableEntryError: it is none, or not as it was written.
        """
        try:
            plain = strict_json.parse(stored)
            entry = cls(number=plain["number"], previous=plain["previous"], step=Step.of_plain(plain["step"]))
        except (MalformedError, LookupError, TypeError, ValueError) as error:
            raise UnreadableEntryError("it cannot be read") from error
        if entry.text().encode() != stored:
            raise UnreadableEntryError("its own hash is another")
        return entry


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, as the ledger's table knows it."""

    number: int
    digest: str


EMPTY = Head(0, "")
"""The head of a log in which nothing stands yet."""


class Flaw(StrEnum):
    """What is wrong with an entry, in the words for people."""

    REMOVED = "it is removed"
    REORDERED = "another entry stands in its place"
    ALTERED = "it is altered"
    WRITTEN_AGAIN = "its object was deleted or written again"


def key_of(number: int) -> str:
    """The name of the object of an entry."""
    return f"{PREFIX}{number:012}.json"


def number_of(key: str) -> int | None:
    """The number of the entry whose object has that name; None where it is no such name."""
    found = _KEY.fullmatch(key)
    return int(found[1]) if found else None


def effect_of(told: object) -> str:
    """The hash of what a command told that it did, as `--json` prints it."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()


def first_flaw(found: Mapping[int, bytes], rewritten: Collection[int], head: Head) -> tuple[int, Flaw] | None:
    """The first entry that is not as it was written, and what is wrong with it; None where all are.

    Gone through from the end: the head tells the hash of the last entry, and each that stands as it was written the hash of
    the one before it. What stands behind the head is of a command that died before it wrote the head.

    Args:
        found: by number, what was stored there first.
        rewritten: where it was deleted or stored again since.
        head: the last entry, as the table has it.
    """
    flawed, said = None, ""
    for number in range(max((*found, head.number)), 0, -1):
        flaw, said = _judged(number, found.get(number), said, head)
        flaw = flaw or (Flaw.WRITTEN_AGAIN if number in rewritten else None)
        flawed = (number, flaw) if flaw else flawed
    return flawed


def _judged(number: int, stored: bytes | None, said: str, head: Head) -> tuple[Flaw | None, str]:
    """What is wrong with an entry, and what it says is the hash of the one before it; empty where it is not to be believed."""
    if stored is None:
        return Flaw.REMOVED, ""
    try:
        entry = Entry.of_bytes(stored)
    except UnreadableEntryError:
        return Flaw.ALTERED, ""
    if entry.number != number:
        return Flaw.REORDERED, ""
    told = {said, head.digest if number == head.number else ""} - {""}
    if told - {entry.digest} or (number == 1 and entry.previous):
        return Flaw.ALTERED, ""
    return None, entry.previous


def _digest(plain: object) -> str:
    return hashlib.sha256(strict_json.dump(plain).encode()).hexdigest()
