"""Opens a capability of a connection's system when it is first needed, and again when its credentials have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from tieout.landscape import Landscape
from tieout.ports import Clock
from tieout.systems import capability

if TYPE_CHECKING:
    from tieout.aws.secrets import JsonSecrets

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class Sources[Opened]:
    """What one function asks of the connections it may read: the `reader` of each, or its `listing`.

    Args:
        wanted: the capability; its module makes one by `open_<capability>(connection, credentials, http, clock)`.
        landscape: the connections.
        directory_arn: the secret that says by connection which secret has its API credentials.
        secrets: has both.
        clock: is handed on.
    """

    def __init__(
        self, wanted: str, landscape: Landscape, directory_arn: str, secrets: JsonSecrets, clock: Clock
    ) -> None:
        self._wanted = wanted
        self._landscape = landscape
        self._directory_arn = directory_arn
        self._secrets = secrets
        self._clock = clock
        self._open: dict[str, tuple[Mapping[str, str], Opened]] = {}
        self._http: httpx.Client | None = None

    def __call__(self, name: str) -> Opened:
        """The opened capability of a connection.

        Raises:
            KeyError: for a connection that is not declared, or has no credentials.
            TieoutError: if the credentials cannot be had: see `JsonSecrets.get`.
        """
        credentials = self._secrets.get(self._secrets.get(self._directory_arn)[name])
        known = self._open.get(name)
        if known is not None and known[0] == credentials:
            return known[1]
        connection = self._landscape.connection(name)
        if self._http is None:
            self._http = httpx.Client(timeout=_TIMEOUT)
        module: Any = capability(connection.system, self._wanted)
        opened: Opened = getattr(module, f"open_{self._wanted}")(connection, credentials, self._http, self._clock)
        self._open[name] = (credentials, opened)
        return opened
