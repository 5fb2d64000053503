"""A break is found, explained, accepted by somebody else, and opens again when it comes to something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.stages_compared import AS_OF, DECLARED, amount, item, place
from tieout.reconciling.breaks import Break
from tieout.reconciling.reconcile import reconcile
from tieout.reconciling.tracking import BreakState, NotAllowedError, Remark, TrackedBreak

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def break_of(minor: int, day: date = date(2026, 3, 15)) -> Break:
    """What is billed and not booked."""
    [found] = reconcile(DECLARED, [item("billing", "A-1", {place(): amount(minor)}, day)], [], AS_OF).breaks
    return found


FOUND = TrackedBreak.begun(break_of(100), NOW)
EXPLAINED = FOUND.explained("billed in advance", "ana", NOW)
ACCEPTED = EXPLAINED.accepted("ben", NOW)


def test_a_break_that_is_found_again_stays_as_it_is() -> None:
    """What was said of it stands, run after run."""
    assert ACCEPTED.seen(break_of(100), LATER) is ACCEPTED
    assert FOUND.seen(break_of(100), LATER) is FOUND


@pytest.mark.parametrize("before", [EXPLAINED, ACCEPTED], ids=["explained", "accepted"])
def test_a_break_that_comes_to_something_else_is_open_again(before: TrackedBreak) -> None:
    """What was said was said of another amount; it stays in the list of what happened."""
    again = before.seen(break_of(101), LATER)
    assert (again.state, again.found) == (BreakState.OPEN, break_of(101))
    assert again.remarks[:-1] == before.remarks
    assert (again.remarks[-1].what, again.remarks[-1].at) == ("reopened", LATER)
    with pytest.raises(NotAllowedError):
        again.accepted("ben", LATER)


def test_an_open_break_that_comes_to_something_else_is_no_news() -> None:
    """Nobody had said anything of it."""
    again = FOUND.seen(break_of(101), LATER)
    assert (again.found, again.remarks) == (break_of(101), FOUND.remarks)


def test_a_day_that_was_put_right_opens_nothing() -> None:
    """It is the same difference; only its age is another."""
    older = break_of(100, date(2026, 3, 14))
    again = ACCEPTED.seen(older, LATER)
    assert (again.state, again.found) == (BreakState.ACCEPTED, older)


def test_a_break_that_is_gone_is_resolved_by_itself_and_back_if_it_comes_back() -> None:
    """By newer facts, and by nobody."""
    gone = ACCEPTED.gone(LATER)
    assert (gone.state, gone.remarks[-1].by, gone.gone(LATER)) == (BreakState.RESOLVED, "", gone)
    back = gone.seen(break_of(100), LATER)
    assert (back.state, back.remarks[-1].note) == (BreakState.OPEN, "it is back")


def test_nobody_accepts_what_they_have_explained() -> None:
    """Two people, or none: also where another had explained it before."""
    with pytest.raises(NotAllowedError, match="somebody else"):
        EXPLAINED.accepted("ana", LATER)
    with pytest.raises(NotAllowedError, match="somebody else"):
        EXPLAINED.explained("or rather", "ben", LATER).accepted("ben", LATER)
    assert ACCEPTED.state is BreakState.ACCEPTED


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda: FOUND.accepted("ben", LATER), "it is open: what is explained can be accepted"),
        (lambda: ACCEPTED.accepted("cem", LATER), "it is accepted: what is explained can be accepted"),
        (lambda: EXPLAINED.accepted("ana", LATER), "somebody else has to accept what you have explained"),
        (lambda: FOUND.explained(" ", "ana", LATER), "an explanation says why"),
        (
            lambda: FOUND.gone(LATER).explained("late", "ana", LATER),
            "it is resolved: there is nothing to explain any more",
        ),
    ],
    ids=["not explained", "accepted already", "by the same person", "no reason", "resolved"],
)
def test_what_cannot_be_done_says_why(asked: Callable[[], TrackedBreak], says: str) -> None:
    """And changes nothing."""
    with pytest.raises(NotAllowedError) as refused:
        asked()
    assert str(refused.value) == says


def test_a_break_in_somebodys_hands_stays_there() -> None:
    """Whatever else becomes of it."""
    given = FOUND.assigned("ana", date(2026, 7, 8), "ben", NOW)
    assert (given.state, given.remarks[-1].note) == (BreakState.OPEN, "ana")
    again = given.seen(break_of(101), LATER)
    assert (again.owner, again.due, again.found_at) == ("ana", date(2026, 7, 8), NOW)


def test_everything_that_happened_to_a_break_is_told_in_order() -> None:
    """Who did what and when, with what was said; what followed from newer facts was nobody's doing."""
    said = (
        TrackedBreak.begun(break_of(100), NOW)
        .assigned("ana", None, "ben", LATER)
        .explained("in advance", "ana", LATER)
        .accepted("ben", LATER)
    )
    again = said.seen(break_of(101), LATER).gone(LATER).seen(break_of(101), LATER)
    assert again.remarks == (
        Remark(at=NOW, by="", what="found", note=""),
        Remark(at=LATER, by="ben", what="assigned", note="ana"),
        Remark(at=LATER, by="ana", what="explained", note="in advance"),
        Remark(at=LATER, by="ben", what="accepted", note=""),
        Remark(at=LATER, by="", what="reopened", note="it has come to something else"),
        Remark(at=LATER, by="", what="resolved", note=""),
        Remark(at=LATER, by="", what="reopened", note="it is back"),
    )
