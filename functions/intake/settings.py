"""The environment contract of the intake: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.settings import Settings


class IntakeSettings(Settings):
    """What each function of the intake is told; one of each task serves the stage.

    Attributes:
        ledger_table: the DynamoDB table.
        archive_bucket: where chunks, manifests and reports go (`files/`), and envelopes too large for the bus (`overflow/`).
        bus_name: the event bus that is told of chunks.
        flow_queue_urls: flow name to its queue, which must not be kept busy by what can wait.
        landscape_file: the compiled landscape, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    ledger_table: str
    archive_bucket: str
    bus_name: str
    flow_queue_urls: Mapping[str, str]
    landscape_file: str = "landscape.json"
    metric_namespace: str = "Tieout"
