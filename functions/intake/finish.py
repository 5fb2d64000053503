"""The last tasks of a file: its run is done, and what builds on it is to be checked again; or nothing could be done, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from functions.intake.check import place_of
from tieout.file_runs import Drop, FileRun, FileState, run_of
from tieout.ledger.files import FileLedger
from tieout.ports import Clock

UNFINISHED = "unfinished"


@dataclass(frozen=True, kw_only=True)
class FinishStep:
    """Everything these tasks work with."""

    ledger: FileLedger
    clock: Clock


class Finished(NamedTuple):
    """How a run ended, or that it has not, and the drop that is to be checked because of it."""

    outcome: str
    following: Drop | None = None


def finish_file(step: FinishStep, connection: str, run: str) -> Finished:
    """Mark a run as done, if all its chunks are on the bus. Raises `TieoutError`: to be asked again."""
    found = step.ledger.run(connection, run)
    if found is None:
        return Finished(UNFINISHED)
    if found.state is FileState.ACCEPTED:
        if step.ledger.sent(connection, run) < found.chunks:
            return Finished(UNFINISHED)
        found = step.ledger.keep(replace(found, state=FileState.DONE, ended_at=step.clock.now(), failing=""))
    if found.state is not FileState.DONE:
        return Finished(str(found.state))
    return Finished(str(found.state), _following(step, found))


def fail_file(step: FinishStep, drop: Drop, error: str) -> FileState:
    """Keep that a drop could not be checked, or its run not be sent, and the class of what stood in the way."""
    connection, name = place_of(drop.key)
    mine = [each for each in step.ledger.runs(connection) if each.drop == drop]
    under_way = [each for each in mine if each.state is FileState.ACCEPTED]
    for run in under_way:
        step.ledger.keep(replace(run, failing=error))
    if not under_way:
        known = next((each for each in mine if each.run == run_of(drop)), None)
        run = FileRun(
            run=run_of(drop),
            connection=connection,
            name=name,
            drop=drop,
            state=FileState.FAILED,
            seen_at=step.clock.now(),
            failing=error,
            revision=known.revision if known else 0,
        )
        if known is None or not known.state.was_accepted:
            step.ledger.keep(run)
    return FileState.FAILED


def _following(step: FinishStep, run: FileRun) -> Drop | None:
    """The newest file of the period after, where it waits for this one or was joined with an older one."""
    if not run.after:
        return None
    standing = step.ledger.standing(run.connection, run.feed, run.after)
    known = [
        each
        for each in step.ledger.runs(run.connection)
        if (each.feed, each.scope) == (run.feed, run.after)
        and (each.state is FileState.WAITING or (standing is not None and each.run == standing.run))
    ]
    newest = max(known, key=lambda each: (each.own_version, each.state is not FileState.WAITING), default=None)
    if newest is None or (newest.state is not FileState.WAITING and newest.base_version == run.own_version):
        return None
    return newest.drop
