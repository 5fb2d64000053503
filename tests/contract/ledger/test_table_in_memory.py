"""What only the table in memory does: strike at every call, lag behind with its indexes, and count its cost to the unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.memory_table import MemoryTable
from tieout.errors import LostAnswerError
from tieout.ledger.table import Check, Delete, Equals, Put, Update, Usage, Write

A, B = ("CELL#a", "STATE"), ("CELL#b", "STATE")


class CrashError(Exception):
    """The process is gone."""


CALLS: dict[str, Callable[[MemoryTable], object]] = {
    "get": lambda table: table.get([A]),
    "write": lambda table: table.write([Put(A, {"x": 2})]),
    "write_each": lambda table: table.write_each([Put(A, {"x": 2})]),
    "query": lambda table: table.query("CELL#a"),
    "index": lambda table: table.index("catalogue", "HELD"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_every_call_can_be_struck_before_and_after(call: str, when: str) -> None:
    """A crash before a write leaves nothing of it, one after it leaves all."""

    def io(point: str) -> None:
        if point == f"{when} ledger.{call}":
            raise CrashError

    table = MemoryTable(io=io)
    with pytest.raises(CrashError):
        CALLS[call](table)
    written = "write" in call and when == "after"
    assert table.contents() == ({A: {"x": 2}} if written else {})


def test_the_answer_that_a_condition_failed_can_be_lost() -> None:
    """The caller then does not know that nothing was written."""

    def io(point: str) -> None:
        if point.startswith("after"):
            raise LostAnswerError("lost")

    with pytest.raises(LostAnswerError):
        MemoryTable(io=io).write([Check(A, Equals("x", 1))])


def test_what_was_read_is_a_copy() -> None:
    """Nobody changes the table by changing what it answered."""
    table = MemoryTable()
    given = {"x": 1, "cell_state": "dirty"}
    table.write([Put(A, given)])
    for item in (given, table.get([A])[A], table.query("CELL#a").items[0][1], table.contents()[A]):
        if isinstance(item, dict) and item is not table.contents()[A]:
            item["x"] = 5
    assert table.get([A])[A] == {"x": 1, "cell_state": "dirty"}


def test_an_index_lags_until_it_settles() -> None:
    """It shows the table as it was some changes ago, also what has since changed or gone."""
    table = MemoryTable(index_lag=2)

    def indexed() -> list[object]:
        return [(key[0], item["dirty_since"]) for key, item in table.index("cells_by_state", "dirty").items]

    table.write([Put(A, {"cell_state": "dirty", "dirty_since": "1"})])
    assert indexed() == []
    table.write([Update(A, sets={"dirty_since": "2"}), Put(B, {"cell_state": "dirty", "dirty_since": "1"})])
    assert indexed() == [("CELL#a", "1")]
    table.settle()
    assert indexed() == [("CELL#a", "2"), ("CELL#b", "1")]
    table.write([Delete(A), Update(B, removes=("cell_state",))])
    assert indexed() == [("CELL#a", "2"), ("CELL#b", "1")]
    table.settle()
    assert indexed() == []


@pytest.mark.parametrize(
    ("writes", "usage"),
    [
        ([Put(A, {"x": 1})], Usage("PutItem", 1, 1)),
        ([Put(A, {"x": "k" * 2500})], Usage("PutItem", 1, 3)),
        ([Update(A, adds={"n": 1})], Usage("UpdateItem", 1, 1)),
        ([Put(A, {"x": 1}), Put(B, {"x": 1})], Usage("TransactWriteItems", 2, 4)),
        ([Put(A, {"cell_state": "dirty"})], Usage("PutItem", 1, 2)),
        ([Put(A, {"catalogue": "HELD"}), Put(B, {"cell_state": "dirty"})], Usage("TransactWriteItems", 2, 6)),
        ([Delete(A)], Usage("DeleteItem", 1, 1)),
    ],
)
def test_a_write_costs_by_kilobytes_twice_in_a_transaction_and_once_more_per_index(
    writes: list[Write], usage: Usage
) -> None:
    """The units are those of DynamoDB's price list."""
    seen: list[Usage] = []
    MemoryTable(observe=seen.append).write(writes)
    assert seen == [usage]
