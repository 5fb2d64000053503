"""Files that were dropped, as operators find, stop and resume them; what becomes of them is the intake's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ops.place import Place
from tieout import strict_json
from tieout.errors import MalformedError, PermanentError, UnreadableRecordError
from tieout.file_runs import Drop, FileRun, FileState
from tieout.ledger.files import FileLedger
from tieout.moments import moment_text

Row = dict[str, Any]
_OVER = frozenset({FileState.DONE, FileState.REPLACED, FileState.DUPLICATE, FileState.OUTDATED})


class NothingToResumeError(PermanentError):
    """Nothing more can come of the file; the message says why."""


def newest(place: Place, connection: str) -> list[FileRun]:
    """What was dropped for a connection and is kept, newest first."""
    return sorted(FileLedger(place.table).runs(connection), key=lambda each: each.seen_at, reverse=True)


def waiting(place: Place, connection: str) -> int:
    """How many drops wait for their marker or for the balances before, in whose place no other file stands."""
    runs = list(FileLedger(place.table).runs(connection))
    taken = {(each.feed, each.scope) for each in runs if each.state.was_accepted}
    return sum(each.state is FileState.WAITING and (each.feed, each.scope) not in taken for each in runs)


def found(place: Place, connection: str, wanted: str) -> FileRun:
    """The run that begins with the digits wanted, or the newest of a file of that name.

    Raises:
        UnreadableRecordError: there is none.
    """
    for each in newest(place, connection):
        if each.run.startswith(wanted) or each.name == wanted:
            return each
    raise UnreadableRecordError(f"nothing of {wanted} is kept for {connection}")


def stop(place: Place, run: FileRun) -> FileRun:
    """Send nothing more of a run; what is sent stays. Raises `UnreadableRecordError` where it is not under way."""
    if run.state is not FileState.ACCEPTED:
        raise UnreadableRecordError(f"{run.name} is not under way: {run.state}")
    return FileLedger(place.table).keep(
        replace(run, state=FileState.STOPPED, ended_at=datetime.now(UTC), asked_by=place.who)
    )


def resume(place: Place, run: FileRun) -> FileRun:
    """Have a file taken up where it is: sent on, or checked once more where it was never accepted.

    Raises:
        NothingToResumeError: it is done, or another file stands in its place.
    """
    if run.state in _OVER:
        raise NothingToResumeError(f"{run.name} cannot go on: {run.state}")
    machine = place.file_machine
    if run.state is FileState.STOPPED:
        run = FileLedger(place.table).keep(replace(run, state=FileState.ACCEPTED, ended_at=None, asked_by=place.who))
    place.start(machine, run.drop.plain())
    return run


def begin(place: Place, event: str) -> None:
    """Have the file checked that an event of its bucket tells of, as the rule would have.

    Raises:
        MalformedError: it tells of none.
    """
    try:
        detail = strict_json.parse(event.encode())["detail"]
        told = detail["object"]
        drop = Drop(detail["bucket"]["name"], told["key"], told["etag"], told["size"])
    except (KeyError, TypeError) as error:
        raise MalformedError("event_of_no_object") from error
    place.start(place.file_machine, drop.plain())


def run_row(place: Place, run: FileRun) -> Row:
    """A drop: what became of it, and of an accepted one how much of it is on the bus."""
    sent = FileLedger(place.table).sent(run.connection, run.run) if run.state.was_accepted else 0
    batch, rerun = map(int, run.own_version.split(".")) if run.own_version else (None, None)
    return {
        "connection": run.connection,
        "run": run.run,
        "file": run.name,
        "state": str(run.state),
        "seen_at": moment_text(run.seen_at),
        "feed": run.feed or None,
        "batch": batch,
        "rerun": rerun,
        "company": run.company or None,
        "period": run.period or None,
        "rows": run.rows,
        "documents": run.documents,
        "gone": run.gone,
        "debit": run.debit or None,
        "credit": run.credit or None,
        "bytes": run.drop.size,
        "chunks": run.chunks,
        "sent": sent,
        "sent_percent": 100 * sent // run.chunks if run.chunks else None,
        "flaws": run.flaws,
        "failing": run.failing or None,
        "asked_by": run.asked_by or None,
        "ended_at": moment_text(run.ended_at) if run.ended_at else None,
    }


def report_of(place: Place, run: FileRun) -> list[Mapping[str, Any]]:
    """The first hundred flaws of a refused file: line, column, expected, found; none of any other."""
    if not run.report:
        return []
    told: list[Mapping[str, Any]] = strict_json.parse(place.archive.get(run.report))["told"]
    return [{name: flaw[name] for name in ("line", "column", "expected", "found")} for flaw in told]
