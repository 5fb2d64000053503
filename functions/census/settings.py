"""The environment contract of the census: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.settings import Settings


class CensusSettings(Settings):
    """What the census function is told; it runs every minute and one function serves the stage.

    Attributes:
        ledger_table: the DynamoDB table.
        bus_name: the event bus that is told what is to be read.
        archive_bucket: where entries too large for the bus go (`overflow/`).
        flow_queue_urls: flow name to its queue, which must not be kept busy by what can wait.
        directory_arn: the secret that tells of each connection which secret has its API credentials.
        landscape_file: the compiled landscape, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    ledger_table: str
    bus_name: str
    archive_bucket: str
    flow_queue_urls: Mapping[str, str]
    directory_arn: str
    landscape_file: str = "landscape.json"
    metric_namespace: str = "Tieout"
