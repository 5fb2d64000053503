"""Reads what the objects of an account are now: the completing half of the record step.

An object costs one call, each hundred lines behind the first ten of an invoice one more, and a credit note those of its invoice.
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
from tieout.systems.stripe.client import StripeClient
from tieout.systems.stripe.one_read import OneRead
from tieout.systems.stripe.options import Options

if TYPE_CHECKING:
    import httpx


def open_client(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client
) -> tuple[StripeClient, Options]:
    """What calls one account, and the connection's options.

    Args:
        connection: the account, with its options.
        credentials: `api_key`, a restricted key that may read.
        http: sends the requests.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    api_url = f"{connection.api_base_url.rstrip('/')}/v1/"
    return StripeClient(api_url, credentials["api_key"], options, http), options


def open_reader(
    connection: Connection, credentials: Mapping[str, str], http: httpx.Client, clock: Clock
) -> StripeReader:
    """A reader of one account; its arguments are those of `open_client`, and the clock stamps what is read of subscriptions."""
    client, options = open_client(connection, credentials, http)
    return StripeReader(client, options, ZoneInfo(connection.time_zone), clock, client.watch)


class StripeReader:
    """Reads billing documents, payments, subscriptions and master data by key; see `tieout.facts.reading`.

    Attributes:
        watch: notices in what the client's answers are other than expected, where it shows them.
    """

    def __init__(
        self, client: StripeClient, options: Options, zone: ZoneInfo, clock: Clock, watch: Watch | None = None
    ) -> None:
        self.watch = watch or Watch({})
        self._client = client
        self._options = options
        self._zone = zone
        self._clock = clock

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key: a statement, or the error that struck it. Never raises a `TieoutError`."""
        return OneRead(self._client, self._options, self._zone, self._clock).read(list(dict.fromkeys(keys)))
