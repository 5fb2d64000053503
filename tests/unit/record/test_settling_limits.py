"""How often a record is tried against other writers, and how large a fact may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from functions.record.pipeline import record
from tests.support.memory_table import MemoryTable
from tests.support.recording import VERSION, Recording, deal
from tests.support.stand_in_model import StandInModel
from tieout.arriving.notice import RecordKey
from tieout.errors import ConflictError, UnavailableError
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Write
from tieout.money import Money
from tieout.planning.cells import Amount, Contribution, Intersection


class ContestedTable(MemoryTable):
    """A table on which somebody else is always faster, so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left, self.commits = times, 0

    def write(self, writes: Sequence[Write]) -> None:
        """Lose, or write."""
        if writes[0].key[0].startswith("FACT#"):
            self.commits += 1
            self.left -= 1
            if self.left >= 0:
                raise ConflictError("somebody was faster")
        super().write(writes)


@pytest.mark.parametrize("lost", [0, 1, 7])
def test_a_record_that_loses_seven_times_is_settled_at_the_eighth(lost: int) -> None:
    """A deal that many workers have at once is settled by each of them in the end."""
    recording = Recording(ContestedTable(lost))
    assert recording.work(deal(1)).retries == {}
    assert recording.outcomes() == {0: Outcome.APPLIED}
    assert recording.reads == lost + 1


def test_a_record_that_loses_eight_times_is_left_to_the_queue() -> None:
    """Eight rounds take seconds; the queue waits better than a function does."""
    table = ContestedTable(8)
    recording = Recording(table)
    report = recording.work(deal(1))
    assert report.retries == {"m": 15}
    assert report.errors == {"ConflictError": 1}
    assert table.commits == recording.reads == 8


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_the_pauses_between_rounds_are_chance_and_double(chance: float, share: float) -> None:
    """Workers that met once do not meet again in step: the whole pause is chance."""
    recording = Recording(ContestedTable(8), chance=chance)
    recording.work(deal(1))
    assert recording.clock.slept == pytest.approx([share * each for each in (0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56)])


class Hanging(Recording):
    """A step whose sources take a minute each, and do not answer."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """No source's answer."""
        self.clock.advance(60)
        self.reads += 1
        return dict.fromkeys(keys, UnavailableError("no answer"))


def test_sources_that_hang_together_do_not_have_the_whole_batch_killed() -> None:
    """The first costs its time; the others are asked when their messages come back, each after a pause of its own."""
    recording = Hanging()
    names = ("one", "three", "two")
    report = record(
        recording.step, [recording.message(deal(1)._replace(connection=each), message_id=each) for each in names]
    )
    assert (recording.reads, report.retries) == (1, dict.fromkeys(names, 15))
    assert report.errors == {"UnavailableError": 3}


def test_what_is_not_asked_behind_a_source_that_hangs_is_asked_before_it_the_next_time() -> None:
    """Or its records would be parked for the other's fault, whenever they come in one batch."""
    recording = HangingAlone()
    both = [deal(1)._replace(connection=each) for each in ("hangs", "is well")]
    for attempt, retried in ((1, {"hangs", "is well"}), (2, {"hangs"})):
        messages = [recording.message(key, message_id=key.connection, attempt=attempt) for key in both]
        assert set(record(recording.step, messages).retries) == retried


class HangingAlone(Hanging):
    """A step of whose sources one hangs."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """The source's answer, if any."""
        return super().read(keys) if keys[0].connection == "hangs" else Recording.read(self, keys)


class WideModel(StandInModel):
    """A planning model in which a fact touches so many cells, each in a place of its own, of a target with the longest name."""

    def __init__(self, cells: int) -> None:
        self._cells = cells

    def contributions(self, *_: object) -> tuple[Contribution, ...]:
        """The fact's contributions."""
        amount = Amount(
            "Recurring revenue in USD",
            "USD",
            123_456_789_012,
            "average:GBP>EUR@2026-04=0.853214*average:EUR>USD@2026-04=1.084712",
        )
        target = "planning-of-the-whole-group-and-its-part"
        return tuple(
            Contribution(Intersection(target, "Revenue", (("Cost centre", f"C{place}"),)), (amount,))
            for place in range(self._cells)
        )


def posted(number: int) -> Statement:
    """A deal that is planned."""
    fact = Opportunity(
        name="Deal",
        amount=Money(100, "EUR"),
        stage="won",
        probability=None,
        close_date=None,
        customer=None,
        product=None,
    )
    return Statement(key=deal(number), source_version=VERSION, fact=fact)


@pytest.mark.parametrize(("cells", "is_taken"), [(2_000, True), (2_001, False)])
def test_a_fact_has_two_thousand_cells_at_most(cells: int, *, is_taken: bool) -> None:
    """So many fit into the item that names them all, which DynamoDB bounds at 400 KB; a larger fact is parked untouched."""
    recording = Recording(model=WideModel(cells))
    recording.says[deal(1)] = posted(1)
    assert recording.work(deal(1)).retries == {}
    assert recording.outcomes() == {0: Outcome.APPLIED if is_taken else Outcome.PARKED}
    kinds = Counter(key[0].split("#")[0] for key in recording.table.contents())
    assert kinds == ({"FACT": 1, "CELL": 2 * cells, "OUTCOME": 1} if is_taken else {"OUTCOME": 1})
    reasons = [each.attributes["reason"] for each in recording.dead_letters.contents()]
    assert reasons == ([] if is_taken else [f"crm#opportunity#1 touches {cells} cells, more than 2000"])
