"""Files that were dropped into a stage that operators work on."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.support.operated_stage import OperatedStage
from tieout.file_runs import Drop, FileRun, FileState, run_of
from tieout.ledger.files import FileLedger


def drop_files(stage: OperatedStage, connection: str) -> None:
    """A file of a million rows under way, and one that is refused."""
    for name, state in (("GL_2026-11_0000012345_02.csv", FileState.ACCEPTED), ("x.csv", FileState.REFUSED)):
        dropped = Drop("drops", f"incoming/{connection}/{name}", f"etag of {name}", 1_000_000_000)
        run = FileRun(
            run=run_of(dropped),
            connection=connection,
            name=name,
            drop=dropped,
            state=state,
            seen_at=datetime.now(UTC).replace(microsecond=0),
            feed="journals",
            own_version="00000000000000012345.0000000002",
            rows=1_234_567,
            chunks=1_000,
            flaws=123_456,
        )
        FileLedger(stage.place.table).keep(run)
