"""What was kept of accepted files, laid beside the rows of one that is checked, so that documents come together with it.

It is read of chunks and never of dropped objects: those may be overwritten by the next file, or gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from functions.intake.chunks import records_of, rows_of
from functions.intake.parts import before_line, record_text, row_line, was_here_line
from functions.intake.scratch import Scratch
from tieout import strict_json
from tieout.file_runs import FileRun, FileState
from tieout.files import FeedReader, KeptRow, Stated
from tieout.ledger.files import FileLedger, Standing
from tieout.ports import ObjectStore

_NOTHING = Decimal(0)  # was weighed when the file was accepted


class KeptFiles:
    """The accepted files of one feed, as one that is checked needs them.

    Args:
        store: the archive.
        scratch: where the rows of the file that is checked are.
    """

    def __init__(self, ledger: FileLedger, store: ObjectStore, reader: FeedReader, scratch: Scratch) -> None:
        self._ledger, self._store, self._reader, self._scratch = ledger, store, reader, scratch

    def add_own(self, run: FileRun) -> FileRun | None:
        """Lay down the rows of a drop as they were accepted; the run that they stand in, None where they never were."""
        for each in self._ledger.runs(run.connection):
            if each.drop == run.drop and each.state.was_accepted and each.state is not FileState.REPLACED:
                for record_id, rows in rows_of(self._store, each.manifest, self._reader.columns):
                    for texts in rows:
                        row = KeptRow(record_id, 0, "", "", _NOTHING, texts)
                        self._scratch.add(record_text(record_id), row_line(record_text(record_id), row))
                return each
        return None

    def add_replaced(self, run: FileRun, standing: Standing | None) -> None:
        """Lay down which records the file told of that a run replaces."""
        for manifest in self._manifests(run, standing):
            for record in records_of(self._store, manifest):
                self._scratch.add(record, was_here_line(record))

    def add_behind(self, run: FileRun, behind: Standing | None) -> None:
        """Lay down the balances that those of a run are behind."""
        for manifest in self._manifests(run, behind):
            for record_id, rows in rows_of(self._store, manifest, self._reader.columns):
                record = record_text(self._reader.in_period(record_id, run.period))
                self._scratch.add(record, before_line(record, strict_json.dump(rows).encode()))

    def _manifests(self, run: FileRun, standing: Standing | None) -> Iterator[str]:
        found = self._ledger.run(run.connection, standing.run) if standing is not None else None
        if found is not None:
            yield found.manifest


def stated_of(run: FileRun) -> Stated:
    """What an accepted file says of itself, as it was kept."""
    batch, rerun = run.own_version.split(".")
    return Stated(
        batch=int(batch),
        rerun=int(rerun),
        scope=run.scope,
        company=run.company,
        period=run.period,
        rows=run.rows,
        debit=Decimal(run.debit),
        credit=Decimal(run.credit),
        before=run.before,
        after=run.after,
    )
