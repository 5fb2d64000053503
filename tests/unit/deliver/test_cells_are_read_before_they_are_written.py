"""The values before of a receipt are read from planning where that is cheap, and what others changed there is told of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.planning_desk import TARGET, Desk
from tieout.delivering import READ_SECONDS
from tieout.errors import AccessDeniedError, LostAnswerError, MalformedError, ThrottledError, UnavailableError
from tieout.ledger.receipts import DoneReceipt, OpenReceipt, ReceiptLedger, ReceiptRow, Source, receipt_rows
from tieout.ledger.undoing import UndoLedger
from tieout.maintenance import Maintenance


def reading() -> Desk:
    """A desk whose planning system says what it holds before a write; it was given 1.00 of one cell."""
    desk = Desk()
    desk.planning.reads_before = True
    desk.change("a", 100)
    desk.flush()
    desk.clock.advance(60)
    return desk


@pytest.fixture(name="desk")
def _desk() -> Desk:
    return reading()


def newest(desk: Desk) -> OpenReceipt:
    """The receipt of the last write."""
    return next(iter(ReceiptLedger(desk.table).newest(TARGET)))


def before(desk: Desk) -> dict[str, tuple[int | None, Source]]:
    """Of each place of the last write, what its receipt says planning held, and where that comes from."""
    return {row.intersection_id: (row.before_minor, row.source) for row in receipt_rows(newest(desk).cells)}


def standing(desk: Desk) -> list[tuple[str, int, Decimal | None, str]]:
    """The cells that are known to differ: what they were to hold, what they hold, and the receipt they were given that by."""
    return [(each.cell_id, each.wanted_minor, each.held, each.last_receipt) for each in desk.readbacks.standing(TARGET)]


def test_a_receipt_says_what_planning_held_just_before(desk: Desk) -> None:
    """One question for one write; what is as it was given is nothing to be told of."""
    desk.change("a", 50)
    desk.change("b", 70)
    asked = desk.planning.asked_before
    desk.flush()
    assert before(desk) == {"a": (100, Source.READ), "b": (0, Source.READ)}
    assert desk.planning.asked_before == asked + 1
    assert (desk.told, standing(desk), desk.failures) == ([], [], [])


@pytest.mark.parametrize(("more_seconds", "source"), [(0, Source.READ), (1, Source.LAST_GIVEN)])
def test_planning_is_not_asked_so_shortly_before_its_maintenance_that_the_write_would_reach_into_it(
    desk: Desk, more_seconds: int, source: Source
) -> None:
    """A write without the question still ends in time."""
    desk.change("a", 50)
    desk.maintenance = Maintenance(begins="09:15", time_zone="UTC", minutes=30)
    to_begin = desk.clock.now().replace(minute=15) - desk.clock.now()
    desk.clock.advance(to_begin.seconds - READ_SECONDS - desk.planning.write_seconds - 1 + more_seconds)
    assert desk.flush().written == 1
    assert before(desk) == {"a": (100, source)}


def test_what_somebody_changed_is_told_of_before_the_write_hides_it(desk: Desk) -> None:
    """As the reading back does: kept with what it was to hold, what it held and since which write, and told."""
    given = newest(desk).name
    desk.planning.values["a:M"] = Decimal("7.25")
    desk.change("a", 50)
    desk.flush()
    assert before(desk) == {"a": (725, Source.READ)}
    assert standing(desk) == [("a:M", 100, Decimal("7.25"), given)]
    assert [each.cell_id for each in desk.told] == ["a:M"]
    assert desk.planning.values["a:M"] == Decimal("1.50")


def test_undoing_such_a_write_restores_what_was_truly_there(desk: Desk) -> None:
    """And not what planning had been given before somebody changed it."""
    desk.planning.values["a:M"] = Decimal("7.25")
    desk.change("a", 50)
    desk.flush()
    receipt = newest(desk)
    assert isinstance(receipt, DoneReceipt)
    undo = UndoLedger(desk.table)
    undo.undo(undo.effect(receipt), "ann", "undo-1", desk.clock.now())
    desk.flush()
    assert desk.planning.values["a:M"] == Decimal("7.25")


def test_what_planning_holds_is_known_again_after_a_write_nobody_answered(desk: Desk) -> None:
    """Without being asked nobody could say; and where nobody knew what it held, nothing differs."""
    desk.change("a", 50)
    desk.planning.refusal = lambda _: LostAnswerError("silence")
    desk.flush()
    desk.planning.refusal = lambda _: None
    desk.planning.values["a:M"] = Decimal("1.50")  # it landed all the same
    desk.sweep_later()
    assert before(desk) == {"a": (150, Source.READ)}
    assert (desk.told, standing(desk)) == ([], [])


def test_a_write_that_may_still_land_is_nobody_elses_change(desk: Desk) -> None:
    """While its receipt is open, what it changes is the line's own doing."""
    desk.change("a", 50)
    desk.planning.refusal = lambda _: LostAnswerError("silence")
    desk.flush()
    desk.planning.refusal = lambda _: None
    desk.planning.values["a:M"] = Decimal("1.50")
    desk.clock.advance(60)
    desk.change("a", 1)
    desk.flush()
    assert before(desk) == {"a": (150, Source.READ)}
    assert (desk.told, standing(desk)) == ([], [])


def test_a_cell_that_another_writer_gave_meanwhile_is_not_called_changed(desk: Desk) -> None:
    """It was marked between the look at the ledger and the look at planning."""
    desk.change("a", 50)
    desk.planning.before_reading = desk.slow_writer()
    desk.flush()
    assert (desk.told, standing(desk)) == ([], [])


def test_a_total_that_changes_meanwhile_hides_nobody_elses_change(desk: Desk) -> None:
    """Planning knows nothing of totals: what it was last given is as it was."""
    desk.planning.values["a:M"] = Decimal(9)
    desk.change("a", 50)
    desk.planning.before_reading = lambda: desk.change("a", 5)
    desk.flush()
    assert {each.cell_id for each in desk.told} == {"a:M"}


@pytest.mark.parametrize(
    ("error", "failures"),
    [
        (ThrottledError("rate"), 0),
        (UnavailableError("busy"), 0),
        (LostAnswerError("silence"), 0),
        (AccessDeniedError("role"), 0),
        (MalformedError("cut short"), 0),
        (KeyError("a bug"), 1),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_write_is_made_though_planning_could_not_be_read(desk: Desk, error: Exception, failures: int) -> None:
    """Its receipt says that it has what was last given; and the target is not asked again in that flush."""
    desk.planning.batch_size = 1
    desk.change("a", 50)
    desk.change("b", 70)
    desk.planning.unreadable = error
    asked = desk.planning.asked_before
    report = desk.flush()
    assert (report.writes, report.stopped_by, desk.cells.pause_of(TARGET)) == (2, None, None)
    assert desk.planning.values == {"a:M": Decimal("1.50"), "b:M": Decimal("0.70")}
    sources = {row.source for each in ReceiptLedger(desk.table).newest(TARGET) for row in receipt_rows(each.cells)}
    assert before(desk)[next(iter(before(desk)))][1] is Source.LAST_GIVEN
    assert sources == {Source.READ, Source.LAST_GIVEN}  # the write of before was read
    assert (desk.planning.asked_before, desk.failures) == (asked + 1, [error] * failures)


def test_a_ledger_that_keeps_no_difference_keeps_nobody_from_writing(desk: Desk) -> None:
    """Then it is as if planning had not been read: what was not kept is not claimed to be known."""
    desk.planning.values["a:M"] = Decimal(9)
    desk.change("a", 50)

    def strike(point: str) -> None:
        if point == "before ledger.query":
            raise UnavailableError(point)

    desk.table.io = strike
    assert desk.flush().written == 1
    desk.table.io = lambda _: None
    assert before(desk) == {"a": (100, Source.LAST_GIVEN)}


def test_a_receipt_says_cell_by_cell_what_was_read(desk: Desk) -> None:
    """Where some were not asked for, or planning holds what is no amount of money, it has what was last given."""
    for place in "abc":
        desk.change(place, 50)
    desk.planning.unasked = frozenset({"b:M"})
    desk.planning.values["c:M"] = Decimal("1E+40")
    desk.flush()
    assert before(desk) == {"a": (100, Source.READ), "b": (None, Source.LAST_GIVEN), "c": (None, Source.LAST_GIVEN)}


def test_there_must_be_time_for_the_question_and_the_write(desk: Desk) -> None:
    """Else planning is not asked: a write is never put off for it."""
    needed = desk.planning.write_seconds + 30
    desk.change("a", 50)
    asked = desk.planning.asked_before
    desk.flush(has_time=lambda seconds: seconds < needed + READ_SECONDS)
    assert before(desk) == {"a": (100, Source.LAST_GIVEN)}
    assert desk.planning.asked_before == asked
    desk.change("a", 50)
    desk.clock.advance(1)
    desk.flush(has_time=lambda seconds: seconds <= needed + READ_SECONDS)
    assert before(desk) == {"a": (150, Source.READ)}


def test_a_target_that_is_not_to_be_read_is_not_asked() -> None:
    """As the landscape has it unless it says so."""
    desk = Desk()
    desk.change("a", 100)
    desk.flush()
    assert list(receipt_rows(newest(desk).cells)) == [ReceiptRow("a", "M", None, 100)]
    assert desk.planning.asked_before == 0
