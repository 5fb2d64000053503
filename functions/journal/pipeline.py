"""The journal: a batch of the ledger's stream is added to the objects its changes belong to, so that each stands there once.

Which changes come in one batch is Lambda's affair: it gives a batch again after a lost answer, in halves after an error, and
cut anew when its trigger is made again. So an object is not what a batch was, but what was changed within some seconds: a batch
adds the lines that are not there yet, and writes only if nobody else has written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tieout.errors import ConflictError
from tieout.ledger.journal import lines_by_object, packed, unpacked
from tieout.ports import ChangingObjects

ROUNDS = 8
"""How often one object is tried while others write it; then the whole batch comes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a batch: how many objects it belongs to, and how many of them it changed."""

    objects: int
    written: int


def keep(records: Iterable[Mapping[str, Any]], objects: ChangingObjects) -> Kept:
    """Return once every record stands in the journal.

    Raises:
        TieoutError: some may not; the batch must come again, in whatever parts.
    """
    found = lines_by_object(records)
    written = [_add(key, lines, objects) for key, lines in sorted(found.items())]
    return Kept(objects=len(written), written=sum(written))


def _add(key: str, lines: set[bytes], objects: ChangingObjects) -> bool:
    """Add lines to an object; whether it had to be written."""
    if objects.create(key, packed(lines)):
        return True
    for _ in range(ROUNDS):
        body, version = objects.read(key)
        there = unpacked(body)
        if lines <= there:
            return False
        if objects.replace(key, packed(there | lines), version):
            return True
    raise ConflictError(f"others keep writing {key}")
