"""What proves us to S/4HANA: an access token by client credentials, or a communication user's name and password.

OAuth 2.0 client credentials (RFC 6749, 4.4); the tenant's own token address is known from memory alone (README).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, life_in, oauth_error_in, token_in
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.ports import Clock

TOKEN_PATH = "/sap/bc/sec/oauth2/token"  # noqa: S105 a path
_RENEWED_BEFORE = timedelta(minutes=1)
_SHORTEST_LIFE = timedelta(seconds=5)
_USUAL_LIFE = timedelta(seconds=600)  # where an answer does not say
_TIMEOUT = httpx.Timeout(20, connect=5)
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


class AccessTokens(KeptToken):
    """An `Authorization`: the header with one access token, until a minute before it ends, or until S/4HANA refuses it.

    Args:
        credentials: `client_id`, `client_secret`, and `token_url` where it is not the tenant's own.
        api_base_url: of the tenant.
        clock: decides when a token is too old.
    """

    def __init__(self, credentials: Mapping[str, str], api_base_url: str, http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._credentials = credentials
        self._token_url = credentials.get("token_url") or api_base_url.rstrip("/") + TOKEN_PATH
        self._http = http

    def _fetch(self) -> tuple[str, datetime]:
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
        token = token_in(body, "S/4HANA's token address")
        life = life_in(body, _USUAL_LIFE)
        return f"Bearer {token}", self._clock.now() + max(life - _RENEWED_BEFORE, _SHORTEST_LIFE)


def _basic(credentials: Mapping[str, str], name: str, secret: str) -> str:
    try:
        pair = f"{credentials[name]}:{credentials[secret]}"
    except KeyError as error:
        raise AccessDeniedError(f"the S/4HANA credentials lack {error}") from None
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _refusal(status: int, body: Mapping[str, Any]) -> Exception:
    """What a refusal asks of us."""
    code = oauth_error_in(body)
    said = f"S/4HANA's token address answered {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError(said, retry_after_seconds=_THROTTLED_SECONDS)
    is_refused = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_refused and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(said)
