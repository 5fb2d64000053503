"""Opens the reader of a connection when it is first needed, and again when its credentials have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx

from tieout.facts.reading import SourceReader
from tieout.landscape import Landscape
from tieout.ports import Clock
from tieout.systems import capability

if TYPE_CHECKING:
    from tieout.aws.secrets import JsonSecrets

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class Readers:
    """The readers of the connections one function may read.

    Args:
        directory_arn: the secret that says by connection which secret has its API credentials.
    """

    def __init__(self, landscape: Landscape, directory_arn: str, secrets: JsonSecrets, clock: Clock) -> None:
        self._landscape = landscape
        self._directory_arn = directory_arn
        self._secrets = secrets
        self._clock = clock
        self._open: dict[str, tuple[Mapping[str, str], SourceReader]] = {}
        self._http: httpx.Client | None = None

    def __call__(self, name: str) -> SourceReader:
        """The reader of a connection.

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
        system = capability(connection.system, "reader")
        reader: SourceReader = system.open_reader(connection, credentials, self._http, self._clock)
        self._open[name] = (credentials, reader)
        return reader
