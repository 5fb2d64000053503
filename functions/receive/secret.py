"""The webhook secret of the connection: kept for minutes, and fetched again at once when a signature does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tieout.errors import UnavailableError

if TYPE_CHECKING:  # protocols, which a cold receive function has no use for
    from tieout.ports import Clock

_KEPT = timedelta(minutes=5)
_FETCHED_AGAIN_AFTER = timedelta(seconds=10)  # a flood of bad signatures costs six reads of the secret a minute


class WebhookSecret:
    """The live secrets: the current one, and during a rotation the previous one.

    Args:
        fetch: the secret's text, None where it has no value; raises `TieoutError`.
        clock: how old the kept secrets are.
    """

    def __init__(self, fetch: Callable[[], str | None], clock: Clock) -> None:
        self._fetch, self._clock = fetch, clock
        self._secrets: tuple[bytes, ...] = ()
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    def live(self) -> tuple[bytes, ...]:
        """The secrets, at most 5 minutes old; none where the secret is empty or not of the agreed form.

        Raises:
            TieoutError: they cannot be had now.
        """
        if not self._is_within(self._fetched_at, _KEPT):
            self._refresh()
        return self._secrets

    def known(self) -> tuple[bytes, ...]:
        """The secrets last fetched, however old: for recognising them, not for verifying."""
        return self._secrets

    def renewed(self) -> tuple[bytes, ...] | None:
        """The secrets as they are this moment; None where they are the ones known, or were fetched seconds ago.

        Raises:
            TieoutError: they cannot be had now, or could not seconds ago: nobody knows what the ones known fail to prove.
        """
        if self._is_within(self._tried_at, _FETCHED_AGAIN_AFTER):
            if self._tried_at != self._fetched_at:
                raise UnavailableError("the secret could not be had seconds ago")
            return None
        known = self._secrets
        self._refresh()
        return self._secrets if self._secrets != known else None

    def _refresh(self) -> None:
        self._tried_at = self._clock.now()
        self._secrets = secrets_in(self._fetch())
        self._fetched_at = self._tried_at

    def _is_within(self, moment: datetime | None, span: timedelta) -> bool:
        return moment is not None and timedelta(0) <= self._clock.now() - moment < span


def secrets_in(text: str | None) -> tuple[bytes, ...]:
    """The live secrets in a secret's text; none where it is empty or not of the agreed form."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return ()
    named = (found.get("current"), found.get("previous"))
    return tuple(secret.encode("utf-8", "surrogatepass") for secret in named if isinstance(secret, str) and secret)
