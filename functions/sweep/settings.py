"""The environment contract of the sweeper: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.settings import Settings

if TYPE_CHECKING:
    from tieout.landscape import Option


class SweepSettings(Settings):
    """What the sweep function is told; it runs every minute and one function serves the stage.

    Attributes:
        ledger_table: the DynamoDB table.
        archive_bucket: where deliveries lie that the bus once refused (`spool/`).
        bus_name: the event bus that gets them again.
        flush_queue_urls: target name to the FIFO queue that asks for its flush.
        maintenance: target name to when it is not called (`tieout.maintenance.Maintenance`), of those that have such a time.
        coalescing_seconds: how long the flush queues delay their messages: requests within one such span become one.
        receipt_days: how long a receipt is kept once it is closed.
        stale_receipt_minutes: how long a receipt may stay open before its cells count as unwritten.
    """

    ledger_table: str
    archive_bucket: str
    bus_name: str
    flush_queue_urls: Mapping[str, str]
    maintenance: Mapping[str, Option]
    stale_receipt_minutes: int = 20
    receipt_days: int = 400
    coalescing_seconds: int = 5
