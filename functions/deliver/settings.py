"""The environment contract of the deliver step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from tieout import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSettings:
    """What the deliver function of one target is told; one function writes to one target.

    Attributes:
        target: the target's name.
        ledger_table: the DynamoDB table.
        secret_arn: the secret with the target's API credentials.
        landscape_file: the compiled landscape, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    target: str
    ledger_table: str
    secret_arn: str
    landscape_file: str = "landscape.json"
    metric_namespace: str = "Tieout"

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings an environment states.

        Raises:
            tieout.settings.SettingsError: naming the first variable that is missing or unreadable.
        """
        return cls(
            target=settings.text(environ, "TIEOUT_TARGET"),
            ledger_table=settings.text(environ, "TIEOUT_LEDGER_TABLE"),
            secret_arn=settings.text(environ, "TIEOUT_SECRET_ARN"),
            landscape_file=settings.text(environ, "TIEOUT_LANDSCAPE_FILE"),
            metric_namespace=settings.text(environ, "TIEOUT_METRIC_NAMESPACE"),
        )

    def environment(self) -> dict[str, str]:
        """The environment `of_environment` reads back."""
        return {
            "TIEOUT_TARGET": self.target,
            "TIEOUT_LEDGER_TABLE": self.ledger_table,
            "TIEOUT_SECRET_ARN": self.secret_arn,
            "TIEOUT_LANDSCAPE_FILE": self.landscape_file,
            "TIEOUT_METRIC_NAMESPACE": self.metric_namespace,
        }
