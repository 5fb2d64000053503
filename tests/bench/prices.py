"""The list prices the benchmark counts with."""

from __future__ import annotations

from dataclasses import dataclass


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
    "transition": Price(25.00, "million state transitions", "recalled"),
    "object_put": Price(5.00, "million objects put", "recalled"),
    "object_get": Price(0.40, "million objects got", "recalled"),
    "log_gb": Price(0.50, "GB of logs taken in", "recalled"),
    "trace": Price(5.00, "million traces recorded", "recalled"),
}
