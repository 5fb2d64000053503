"""The environment contract of the receive step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tieout import settings

if TYPE_CHECKING:
    from tieout.landscape import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveSettings:
    """What the receive function of one connection is told; one function serves one connection.

    Attributes:
        connection: the connection's name, also the last part of its route `/webhooks/<connection>`.
        system: the folder under `sources/` that verifies and splits its deliveries.
        public_url: the URL the source calls, exactly as it signs it.
        secret_arn: the webhook secret, JSON `{"current": ..., "previous": ...}`.
        bus_name: the event bus that accepts the entries.
        archive_bucket: holds `overflow/<connection>/`, `spool/<connection>/` and `rejected/<connection>/`.
        flows: ledger entity to the flow that carries it; an entity that is absent goes to `unrouted`.
        options: what only the system knows (`sources/<system>/options.py`).
        max_rejected_per_hour: how many rejected deliveries are kept per hour; the others are only counted.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    connection: str
    system: str
    public_url: str
    secret_arn: str
    bus_name: str
    archive_bucket: str
    flows: Mapping[str, str]
    options: Mapping[str, Option]
    max_rejected_per_hour: int = 100
    metric_namespace: str = "Tieout"

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Self:
        """The settings an environment states.

        Raises:
            tieout.settings.SettingsError: naming the first variable that is missing or unreadable.
        """
        options: dict[str, Any] = settings.mapping(environ, "TIEOUT_OPTIONS")
        return cls(
            connection=settings.text(environ, "TIEOUT_CONNECTION"),
            system=settings.text(environ, "TIEOUT_SYSTEM"),
            public_url=settings.text(environ, "TIEOUT_PUBLIC_URL"),
            secret_arn=settings.text(environ, "TIEOUT_SECRET_ARN"),
            bus_name=settings.text(environ, "TIEOUT_BUS_NAME"),
            archive_bucket=settings.text(environ, "TIEOUT_ARCHIVE_BUCKET"),
            flows=settings.texts(environ, "TIEOUT_FLOWS"),
            options=options,
            max_rejected_per_hour=settings.number(environ, "TIEOUT_MAX_REJECTED_PER_HOUR"),
            metric_namespace=settings.text(environ, "TIEOUT_METRIC_NAMESPACE"),
        )

    def environment(self) -> dict[str, str]:
        """The environment `of_environment` reads back."""
        return {
            "TIEOUT_CONNECTION": self.connection,
            "TIEOUT_SYSTEM": self.system,
            "TIEOUT_PUBLIC_URL": self.public_url,
            "TIEOUT_SECRET_ARN": self.secret_arn,
            "TIEOUT_BUS_NAME": self.bus_name,
            "TIEOUT_ARCHIVE_BUCKET": self.archive_bucket,
            "TIEOUT_FLOWS": settings.compact(self.flows),
            "TIEOUT_OPTIONS": settings.compact(self.options),
            "TIEOUT_MAX_REJECTED_PER_HOUR": str(self.max_rejected_per_hour),
            "TIEOUT_METRIC_NAMESPACE": self.metric_namespace,
        }
