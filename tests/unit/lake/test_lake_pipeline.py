from __future__ import annotations

from itertools import chain, count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.journal.pipeline import keep
from functions.lake.pipeline import ROUNDS, Message, derive, derive_told
from tests.support.faults import no_fault
from tests.support.lake_day import LakeDay, a_day, told_of
from tieout.errors import ConflictError, UnavailableError
from tieout.lake.places import Places, UnknownPlaceError
from tieout.ledger import keys

DAY = a_day()
OBJECTS = DAY.keep()


def derived_at_once() -> dict[str, bytes]:
    """The rows of the day, each object derived once, when it was whole."""
    day = a_day()
    day.derive(*day.keep())
    return day.rows.contents()


WHOLE = derived_at_once()


@st.composite
def tellings(draw: st.DrawFn) -> list[tuple[int, list[str]]]:
    """How far the journal had come, and which objects were told of then: some several times, in any order, all in the end."""
    cuts = sorted(draw(st.lists(st.integers(1, len(DAY.stream)), max_size=4)))
    calls = [(cut, draw(st.lists(st.sampled_from(OBJECTS), max_size=4))) for cut in cuts]
    return [*calls, (len(DAY.stream), draw(st.permutations([*OBJECTS, *OBJECTS])))]


@given(tellings())
def test_any_way_of_telling_gives_the_same_rows(calls: list[tuple[int, list[str]]]) -> None:
    """The rows are what the journal holds in the end, however often, early and in whichever order it was told of."""
    day = a_day()
    for cut, told in calls:
        keep(day.stream[:cut], day.journal)
        day.derive(*(key for key in told if key in day.journal.contents()))
    assert day.failures == []
    assert day.rows.contents() == WHOLE


def test_an_object_that_is_told_of_often_is_derived_once_in_a_batch() -> None:
    """A busy object is told of every time it is written."""
    day = a_day()
    first = day.keep()[0]
    assert day.derive(first, first, first) == []
    assert day.noted == [(first, 4)]


def test_rows_that_are_as_they_should_be_are_not_written() -> None:
    """A replay of the stream costs reading, and changes no version of any object."""
    day = a_day()
    day.derive(*day.keep())
    day.noted.clear()
    day.derive(*day.keep())
    assert [written for _, written in day.noted] == [0, 0, 0]


def halfway() -> tuple[LakeDay, str]:
    """A day whose first object of the journal has rows of its first changes alone, and has grown since; that object."""
    day = a_day()
    keep(day.stream[:2], day.journal)
    day.derive(*day.journal.contents())
    first = day.keep()[0]
    day.noted.clear()
    return day, first


def test_rows_of_an_object_that_has_grown_are_replaced() -> None:
    """What was derived of a part is replaced by what is derived of the whole."""
    day, first = halfway()
    assert derive(first, day.step) == 4
    assert {key: body for key, body in WHOLE.items() if first[8:] in key} == {
        key: body for key, body in day.rows.contents().items() if first[8:] in key
    }


@pytest.mark.parametrize("point", ["before journal.read", "after journal.read", "before journal.replace"])
def test_a_function_never_puts_older_rows_over_newer_ones(point: str) -> None:
    """Wherever another function derives the object after it grew, what stands in the end is of the whole journal."""
    day = a_day()
    keep(day.stream[:2], day.journal)
    day.derive(*day.journal.contents())
    keep(day.stream[:4], day.journal)
    first = min(day.journal.contents())

    def overtake(reached: str) -> None:
        if reached == point:
            day.rows.io = no_fault
            day.keep()
            derive(first, day.step)

    day.rows.io = overtake
    derive(first, day.step)
    assert {key: body for key, body in WHOLE.items() if first[8:] in key} == day.rows.contents()


def test_an_older_reading_of_the_journal_is_not_written_over_newer_rows() -> None:
    """The journal is read, grows, and another function writes the newer rows before this one writes its own: they stay."""
    day, first = halfway()
    older = a_day()
    keep(older.stream[:4], older.journal)
    read_before = older.journal.contents()[first]
    reads = count()

    class Overtaken:
        """A journal that grows, and is derived, while it is read for the second time."""

        def read(self, key: str) -> tuple[bytes, str]:
            """What the object was until then; from then on what it is."""
            match next(reads):
                case 0:
                    return read_before, "older"
                case 1:
                    derive(first, day.step)
                    return read_before, "older"
                case _:
                    return day.journal.read(key)

    derive(first, day.step._replace(journal=Overtaken()))
    assert next(reads) == 3
    assert {key: body for key, body in WHOLE.items() if first[8:] in key} == day.rows.contents()


def test_an_object_of_rows_counts_once_however_often_it_is_tried() -> None:
    """What the log says was written is what was written, not what was tried."""
    day, first = halfway()
    replace, tried = day.rows.replace, list[str]()

    def replace_at_the_second_try(key: str, body: bytes, version: str) -> bool:
        tried.append(key)
        return tried.count(key) > 1 and replace(key, body, version)

    day.rows.replace = replace_at_the_second_try  # type: ignore[method-assign]  # somebody else is faster at first
    assert derive(first, day.step) == 4
    assert len(tried) == 2 * len(set(tried)) > 0


def test_who_is_overtaken_again_and_again_gives_up_for_now() -> None:
    """The message comes again, and nothing is lost by it."""
    day, first = halfway()
    tries = []

    def replace(key: str, body: bytes, version: str) -> bool:
        tries.append((key, body, version))
        return False

    day.rows.replace = replace  # type: ignore[method-assign]  # somebody else is always faster
    with pytest.raises(ConflictError):
        derive(first, day.step)
    assert len(tries) % ROUNDS == 0
    assert len(tries) > 0


def test_what_cannot_be_derived_costs_no_other_object() -> None:
    """An object that is not there, and a message that is none: both come again, the others are derived."""
    day = a_day()
    good, *_ = day.keep()
    bodies = ["no JSON", told_of("journal/date=2026-01-01/000000.jsonl.gz"), told_of(good), '{"detail":{}}']
    messages = [Message(f"m{number}", body) for number, body in enumerate(bodies)]
    assert sorted(derive_told(messages, day.step)) == ["m0", "m1", "m3"]
    assert day.failures == ["MalformedError", "KeyError", "UnreadableRecordError"]
    assert [key for key, _ in day.noted] == [good]


def test_every_message_about_an_object_that_failed_comes_again() -> None:
    """Each of them may be the last that tells of it."""
    day = a_day()
    first, second, _ = day.keep()

    def fail(point: str) -> None:
        if point == "before journal.create":
            day.rows.io = no_fault
            raise UnavailableError(point)

    day.rows.io = fail
    assert day.derive(first, second, first) == ["m0", "m2"]


def test_an_intersection_the_ledger_does_not_have_is_no_row_without_a_currency() -> None:
    """Amounts in no currency are worse than a message that waits for a person."""
    day = a_day()
    first, *_ = day.keep()
    for key in [key for key in day.contents() if key[1] == keys.STATE and key[0].startswith("CELL#")]:
        day._items.pop(key)
    assert day.derive(first) == ["m0"]
    assert day.failures == ["UnknownPlaceError"]
    assert not day.rows.contents()


def test_the_intersection_the_ledger_does_not_have_is_named() -> None:
    """Whoever is paged looks it up in the table."""
    with pytest.raises(UnknownPlaceError, match=r"CELL#anaplan#no-such-place"):
        Places(a_day(), {}).of([keys.cell_key("anaplan", "no-such-place")])


def test_all_rows_stand_under_the_day_and_seconds_of_their_change() -> None:
    """One object of rows for each table and object of the journal, and no other."""
    tables = ("facts", "contributions", "cells", "receipts", "outcomes")
    possible = set(chain.from_iterable((f"rows/{table}/{key[8:]}" for key in OBJECTS) for table in tables))
    assert set(WHOLE) <= possible
    assert len(WHOLE) == 11
