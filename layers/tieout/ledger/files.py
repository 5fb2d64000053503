"""The part of the ledger that tells of files: what became of each drop, which file stands for what, and how far a run has come.

FILE#<connection> / RUN#<run>                  a drop, and the run it is
FILE#<connection> / SCOPE#<feed>/<scope>       the accepted run that stands for a scope, for good
FILE#<connection> / SENT#<run>#<chunk>         that a chunk is on the bus; where it is missing, the chunk goes there once more

That a file is accepted is one transaction: its run, its scope, and that the file it replaces is replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from tieout import strict_json
from tieout.file_runs import FileRun, FileState, run_of
from tieout.ledger import keys
from tieout.ledger.retention import DEFAULT_DAYS, EXPIRES_AT, expires_at
from tieout.ledger.table import Absent, Check, Condition, Delete, Equals, Item, Key, Put, Table, Update, Write, pages


class Standing(NamedTuple):
    """The accepted file that stands for a scope.

    Attributes:
        own_version: of the file itself; see `tieout.file_runs.FileRun`.
        base_version: of what it was joined with.
        content: digest of its bytes.
    """

    run: str
    own_version: str
    base_version: str
    content: str


class FileLedger:
    """Drops, runs and scopes.

    Args:
        table: the ledger's.
        kept_days: how long is kept what no later file is compared with.
    """

    def __init__(self, table: Table, kept_days: int = DEFAULT_DAYS) -> None:
        self._table = table
        self._kept_days = kept_days

    def run(self, connection: str, run: str) -> FileRun | None:
        """A run as it is now; None where there is none."""
        key = keys.file_run_key(connection, run)
        item = self._table.get([key]).get(key)
        return None if item is None else _run(key, item)

    def runs(self, connection: str) -> Iterator[FileRun]:
        """Every drop of a connection that is kept, in no order."""
        partition = keys.files_of(connection)
        for page in pages(lambda after: self._table.query(partition, prefix=keys.RUN_PREFIX, after=after)):
            for key, item in page.items:
                yield _run(key, item)

    def standing(self, connection: str, feed: str, scope: str) -> Standing | None:
        """The accepted file that stands for a scope; None where none was accepted yet."""
        key = keys.scope_key(connection, feed, scope)
        item = self._table.get([key]).get(key)
        return None if item is None else Standing(*(str(item[name]) for name in Standing._fields))

    def keep(self, run: FileRun) -> FileRun:
        """Keep a run as it is now; as it is kept. Raises `ConflictError` where somebody else changed it."""
        self._table.write([self._put(run)])
        return replace(run, revision=run.revision + 1)

    def accept(self, run: FileRun, instead_of: Standing | None, behind: Standing | None) -> FileRun:
        """Let a run stand for its scope from now on; as it is kept.

        Args:
            run: accepted.
            instead_of: what stood for its scope when it was joined with what that had.
            behind: what stood for the scope before it, where it was joined with that.

        Raises:
            ConflictError: something else stands there by now: look again.
        """
        scope = keys.scope_key(run.connection, run.feed, run.scope)
        standing = Standing(run.run, run.own_version, run.base_version, run.content)
        writes: list[Write] = [self._put(run), Put(scope, standing._asdict(), _is_still(instead_of))]
        if behind is not None:
            before = keys.scope_key(run.connection, run.feed, run.before)
            writes.append(Check(before, Equals("own_version", behind.own_version)))
            writes.append(Delete(keys.file_run_key(run.connection, run_of(run.drop))))  # it waits no more
        if instead_of is not None:
            sets: dict[str, str | int] = {
                "state": str(FileState.REPLACED),
                EXPIRES_AT: expires_at(run.seen_at, self._kept_days),
            }
            key = keys.file_run_key(run.connection, instead_of.run)
            writes.append(Update(key, sets=sets, adds={"revision": 1}))
        self._table.write(writes)
        return replace(run, revision=run.revision + 1)

    def seen(self, connection: str, run: str, chunk: int) -> tuple[FileRun | None, bool]:
        """A run as it is now, and whether a chunk of it is on the bus."""
        key, sent = keys.file_run_key(connection, run), keys.sent_key(connection, run, chunk)
        found = self._table.get([key, sent])
        return (_run(key, found[key]) if key in found else None), sent in found

    def note_sent(self, connection: str, run: str, chunk: int, now: datetime) -> None:
        """Keep that a chunk is on the bus; once more is the same."""
        self._table.write([Put(keys.sent_key(connection, run, chunk), {EXPIRES_AT: expires_at(now, self._kept_days)})])

    def sent(self, connection: str, run: str) -> int:
        """How many chunks of a run are on the bus."""
        partition, prefix = keys.sent_key(connection, run)
        return sum(
            len(page.items) for page in pages(lambda after: self._table.query(partition, prefix=prefix, after=after))
        )

    def _put(self, run: FileRun) -> Put:
        item: Item = {
            "run": strict_json.dump(run.plain()),
            "state": str(run.state),
            "failing": run.failing,
            "revision": run.revision + 1,
        }
        if not run.state.was_accepted:  # of an accepted one, whatever is dropped later has to know
            item = {**item, EXPIRES_AT: expires_at(run.seen_at, self._kept_days)}
        condition: Condition = Equals("revision", run.revision) if run.revision else Absent("revision")
        return Put(keys.file_run_key(run.connection, run.run), item, condition)


def _is_still(standing: Standing | None) -> Condition:
    return Absent("run") if standing is None else Equals("run", standing.run)


def _run(key: Key, item: Item) -> FileRun:
    plain = strict_json.parse(str(item["run"]).encode()) | {"state": item["state"], "failing": item["failing"]}
    connection, run = key[0].removeprefix(keys.files_of("")), key[1].removeprefix(keys.RUN_PREFIX)
    return FileRun.of_plain(connection, run, plain, int(item["revision"]))
