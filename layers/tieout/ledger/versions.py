"""Every version of a record's fact that the ledger ever held, with what each moved in which cells, by the journal: pure.

What a version moved is the difference of what the fact contributed then and before, cell by cell. A commit in several steps is one
version: its first step names the fact as unfinished, and what it was before that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tieout.arriving.notice import RecordKey
from tieout.closing import Books
from tieout.ledger import keys
from tieout.ledger.items import Lineage, fact_lineage, held_for_of, late_of, parts_of
from tieout.ledger.journal_lines import Line
from tieout.ledger.late_rows import LateRow
from tieout.ledger.part import Part
from tieout.ledger.table import Item, Key
from tieout.planning.mapping import MappingKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a fact adds to a cell since a version of it, and what it added before.

    Attributes:
        books: whose closing protects the cell.
    """

    target: str
    intersection_id: str
    measure: str
    books: Books
    before_minor: int
    after_minor: int

    @property
    def cell_id(self) -> str:
        """The cell."""
        return f"{self.intersection_id}:{self.measure}"

    @property
    def key(self) -> Key:
        """Where the cell's intersection stands."""
        return keys.cell_key(self.target, self.intersection_id)

    @property
    def moved_minor(self) -> int:
        """By how much it moved the cell's total."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What a record was, from one commit to the next.

    Attributes:
        begun_at: the second its commit began in; another than that it ended in where it took several steps.
        moves: of the cells that it moved, in order of target, intersection and measure.
        replaces: the revision of the version before; 0 where there was none.
        late: what of it came too late for closed books.
    """

    record: RecordKey
    revision: int
    source_version: str
    kind: str
    outcome: str
    held_for: MappingKey | None
    lineage: Lineage
    begun_at: datetime
    at: datetime
    moves: tuple[Move, ...]
    late: tuple[LateRow, ...]
    replaces: int


def versions_of(lines: Iterable[Line]) -> Iterator[Version]:
    """The versions of one fact, oldest first, of all changes of its item in any order; a commit under way is none yet."""
    steps: list[Line] = []
    for line in sorted(lines):
        if line.new is None or _revision(line.old) == _revision(line.new):  # a reading that confirmed it
            continue
        steps.append(line)
        if not line.new.get("unfinished"):
            yield _version(steps[0], line, line.new)
            steps = []


def _revision(item: Item | None) -> int:
    return int(item["revision"]) if item else 0


def _version(begun: Line, ended: Line, item: Item) -> Version:
    return Version(
        record=keys.record_of(ended.key),
        revision=int(item["revision"]),
        source_version=str(item["source_version"]),
        kind=str(item["kind"]),
        outcome=str(item["outcome"]),
        held_for=held_for_of(item),
        lineage=fact_lineage(ended.key, item),
        begun_at=begun.at,
        at=ended.at,
        moves=tuple(_moves(begun.old, item)),
        late=late_of(item),
        replaces=_revision(begun.old),
    )


def _moves(before: Item | None, after: Item) -> Iterator[Move]:
    old, new = (_parts(each) for each in (before, after))
    found = {name: new.get(name) or old[name] for name in old.keys() | new.keys()}
    for name, part in sorted(found.items(), key=lambda each: (each[1].target, each[0])):
        was, becomes = (each[name].minor_by_measure() if name in each else {} for each in (old, new))
        for measure in sorted(was.keys() | becomes.keys()):
            move = Move(
                target=part.target,
                intersection_id=name,
                measure=measure,
                books=part.books,
                before_minor=was.get(measure, 0),
                after_minor=becomes.get(measure, 0),
            )
            if move.moved_minor:
                yield move


def _parts(item: Item | None) -> dict[str, Part]:
    return parts_of(str(item["contributions"])) if item else {}
