"""The environment contract of the record step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from tieout import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSettings:
    """What the record function of one flow is told.

    Attributes:
        flow: the flow's name, or `unrouted` for the function behind the catch-all rule.
        ledger_table: the DynamoDB table.
        queue_url: the flow's own queue, which is told when a message that failed comes back.
        dead_letter_queue_url: where a notice that nobody can record is parked, alone.
        flush_queue_urls: target name to the FIFO queue that asks for its flush; none where nothing is recorded (`unrouted`).
        archive_bucket: where envelopes too large for the bus lie (`overflow/`).
        secret_arns: connection name to the secret with its API credentials; a connection that is absent is not read.
        landscape_file: the compiled landscape, relative to the function's asset.
        coalescing_seconds: how long the flush queues delay their messages: requests within one such span become one.
        max_attempts: how often one notice is tried before it is parked.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    flow: str
    ledger_table: str
    queue_url: str
    dead_letter_queue_url: str
    flush_queue_urls: Mapping[str, str]
    archive_bucket: str
    secret_arns: Mapping[str, str]
    landscape_file: str = "landscape.json"
    max_attempts: int = 12
    coalescing_seconds: int = 5
    metric_namespace: str = "Tieout"

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings an environment states.

        Raises:
            tieout.settings.SettingsError: naming the first variable that is missing or unreadable.
        """
        return cls(
            flow=settings.text(environ, "TIEOUT_FLOW"),
            ledger_table=settings.text(environ, "TIEOUT_LEDGER_TABLE"),
            queue_url=settings.text(environ, "TIEOUT_QUEUE_URL"),
            dead_letter_queue_url=settings.text(environ, "TIEOUT_DEAD_LETTER_QUEUE_URL"),
            flush_queue_urls=settings.texts(environ, "TIEOUT_FLUSH_QUEUE_URLS"),
            archive_bucket=settings.text(environ, "TIEOUT_ARCHIVE_BUCKET"),
            secret_arns=settings.texts(environ, "TIEOUT_SECRET_ARNS"),
            landscape_file=settings.text(environ, "TIEOUT_LANDSCAPE_FILE"),
            max_attempts=settings.number(environ, "TIEOUT_MAX_ATTEMPTS"),
            coalescing_seconds=settings.number(environ, "TIEOUT_COALESCING_SECONDS"),
            metric_namespace=settings.text(environ, "TIEOUT_METRIC_NAMESPACE"),
        )

    def environment(self) -> dict[str, str]:
        """The environment `of_environment` reads back."""
        return {
            "TIEOUT_FLOW": self.flow,
            "TIEOUT_LEDGER_TABLE": self.ledger_table,
            "TIEOUT_QUEUE_URL": self.queue_url,
            "TIEOUT_DEAD_LETTER_QUEUE_URL": self.dead_letter_queue_url,
            "TIEOUT_FLUSH_QUEUE_URLS": settings.compact(self.flush_queue_urls),
            "TIEOUT_ARCHIVE_BUCKET": self.archive_bucket,
            "TIEOUT_SECRET_ARNS": settings.compact(self.secret_arns),
            "TIEOUT_LANDSCAPE_FILE": self.landscape_file,
            "TIEOUT_MAX_ATTEMPTS": str(self.max_attempts),
            "TIEOUT_COALESCING_SECONDS": str(self.coalescing_seconds),
            "TIEOUT_METRIC_NAMESPACE": self.metric_namespace,
        }
