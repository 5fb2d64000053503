"""Replaying the journal gives the table as it was at any moment, and nobody can write there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.any_writes import ANY_KEY, CHANGES, KEYS, PARTITIONS
from tests.support.clock import ManualClock
from tests.support.journalled_table import JournalledTable, journal_of, recalled
from tests.support.memory_table import MemoryTable
from tieout.errors import TieoutError
from tieout.ledger.journal import begins_at, object_key, text_of_second
from tieout.ledger.recalled import IncompleteJournalError, UnchangeablePastError
from tieout.ledger.table import INDEXES, Cursor, Item, Key, Page, Put, Table

BEGIN = datetime(2026, 11, 25, 23, 59, 40, tzinfo=UTC)
A = ("CELL#a", "STATE")

Contents = Mapping[Key, Item]
WAITS = st.sampled_from([0.0, 0.4, 1.0, 9.0, 30.0])
STEPS = st.tuples(WAITS, st.lists(CHANGES, min_size=1, max_size=3, unique_by=lambda each: each.key) | ANY_KEY)


def lived(steps: Sequence[tuple[float, Any]]) -> tuple[JournalledTable, list[tuple[datetime, Contents]]]:
    """A table after some writes, and items that DynamoDB removed by itself; and what it was after each step, and when."""
    table = JournalledTable(ManualClock(BEGIN))
    was: list[tuple[datetime, Contents]] = [(BEGIN - timedelta(days=1), {})]
    for seconds, step in steps:
        table.clock.advance(seconds)
        try:
            if isinstance(step, list):
                table.write(step)
            elif step in table.contents():
                table.expire(step)
        except TieoutError:
            pass  # a condition that did not hold, or a request that is refused: nothing was written
        was.append((table.clock.now(), table.contents()))
    return table, was


def everything(table: Table) -> object:
    """All that reading a table can answer."""
    values = {
        str(item[index.attribute]) for index in INDEXES.values() for item in held(table) if index.attribute in item
    }
    return [
        table.get(KEYS),
        [
            table.query(partition, newest_first=newest_first).items
            for partition in PARTITIONS
            for newest_first in (False, True)
        ],
        {(name, value): table.index(name, value).items for name in INDEXES for value in sorted(values)},
    ]


def held(table: Table) -> list[Item]:
    """All items."""
    return list(table.get(KEYS).values())


@settings(max_examples=60)
@given(st.lists(STEPS, min_size=1, max_size=12), st.data())
def test_a_replay_up_to_any_moment_is_the_table_as_it_was(steps: list[tuple[float, Any]], data: st.DataObject) -> None:
    """To the second, whatever batches brought the journal's objects, and in whatever order they are read."""
    table, was = lived(steps)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(table.stream)))) | {0, len(table.stream)})
    batches = [table.stream[start:end] for start, end in pairwise(cuts)]
    bodies = data.draw(st.permutations(list(journal_of(data.draw(st.permutations(batches))).values())))
    moment = BEGIN + timedelta(seconds=data.draw(st.sampled_from([0.0, 0.9, 1.0, 10.5, 31.0, 60.0, 400.0])))
    *_, then = (contents for at, contents in was if at.replace(microsecond=0) <= moment)
    expected = MemoryTable()
    for key, item in then.items():
        expected.write([Put(key, item)])
    assert everything(recalled(bodies, moment)) == everything(expected)


def test_the_page_after_a_cursor_goes_on_where_the_one_before_ended() -> None:
    """Every page but the last is full, in both directions and in an index."""
    table, _ = lived([(0.0, [Put((PARTITIONS[0], str(n)), {"catalogue": "HELD"}) for n in range(3)])])
    past = recalled(journal_of([table.stream]).values(), BEGIN)
    reads: list[Callable[[Cursor | None], Page]] = [
        lambda after: past.query(PARTITIONS[0], limit=2, after=after),
        lambda after: past.query(PARTITIONS[0], limit=2, after=after, newest_first=True),
        lambda after: past.index("catalogue", "HELD", limit=2, after=after),
    ]
    for read in reads:
        first = read(None)
        assert (len(first.items), first.after) == (2, first.items[-1][0])
        assert (len(read(first.after).items), read(first.after).after) == (1, None)


def test_what_was_cannot_be_written() -> None:
    """Neither at once nor one by one: whoever wants to change something is told that this is the past."""
    past = recalled([], BEGIN)
    with pytest.raises(UnchangeablePastError, match=r"as it was at 2026-11-25T23:59:40\.000Z"):
        past.write([Put(A, {"x": 1})])
    with pytest.raises(UnchangeablePastError):
        past.write_each([Put(A, {"x": 1})])
    assert past.get([A]) == {}


def test_what_is_read_can_be_changed_by_its_reader_alone() -> None:
    """The same item read again is as it was."""
    table, _ = lived([(0.0, [Put(A, {"x": 1})])])
    past = recalled(journal_of([table.stream]).values(), BEGIN)
    dict.update(past.get([A])[A], x=2)
    assert past.get([A]) == {A: {"x": 1}}


@pytest.mark.parametrize("lost", range(4))
def test_a_journal_that_lacks_a_change_is_no_table(lost: int) -> None:
    """Its beginning or anything between: others may be missing that nobody hears of. What is lost at the end nobody can see."""
    steps = [(11.0, [Put(A, {"x": 1})]), (11.0, [Put(A, {"x": 2})]), (11.0, A), (11.0, [Put(A, {"x": 3})])]
    table, _ = lived(steps)
    moment, bodies = table.clock.now(), [body for _, body in sorted(journal_of([table.stream]).items())]
    assert recalled(bodies[::-1], moment).get([A]) == {A: {"x": 3}}
    del bodies[lost]
    if lost == len(bodies):
        assert recalled(bodies, moment).get([A]) == {}
        return
    with pytest.raises(IncompleteJournalError, match=r"lacks changes of 1 items, CELL#a / STATE among them"):
        recalled(bodies, moment)


def test_what_was_written_later_can_be_put_beside_it() -> None:
    """Or in the place of what it replaced; it is the past all the same, and so is what it was taken from."""
    table, _ = lived([(0.0, [Put(A, {"x": 1}), Put(KEYS[1], {"x": 1})])])
    past = recalled(journal_of([table.stream]).values(), BEGIN)
    both = past.with_later({A: {"x": 2}, KEYS[0]: {"x": 3}})
    assert both.get([*KEYS, A]) == {KEYS[1]: {"x": 1}, A: {"x": 2}, KEYS[0]: {"x": 3}}
    assert [key for key, _ in both.query(A[0]).items] == [A]
    assert past.get([*KEYS, A]) == {KEYS[1]: {"x": 1}, A: {"x": 1}}
    with pytest.raises(UnchangeablePastError, match=r"as it was at 2026-11-25T23:59:40\.000Z"):
        both.write([Put(A, {"x": 1})])


@pytest.mark.parametrize("hours", [-7, 0, 5])
def test_a_moment_is_the_same_in_every_zone(hours: int) -> None:
    """Who asks by the clock on his wall is answered the same."""
    table, _ = lived([(0.0, [Put(A, {"x": 1})]), (1.0, [Put(A, {"x": 2})])])
    moment, bodies = (
        (BEGIN + timedelta(seconds=0.9)).astimezone(timezone(timedelta(hours=hours))),
        journal_of([table.stream]),
    )
    text_of_second.cache_clear()  # for which equal moments are one, whatever their zones
    assert recalled(bodies.values(), moment).get([A]) == {A: {"x": 1}}


def test_the_name_of_an_object_says_when_it_begins() -> None:
    """So nobody reads an object of later changes."""
    assert begins_at(object_key(BEGIN + timedelta(seconds=7))) == BEGIN
