"""What the renewal asks of a system that tells only those who subscribed, and them only for some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol


class Push(NamedTuple):
    """Where a connection is told of its changes, and by what it knows who tells.

    Attributes:
        url: the connection's own, at our door.
        secret: the current webhook secret.
    """

    url: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription that a connection needs, whether there is one or not.

    Attributes:
        name: what it is of, in our own words and for people (`<company>/salesInvoices`); no secret.
        ends_at: when it ends unless it is renewed; None where there is none.
        is_due: whether it is to be made or renewed now.
    """

    name: str
    ends_at: datetime | None
    is_due: bool


class Subscriber(Protocol):
    """The capability `subscription` of a system: its module has `open_subscription`, which makes one of these.

    `open_subscription(connection, credentials, push, http, clock)` takes what `open_reader` takes, and a `Push`.
    """

    def subscriptions(self) -> Sequence[Subscription]:
        """All that the connection needs, as they are now.

        Raises:
            TieoutError: the source does not say.
        """
        ...

    def renew(self, subscription: Subscription) -> datetime:
        """Make a subscription that there is not, or renew it; when it ends then. Done twice it is done once more, and no harm.

        The source may ask the connection's door for its consent before this returns.

        Raises:
            TieoutError: it is not renewed, or nobody knows.
        """
        ...
