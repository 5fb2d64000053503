"""What SQS promises that its emulation lacks, held on the fakes alone; and what the coalescing of flushes stands on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.clock import ManualClock, SeededEntropy
from tests.support.memory_queue import MemoryFifoQueue, MemoryFlushQueue, MemoryQueue
from tests.support.moto_aws import EmulatedAws
from tests.support.moto_queue import MotoQueue, sqs_lives_by
from tests.support.queue_pair import VISIBILITY, bodies
from tieout.aws.flushing import bucket_of
from tieout.aws.queues import FifoFlushQueue
from tieout.errors import MalformedError

BUCKET = 5


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


@settings(max_examples=200)
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
