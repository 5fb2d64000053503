"""What each function costs with less and with more memory, and how long a sender waits for a cold one; formulas stand here.

Lambda gives processor time in proportion to memory, one whole processor at 1,769 MB
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), and bills memory times time. A function that
waits for others is billed the less the less memory it has; one that works is billed about the same, and takes longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra import deliver, journal, receive, record, sweep
from tests.bench.prices import PRICES

FULL_PROCESSOR_MB = 1769
SIZES_MB = (256, 512, 1024)
ASSUMED_AWS_SECONDS = 0.010  # of waiting per call; nothing here ran on AWS
ASSUMED_VENDOR_SECONDS = 0.150
ASSUMED_COLD_WAIT_SECONDS = 0.150  # new connections, secrets and a token, beside the waits of a warm invocation
SENDERS_SECONDS = 5.0  # HubSpot gives up then
CHOSEN_MB: Mapping[str, int] = {
    "receive": receive.SHAPE.memory_mb,
    "record": record.SHAPE.memory_mb,
    "deliver": deliver.SHAPE.memory_mb,
    "sweep": sweep.SHAPE.memory_mb,
    "journal": journal.SHAPE.memory_mb,
}


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation: the processor time it takes, of a whole processor, and the time it waits."""

    cpu_seconds: float
    waiting_seconds: float

    def seconds(self, memory_mb: int) -> float:
        """How long it takes with that memory; more than a whole processor is of no use to one thread."""
        return self.waiting_seconds + self.cpu_seconds / min(1.0, memory_mb / FULL_PROCESSOR_MB)

    def usd(self, memory_mb: int) -> float:
        """What it costs with that memory, the request itself included."""
        gb_seconds = self.seconds(memory_mb) * memory_mb / 1024
        return PRICES["lambda_request"].usd / 1e6 + gb_seconds * PRICES["lambda_gb_second"].usd


def waiting(aws_calls: float, vendor_calls: float) -> float:
    """The seconds that so many calls, one after the other, are waited for."""
    return aws_calls * ASSUMED_AWS_SECONDS + vendor_calls * ASSUMED_VENDOR_SECONDS
