"""Reads what subscriptions, invoices, credit notes, transactions and customers are now: the completing half of the record step.

A hundred of a kind cost one call, one that a list does not show another, and lines behind the first of a long document one more for
each few hundred.
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
from tieout.systems.chargebee.client import ChargebeeClient
from tieout.systems.chargebee.one_read import OneRead
from tieout.systems.chargebee.options import Options

if TYPE_CHECKING:
    import httpx


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client
) -> tuple[ChargebeeClient, Options]:
    """What calls one site, and the connection's options.

    Args:
        connection: the site, with its options.
        credentials: `api_key`, one that may read.
        http: sends the requests.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    return ChargebeeClient(connection.api_base_url, credentials["api_key"], http), options


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, _clock: Clock
) -> ChargebeeReader:
    """A reader of one site; its arguments are those of `open_client`, and no clock is asked."""
    client, options = open_client(connection, credentials, http)
    return ChargebeeReader(client, options, ZoneInfo(connection.time_zone))


class ChargebeeReader:
    """Reads subscriptions, billing documents, payments and customers by key; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected.
    """

    def __init__(self, client: ChargebeeClient, options: Options, zone: ZoneInfo) -> None:
        self.watch: Watch = client.watch
        self._client, self._options, self._zone = client, options, zone

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._options, self._zone).read(list(dict.fromkeys(keys)))
