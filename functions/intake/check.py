"""The first task of a file: it is read whole, and only when nothing is wrong with it does it count.

 drop ─► its feed, by its name ─► is it complete, small enough, new? ─► row by row: is each right? ─► spread over parts by record
      ─► what the file it replaces had, and the balances before it, to the same parts ─► part by part: are its documents right?
      ─► chunks and their manifest ─► one conditional write: the run stands for its scope

Until that write nothing of the file counts, and behind it nothing of it can get lost: whoever checks the same drop again is told
the same. With memory for one part, whatever the size of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Protocol

from functions.intake.chunks import Writer, Written
from functions.intake.kept_files import KeptFiles, stated_of
from functions.intake.parts import documents_of, examine, record_text, row_line
from functions.intake.scratch import Scratch
from tieout import strict_json
from tieout.errors import ConflictError
from tieout.file_runs import (
    FILES_PREFIX,
    INCOMING_PREFIX,
    REFUSAL_OF,
    ChangedObjectError,
    Drop,
    FileRun,
    FileState,
    run_of,
)
from tieout.files import Checked, FeedReader, FeedReaders, Flaws, MarkerReader, Stated
from tieout.landscape import Connection
from tieout.ledger.files import FileLedger, Standing
from tieout.ports import Clock, Entropy, ObjectStore

_SPREAD_FOR_READ = 2  # what is kept of a row is about twice as long as the row


class Incoming(Protocol):
    """The bucket that files are dropped into."""

    def there(self, bucket: str, key: str) -> Drop | None:
        """The object as it is there now; None where there is none."""
        ...

    def content(self, drop: Drop) -> Iterator[bytes]:
        """Its bytes, in order, in pieces of about a megabyte; raises `ChangedObjectError`, also before the first."""
        ...


@dataclass(frozen=True, kw_only=True)
class CheckStep:
    """Everything the task works with.

    Attributes:
        connections: those that files can be dropped for, by name.
        open_feed: what reads a file, by its connection and name; None where the name is of no feed.
        marked_by: the file that an object of this name says is complete; empty where it is no marker.
        store: the archive.
        scratch: room for about so many bytes.
    """

    connections: Mapping[str, Connection]
    open_feed: FeedReaders
    marked_by: MarkerReader
    incoming: Incoming
    store: ObjectStore
    ledger: FileLedger
    scratch: Callable[[int], Scratch]
    clock: Clock
    entropy: Entropy


def check_file(step: CheckStep, drop: Drop) -> FileRun:
    """What became of a drop: an accepted run is to be sent, and whatever else it is stays where it is.

    Raises:
        TieoutError: nobody knows yet; to be asked again.
    """
    connection, name = place_of(drop.key)
    known = step.ledger.run(connection, run_of(drop))
    run = _begun(step, drop, connection, name, known)
    declared = step.connections.get(connection)
    if declared is None:
        return run
    marked = step.marked_by(declared, name)
    if marked:
        there = step.incoming.there(drop.bucket, drop.key.removesuffix(name) + marked)
        return replace(run, state=FileState.WAITING) if there is None else check_file(step, there)
    reader = step.open_feed(declared, name)
    if reader is None:
        return step.ledger.keep(run)
    if known is not None and known.state.was_accepted:
        return _again(known)
    run = replace(run, feed=reader.feed, entity=reader.entity)
    return _ended_unread(step, run, reader) or _checked(step, run, reader)


def place_of(key: str) -> tuple[str, str]:
    """The connection an object was dropped for, and its name behind that."""
    connection, _, name = key.removeprefix(INCOMING_PREFIX).partition("/")
    return connection, name


def _begun(step: CheckStep, drop: Drop, connection: str, name: str, known: FileRun | None) -> FileRun:
    """A drop of which nothing is known but its name, in the place of what is kept of it."""
    return FileRun(
        run=run_of(drop),
        connection=connection,
        name=name,
        drop=drop,
        state=FileState.NOT_A_FEED,
        seen_at=step.clock.now(),
        revision=known.revision if known else 0,
    )


def _ended_unread(step: CheckStep, run: FileRun, reader: FeedReader) -> FileRun | None:
    """What became of a drop that need not be read; None where it has to be."""
    if reader.marker and step.incoming.there(run.drop.bucket, run.drop.key + reader.marker) is None:
        return step.ledger.keep(replace(run, state=FileState.WAITING))
    if run.drop.size > reader.most_bytes:
        return step.ledger.keep(replace(run, state=FileState.TOO_LARGE))
    return None


def _again(known: FileRun) -> FileRun:
    """What is said of a drop that was accepted before: it goes on where it was, or there is nothing to do."""
    if known.state is FileState.ACCEPTED or known.state is FileState.STOPPED:
        return known
    return replace(known, state=FileState.DUPLICATE if known.state is FileState.DONE else FileState.OUTDATED)


def _checked(step: CheckStep, run: FileRun, reader: FeedReader) -> FileRun:
    scratch = step.scratch(_SPREAD_FOR_READ * run.drop.size)
    try:
        checked, content = _read(step, run, reader, scratch)
        if checked.stated is None:
            return _refused(step, run, checked.flaws)
        run = replace(run, content=content)
        return _compared(step, run, reader, checked, checked.stated, scratch)
    except ChangedObjectError:
        known = step.ledger.run(run.connection, run.run)
        if known is not None and known.state is FileState.WAITING:  # for nobody who drops it will drop it again
            raise
        return replace(run, state=FileState.CHANGED)
    finally:
        scratch.clear()


def _read(step: CheckStep, run: FileRun, reader: FeedReader, scratch: Scratch) -> tuple[Checked, str]:
    """What the file is by its own account, or its flaws, and the digest of its bytes; its rows are in the scratch by then.

    Where another object stands in its place, what was kept of it when it was accepted.
    """
    checked, digest = Checked(), blake2b(digest_size=32)
    try:
        for row in reader.rows(run.name, _digested(step.incoming.content(run.drop), digest.update), checked):
            record = record_text(row.record_id)
            scratch.add(record, row_line(record, row))
    except ChangedObjectError:
        kept = KeptFiles(step.ledger, step.store, reader, scratch).add_own(run)
        if kept is None:
            raise
        return Checked(stated=stated_of(kept)), kept.content
    return checked, digest.hexdigest()


def _digested(content: Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in content:
        update(piece)
        yield piece


def _compared(
    step: CheckStep, run: FileRun, reader: FeedReader, checked: Checked, stated: Stated, scratch: Scratch
) -> FileRun:
    """Compare the file with what stands for its scope, and with what it is behind."""
    run = _of(run, stated)
    behind = step.ledger.standing(run.connection, run.feed, stated.before) if stated.before else None
    if stated.before and behind is None:
        return _waiting(step, run)
    if behind is not None:
        run = _behind(step, run, behind)
    standing = step.ledger.standing(run.connection, run.feed, run.scope)
    known = step.ledger.run(run.connection, run.run)
    if standing is not None and standing.own_version >= run.own_version:
        if known is not None and known.state.was_accepted:
            return _again(known)
        ended = _outdated(step, run, standing, checked.flaws)
        if ended is not None:
            return ended
    kept = KeptFiles(step.ledger, step.store, reader, scratch)
    kept.add_replaced(run, standing)
    kept.add_behind(run, behind)
    for part in range(scratch.parts):
        examine(scratch.lines(part), checked.flaws, has_lines=reader.has_lines)
    if len(checked.flaws):
        return _refused(step, run, checked.flaws)
    return _accepted(step, run, reader, standing, behind, scratch)


def _waiting(step: CheckStep, run: FileRun) -> FileRun:
    """Keep that a file waits for the balances before it, unless these came meanwhile: whoever took them did not see it wait."""
    kept = step.ledger.keep(replace(run, state=FileState.WAITING))
    came = step.ledger.standing(run.connection, run.feed, run.before)
    return kept if came is None else check_file(step, run.drop)


def _behind(step: CheckStep, run: FileRun, behind: Standing) -> FileRun:
    """The run that joins the file with the balances it is behind: with others it is another run."""
    joined = run_of(run.drop, behind.own_version)
    known = step.ledger.run(run.connection, joined)
    return replace(run, run=joined, base_version=behind.own_version, revision=known.revision if known else 0)


def _outdated(step: CheckStep, run: FileRun, standing: Standing, flaws: Flaws) -> FileRun | None:
    """What a file is that is no newer than what stands for its scope; None where what it is behind has changed."""
    if standing.own_version > run.own_version:
        return step.ledger.keep(replace(run, state=FileState.OUTDATED))
    if standing.content != run.content:
        flaws.add(0, "batch", "a number or rerun of its own", "that of another file, which was accepted")
        return _refused(step, run, flaws)
    if standing.base_version == run.base_version:
        return step.ledger.keep(replace(run, state=FileState.DUPLICATE))
    return None


def _of(run: FileRun, stated: Stated) -> FileRun:
    return replace(
        run,
        scope=stated.scope,
        own_version=stated.version,
        before=stated.before,
        after=stated.after,
        company=stated.company,
        period=stated.period,
        rows=stated.rows,
        debit=str(stated.debit),
        credit=str(stated.credit),
    )


def _refused(step: CheckStep, run: FileRun, flaws: Flaws) -> FileRun:
    """Keep what is wrong with a file; nothing of it counts."""
    report = f"{FILES_PREFIX}{run.connection}/{run.run}/report.json"
    step.store.put(report, strict_json.dump({"file": run.name, "feed": run.feed} | flaws.plain()).encode())
    state = REFUSAL_OF[flaws.cause]
    return step.ledger.keep(replace(run, state=state, flaws=len(flaws), report=report))


def _accepted(
    step: CheckStep,
    run: FileRun,
    reader: FeedReader,
    standing: Standing | None,
    behind: Standing | None,
    scratch: Scratch,
) -> FileRun:
    writer = Writer(step.store, run, reader, step.entropy.token())
    documents = (document for part in range(scratch.parts) for document in documents_of(scratch.lines(part)))
    written = writer.write(documents)
    run = _with(run, written, standing)
    try:
        return step.ledger.accept(run, standing, behind)
    except ConflictError:
        writer.discard()
        raise


def _with(run: FileRun, written: Written, standing: Standing | None) -> FileRun:
    return replace(
        run,
        state=FileState.ACCEPTED,
        documents=written.documents,
        gone=written.gone,
        chunks=written.chunks,
        manifest=written.manifest,
        replaced=standing.run if standing else "",
    )
