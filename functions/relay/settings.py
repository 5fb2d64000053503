"""The environment contract of the relay step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.settings import Settings

if TYPE_CHECKING:
    from tieout.landscape import Option


class RelaySettings(Settings):
    """What the relay function of one connection is told; one function serves one connection.

    Attributes:
        connection: the connection's name.
        system: the folder under `systems/` that splits its events.
        bus_name: our event bus, which accepts the entries; not the one the events come from.
        archive_bucket: holds `overflow/`, `spool/`, `rejected/` and `payloads/`, each with a part for the connection.
        flows: ledger entity to the flow that carries it; an entity that is absent goes to `unrouted`.
        options: what only the system knows (`systems/<system>/options.py`).
        completion: `payload` or `both` where records are completed from what is delivered, which then is kept; else `read`.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    connection: str
    system: str
    bus_name: str
    archive_bucket: str
    flows: Mapping[str, str]
    options: Mapping[str, Option]
    completion: str = "read"
    metric_namespace: str = "Tieout"
