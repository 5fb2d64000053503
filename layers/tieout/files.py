"""Files as deliveries: what is found in one while it is checked, and what a system must be able to say of its files.

A file is checked whole before one row of it counts. What a check finds wrong is told so that a person at the source can act.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol

from tieout.landscape import Connection

MOST_TOLD = 100
_LONGEST_FOUND = 80


class Flaw(NamedTuple):
    """One thing that is wrong in a file.

    Attributes:
        line: from 1, in the file; 0: the file as a whole.
        column: the name of the column and where it stands, or of what is compared.
        expected: what should stand there, in words.
        found: what does.
    """

    line: int
    column: str
    expected: str
    found: str


class Flaws:
    """What is wrong in a file: the first hundred, and how many there are.

    Attributes:
        told: the first of them, in the order found.
    """

    def __init__(self) -> None:
        self.told: list[Flaw] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, line: int, column: str, expected: str, found: str) -> None:
        """Count one more, and tell of it where there is room."""
        self._count += 1
        if len(self.told) < MOST_TOLD:
            readable = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in found)
            self.told.append(Flaw(line, column, expected, readable[:_LONGEST_FOUND]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a file says it is, by its name, header and trailer, and what was counted in it.

    Attributes:
        batch: which of its feed's files it is; a later one has a higher number.
        rerun: how often that batch was made again: a higher one replaces it.
        scope: what it stands for: an accepted file of the same scope and a lower version is replaced by it.
        company: as the file states it; empty: it states none.
        period: `2026-03`; empty: it states none, and its rows may be of several.
        rows: those that count.
        debit: the sum of the debits of its control amount, whatever the currency.
        credit: of the credits, as a positive number.
    """

    batch: int
    rerun: int
    scope: str
    company: str
    period: str
    rows: int
    debit: Decimal
    credit: Decimal

    @property
    def version(self) -> str:
        """Texts that compare as batches and their reruns do: the version of every record in the file."""
        return f"{self.batch:020d}.{self.rerun:010d}"


class KeptRow(NamedTuple):
    """One row of a file that counts, as it goes through the line.

    Attributes:
        record_id: of the document it is a line of.
        line: where it stands in the file.
        line_id: names it within its document; empty: nothing does.
        balance: what its amount is to be balanced in, such as the document's currency; empty: it need not be.
        amount: debit positive.
        texts: the fields that the detail's columns name, in their order, as they stand in the file.
    """

    record_id: str
    line: int
    line_id: str
    balance: str
    amount: Decimal
    texts: tuple[str, ...]


@dataclass(slots=True)
class Checked:
    """A file while it is read: what is wrong with it, and, once the rows are exhausted, what it is."""

    flaws: Flaws = field(default_factory=Flaws)
    stated: Stated | None = None


class FeedReader(Protocol):
    """Reads the files of one feed of a connection.

    Attributes:
        feed: its name.
        entity: the ledger's entity its records are.
        most_bytes: a file larger than that is not read.
        marker: what is appended to a file's name once it is complete; empty: it is when it is there.
        columns: the names of the texts of a row, in order.
        chunk_documents: how many documents at most go through the line together.
        has_lines: whether a document may have several rows, told apart by their `line_id`, or is one row alone.
    """

    @property
    def feed(self) -> str: ...  # noqa: D102 see above
    @property
    def entity(self) -> str: ...  # noqa: D102
    @property
    def most_bytes(self) -> int: ...  # noqa: D102
    @property
    def marker(self) -> str: ...  # noqa: D102
    @property
    def columns(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def chunk_documents(self) -> int: ...  # noqa: D102
    @property
    def has_lines(self) -> bool: ...  # noqa: D102

    def rows(self, name: str, chunks: Iterable[bytes], checked: Checked) -> Iterator[KeptRow]:
        """The rows that count, in order, with memory for one at a time; `checked` says what the reading found when it ends."""
        ...


class FeedReaders(Protocol):
    """The capability `files` of a system: its module has this function under the name `open_feed`."""

    def __call__(self, connection: Connection, name: str, /) -> FeedReader | None:
        """What reads the file of a name; None where the name is of no feed of the connection."""
        ...


CHUNK_HEADERS = ("feed", "version", "company", "period", "columns")
"""What the kept payload of a chunk says of all its documents, beside them: see `Stated` and `FeedReader`."""
