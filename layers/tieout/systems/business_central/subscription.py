"""Makes and renews the subscriptions of some companies: one for each company and resource, none of which lives for over three days.

https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/api-reference/v2.0/dynamics-subscriptions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tieout.errors import AccessDeniedError
from tieout.landscape import Connection
from tieout.ports import Clock
from tieout.subscribing import Push, Subscription
from tieout.systems.business_central.access import open_access
from tieout.systems.business_central.answers import MissingResourceError
from tieout.systems.business_central.client import BusinessCentralClient
from tieout.systems.business_central.client_state import is_usable
from tieout.systems.business_central.fields import Row, moment_of, text_of
from tieout.systems.business_central.options import Options
from tieout.systems.business_central.resources import parse_resource

if TYPE_CHECKING:
    import httpx

# Of 72: so each is renewed twice a day, and a renewal may fail for a day and a half before anybody is called.
_RENEWED_BELOW = timedelta(hours=60)
_ANY_ETAG = "*"


def open_subscription(
    connection: Connection, credentials: Mapping[str, str], push: Push, http: httpx.Client, clock: Clock
) -> BusinessCentralSubscriptions:
    """The subscriptions of one connection; it takes what `open_access` takes, and where and with what they are to tell.

    Raises:
        AccessDeniedError: if the webhook secret cannot be a `clientState`: a person must put another.
    """
    if not is_usable(push.secret.encode("utf-8", "surrogatepass")):
        raise AccessDeniedError(
            "the webhook secret is not 16 to 50 letters, digits, dots, hyphens, underscores and tildes"
        )
    access = open_access(connection, credentials, http, clock)
    return BusinessCentralSubscriptions(access.client, access.options, push, clock)


class BusinessCentralSubscriptions:
    """Keeps one connection subscribed; see `tieout.subscribing`.

    What is not ours, tells another address, or is there twice is left alone: it ends by itself.
    """

    def __init__(self, client: BusinessCentralClient, options: Options, push: Push, clock: Clock) -> None:
        self._client = client
        self._options = options
        self._push = push
        self._clock = clock
        self._kept: dict[str, Row] = {}

    def subscriptions(self) -> Sequence[Subscription]:
        """One of each company and resource; due also where it tells by a secret that is not the current one.

        Raises:
            TransientError, PermanentError: as `BusinessCentralClient.rows`.
        """
        self._kept = self._ours(self._client.subscriptions())
        names = [f"{company}/{resource}" for company in self._options.companies for resource in self._options.resources]
        return [self._as_it_is(name) for name in names]

    def renew(self, subscription: Subscription) -> datetime:
        """Renew it; where it is gone, make it anew. Business Central asks our door for consent either way.

        Raises:
            TransientError, PermanentError: as `BusinessCentralClient.rows`.
        """
        row = self._kept.get(subscription.name)
        if row is None:
            return self._made(subscription.name)
        try:
            return self._renewed(row)
        except MissingResourceError:
            return self._made(subscription.name)

    def _ours(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Those that tell our address, by name; of several the one that ends last."""
        ours: dict[str, Row] = {}
        telling_us = [row for row in rows if text_of(row, "notificationUrl") == self._push.url]
        for row in sorted(telling_us, key=_ends_at):
            resource = parse_resource(text_of(row, "resource") or "")
            if resource is not None:
                ours[f"{resource.company}/{resource.name}"] = row
        return ours

    def _as_it_is(self, name: str) -> Subscription:
        row = self._kept.get(name)
        ends_at = _ends_at(row) if row is not None else None
        is_late = ends_at is None or ends_at - self._clock.now() < _RENEWED_BELOW
        return Subscription(name=name, ends_at=ends_at, is_due=is_late or self._has_old_secret(row))

    def _has_old_secret(self, row: Row | None) -> bool:
        """Whether its secret is another; where Business Central does not show it, its next renewal gives it the current one."""
        stated = text_of(row, "clientState") if row is not None else None
        return stated is not None and stated != self._push.secret

    def _made(self, name: str) -> datetime:
        company, _, resource = name.partition("/")
        wanted = {"resource": f"/api/v2.0/companies({company})/{resource}", **self._told()}
        return _ends_at(self._client.subscribe(wanted))

    def _renewed(self, row: Row) -> datetime:
        etag = text_of(row, "@odata.etag") or _ANY_ETAG
        wanted = {"resource": text_of(row, "resource") or "", **self._told()}
        return _ends_at(self._client.renew(text_of(row, "subscriptionId") or "", etag, wanted))

    def _told(self) -> dict[str, str]:
        return {"notificationUrl": self._push.url, "clientState": self._push.secret}


def _ends_at(row: Mapping[str, Any]) -> datetime:
    return moment_of(row, "expirationDateTime")
