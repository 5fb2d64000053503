"""Entries of the operators' log, as plain values for a table or for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from ops.display import Row
from ops.operator_log import Verified
from tieout.moments import moment_text
from tieout.operator_log import Entry, key_of

SHOWN = ("number", "at", "who", "command", "end", "reason", "approved_by", "effect")


def commands(newest_first: Iterable[Entry], limit: int) -> list[Row]:
    """The commands, newest first: one that has begun and of which no end is written says so."""
    return list(islice(_commands(newest_first), limit))


def _commands(newest_first: Iterable[Entry]) -> Iterator[Row]:
    ends: dict[str, Entry] = {}
    for entry in newest_first:
        if entry.step.end is not None:
            ends[entry.step.run] = entry
        else:
            yield _command(entry, ends.pop(entry.step.run, None))


def _command(begun: Entry, ended: Entry | None) -> Row:
    step = ended.step if ended else begun.step
    return {
        "number": begun.number,
        "at": moment_text(begun.step.at),
        "who": step.who,
        "command": step.command,
        "end": str(step.end) if step.end else "none seen",
        "error": step.error,
        "reason": step.reason,
        "asked_by": step.asked_by,
        "approved_by": step.approved_by,
        "effect": step.effect,
        "arguments": dict(step.arguments),
    }


def entry_shown(entry: Entry) -> Row:
    """One entry with its place in the chain."""
    said: Mapping[str, object] = entry.step.plain()
    return {
        "number": entry.number,
        "kept_as": key_of(entry.number),
        **said,
        "previous": entry.previous,
        "hash": entry.digest,
    }


def verified_shown(found: Verified) -> Row:
    """Whether the log holds, and the first entry that does not."""
    row: Row = {
        "holds": found.holds,
        "entries": found.entries,
        "head": found.head.number,
        "head_hash": found.head.digest,
    }
    if found.flaw:
        number, flaw = found.flaw
        row |= {"first_flaw": number, "kept_as": key_of(number), "flaw": str(flaw)}
    if found.is_headless:
        row["head_missing"] = "the table knows no head: the end may have been cut off"
    return row | ({"foreign": list(found.foreign)} if found.foreign else {})
