"""Files as deliveries: what is found in one while it is checked, and what a system must be able to say of its files.

A file is checked whole before one row of it counts. What a check finds wrong is told so that a person at the source can act.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from tieout.landscape import Connection

MOST_TOLD = 100
_LONGEST_FOUND = 80
_LAST = 2**63  # lines nobody has


class Cause(StrEnum):
    """What a flaw says of its file as a whole, the one that explains the others first."""

    CUT_OFF = "cut_off"  # its end is missing
    BYTES = "bytes"  # they are no text of its encoding
    CONTENT = "content"


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
        told: the first of them, in the order of lines, and behind them what is wrong with the file as a whole.
    """

    def __init__(self) -> None:
        self.told: list[Flaw] = []
        self._causes: set[Cause] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def cause(self) -> Cause:
        """What explains them best, where there are any."""
        return next(each for each in Cause if each in self._causes)

    def add(self, line: int, column: str, expected: str, found: str, cause: Cause = Cause.CONTENT) -> None:
        """Count one more, and tell of it where there is room."""
        self._count += 1
        self._causes.add(cause)
        if len(self.told) < MOST_TOLD or (line or _LAST) < (self.told[-1].line or _LAST):
            readable = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in found)
            flaw = Flaw(line, column, expected, readable[:_LONGEST_FOUND])
            insort(self.told, flaw, key=lambda each: each.line or _LAST)
            del self.told[MOST_TOLD:]

    def plain(self) -> dict[str, Any]:
        """What a report holds of them, as JSON values."""
        return {"flaws": len(self), "told": [each._asdict() for each in self.told]}


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
        before: the scope of the period before, which balances for the year to date are balances behind; empty: there is none.
        after: the scope of the next period, whose balances are behind these; empty: nothing builds on this file.
    """

    batch: int
    rerun: int
    scope: str
    company: str
    period: str
    rows: int
    debit: Decimal
    credit: Decimal
    before: str = ""
    after: str = ""

    @property
    def version(self) -> str:
        """Texts that compare as batches and their reruns do."""
        return f"{self.batch:020d}.{self.rerun:010d}"


class KeptRow(NamedTuple):
    """One row of a file that counts, as it goes through the line.

    Attributes:
        record_id: of the document it is a line of.
        line: where it stands in the file.
        line_id: names it within its document; empty: nothing does.
        balance: what its amount is to be balanced in, such as the document's currency; empty: it need not be.
        amount: debit positive.
        texts: the fields that the detail's columns name, in their order, as they stand in the file but for blanks around them.
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
        is_to_date: whether its amounts are for the year to date, so that a period's are what they are more than the last one's.
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
    @property
    def is_to_date(self) -> bool: ...  # noqa: D102

    def in_period(self, record_id: str, period: str) -> str:
        """What a record of another period is called in this one; asked of feeds whose amounts are to date alone."""
        ...

    def rows(self, name: str, chunks: Iterable[bytes], checked: Checked) -> Iterator[KeptRow]:
        """The rows that count, in order, with memory for one at a time; `checked` says what the reading found when it ends."""
        ...


class FeedReaders(Protocol):
    """The capability `files` of a system: its module has this function under the name `open_feed`."""

    def __call__(self, connection: Connection, name: str, /) -> FeedReader | None:
        """What reads the file of a name; None where the name is of no feed of the connection."""
        ...


class MarkerReader(Protocol):
    """What the capability `files` has beside `open_feed`, under the name `marked_by`."""

    def __call__(self, connection: Connection, name: str, /) -> str:
        """The name of the file that an object of this name says is complete; empty where it is no marker."""
        ...


CHUNK_HEADERS = ("feed", "version", "company", "period", "columns")
"""What the kept payload of a chunk says of all its documents, beside them: see `Stated` and `FeedReader`."""
