"""The environment contract of comparing stages: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from tieout.settings import Settings

EVERY_MINUTES = 240
RUN_SECONDS = 900


class ReconcileSettings(Settings):
    """What the reconcile function is told; it runs every four hours, and when somebody asks.

    Attributes:
        ledger_table: the DynamoDB table.
        landscape_file: the compiled landscape, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    ledger_table: str
    landscape_file: str = "landscape.json"
    metric_namespace: str = "Tieout"
