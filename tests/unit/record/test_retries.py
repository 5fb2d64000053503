"""When a message is tried again, how long it waits, and when its notices are parked instead."""

from __future__ import annotations

import pytest

from tests.support.recording import Recording, deal
from tieout.errors import (
    AccessDeniedError,
    ConflictError,
    LostAnswerError,
    PermanentError,
    ThrottledError,
    TieoutError,
    UnavailableError,
    UnreadableRecordError,
)
from tieout.ledger.plan import Outcome

_SQS_LONGEST_SECONDS = 12 * 3600  # a message stays invisible no longer, the work on it included
_FUNCTION_SECONDS = 120


def delay_of(recording: Recording, error: TieoutError, attempt: int = 1) -> int:
    """Seconds until a message is tried again whose only record failed so."""
    recording.says[deal(1)] = error  # type: ignore[assignment]
    [delay] = recording.work(deal(1), attempt=attempt).retries.values()
    return delay


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 15), (2, 30), (3, 60), (7, 960), (8, 1920), (9, 1920), (11, 1920)]
)
def test_each_attempt_waits_twice_as_long_up_to_half_an_hour(attempt: int, longest: int) -> None:
    """Eleven waits are about three hours: longer than sources are usually down."""
    assert delay_of(Recording(chance=1.0), UnavailableError("down"), attempt) == longest
    assert delay_of(Recording(chance=0.0), UnavailableError("down"), attempt) == longest // 2
    assert delay_of(Recording(chance=0.5), UnavailableError("down"), attempt) == longest * 3 // 4


@pytest.mark.parametrize(
    ("asked", "given"),
    [(None, 15), (0, 15), (14, 15), (15, 15), (16, 16), (3600, 3600), (11 * 3600 - 1, 11 * 3600 - 1)],
)
def test_a_source_that_says_how_long_is_not_asked_before(asked: float | None, given: int) -> None:
    """What it asks for counts where it is longer than our own wait."""
    assert delay_of(Recording(), ThrottledError("429", retry_after_seconds=asked)) == given


@pytest.mark.parametrize("hours", [11, 11.5, 12, 13, 24])
def test_no_retry_is_put_off_for_longer_than_the_queue_can_hide_a_message(hours: float) -> None:
    """SQS refuses a longer one, and the message would come back at once, again and again, until it is dead."""
    delay = delay_of(Recording(), ThrottledError("a day's quota", retry_after_seconds=hours * 3600))
    assert delay == 11 * 3600
    assert delay + _FUNCTION_SECONDS < _SQS_LONGEST_SECONDS


@pytest.mark.parametrize(
    "error",
    [UnavailableError("x"), ThrottledError("x"), LostAnswerError("x"), ConflictError("x"), AccessDeniedError("x")],
    ids=lambda error: type(error).__name__,
)
def test_a_notice_is_tried_eleven_times_and_parked_at_the_twelfth(error: TieoutError) -> None:
    """One attempt more or less is half an hour in which nobody is told."""
    for attempt in (1, 11):
        recording = Recording()
        delay_of(recording, error, attempt)
        assert recording.outcomes() == {}
        assert recording.dead_letters.contents() == ()
    for attempt in (12, 13):
        recording = Recording()
        recording.says[deal(1)] = error  # type: ignore[assignment]
        report = recording.work(deal(1), attempt=attempt)
        assert report.retries == {}
        assert recording.outcomes() == {0: Outcome.PARKED}
        assert [letter.attributes for letter in recording.dead_letters.contents()] == [{"error": type(error).__name__}]


@pytest.mark.parametrize("error", [UnreadableRecordError("no amount"), PermanentError("x")])
def test_what_will_fail_in_the_same_way_again_is_parked_at_once(error: PermanentError) -> None:
    """Waiting would only hide it."""
    recording = Recording()
    recording.says[deal(1)] = error
    assert recording.work(deal(1)).retries == {}
    assert recording.outcomes() == {0: Outcome.PARKED}


def test_the_longest_wait_of_a_messages_notices_is_the_messages() -> None:
    """A message comes back as a whole: before the last of its sources is ready it would fail again."""
    recording = Recording()
    recording.says[deal(1)] = ThrottledError("x", retry_after_seconds=100)
    recording.says[deal(2)] = ThrottledError("x", retry_after_seconds=300)
    recording.says[deal(3)] = UnavailableError("x")
    assert recording.work(deal(1), deal(2), deal(3), deal(4)).retries == {"m": 300}
    assert recording.outcomes() == {3: Outcome.APPLIED}
