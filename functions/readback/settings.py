"""The environment contract of reading planning back: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.settings import Settings

EVERY_MINUTES = 5
RUN_SECONDS = 240  # less than the time between two runs, so that none meets another


class ReadbackSettings(Settings):
    """What the readback function is told; it runs every five minutes and one function serves the stage.

    Attributes:
        ledger_table: the DynamoDB table.
        secret_arns: target name to the secret with its API credentials; its keys are the targets that are read back.
        landscape_file: the compiled landscape, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    ledger_table: str
    secret_arns: Mapping[str, str]
    landscape_file: str = "landscape.json"
    metric_namespace: str = "Tieout"
