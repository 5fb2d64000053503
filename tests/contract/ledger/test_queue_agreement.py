"""The queues in memory and SQS (emulated) agree on whatever is done to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.clock import ManualClock
from tests.support.moto_aws import EmulatedAws
from tests.support.moto_queue import sqs_lives_by
from tests.support.queue_pair import VISIBILITY, QueuePair, bodies

# Where moto 5.2 is not SQS, so that the fake alone is held to it: a handle from before the latest receive still deletes;
# a de-duplication id is forgotten with its message; a body with characters SQS refuses is taken; and of several messages of
# one group that come back together the later ones may come first (so random histories take one at a time from a FIFO).

SENDS = st.tuples(st.just("send"), st.sampled_from("ab"), st.sampled_from("123"))
STEPS = st.lists(
    SENDS
    | st.tuples(st.just("advance"), st.sampled_from([1.01, 5.03, 31.07, 301.11]))
    | st.tuples(st.just("receive"), st.integers(1, 10))
    | st.tuples(st.just("delete"), st.integers(0, 9))
    | st.tuples(st.just("put off"), st.integers(0, 9), st.sampled_from([1, 60])),
    min_size=4,
    max_size=16,
)


@pytest.mark.parametrize("fifo", [False, True], ids=["standard", "fifo"])
@settings(max_examples=120, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(steps=STEPS, delay=st.sampled_from([0, 5]))
def test_random_histories_of_queues_end_alike(
    aws: EmulatedAws, steps: list[tuple[object, ...]], delay: int, *, fifo: bool
) -> None:
    """Whatever is sent, received, deleted, put off and waited for, both kinds hand out the same messages."""
    clock = ManualClock()
    with sqs_lives_by(clock):
        pairs = [QueuePair(each, clock, fifo=fifo, delay=delay) for each in (None, aws)]
        trackers = [Tracker(pair, clock, fifo=fifo) for pair in pairs]
        for number, step in enumerate(steps):
            if step[0] == "advance":
                clock.advance(float(str(step[1])))
            else:
                answers = [tracker.take(number, step) for tracker in trackers]
                assert answers[0] == answers[1], step
        clock.advance(1000)
        assert bodies(pairs[0].dead.receive()) == bodies(pairs[1].dead.receive())


class Tracker:
    """Takes the steps of a history on one pair, with the handles of the latest receive."""

    def __init__(self, pair: QueuePair, clock: ManualClock, *, fifo: bool) -> None:
        self._pair = pair
        self._clock = clock
        self._fifo = fifo
        self._held: dict[str, tuple[str, datetime]] = {}  # body to handle and until when it is ours

    def take(self, number: int, step: tuple[object, ...]) -> object:
        """What one step comes to."""
        if step[0] == "send":
            self._send(f"{step[1]}{step[2]}-{number}", str(step[1]))
            return None
        if step[0] == "receive":
            return self._receive(1 if self._fifo else int(str(step[1])))
        if int(str(step[1])) < len(self._held):
            body = sorted(self._held)[int(str(step[1]))]
            if step[0] == "delete":
                self._pair.queue.delete(self._held.pop(body)[0])
            else:
                self._put_off(body, int(str(step[2])))
        return None

    def _send(self, body: str, group: str) -> None:
        if self._fifo:
            self._pair.send(body, group, body)
        else:
            self._pair.queue.send(body)

    def _receive(self, limit: int) -> object:
        received = self._pair.queue.receive(limit)
        until = self._clock.now() + timedelta(seconds=VISIBILITY)
        self._held |= {message.body: (message.handle, until) for message in received}
        return [(message.body, message.receive_count) for message in received]

    def _put_off(self, body: str, seconds: int) -> None:
        """Only while it is ours: SQS leaves a message alone that is visible again, the emulation hides it."""
        handle, until = self._held[body]
        if until > self._clock.now():
            self._pair.queue.change_visibility(handle, seconds)
            self._held[body] = (handle, self._clock.now() + timedelta(seconds=seconds))
