"""The table in memory and DynamoDB (emulated) agree on whatever is done to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.any_writes import ANY_KEY, CHANGES, KEYS, PARTITIONS, STATES, WRITES
from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_table import MemoryTable
from tests.support.moto_aws import EmulatedAws
from tieout.aws.dynamo import DynamoTable
from tieout.errors import TieoutError
from tieout.ledger.table import (
    ConditionFailedError,
    Cursor,
    Equals,
    Key,
    Page,
    Put,
    RefusedRequestError,
    Table,
)

# Left out, because moto 5.2 is not DynamoDB there (see MOTO_GAPS in conftest.py): truth values compared with
# numbers, and indexed attributes of another type. So is what both refuse (see the contract test), but for naming one item
# twice: of several reasons to refuse a request, moto gives another than DynamoDB. A failed transaction in moto undoes
# what other threads wrote meanwhile, so writes made side by side hold no check, which alone is a transaction.


@dataclass(frozen=True)
class Step:
    """One call with its arguments."""

    call: str
    arguments: tuple[Any, ...]

    def on(self, table: Table) -> object:
        """What the call comes to."""
        try:
            return _CALLS[self.call](table, *self.arguments)
        except ConditionFailedError as error:
            return "condition failed", sorted(error.keys)
        except TieoutError as error:
            return type(error).__name__


def _each_page(read: Callable[[Cursor | None], Page]) -> list[Any]:
    page = read(None)
    found = list(page.items)
    while page.after is not None:
        page = read(page.after)
        found += page.items
    return found


def _query(table: Table, partition: str, prefix: str, limit: int, newest_first: int) -> object:
    return _each_page(
        lambda after: table.query(partition, prefix=prefix, limit=limit, after=after, newest_first=bool(newest_first))
    )


def _index(table: Table, name: str, value: str) -> object:
    return sorted(_each_page(lambda after: table.index(name, value, after=after)), key=lambda entry: entry[0])


def _write_each(table: Table, writes: Sequence[Any]) -> object:
    distinct = {write.key: write for write in writes}  # made in any order, so one write per item
    return sorted(table.write_each(list(distinct.values())))


_CALLS: dict[str, Callable[..., object]] = {
    "write": lambda table, writes: table.write(writes),
    "write_each": _write_each,
    "get": lambda table, keys: table.get(keys),
    "query": _query,
    "index": _index,
}

STEPS = st.one_of(
    st.builds(Step, st.just("write"), st.tuples(st.lists(WRITES, min_size=1, max_size=1))),
    st.builds(Step, st.just("write"), st.tuples(st.lists(WRITES, min_size=2, max_size=4))),
    st.builds(Step, st.just("write_each"), st.tuples(st.lists(CHANGES, min_size=1, max_size=3))),
    st.builds(Step, st.just("get"), st.tuples(st.lists(ANY_KEY, max_size=4))),
    st.builds(
        Step,
        st.just("query"),
        st.tuples(st.sampled_from(PARTITIONS), st.sampled_from(["", "PART#"]), st.integers(1, 4), st.integers(0, 1)),
    ),
    st.builds(Step, st.just("index"), st.tuples(st.sampled_from(["cells_by_state", "catalogue"]), STATES)),
)


@settings(max_examples=220, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=4, max_size=10))
def test_random_histories_end_alike(aws: EmulatedAws, steps: list[Step]) -> None:
    """Every answer and error of a random history, and all it leaves behind, are the same in memory and in DynamoDB."""
    name = aws.create_ledger()
    try:
        memory, dynamo = MemoryTable(), DynamoTable(aws.dynamodb, name, ManualClock(), SeededEntropy())
        for step in steps:
            answers = [step.on(memory), step.on(dynamo)]
            assert answers[0] == answers[1], step
        assert contents(memory) == contents(dynamo)
    finally:
        aws.dynamodb.delete_table(TableName=name)


def contents(table: Table) -> dict[Key, object]:
    """Everything in the table."""
    return {key: item for partition in PARTITIONS for key, item in table.query(partition).items}


def test_the_memory_is_no_more_lenient_than_the_service() -> None:
    """A write that DynamoDB refuses for its shape is refused in memory before its conditions are looked at."""
    table = MemoryTable()
    with pytest.raises(RefusedRequestError):
        table.write([Put(KEYS[0], {}, Equals("total", 1)), Put(KEYS[0], {})])
