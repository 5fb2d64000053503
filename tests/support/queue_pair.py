"""A queue and its dead-letter queue, in memory or in the emulated SQS."""

from __future__ import annotations

from itertools import count

from tests.support.clock import ManualClock
from tests.support.memory_queue import MemoryFifoQueue, MemoryQueue, Received
from tests.support.moto_aws import EmulatedAws
from tests.support.moto_queue import MotoQueue

VISIBILITY, MAX_RECEIVES = 30, 2
NUMBERS = count()


class QueuePair:
    """A queue and its dead-letter queue: emulated where an AWS is given, else in memory."""

    def __init__(self, aws: EmulatedAws | None, clock: ManualClock, *, fifo: bool, delay: int = 0) -> None:
        self.queue: MemoryQueue | MotoQueue
        self.dead: MemoryQueue | MotoQueue
        if aws is None:
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


def bodies(received: list[Received]) -> list[str]:
    """What was received."""
    return [message.body for message in received]
