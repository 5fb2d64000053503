"""Closes and opens books, and approves restatements: what a controller does to the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from tieout import strict_json
from tieout.arriving.notice import RecordKey
from tieout.closing import Books, BooksState
from tieout.errors import ConflictError, PermanentError, TransientError
from tieout.ledger import keys
from tieout.ledger.gate import SHARDS, Change, changes, changes_in
from tieout.ledger.items import Lineage, late_of, late_text, stored_lineage
from tieout.ledger.late_rows import LateKind, LateRow, digest_of
from tieout.ledger.table import Absent, Condition, Equals, Item, Put, Table, Update, pages
from tieout.moments import moment_text, parse_moment
from tieout.people import is_same_person

_COUNTED_AT_ONCE = 16
_TRIES = 50  # to count up items that a commit is just checking
_PAUSE_SECONDS = 0.05


class NotApprovableError(PermanentError):
    """A restatement cannot be approved as asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFact:
    """What of a record's fact came too late for closed books.

    Attributes:
        asked: who asked for a restatement and why; None where nobody did.
        approval: who asked for a restatement and who approved it, until it is made; None where nobody did.
    """

    books: Books
    record: RecordKey
    rows: tuple[LateRow, ...]
    lineage: Lineage
    asked: str | None = None
    approval: str | None = None

    @property
    def asked_by(self) -> str:
        """Who asked for a restatement; empty where nobody did."""
        return str(strict_json.parse(self.asked.encode())["asked_by"]) if self.asked else ""

    @property
    def waits_for_approval(self) -> bool:
        """Whether any of it changes the books once somebody has approved it."""
        return any(row.kind is LateKind.TO_RESTATE for row in self.rows)

    def demand_approvable(self, by: str) -> None:
        """Return where somebody may approve what was asked for.

        Raises:
            NotApprovableError: nobody has asked for it, or who approves it has.
        """
        if self.asked is None:
            raise NotApprovableError("nobody has asked for it: `tieout periods restate` does")
        if is_same_person(self.asked_by, by):
            raise NotApprovableError("who asks for a restatement cannot approve it")


class BooksLedger:
    """The books of all companies.

    Attributes of a change are told in `tieout.ledger.gate.Change`. Whoever closes waits until all commits go by it.
    """

    def __init__(self, table: Table, pause: Callable[[float], None], shards: int = SHARDS) -> None:
        self._table = table
        self._pause = pause
        self._shards = shards

    def changes(self) -> dict[Books, Change]:
        """All books that were ever closed, with how they came to be as they are."""
        return changes(self._table)

    def change(self, books: Books, state: BooksState, by: str, reason: str, now: datetime) -> None:
        """Close or open books. When it returns, no commit passes any more that was planned before.

        Raises:
            ConflictError: somebody else is closing books of the company; once more does no harm.
            TieoutError: it may hold for some commits and not for others until it is done once more.
        """
        change = Change(state, parse_moment(moment_text(now)), by, reason, is_done=False)  # as it stands in the table
        self._write(books, change, lambda _: True)
        self._count_up()
        self._write(books, change._replace(is_done=True), lambda found: found == change)

    def late(self, books: Books | None = None) -> Iterator[LateFact]:
        """What came too late, for one closed books or for all, by records."""
        if books is not None:
            for page in pages(
                lambda after: self._table.query(keys.late_in(books), prefix=keys.WAITS_PREFIX, after=after)
            ):
                yield from (_late_fact(partition, item) for (partition, _), item in page.items)
            return
        for page in pages(lambda after: self._table.index("catalogue", keys.LATE, after=after)):
            found = self._table.get([key for key, _ in page.items])
            yield from (_late_fact(partition, item) for (partition, _), item in sorted(found.items()))

    def restated(self, books: Books) -> Iterator[LateFact]:
        """How closed books were restated, in order of time."""
        for page in pages(
            lambda after: self._table.query(keys.late_in(books), prefix=keys.RESTATED_PREFIX, after=after)
        ):
            yield from (_late_fact(partition, item) for (partition, _), item in page.items)

    def ask(self, late: LateFact, by: str, reason: str, now: datetime) -> None:
        """Ask that exactly what is shown of a record may restate closed books.

        Raises:
            NotApprovableError: nothing of it waits for an approval, or nobody says why.
            ConflictError: the difference is another one by now.
        """
        if not late.waits_for_approval:
            raise NotApprovableError("nothing of it waits to be restated")
        if not reason.strip():
            raise NotApprovableError("a restatement needs a reason")
        asked = {"asked_by": by, "reason": reason, "asked_at": moment_text(now), "digest": digest_of(late.rows)}
        shown = Equals("late", late_text(late.rows))
        key = keys.late_key(late.books, late.record)
        self._table.write([Update(key, sets={"asked": strict_json.dump(asked)}, condition=shown)])

    def approve(self, late: LateFact, by: str, now: datetime) -> None:
        """Allow what was asked for, the next time the record goes through the line.

        What is asked for goes with the entry it stands in once that changes, so what is approved is what was asked.

        Raises:
            NotApprovableError: see `LateFact.demand_approvable`.
            ConflictError: it is another one by now.
        """
        late.demand_approvable(by)
        approval = {**strict_json.parse(str(late.asked).encode()), "approved_by": by, "at": moment_text(now)}
        key = keys.late_key(late.books, late.record)
        still = Equals("asked", str(late.asked))
        self._table.write([Update(key, sets={"approval": strict_json.dump(approval)}, condition=still)])

    def _write(self, books: Books, change: Change, may: Callable[[Change | None], bool]) -> None:
        key = keys.books_key(books.version, books.legal_entity)
        item = self._table.get([key]).get(key)
        rows = changes_in(item) if item else {}
        if not may(rows.get(books.period)):  # our count went up for a state that does not stand any more
            raise ConflictError("somebody else closed or opened the same books meanwhile")
        rows[books.period] = change
        revision = int(item["revision"]) if item else 0
        unchanged: Condition = Equals("revision", revision) if item else Absent("revision")
        self._table.write([Put(key, {"revision": revision + 1, "periods": _periods_text(rows)}, unchanged)])

    def _count_up(self) -> None:
        """Count every item up; twice does no harm."""
        for some in batched(range(self._shards), _COUNTED_AT_ONCE, strict=False):
            for attempt in range(_TRIES):
                try:
                    self._table.write_each([Update(keys.gate_key(shard), adds={"count": 1}) for shard in some])
                    break
                except TransientError:
                    if attempt == _TRIES - 1:
                        raise
                    self._pause(_PAUSE_SECONDS)


def _late_fact(partition: str, item: Item) -> LateFact:
    record = RecordKey(*str(item["record"]).split("#", 2))
    asked, approval = item.get("asked"), item.get("approval")
    return LateFact(
        books=Books.of_text(partition.removeprefix(keys.LATE_PREFIX)),
        record=record,
        rows=late_of(item),
        lineage=stored_lineage(record.connection, item),
        asked=None if asked is None else str(asked),
        approval=None if approval is None else str(approval),
    )


def _periods_text(rows: dict[str, Change]) -> str:
    return strict_json.dump(
        {
            period: [str(each.state), moment_text(each.at), each.by, each.reason, each.is_done]
            for period, each in sorted(rows.items())
        }
    )
