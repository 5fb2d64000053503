"""Drops, their runs and what stands for a scope, to the letter, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.ledger_scenes import NOW
from tests.support.short_pages import ShortPages
from tieout import strict_json
from tieout.errors import ConflictError
from tieout.file_runs import Drop, FileRun, FileState, run_of
from tieout.ledger.files import FileLedger, Standing
from tieout.ledger.table import Item, Table

KEPT = int(NOW.timestamp()) + 36 * 86_400
DROP = Drop("drops", "incoming/erp/journals-0007.csv", "e1", 90)


def dropped(run: str = "r-1", state: FileState = FileState.ACCEPTED, **said: Any) -> FileRun:  # noqa: ANN401 its fields
    """The seventh batch of journals."""
    usual: dict[str, Any] = {"name": "journals-0007.csv", "drop": DROP, "seen_at": NOW}
    stands: dict[str, Any] = {"feed": "journals", "scope": "batch/7", "own_version": "7.0", "content": "c1"}
    return FileRun(run=run, connection="erp", state=state, **usual | stands | said)


def items(table: Table, prefix: str) -> dict[str, Item]:
    """What stands under the connection whose names begin so."""
    return {key[1]: item for key, item in table.query("FILE#erp", prefix=prefix).items}


def test_what_came_of_a_drop_is_kept_for_some_days_and_of_an_accepted_one_for_good(table: Table) -> None:
    """Whatever is dropped later is compared with that; state and error stand beside the run, where they are looked for."""
    ledger = FileLedger(table, 36)
    kept = ledger.keep(dropped(failing="UnavailableError"))
    refused = ledger.keep(dropped("r-2", FileState.REFUSED))
    assert items(table, "RUN#") == {
        "RUN#r-1": {
            "run": strict_json.dump(kept.plain()),
            "state": "accepted",
            "failing": "UnavailableError",
            "revision": 1,
        },
        "RUN#r-2": {
            "run": strict_json.dump(refused.plain()),
            "state": "refused",
            "failing": "",
            "revision": 1,
            "expires_at": KEPT,
        },
    }
    assert (ledger.run("erp", "r-1"), ledger.run("erp", "r-2")) == (kept, refused)
    assert ledger.run("erp", "r-3") is ledger.run("erp-2", "r-1") is None


def test_of_two_that_change_a_run_one_is_told_that_it_is_too_late(table: Table) -> None:
    """Be it that both saw none; whoever has it as it is kept can change it once more."""
    ledger = FileLedger(table)
    first = ledger.keep(dropped())
    with pytest.raises(ConflictError):
        ledger.keep(dropped())
    second = ledger.keep(replace(first, state=FileState.STOPPED))
    with pytest.raises(ConflictError):
        ledger.keep(replace(first, state=FileState.DONE))
    assert second.revision == 2
    assert ledger.run("erp", "r-1") == second


def test_every_drop_of_a_connection_is_told(table: Table) -> None:
    """On whichever page it stands; those of another connection are its own."""
    ledger = FileLedger(table)
    own = [ledger.keep(dropped(f"r-{number}")) for number in range(5)]
    ledger.keep(replace(dropped("r-9"), connection="erp-2"))
    ledger.note_sent("erp", "r-1", 1, NOW)
    assert list(FileLedger(ShortPages(table)).runs("erp")) == own


def test_an_accepted_file_stands_for_its_scope(table: Table) -> None:
    """With what the next one is compared with, and for good."""
    ledger = FileLedger(table, 36)
    accepted = ledger.accept(dropped(base_version="6.0"), None, None)
    assert items(table, "SCOPE#") == {
        "SCOPE#journals/batch/7": {"run": "r-1", "own_version": "7.0", "base_version": "6.0", "content": "c1"}
    }
    assert ledger.standing("erp", "journals", "batch/7") == Standing("r-1", "7.0", "6.0", "c1")
    assert ledger.standing("erp", "journals", "batch/8") is ledger.standing("erp", "balances", "batch/7") is None
    assert accepted.revision == 1
    assert ledger.run("erp", "r-1") == accepted


def test_a_file_that_replaces_another_lets_it_go_after_some_days(table: Table) -> None:
    """It changes as if somebody had changed it: whoever works on it is told."""
    ledger = FileLedger(table, 36)
    first = ledger.accept(dropped(), None, None)
    standing = ledger.standing("erp", "journals", "batch/7")
    again = dropped("r-2", own_version="7.1", seen_at=NOW + timedelta(days=1))
    ledger.accept(again, standing, None)
    replaced = items(table, "RUN#r-1")["RUN#r-1"]
    assert (replaced["state"], replaced["revision"], replaced["expires_at"]) == ("replaced", 2, KEPT + 86_400)
    assert ledger.run("erp", "r-1") == replace(first, state=FileState.REPLACED, revision=2)
    assert ledger.standing("erp", "journals", "batch/7") == Standing("r-2", "7.1", "", "c1")
    for late in (standing, None):
        with pytest.raises(ConflictError):
            ledger.accept(dropped("r-3", own_version="7.2"), late, None)
    assert ledger.run("erp", "r-3") is None


def test_a_file_that_was_joined_with_the_one_before_waits_no_more(table: Table) -> None:
    """It was joined with what stood there then: where that is another by now, it is joined anew."""
    ledger = FileLedger(table)
    ledger.accept(dropped("r-1", scope="2026-01", own_version="1.0"), None, None)
    behind = ledger.standing("erp", "journals", "2026-01")
    ledger.keep(dropped(run_of(DROP), FileState.WAITING))
    joined = dropped("r-2", scope="2026-02", before="2026-01", base_version="1.0")
    rerun = dropped("r-3", scope="2026-01", own_version="1.1")
    assert behind is not None
    with pytest.raises(ConflictError):
        ledger.accept(joined, None, behind._replace(own_version="0.9"))
    assert ledger.run("erp", run_of(DROP)) is not None
    ledger.accept(joined, None, behind)
    assert ledger.run("erp", run_of(DROP)) is None
    assert ledger.run("erp", "r-2") == replace(joined, revision=1)
    ledger.accept(rerun, behind, None)
    with pytest.raises(ConflictError):
        ledger.accept(dropped("r-4", scope="2026-03", before="2026-01"), None, behind)


def test_a_chunk_is_on_the_bus_once_that_was_noted(table: Table) -> None:
    """Under its run and number, for some days, and as often as it is noted; those of another run are its own."""
    ledger = FileLedger(table, 36)
    kept = ledger.keep(dropped())
    assert ledger.seen("erp", "r-1", 7) == (kept, False)
    for _ in range(2):
        ledger.note_sent("erp", "r-1", 7, NOW)
    assert items(table, "SENT#") == {"SENT#r-1#000007": {"expires_at": KEPT}}
    assert ledger.seen("erp", "r-1", 7) == (kept, True)
    assert ledger.seen("erp", "r-1", 8) == (kept, False)
    assert ledger.seen("erp", "r-2", 7) == (None, False)
    for number in range(1, 5):
        ledger.note_sent("erp", "r-1", number, NOW)
        ledger.note_sent("erp", "r-11", number, NOW)
    assert FileLedger(ShortPages(table)).sent("erp", "r-1") == 5
