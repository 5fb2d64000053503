"""The environment contract of the record step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.settings import Settings

# A batch may wait for a source that answers slowly and one call at a time.
RUN_SECONDS = 120
# AWS advises six times the time-out, so that a message is not seen again while Lambda still retries its batch.
UNSEEN_SECONDS = 6 * RUN_SECONDS


class RecordSettings(Settings):
    """What the record function of one flow is told.

    Attributes:
        flow: the flow's name, or `unrouted` for the function behind the catch-all rule.
        ledger_table: the DynamoDB table.
        queue_url: the flow's own queue, which is told when a message that failed comes back.
        dead_letter_queue_url: where a notice that nobody can record is parked, alone.
        flush_queue_urls: target name to the FIFO queue that asks for its flush; none where nothing is recorded (`unrouted`).
        archive_bucket: where envelopes too large for the bus lie (`overflow/`), and the payloads that records are
            completed from (`payloads/`).
        directory_arn: the secret that tells of each connection which secret has its API credentials; in the environment, of
            which Lambda takes 4 KB, the ARNs of some thirty connections would have room.
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
    directory_arn: str
    landscape_file: str = "landscape.json"
    max_attempts: int = 12
    coalescing_seconds: int = 5
    metric_namespace: str = "Tieout"
