"""Keeps deliveries that prove nothing: a bounded number of them, and never a secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tieout.arriving import rejected
from tieout.arriving.delivery import Delivery

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.arriving.publishing import Keeper
    from tieout.ports import Clock

_REST = timedelta(minutes=1)


class UnprovenShelf:
    """Keeps deliveries that prove nothing, within bounds, and never at the cost of answering.

    Args:
        keeper: gives up soon: whoever sends such deliveries must not be able to make the function slow.
        clock: in which hour the process is.
        connection: whose shelf it is.
        slots: how many are kept per hour, by all instances of the function together, and at most by this one.
    """

    def __init__(self, keeper: Keeper, clock: Clock, connection: str, slots: int) -> None:
        self._keeper, self._clock, self._connection, self._slots = keeper, clock, connection, slots
        self._hour = ""
        self._kept_this_hour = 0
        self._resting_until: datetime | None = None

    def keep(self, delivery: Delivery, reason: str, headers: Mapping[str, str], secrets: Sequence[bytes]) -> str | None:
        """The key under which it is kept, None where it is not: over the bound, or the store does not answer."""
        now = self._clock.now()
        if not self._has_room(now):
            return None
        key = rejected.unproven_key(self._connection, now, delivery.body, self._slots)
        try:
            kept = headers_to_keep(headers, secrets)
            limit = rejected.MAX_UNPROVEN_BODY_BYTES
            self._keeper.put(key, rejected.encode(delivery, self._connection, reason, kept, max_body_bytes=limit))
        except Exception:  # noqa: BLE001 whatever it is, the sender is owed a 401 and no 503
            self._resting_until = now + _REST
            return None
        self._kept_this_hour += 1
        return key

    def _has_room(self, now: datetime) -> bool:
        if self._resting_until is not None and now < self._resting_until:
            return False
        hour = f"{now:%Y-%m-%dT%H}"
        if hour != self._hour:
            self._hour, self._kept_this_hour = hour, 0
        return self._kept_this_hour < self._slots


def headers_to_keep(headers: Mapping[str, str], secrets: Sequence[bytes]) -> dict[str, str]:
    """Headers worth keeping, but for those where somebody put the secret itself."""
    return {
        name: value
        for name, value in headers.items()
        if not any(secret in value.encode("utf-8", "surrogatepass") for secret in secrets)
    }
