"""Queues: what the fakes and SQS (emulated) promise alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.clock import ManualClock
from tests.support.queue_pair import MAX_RECEIVES, VISIBILITY, QueuePair, bodies
from tieout.errors import MalformedError

Opening = Callable[..., QueuePair]


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


def test_what_waits_is_counted(opening: Opening) -> None:
    """What somebody is at work on waits no more."""
    queue = opening(fifo=False).queue
    assert queue.waiting() == 0
    for body in "abc":
        queue.send(body)
    assert queue.waiting() == 3
    queue.receive(1)
    assert queue.waiting() == 2


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
