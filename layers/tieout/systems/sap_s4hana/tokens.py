"""What proves us to S/4HANA: an access token by client credentials, or a communication user's name and password.

OAuth 2.0 client credentials (RFC 6749, 4.4); the tenant's own token address is known from memory alone (README).
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import httpx

from tieout import strict_json
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.ports import Clock

TOKEN_PATH = "/sap/bc/sec/oauth2/token"  # noqa: S105 a path
_RENEWED_BEFORE = timedelta(minutes=1)
_SHORTEST_LIFE = timedelta(seconds=5)
_USUAL_SECONDS = 600  # where an answer does not say
_TIMEOUT = httpx.Timeout(20, connect=5)
_OAUTH_ERROR = re.compile("[a-z_]{1,40}", re.ASCII)
_THROTTLED_SECONDS = 60


class Authorization(Protocol):
    """The `Authorization` header of a call."""

    def current(self) -> str:
        """The header's value.

        Raises:
            AccessDeniedError: if the credentials are refused or incomplete.
            ThrottledError, UnavailableError: if there is none now.
        """
        ...

    def forget(self, header: str) -> bool:
        """Take another one next time; whether there can be one."""
        ...


class BasicUser:
    """A communication user's name and password, for tenants without OAuth; there is nothing to renew.

    Args:
        credentials: `username` and `password`.
    """

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._credentials = credentials

    def current(self) -> str:
        """See `Authorization.current`."""
        return _basic(self._credentials, "username", "password")

    def forget(self, header: str) -> bool:
        """See `Authorization.forget`: the same would be refused again."""
        del header
        return False


class AccessTokens:
    """Hands out one access token until shortly before it ends, or until S/4HANA refuses it; safe to use from several threads.

    Args:
        credentials: `client_id`, `client_secret`, and `token_url` where it is not the tenant's own.
        api_base_url: of the tenant.
        clock: decides when a token is too old.
    """

    def __init__(self, credentials: Mapping[str, str], api_base_url: str, http: httpx.Client, clock: Clock) -> None:
        self._credentials = credentials
        self._token_url = credentials.get("token_url") or api_base_url.rstrip("/") + TOKEN_PATH
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._header = ""
        self._good_until: datetime | None = None

    def current(self) -> str:
        """See `Authorization.current`."""
        with self._lock:
            if not self._header or self._good_until is None or self._clock.now() >= self._good_until:
                self._header, life = self._fetch()
                self._good_until = self._clock.now() + max(life - _RENEWED_BEFORE, _SHORTEST_LIFE)
            return self._header

    def forget(self, header: str) -> bool:
        """See `Authorization.forget`; another thread may have replaced this one already."""
        with self._lock:
            if header == self._header:
                self._header = ""
        return True

    def _fetch(self) -> tuple[str, timedelta]:
        headers = {
            "authorization": _basic(self._credentials, "client_id", "client_secret"),
            "accept": "application/json",
        }
        form = {"grant_type": "client_credentials"}
        try:
            answer = self._http.post(
                self._token_url, data=form, headers=headers, timeout=_TIMEOUT, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"S/4HANA's token address: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code, body)
        token = body.get("access_token")
        # What is no header value would raise inside the HTTP library, with the token in the error's text.
        if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
            raise UnavailableError("S/4HANA's token address answered 200 without a usable access token")
        return f"Bearer {token}", timedelta(seconds=_seconds(body.get("expires_in")))


def _seconds(stated: object) -> int:
    is_number = isinstance(stated, int | Decimal) and not isinstance(stated, bool)
    text = str(stated) if is_number or isinstance(stated, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else _USUAL_SECONDS  # noqa: PLR2004 a year


def _basic(credentials: Mapping[str, str], name: str, secret: str) -> str:
    try:
        pair = f"{credentials[name]}:{credentials[secret]}"
    except KeyError as error:
        raise AccessDeniedError(f"the S/4HANA credentials lack {error}") from None
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _refusal(status: int, body: Mapping[str, Any]) -> Exception:
    """What a refusal asks of us; of its body only the code of OAuth is told."""
    stated = body.get("error")
    code = stated if isinstance(stated, str) and _OAUTH_ERROR.fullmatch(stated) else ""
    said = f"S/4HANA's token address answered {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError(said, retry_after_seconds=_THROTTLED_SECONDS)
    is_refused = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_refused and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(said)
