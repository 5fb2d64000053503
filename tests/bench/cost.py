"""What a delivery costs on AWS: its counted calls and units times list prices. Every formula stands in `parts`."""

from __future__ import annotations

from tests.bench.deliveries import STEPS, Delivery
from tests.bench.in_memory import Work
from tests.bench.memory import CHOSEN_MB, Invocation, waiting
from tests.bench.prices import PRICES

MILLION = 1_000_000


ASSUMED_TRACED = 0.05
ASSUMED_PLATFORM_LOG_BYTES = 700  # Lambda's own start and report lines of one invocation, and API Gateway's access line
PARTS = ("door", "bus and queues", "ledger", "lambda", "logs and traces")


def parts(delivery: Delivery) -> dict[str, float]:
    """USD per million notices by part, each delivery flushed alone (a busy line shares flushes: then it costs less)."""
    recording, delivering = delivery.work
    per_delivery = {
        # one request, one invocation of receive
        "door": _millionth("api", 1),
        # entries of 64 KB on the bus; each sent to, received from and deleted from the queue; the flush request the same
        "bus and queues": _millionth("bus", delivery.bus_chunks)
        + _millionth("queue", 3 * delivery.bus_chunks)
        + _millionth("fifo", 3 * delivery.all_calls()["sqs.SendMessage"]),
        "ledger": _ledger(recording) + _ledger(delivering),
        # three invocations, each with the memory it is deployed with, working (counted) and waiting (assumed)
        "lambda": sum(invocation(delivery, step).usd(CHOSEN_MB[step]) for step in STEPS),
        "logs and traces": _log_bytes(delivery) / 1e9 * PRICES["log_gb"].usd
        + _millionth("trace", ASSUMED_TRACED * len(STEPS)),
    }
    return {name: usd / delivery.scenario.notices * MILLION for name, usd in per_delivery.items()}


def _millionth(price: str, count: float) -> float:
    return PRICES[price].usd * count / MILLION


def _ledger(work: Work) -> float:
    return _millionth("write_unit", work.write_units) + _millionth("read_unit", work.read_units)


def invocation(delivery: Delivery, step: str) -> Invocation:
    """One step of a delivery, warm; parallel writes of the deliver step wait eight at a time."""
    calls = sum(delivery.calls[step].values())
    if step == "deliver":
        updates = delivery.calls[step]["dynamodb.UpdateItem"]
        calls += -(-updates // 8) - updates
    vendor_calls = {"receive": 0, "record": delivery.work[0].vendor_calls, "deliver": 1}[step]
    return Invocation(delivery.cpu_ms[step] / 1000, waiting(calls, vendor_calls))


def _log_bytes(delivery: Delivery) -> int:
    return sum(delivery.log_bytes.values()) + (len(STEPS) + 1) * ASSUMED_PLATFORM_LOG_BYTES
