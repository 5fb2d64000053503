"""Reads what subscriptions have been, and what documents, payments and refunds are now: the completing half of the record step.

A record costs one call, and one more for each 99 versions of a subscription, or parts of anything else, behind the first 98.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tieout.arriving.notice import RecordKey
from tieout.drift import Watch
from tieout.facts.reading import Reading
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.systems.zuora.client import ZuoraClient
from tieout.systems.zuora.one_read import OneRead
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.tokens import AccessTokens

if TYPE_CHECKING:
    import httpx


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> tuple[ZuoraClient, Options]:
    """What calls one tenant, and the connection's options.

    Args:
        connection: the tenant, with its options.
        credentials: `client_id` and `client_secret` of an OAuth client whose user may read.
        http: sends the requests.
        clock: decides when a token is too old.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    tokens = AccessTokens(credentials, connection.api_base_url, http, clock)
    return ZuoraClient(connection.api_base_url, tokens, options.entity_id, http), options


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> ZuoraReader:
    """A reader of one tenant; its arguments are those of `open_client`."""
    client, options = open_client(connection, credentials, http, clock)
    return ZuoraReader(client, options, ZoneInfo(connection.time_zone), client.watch)


class ZuoraReader:
    """Reads subscriptions, billing documents and payments by key; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(self, client: ZuoraClient, options: Options, zone: ZoneInfo, watch: Watch | None = None) -> None:
        self.watch = watch or Watch({})
        self._client = client
        self._options = options
        self._zone = zone

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._options, self._zone).read(list(dict.fromkeys(keys)))
