"""Access tokens of sources, as every system keeps them: one at a time, and none that the HTTP library could not send."""

from __future__ import annotations

import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from tieout.errors import UnavailableError
from tieout.ports import Clock

_REFUSED = 401
_SECONDS = re.compile("[1-9][0-9]{0,5}", re.ASCII)  # eleven days: nobody gives a token for longer
_OAUTH_ERROR = re.compile("[a-z_]{1,40}", re.ASCII)


class HttpAnswer(Protocol):
    """What a call is answered, as far as it says whether the token is taken."""

    @property
    def status_code(self) -> int:
        """By HTTP."""
        ...


class KeptToken(ABC):
    """Hands out one access token as long as it is good; safe to use from several threads, which then share one fetch."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._good_until: datetime | None = None

    def current(self) -> str:
        """A token that is still good, asked for when there is none.

        Raises:
            AccessDeniedError: if what proves us is refused, or the credentials are incomplete.
            ThrottledError, UnavailableError: if none is given now.
        """
        with self._lock:
            if not self._token or (self._good_until is not None and self._clock.now() >= self._good_until):
                self._token, self._good_until = self._fetch()
            return self._token

    def forget(self, token: str) -> bool:
        """Ask for a new token next time, unless another thread already replaced this one; True: there can be a new one."""
        with self._lock:
            if token == self._token:
                self._token = ""
        return True

    def authorised[A: HttpAnswer](self, send: Callable[[str], A]) -> A:
        """What a call with the token is answered; one that is no longer taken is replaced once. Raises as `current`, and `send`."""
        token = self.current()
        answer = send(token)
        if answer.status_code == _REFUSED:
            self.forget(token)
            answer = send(self.current())
        return answer

    @abstractmethod
    def _fetch(self) -> tuple[str, datetime | None]:
        """A new token, and until when it is good; None: until it is refused. Raises as `current`."""


def token_in(body: Mapping[str, Any], issuer: str) -> str:
    """The access token of a good answer; `UnavailableError`, naming who issues it, for an answer without a usable one.

    What is no header value would raise inside the HTTP library, with the token in the error's text.
    """
    token = body.get("access_token")
    if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
        raise UnavailableError(f"{issuer} answered 200 without a usable access token")
    return token


def life_in(body: Mapping[str, Any], usual: timedelta) -> timedelta:
    """How long a good answer says that its token holds, in seconds that come as a number or as text; `usual` where it does not."""
    stated = body.get("expires_in")
    if isinstance(stated, Decimal):
        stated = int(stated)
    text = str(stated) if isinstance(stated, int | str) and not isinstance(stated, bool) else ""
    return timedelta(seconds=int(text)) if _SECONDS.fullmatch(text) else usual


def oauth_error_in(body: Mapping[str, Any]) -> str:
    """The code of OAuth that a refusal states (RFC 6749, 5.2); empty where it states none.

    Nothing else of its body is ever told: the description may name the tenant, the app or the user.
    """
    stated = body.get("error")
    return stated if isinstance(stated, str) and _OAUTH_ERROR.fullmatch(stated) else ""
