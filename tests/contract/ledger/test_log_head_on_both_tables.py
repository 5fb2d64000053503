"""The head of the operators' log, on the table in memory and on DynamoDB (emulated)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.ledger_scenes import NOW
from tests.support.memory_table import MemoryTable
from tieout.errors import ConflictError
from tieout.ledger.log_head import LogHead
from tieout.ledger.table import Table
from tieout.operator_log import EMPTY, Entry, Head, Step

FIRST = Entry(number=1, previous="", step=Step(run="run-1", at=NOW, who="ana", command="undo"))


def entry(number: int) -> Entry:
    """The entry of that number."""
    return replace(FIRST, number=number, step=replace(FIRST.step, at=NOW + number * timedelta(days=1)))


def head(number: int) -> Head:
    """What is known once that entry is the last."""
    return Head(number, entry(number).digest)


def test_a_log_without_entries_has_an_empty_head(table: Table) -> None:
    """And its first entry is known as soon as it is told."""
    assert LogHead(table).read() == EMPTY
    LogHead(table).advance(entry(1))
    assert LogHead(table).read() == head(1)


def test_the_head_goes_forward_alone(table: Table) -> None:
    """Entries may be told in any order, and more than once; some may never be."""
    log_head = LogHead(table)
    for told, known in ((2, 2), (1, 2), (2, 2), (5, 5), (4, 5)):
        log_head.advance(entry(told))
        assert log_head.read() == head(known)


def test_the_first_entry_of_a_number_stays(table: Table) -> None:
    """Whoever tells another of the same number has not read the log, and does not make it his."""
    log_head = LogHead(table)
    log_head.advance(entry(2))
    log_head.advance(replace(entry(2), previous="f" * 64))
    assert log_head.read() == head(2)


def test_of_two_who_advance_it_at_once_the_later_entry_stays() -> None:
    """Whichever is written first: the other looks again, and writes only what is later."""
    for first, second in ((3, 2), (2, 3)):
        table = MemoryTable()
        LogHead(table).advance(entry(1))
        meanwhile = [entry(second)]

        def io(point: str, table: MemoryTable = table, meanwhile: list[Entry] = meanwhile) -> None:
            if point == "before ledger.write" and meanwhile:
                LogHead(table).advance(meanwhile.pop())

        table.io = io
        LogHead(table).advance(entry(first))
        assert LogHead(table).read() == head(3)


def test_one_who_finds_it_written_again_and_again_is_told_so() -> None:
    """After fifty tries; the head is what others have made of it."""
    table, told = MemoryTable(), [*range(60, 0, -1)]

    def io(point: str) -> None:
        if point == "before ledger.write":
            table.io = lambda _: None
            LogHead(table).advance(entry(told.pop()))
            table.io = io

    table.io = io
    with pytest.raises(ConflictError, match="too many at once"):
        LogHead(table).advance(entry(100))
    assert LogHead(table).read() == head(50)
