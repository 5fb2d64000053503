from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.journal.pipeline import ROUNDS, Kept, keep
from tests.support.memory_changing import MemoryChangingObjects
from tests.support.table_stream import change_record
from tieout.errors import ConflictError, LostAnswerError, TieoutError, UnavailableError
from tieout.ledger.journal import unpacked

BEFORE_MIDNIGHT = datetime(2026, 11, 25, 23, 59, 40, tzinfo=UTC)
Records = Sequence[dict[str, Any]]


def changes(count: int) -> list[dict[str, Any]]:
    """That many changes, one a second, over midnight."""
    return [
        change_record((f"A{number % 3}", "1"), None, {"n": number}, number, BEFORE_MIDNIGHT + timedelta(seconds=number))
        for number in range(count)
    ]


def lines_in(objects: MemoryChangingObjects) -> list[tuple[str, str]]:
    """Key and sequence number of every line in every object."""
    return sorted(
        (key, json.loads(line)["sequence"]) for key, body in objects.contents().items() for line in unpacked(body)
    )


def kept_at_once(records: Records) -> MemoryChangingObjects:
    """The journal after one undisturbed call."""
    objects = MemoryChangingObjects()
    keep(records, objects)
    return objects


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[Records, list[Records]]:
    """A sequence of changes, and calls that together bring all of it: cut anyhow, overlapping, repeated, in any order."""
    records = changes(draw(st.integers(1, 40)))
    spans = st.tuples(st.integers(0, len(records)), st.integers(0, len(records)))
    calls = [records[min(span) : max(span)] for span in draw(st.lists(spans, max_size=8))]
    cuts = sorted({0, len(records), *draw(st.lists(st.integers(0, len(records)), max_size=5))})
    calls += [records[start:end] for start, end in pairwise(cuts)]
    return records, draw(st.permutations(calls))


@given(deliveries())
def test_any_way_to_cut_and_repeat_a_stream_gives_the_same_objects(drawn: tuple[Records, list[Records]]) -> None:
    """The journal is what was changed, not how it was told: no line twice, none missing, the same bytes."""
    records, calls = drawn
    objects = MemoryChangingObjects()
    for call in calls:
        keep(call, objects)
    assert objects.contents() == kept_at_once(records).contents()
    numbers = [sequence for _, sequence in lines_in(objects)]
    assert sorted(numbers) == sorted(record["dynamodb"]["SequenceNumber"] for record in records)


def halved(records: Records, objects: MemoryChangingObjects) -> None:
    """What Lambda does: a call that fails is made again with the first half, then with the second; at last it succeeds."""
    try:
        keep(records, objects)
    except TieoutError:
        middle = len(records) // 2
        for part in (records[:middle], records[middle:]) if middle else (records,):
            halved(part, objects)


@given(st.integers(1, 30), st.lists(st.booleans(), max_size=40), st.sampled_from(["before", "after"]))
def test_halving_after_errors_and_lost_answers_loses_and_repeats_nothing(
    count: int, pattern: list[bool], when: str
) -> None:
    """Whether a failed call had written or not: its halves find what is there and add the rest."""
    strikes = iter(pattern)

    def io(point: str) -> None:
        if point.startswith(when) and next(strikes, False):
            raise LostAnswerError(point) if when == "after" else UnavailableError(point)

    objects = MemoryChangingObjects(io=io)
    halved(changes(count), objects)
    assert objects.contents() == kept_at_once(changes(count)).contents()


@given(st.integers(2, 30), st.data())
def test_calls_that_run_at_the_same_time_take_nothing_from_each_other(count: int, data: st.DataObject) -> None:
    """A call that Lambda has given up still runs while its halves do: whoever writes second sees it and adds."""
    records = changes(count)
    cut = data.draw(st.integers(1, count - 1))
    moment = data.draw(st.sampled_from(["before journal.create", "before journal.replace", "after journal.read"]))
    running: list[bool] = []

    def io(point: str) -> None:
        if point == moment and not running:
            running.append(True)
            keep(records[:cut], objects)

    objects = MemoryChangingObjects(io=io)
    keep(records, objects)
    keep(records[cut:], objects)
    assert objects.contents() == kept_at_once(records).contents()


def test_a_batch_given_again_writes_nothing() -> None:
    """It finds its lines in the objects they belong to."""
    records = changes(30)
    objects = kept_at_once(records)
    before = objects.contents()
    objects.io = _refusing("before journal.replace")
    assert keep(records, objects) == Kept(objects=3, written=0)
    assert objects.contents() == before


def _refusing(refused: str) -> Callable[[str], None]:
    def io(point: str) -> None:
        assert point != refused

    return io


@pytest.mark.parametrize("others", [ROUNDS - 1, ROUNDS])
def test_an_object_that_others_keep_writing_is_tried_so_often_and_no_more(others: int) -> None:
    """Then the whole batch comes again: nothing is waited for inside a call."""
    records = changes(others + 2)
    same_seconds = [{**each, "dynamodb": {**each["dynamodb"], "ApproximateCreationDateTime": 0}} for each in records]
    objects = kept_at_once(same_seconds[:1])
    to_come = iter(same_seconds[2:])
    writing: list[bool] = []

    def io(point: str) -> None:
        if point == "before journal.replace" and not writing and (other := next(to_come, None)) is not None:
            writing.append(True)
            keep([other], objects)
            writing.clear()

    objects.io = io
    if others < ROUNDS:
        assert keep(same_seconds[1:2], objects).written == 1
    else:
        with pytest.raises(ConflictError):
            keep(same_seconds[1:2], objects)
    keep(same_seconds, objects)
    assert len(lines_in(objects)) == len(same_seconds)


def test_what_cannot_be_kept_fails_the_call() -> None:
    """An object nobody can unpack is not overwritten: the call fails, and a person is called."""
    objects = MemoryChangingObjects()
    objects.create("journal/date=2026-11-25/235950.jsonl.gz", b"damaged")
    with pytest.raises(OSError, match="gzip"):
        keep(changes(11), objects)
    assert objects.contents()["journal/date=2026-11-25/235950.jsonl.gz"] == b"damaged"
