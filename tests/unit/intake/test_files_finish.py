from __future__ import annotations

import pytest

from functions.intake.finish import finish_file
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import NAME, TO_DATE, balance
from tieout.file_runs import Drop, FileRun, FileState

FEED = {**TO_DATE, "balanced": "nothing", "chunk_documents": 1}


def dropped(desk: IntakeDesk, month: int, batch: int, amount: int, account: str = "6000") -> Drop:
    """The balances to date of a month, dropped."""
    rows = [balance(each, f"{amount}.00", period=(2026, month)) for each in (account, "6100")]
    content = write_file(FEED, rows, Dropped(batch, period=(2026, month)))
    return desk.drop(f"YTD_BR01_2026{month:02d}_{batch}.txt", content)


def sent(desk: IntakeDesk, drop: Drop) -> FileRun:
    """The accepted run of a drop, all of whose chunks are on the bus."""
    run = desk.check(drop)
    for chunk in desk.manifest(run):
        desk.send(chunk)
    return run


def test_a_run_is_done_once_all_its_chunks_are_on_the_bus() -> None:
    """Not before, and not one that nobody knows; when it ended is kept, and once more is the same."""
    desk = IntakeDesk(FEED)
    assert finish_file(desk.finishing, NAME, "of nobody") == ("unfinished", None)
    run = desk.check(dropped(desk, 1, 1, 5))
    first, second = desk.manifest(run)
    desk.send(first)
    assert desk.finish(run) == ("unfinished", None)
    assert desk.kept(run.drop).ended_at is None
    desk.send(second)
    desk.clock.advance(60)
    ended_at = desk.clock.now()
    assert desk.finish(run) == ("done", None)
    desk.clock.advance(60)
    assert desk.finish(run) == ("done", None)
    assert (desk.kept(run.drop).state, desk.kept(run.drop).ended_at) == (FileState.DONE, ended_at)


@pytest.mark.parametrize("batches", [(1, 2), (2, 1)])
def test_of_the_files_that_wait_the_newest_follows(batches: tuple[int, int]) -> None:
    """In whichever order they were dropped; those of another period, or another company's, do not."""
    desk = IntakeDesk(FEED)
    waiting = {batch: dropped(desk, 2, batch, 8) for batch in batches}
    for drop in (*waiting.values(), dropped(desk, 3, 9, 11)):
        assert desk.check(drop).state is FileState.WAITING
    assert desk.finish(sent(desk, dropped(desk, 1, 1, 5))) == ("done", waiting[2])


def test_a_file_of_a_number_that_stands_does_not_follow() -> None:
    """It waits under another name, and what stands for the period is joined with the balances already."""
    desk = IntakeDesk(FEED)
    first = dropped(desk, 2, 1, 8)
    content = desk.incoming.objects[first.bucket, first.key][1]
    waiting = desk.drop("YTD_BR01_202602_01.txt", content)
    assert desk.check(waiting).state is FileState.WAITING
    before = sent(desk, dropped(desk, 1, 1, 5))
    sent(desk, first)
    assert desk.finish(before) == ("done", None)


def test_a_file_that_was_refused_does_not_follow() -> None:
    """What stands for the period after is joined with the new balances, and not a newer file that counts for nothing."""
    desk = IntakeDesk(FEED)
    before = desk.to_the_end(dropped(desk, 1, 1, 5))
    standing = dropped(desk, 2, 1, 8)
    desk.to_the_end(standing)
    assert desk.finish(before) == ("done", None), "it is joined with these"
    flawed = dropped(desk, 2, 2, 9, account="6100")
    for _ in range(2):  # its event may be told again
        assert desk.check(flawed).state is FileState.REFUSED
    assert desk.finish(sent(desk, dropped(desk, 1, 2, 6))) == ("done", standing)
