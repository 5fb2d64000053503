"""The environment contract of the sweeper: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from tieout import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    """What the sweep function is told; it runs every minute and one function serves the stage.

    Attributes:
        ledger_table: the DynamoDB table.
        archive_bucket: where deliveries lie that the bus once refused (`spool/`).
        bus_name: the event bus that gets them again.
        flush_queue_urls: target name to the FIFO queue that asks for its flush.
        coalescing_seconds: how long the flush queues delay their messages: requests within one such span become one.
        stale_receipt_minutes: how long a receipt may stay open before its cells count as unwritten.
    """

    ledger_table: str
    archive_bucket: str
    bus_name: str
    flush_queue_urls: Mapping[str, str]
    stale_receipt_minutes: int = 20
    coalescing_seconds: int = 5

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings an environment states.

        Raises:
            tieout.settings.SettingsError: naming the first variable that is missing or unreadable.
        """
        return cls(
            ledger_table=settings.text(environ, "TIEOUT_LEDGER_TABLE"),
            archive_bucket=settings.text(environ, "TIEOUT_ARCHIVE_BUCKET"),
            bus_name=settings.text(environ, "TIEOUT_BUS_NAME"),
            flush_queue_urls=settings.texts(environ, "TIEOUT_FLUSH_QUEUE_URLS"),
            stale_receipt_minutes=settings.number(environ, "TIEOUT_STALE_RECEIPT_MINUTES"),
            coalescing_seconds=settings.number(environ, "TIEOUT_COALESCING_SECONDS"),
        )

    def environment(self) -> dict[str, str]:
        """The environment `of_environment` reads back."""
        return {
            "TIEOUT_LEDGER_TABLE": self.ledger_table,
            "TIEOUT_ARCHIVE_BUCKET": self.archive_bucket,
            "TIEOUT_BUS_NAME": self.bus_name,
            "TIEOUT_FLUSH_QUEUE_URLS": settings.compact(self.flush_queue_urls),
            "TIEOUT_STALE_RECEIPT_MINUTES": str(self.stale_receipt_minutes),
            "TIEOUT_COALESCING_SECONDS": str(self.coalescing_seconds),
        }
