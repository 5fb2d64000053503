"""What readers notice is kept beside the line: seldom, once, and whatever happens to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from functions.record.drifting import DeliveriesShown, Drifting
from tests.support.memory_table import MemoryTable
from tests.support.recording import CONNECTION, Recording, deal, gone
from tieout.arriving.notice import RecordKey
from tieout.drift import Drift, Seen, Watch, shape_of, text
from tieout.errors import LostAnswerError, UnavailableError
from tieout.facts.reading import Reading
from tieout.ledger.drifts import DriftLedger
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Item, Key, Write

SEEN = Seen("deals", "new", Drift.UNKNOWN)


class WatchingSource:
    """A source whose every answer has a new field."""

    def __init__(self) -> None:
        self.watch = Watch({"deals": {"id": text()}})

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """What is read, under the eyes of the watch."""
        self.watch.see("deals", [{"id": key.record_id, "new": 1} for key in keys])
        return {key: gone(key) for key in keys}


class Unwilling(MemoryTable):
    """A table that takes no drifts for a while.

    Attributes:
        error: what it says instead.
        takes_them: whether it has taken them all the same.
        tells: whether it says what it has.
    """

    error: Exception | None = None
    takes_them = False
    tells = True

    def write_each(self, writes: Sequence[Write]) -> Sequence[Key]:
        """Refuse, or write."""
        refuses = self.error is not None and writes and writes[0].key[0].startswith("DRIFT#")
        keys = super().write_each(writes) if not refuses or self.takes_them else []
        if refuses:
            assert self.error is not None
            raise self.error
        return keys

    def get(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        """Say what it has, or that it cannot."""
        if not self.tells and any(key[0].startswith("DRIFT#") for key in keys):
            raise UnavailableError("down")
        return super().get(keys)


def recording_with(source: object, table: MemoryTable | None = None) -> Recording:
    """A record step that reads this source."""
    recording = Recording(table)

    def reader_of(_connection: str) -> WatchingSource:
        assert isinstance(source, WatchingSource)
        return source

    recording.step = replace(
        recording.step,
        settling=replace(recording.step.settling, reader_of=reader_of),
        drifting=Drifting(reader_of, DeliveriesShown([]), DriftLedger(recording.table), recording.clock, "test"),
    )
    return recording


def count(recording: Recording) -> int:
    """How often the drift was seen, as far as the ledger says."""
    return sum(each.times for each in DriftLedger(recording.table).of(CONNECTION) if each.seen == SEEN)


def test_a_drift_is_kept_and_told_once() -> None:
    """The notice is recorded as if nothing were."""
    recording = recording_with(WatchingSource())
    report = recording.work(deal(1), deal(2))
    assert (report.drifts, report.outcomes) == (Counter({CONNECTION: 1}), Counter({Outcome.APPLIED: 2}))
    assert count(recording) == 2
    recording.clock.sleep(601)
    assert recording.work(deal(3)).drifts == Counter()
    assert count(recording) == 3


def test_a_drift_is_written_once_in_ten_minutes_and_counted_all_the_time() -> None:
    """The line is busier than anybody who looks at drifts."""
    recording = recording_with(WatchingSource())
    for number in range(5):
        recording.work(deal(number))
    assert count(recording) == 1
    recording.clock.sleep(600)
    recording.work(deal(9))
    assert count(recording) == 6


@pytest.mark.parametrize("error", [UnavailableError("down"), RuntimeError("a bug")])
def test_a_ledger_that_refuses_costs_nothing_but_the_next_try(error: Exception) -> None:
    """No notice waits for it, and nothing that was counted is lost."""
    table = Unwilling()
    table.error = error
    recording = recording_with(WatchingSource(), table)
    report = recording.work(deal(1))
    assert (report.drifts, report.retries, report.errors) == (Counter(), {}, Counter())
    table.error = None
    assert recording.work(deal(2)).drifts == Counter({CONNECTION: 1})
    assert count(recording) == 2


def test_whoever_looks_sees_the_first_and_the_last_row_with_a_drift() -> None:
    """By their shapes, though the ledger would not take the first at once."""
    table, source = Unwilling(), WatchingSource()
    recording = recording_with(source, table)
    table.error = UnavailableError("down")
    source.watch.see("deals", [{"id": "1", "new": "a text"}])
    recording.work(deal(1))
    table.error = None
    source.watch.see("deals", [{"id": "1", "new": True}])
    recording.work(deal(2))
    [kept] = DriftLedger(table).of(CONNECTION)
    assert (kept.first_shape, kept.last_shape) == (
        shape_of({"id": "1", "new": "a text"}),
        shape_of({"id": "1", "new": 1}),
    )


def test_a_drift_that_may_have_been_written_is_told_of_once() -> None:
    """When it is written again; how often it was seen is then more than it was."""
    table = Unwilling()
    table.error, table.takes_them = LostAnswerError("nobody knows"), True
    recording = recording_with(WatchingSource(), table)
    assert recording.work(deal(1)).drifts == Counter()
    table.error = None
    assert recording.work(deal(2)).drifts == Counter({CONNECTION: 1})
    assert recording.work(deal(3)).drifts == Counter()


def test_a_drift_is_told_of_when_the_ledger_says_who_wrote_it_first() -> None:
    """With whatever is worked next."""
    table = Unwilling()
    table.tells = False
    recording = recording_with(WatchingSource(), table)
    assert recording.work(deal(1)).drifts == Counter()
    table.tells = True
    recording.step = replace(recording.step, entities=frozenset())
    assert recording.work(deal(2)).drifts == Counter({CONNECTION: 1})


def test_what_another_function_wrote_first_is_its_to_tell() -> None:
    """Two flows read the same connection."""
    table = MemoryTable()
    first, second = recording_with(WatchingSource(), table), recording_with(WatchingSource(), table)
    second.step.drifting._name = "another"
    assert first.work(deal(1)).drifts == Counter({CONNECTION: 1})
    assert second.work(deal(2)).drifts == Counter()
    assert count(first) == 2


def test_a_source_with_ever_new_names_is_not_written_for_each() -> None:
    """Fifty say that it has drifted; those are counted on."""
    source = WatchingSource()
    recording = recording_with(source)
    letters = "abcdefgh"
    for name in [first + second for first in letters for second in letters]:
        source.watch.see("deals", [{"id": "1", name: 1}])
        recording.work(deal(1))
    kept = list(DriftLedger(recording.table).of(CONNECTION))
    assert len(kept) == 50
    recording.clock.sleep(600)
    recording.work(deal(1))
    assert count(recording) == 65


def test_a_source_that_cannot_be_had_has_noticed_nothing() -> None:
    """Its notices fail of that already; those of another are kept."""
    source = WatchingSource()
    source.watch.see("deals", [{"id": "1", "new": 1}])
    readers = {CONNECTION: source}
    recording = Recording()
    drifting = Drifting(readers.__getitem__, DeliveriesShown([]), DriftLedger(recording.table), recording.clock, "test")
    assert drifting.keep(["nobody", CONNECTION]) == Counter({CONNECTION: 1})


def test_a_reader_without_a_watch_is_left_alone() -> None:
    """It need not have one."""
    recording = Recording()
    assert recording.work(deal(1)).drifts == Counter()


def drifting_over(source: WatchingSource, recording: Recording) -> Drifting:
    """What one function has noticed of this source."""
    return Drifting(lambda _: source, DeliveriesShown([]), DriftLedger(recording.table), recording.clock, "test")


def test_what_is_noticed_while_a_write_fails_is_counted_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of one function may end at once: what either has noticed is written once the ledger takes it."""
    source, recording = WatchingSource(), Recording()
    drifting, tried = drifting_over(source, recording), list[int]()

    def fail_meanwhile(*_: object) -> None:
        tried.append(1)
        if len(tried) == 1:
            source.watch.see("deals", [{"id": "1", "new": 1}])
            drifting.keep([CONNECTION])
        raise UnavailableError("down")

    source.watch.see("deals", [{"id": "1", "new": 1}])
    with monkeypatch.context() as patched:
        patched.setattr(DriftLedger, "note", fail_meanwhile)
        assert drifting.keep([CONNECTION]) == Counter()
    assert drifting.keep([CONNECTION]) == Counter({CONNECTION: 1})
    assert [each.times for each in DriftLedger(recording.table).of(CONNECTION)] == [2]


def test_a_drift_is_told_once_though_batches_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that asks later is told of nothing that the other is asking about."""
    source, recording = WatchingSource(), Recording()
    drifting, told = drifting_over(source, recording), Counter[str]()
    found_by = DriftLedger.found_by

    def ask_meanwhile(ledger: DriftLedger, *arguments: Any) -> int:  # noqa: ANN401 as what it stands for
        monkeypatch.setattr(DriftLedger, "found_by", found_by)
        told.update(drifting.keep([CONNECTION]))
        return found_by(ledger, *arguments)

    monkeypatch.setattr(DriftLedger, "found_by", ask_meanwhile)
    source.watch.see("deals", [{"id": "1", "new": 1}])
    told.update(drifting.keep([CONNECTION]))
    assert told == Counter({CONNECTION: 1})
