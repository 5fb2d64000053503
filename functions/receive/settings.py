"""The environment contract of the receive step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.settings import Settings

if TYPE_CHECKING:
    from tieout.landscape import Option


NO_SECRET = "none"  # noqa: S105 a word
"""In the place of a secret's ARN: the gateway asks for a token."""


class ReceiveSettings(Settings):
    """What the receive function of one connection is told; one function serves one connection.

    Attributes:
        connection: the connection's name, also in its route `/webhooks/<connection>`.
        system: the folder under `systems/` that verifies and splits its deliveries.
        public_url: the URL the source calls, exactly as it signs it.
        secret_arn: the webhook secret, JSON `{"current": ..., "previous": ...}`; `NO_SECRET` where the proof takes none.
        bus_name: the event bus that accepts the entries.
        archive_bucket: holds `overflow/`, `spool/`, `rejected/` and `payloads/`, each with a part for the connection.
        flows: ledger entity to the flow that carries it; an entity that is absent goes to `unrouted`.
        options: what only the system knows (`systems/<system>/options.py`).
        completion: `payload` or `both` where records are completed from what is delivered, which then is kept; else `read`.
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
    completion: str = "read"
    max_rejected_per_hour: int = 100
    metric_namespace: str = "Tieout"
