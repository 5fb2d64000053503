"""What a delivery costs on AWS: its counted calls and units times list prices. Every formula stands in `parts`."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench.deliveries import Delivery
from tests.bench.in_memory import Work

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """A list price of us-east-1 in USD; `known`: `read` at the source `docs/performance.md` names, or `recalled`."""

    usd: float
    unit: str
    known: str


PRICES = {
    "api": Price(1.00, "million HTTP API requests", "read"),
    "lambda_request": Price(0.20, "million invocations", "read"),
    "lambda_gb_second": Price(0.0000133334, "GB-second on arm64", "read"),
    "bus": Price(1.00, "million events of 64 KB", "recalled"),
    "queue": Price(0.40, "million requests of 64 KB, standard", "recalled"),
    "fifo": Price(0.50, "million requests of 64 KB, FIFO", "recalled"),
    "write_unit": Price(0.625, "million write units on demand", "read"),
    "read_unit": Price(0.125, "million read units on demand", "read"),
    "log_gb": Price(0.50, "GB of logs taken in", "recalled"),
    "trace": Price(5.00, "million traces recorded", "recalled"),
}
MEMORY_GB = 1.0
ASSUMED_AWS_SECONDS = 0.010  # of waiting per call; nothing here ran on AWS
ASSUMED_VENDOR_SECONDS = 0.150
ASSUMED_TRACED = 0.05
ASSUMED_PLATFORM_LOG_BYTES = 700  # Lambda's own start and report lines of one invocation, and API Gateway's access line
_INVOCATIONS = 3
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
        # three invocations; memory held while working (counted) and waiting (assumed)
        "lambda": _millionth("lambda_request", _INVOCATIONS)
        + _seconds(delivery) * MEMORY_GB * PRICES["lambda_gb_second"].usd,
        "logs and traces": _log_bytes(delivery) / 1e9 * PRICES["log_gb"].usd
        + _millionth("trace", ASSUMED_TRACED * _INVOCATIONS),
    }
    return {name: usd / delivery.scenario.notices * MILLION for name, usd in per_delivery.items()}


def _millionth(price: str, count: float) -> float:
    return PRICES[price].usd * count / MILLION


def _ledger(work: Work) -> float:
    return _millionth("write_unit", work.write_units) + _millionth("read_unit", work.read_units)


def _seconds(delivery: Delivery) -> float:
    """Working and waiting, over the three functions; parallel writes of the deliver step wait eight at a time."""
    updates = delivery.calls["deliver"]["dynamodb.UpdateItem"]
    calls = sum(delivery.all_calls().values()) - updates + -(-updates // 8)
    vendor_calls = delivery.work[0].vendor_calls + 1  # and one write to planning
    working = sum(delivery.cpu_ms.values()) / 1000
    return working + calls * ASSUMED_AWS_SECONDS + vendor_calls * ASSUMED_VENDOR_SECONDS


def _log_bytes(delivery: Delivery) -> int:
    return sum(delivery.log_bytes.values()) + (_INVOCATIONS + 1) * ASSUMED_PLATFORM_LOG_BYTES
