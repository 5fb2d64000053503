"""Queues: what the fakes and SQS (emulated) promise alike, and what SQS promises that the emulation lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue, MemoryQueue, Received
from tests.support.moto_aws import EmulatedAws, emulated_aws
from tests.support.moto_queue import MotoQueue, sqs_lives_by
from tieout.aws.flushing import bucket_of
from tieout.aws.queues import FifoFlushQueue
from tieout.errors import MalformedError

# Where moto 5.2 is not SQS, so that the fake alone is held to it: a handle from before the latest receive still deletes;
# a de-duplication id is forgotten with its message; a body with characters SQS refuses is taken; and of several messages of
# one group that come back together the later ones may come first (so random histories take one at a time from a FIFO).

VISIBILITY, DELAY, MAX_RECEIVES, BUCKET = 30, 0, 2, 5
NUMBERS = count()


@pytest.fixture(scope="module")
def aws() -> Iterator[EmulatedAws]:
    """An emulated AWS for the whole module."""
    with emulated_aws() as emulated:
        yield emulated


class Pair:
    """A queue and its dead-letter queue, of either kind."""

    def __init__(self, kind: str, aws: EmulatedAws | None, clock: ManualClock, *, fifo: bool, delay: int = 0) -> None:
        self.queue: MemoryQueue | MotoQueue
        self.dead: MemoryQueue | MotoQueue
        if kind == "memory":
            make = MemoryFifoQueue if fifo else MemoryQueue
            self.dead = make(clock, name="dead")
            self.queue = make(
                clock,
                visibility_seconds=VISIBILITY,
                max_receives=MAX_RECEIVES,
                dead_letters=self.dead,  # type: ignore[arg-type]  # of the same kind
                delay_seconds=delay,
            )
            return
        assert aws is not None
        suffix = f"{next(NUMBERS)}{'.fifo' if fifo else ''}"
        dead = aws.create_queue(f"dead{suffix}")
        arn = aws.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        url = aws.create_queue(
            f"queue{suffix}",
            VisibilityTimeout=VISIBILITY,
            DelaySeconds=delay,
            RedrivePolicy=f'{{"deadLetterTargetArn":"{arn}","maxReceiveCount":{MAX_RECEIVES}}}',
        )
        self.queue, self.dead = MotoQueue(aws.sqs, url, clock), MotoQueue(aws.sqs, dead, clock)

    def send(self, body: str, group: str, deduplication_id: str) -> None:
        """Send to the FIFO queue."""
        assert isinstance(self.queue, MemoryFifoQueue | MotoQueue)
        self.queue.send_in_group(body, group, deduplication_id)


Opening = Callable[..., Pair]


@pytest.fixture
def clock() -> ManualClock:
    """The time both kinds live by."""
    return ManualClock()


@pytest.fixture(params=["memory", "sqs"])
def opening(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Opening]:
    """Makes pairs of queues of either kind."""
    aws = request.getfixturevalue("aws") if request.param == "sqs" else None
    with sqs_lives_by(clock):
        yield lambda **options: Pair(request.param, aws, clock, **options)


def bodies(received: list[Received]) -> list[str]:
    """What was received."""
    return [message.body for message in received]


def test_a_message_travels_with_its_attributes(opening: Opening) -> None:
    """Body and attributes arrive as they were sent."""
    queue = opening(fifo=False).queue
    queue.send('{"a":"Grüße ✓"}', attributes={"reason": "unreadable"})
    [message] = queue.receive()
    assert (message.body, dict(message.attributes)) == ('{"a":"Grüße ✓"}', {"reason": "unreadable"})
    assert message.receive_count == 1


def test_a_received_message_comes_back_unless_deleted(opening: Opening, clock: ManualClock) -> None:
    """It is hidden while its time runs, then received again with a higher count, and gone once deleted."""
    queue = opening(fifo=False).queue
    queue.send("a")
    queue.receive()
    clock.advance(VISIBILITY - 1)
    assert queue.receive() == []
    clock.advance(2)
    [again] = queue.receive()
    assert again.receive_count == 2
    queue.delete(again.handle)
    clock.advance(VISIBILITY + 1)
    assert queue.receive() == []


def test_a_message_can_be_put_off(opening: Opening, clock: ManualClock) -> None:
    """A longer or shorter visibility counts from now; a handle of a deleted message puts nothing off and harms nobody."""
    queue = opening(fifo=False).queue
    queue.send("a")
    [message] = queue.receive()
    queue.change_visibility(message.handle, 100)
    clock.advance(99)
    assert queue.receive() == []
    clock.advance(2)
    [message] = queue.receive()
    queue.delete(message.handle)
    queue.change_visibility(message.handle, 100)


def test_a_message_may_be_delayed(opening: Opening, clock: ManualClock) -> None:
    """It is received when its delay, or else the queue's, has passed."""
    queue = opening(fifo=False, delay=10).queue
    queue.send("queue's delay")
    queue.send("own delay", delay_seconds=20)
    clock.advance(9)
    assert queue.receive() == []
    clock.advance(2)
    assert bodies(queue.receive()) == ["queue's delay"]
    clock.advance(10)
    assert bodies(queue.receive()) == ["own delay"]


def test_a_message_received_too_often_goes_to_the_dead_letters(opening: Opening, clock: ManualClock) -> None:
    """After its receives are used up the next receive finds it gone, and the dead letters have its content."""
    pair = opening(fifo=False)
    pair.queue.send("poison", attributes={"reason": "r"})
    for _ in range(MAX_RECEIVES):
        assert bodies(pair.queue.receive()) == ["poison"]
        clock.advance(VISIBILITY + 1)
    assert pair.queue.receive() == []
    [dead] = pair.dead.receive()
    assert (dead.body, dict(dead.attributes)) == ("poison", {"reason": "r"})


def test_at_most_ten_messages_come_at_once(opening: Opening) -> None:
    """A receive takes ten, or as many as asked for."""
    queue = opening(fifo=False).queue
    for number in range(13):
        queue.send(str(number))
    assert [len(queue.receive(2)), len(queue.receive()), len(queue.receive())] == [2, 10, 1]


def test_a_message_beyond_a_megabyte_is_refused(opening: Opening) -> None:
    """It could never be sent, so the refusal is permanent."""
    with pytest.raises(MalformedError):
        opening(fifo=False).queue.send("x" * (1024 * 1024 + 1))


def test_a_group_is_worked_in_order_and_by_one(opening: Opening, clock: ManualClock) -> None:
    """While one message of a group is in flight nobody gets another of it; other groups go on."""
    pair = opening(fifo=True)
    for number, group in enumerate("aab"):
        pair.send(f"{group}{number}", group, str(number))
    [first] = pair.queue.receive(1)
    assert first.group == "a"
    assert bodies(pair.queue.receive()) == ["b2"]
    pair.queue.delete(first.handle)
    assert bodies(pair.queue.receive()) == ["a1"]
    clock.advance(VISIBILITY + 1)
    assert sorted(bodies(pair.queue.receive())) == ["a1", "b2"]


def test_equal_requests_are_one_message(opening: Opening, clock: ManualClock) -> None:
    """A de-duplication id within five minutes is taken once; after them it is a new message."""
    pair = opening(fifo=True)
    for _ in range(3):
        pair.send("x", "a", "same")
    clock.advance(299)
    pair.send("x", "a", "same")
    assert bodies(pair.queue.receive()) == ["x"]
    clock.advance(2)
    pair.send("x", "a", "same")
    clock.advance(VISIBILITY + 1)
    assert bodies(pair.queue.receive()) == ["x", "x"]


def test_a_poisoned_group_goes_on_after_its_dead_letter(opening: Opening, clock: ManualClock) -> None:
    """A message received too often leaves, and the next of its group is received."""
    pair = opening(fifo=True)
    pair.send("poison", "a", "1")
    for _ in range(MAX_RECEIVES):
        assert bodies(pair.queue.receive()) == ["poison"]
        clock.advance(VISIBILITY + 1)
    pair.send("next", "a", "2")
    assert bodies(pair.queue.receive()) == ["next"]
    assert bodies(pair.dead.receive()) == ["poison"]


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
@settings(
    max_examples=120, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(steps=STEPS, delay=st.sampled_from([0, 5]))
def test_random_histories_of_queues_end_alike(
    aws: EmulatedAws, steps: list[tuple[object, ...]], delay: int, *, fifo: bool
) -> None:
    """Whatever is sent, received, deleted, put off and waited for, both kinds hand out the same messages."""
    clock = ManualClock()
    with ExitStack() as stack:
        stack.enter_context(sqs_lives_by(clock))
        pairs = [Pair(kind, aws, clock, fifo=fifo, delay=delay) for kind in ("memory", "sqs")]
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

    def __init__(self, pair: Pair, clock: ManualClock, *, fifo: bool) -> None:
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


def test_an_old_handle_neither_deletes_nor_puts_off(clock: ManualClock) -> None:
    """A consumer whose time ran out cannot touch the message that another one works on now."""
    queue = MemoryQueue(clock, visibility_seconds=VISIBILITY)
    queue.send("a")
    [old] = queue.receive()
    clock.advance(VISIBILITY)
    [new] = queue.receive()
    queue.delete(old.handle)
    queue.change_visibility(old.handle, 0)
    assert queue.in_flight() == 1
    queue.delete(new.handle)
    assert queue.contents() == ()


def test_a_request_is_remembered_after_it_was_worked(clock: ManualClock) -> None:
    """The five minutes of de-duplication run on though the message is deleted."""
    queue = MemoryFifoQueue(clock)
    queue.send_in_group("x", "a", "same")
    queue.delete(queue.receive()[0].handle)
    queue.send_in_group("x", "a", "same")
    assert queue.contents() == ()
    clock.advance(300)
    queue.send_in_group("x", "a", "same")
    assert len(queue.contents()) == 1


@pytest.mark.parametrize("body", ["", "\x00", "\x1b", "\ufffe", "\ud800"])
def test_characters_that_sqs_refuses_are_refused(clock: ManualClock, body: str) -> None:
    """A body the real queue would not take is not taken in memory."""
    with pytest.raises(MalformedError):
        MemoryQueue(clock).send(body)


def test_of_a_batch_only_the_failed_come_back(clock: ManualClock) -> None:
    """Lambda deletes what was not reported as failed; the rest is received again when its time has run out."""
    queue = MemoryQueue(clock, visibility_seconds=VISIBILITY)
    for body in "abc":
        queue.send(body)
    batch = queue.receive()
    queue.settle(batch, {batch[1].message_id})
    clock.advance(VISIBILITY)
    assert bodies(queue.receive()) == ["b"]


def test_a_standard_queue_keeps_no_order(clock: ManualClock) -> None:
    """With entropy the same messages come in many orders, the same order for the same seed."""

    def order(seed: int) -> str:
        queue = MemoryQueue(clock, entropy=SeededEntropy(seed))
        for body in "abcdef":
            queue.send(body)
        return "".join(bodies(queue.receive()))

    orders = {order(seed) for seed in range(20)}
    assert len(orders) > 10
    assert order(3) == order(3)


class CrashError(Exception):
    """The process is gone."""


@pytest.mark.parametrize(("point", "kept"), [("before queue.send", 0), ("after queue.send", 1)])
def test_a_fault_strikes_before_or_after_the_effect(clock: ManualClock, point: str, kept: int) -> None:
    """A message is there or not as the crash came after or before the call took effect."""

    def io(passed: str) -> None:
        if passed == point:
            raise CrashError

    queue = MemoryQueue(clock, io=io)
    with pytest.raises(CrashError):
        queue.send("a")
    assert len(queue.contents()) == kept


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    gaps=st.lists(st.floats(0, 12, allow_nan=False), min_size=1, max_size=25),
    polls=st.lists(st.floats(0.1, 9, allow_nan=False), min_size=1, max_size=10),
)
def test_every_commit_is_covered_by_a_flush_that_begins_after_it(gaps: list[float], polls: list[float]) -> None:
    """Whenever flushes are asked for and worked, each request is followed by a receive, and a bucket costs one message."""
    clock = ManualClock()
    queue = MemoryFifoQueue(clock, delay_seconds=BUCKET)
    flush_queue = MemoryFlushQueue(queue, clock)
    uncovered: list[float] = []
    asked_buckets: set[int] = set()
    flushes = 0

    def poll() -> None:
        nonlocal flushes
        for message in queue.receive():
            uncovered.clear()  # the flush reads the ledger now, after every commit so far
            flushes += 1
            queue.delete(message.handle)

    for gap, wait in zip(gaps, polls * len(gaps), strict=False):
        clock.advance(gap)
        uncovered.append(clock.now().timestamp())
        asked_buckets.add(bucket_of(clock.now(), BUCKET))
        flush_queue.ask("planning")
        clock.advance(wait)
        poll()
    for _ in range(3):
        clock.advance(BUCKET)
        poll()
    assert uncovered == []
    assert flushes == len(asked_buckets)


def test_flushes_of_a_target_are_asked_for_once_per_bucket(aws: EmulatedAws, clock: ManualClock) -> None:
    """Requests of one bucket join in SQS too; targets have their own queues and groups."""
    with sqs_lives_by(clock):
        urls = {each: aws.create_queue(f"flush-{each}.fifo", DelaySeconds=BUCKET) for each in ("plan", "report")}
        flush_queue = FifoFlushQueue(aws.sqs, urls, clock, BUCKET)
        for _ in range(3):
            flush_queue.ask("plan")
        flush_queue.ask("report")
        clock.advance(BUCKET + 0.1)
        flush_queue.ask("plan")
        queues = {target: MotoQueue(aws.sqs, url, clock) for target, url in urls.items()}
        assert [(each.body, each.group) for each in queues["plan"].receive()] == [('{"target":"plan"}', "plan")]
        assert [each.group for each in queues["report"].receive()] == ["report"]
