"""What is asked of a drop that has waited for as long as it may: whether what it waits for has come by now."""

from __future__ import annotations

from functions.intake.check import CheckStep, place_of
from tieout.file_runs import Drop, FileState, run_of


def still_waits(step: CheckStep, drop: Drop) -> bool:
    """Whether a file waits for its marker, or for the balances before it, still; of a marker, for its file.

    Where another object stands in its place, or none, it does not: the other waits itself. Nor where a file of its period counts.

    Raises:
        TieoutError: nobody knows; to be asked again.
    """
    connection, name = place_of(drop.key)
    declared = step.connections.get(connection)
    if declared is None or step.incoming.there(drop.bucket, drop.key) != drop:
        return False
    marked = step.marked_by(declared, name)
    if marked:
        return step.incoming.there(drop.bucket, drop.key.removesuffix(name) + marked) is None
    run = step.ledger.run(connection, run_of(drop))
    if run is None or run.state is not FileState.WAITING:
        return False
    return step.ledger.standing(connection, run.feed, run.scope) is None
