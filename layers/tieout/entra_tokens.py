"""Access tokens of Microsoft Entra by OAuth 2.0 client credentials: an app's secret, exchanged at the token address.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, oauth_error_in, token_in
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.ports import Clock

DEFAULT_LOGIN_URL = "https://login.microsoftonline.com"
_TIMEOUT = httpx.Timeout(20, connect=5)
_MARGIN = timedelta(seconds=60)  # longer than any call with the token takes
_SHORTEST_LIFE_SECONDS = 300
_LONGEST_LIFE_SECONDS = 86_400
_LATER = "temporarily_unavailable"


class EntraTokens(KeptToken):
    """Hands out one access token until a minute before it ends.

    Args:
        credentials: `tenant_id`, `client_id` and `client_secret` of the app registration, and `login_url` where it is not
            that of the public cloud.
        scope: what the token is for.
    """

    def __init__(self, credentials: Mapping[str, str], scope: str, http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._credentials = credentials
        self._scope = scope
        self._http = http

    def _fetch(self) -> tuple[str, datetime]:
        address, form = self._request()
        asked_at = self._clock.now()
        try:
            answer = self._http.post(address, data=form, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Entra's token address: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code, body)
        life = timedelta(seconds=_life_seconds(body.get("expires_in")))
        return token_in(body, "Entra"), asked_at + life - _MARGIN

    def _request(self) -> tuple[str, dict[str, str]]:
        try:
            tenant_id, client_id = self._credentials["tenant_id"], self._credentials["client_id"]
            client_secret = self._credentials["client_secret"]
        except KeyError as error:
            raise AccessDeniedError(f"the credentials of the app lack {error}") from None
        login_url = (self._credentials.get("login_url") or DEFAULT_LOGIN_URL).rstrip("/")
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": self._scope,
        }
        return f"{login_url}/{quote(tenant_id, safe='')}/oauth2/v2.0/token", form


def _refusal(status: int, body: Mapping[str, Any]) -> Exception:
    """What a refusal asks of us."""
    code = oauth_error_in(body)
    said = f"Entra refuses our app: {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError(said, retry_after_seconds=60)
    is_worded = (bool(code) and code != _LATER) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_worded and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(f"Entra's token address answered {status}")


def _life_seconds(value: object) -> int:
    """`expires_in`, within what Entra gives to anybody."""
    stated = value if isinstance(value, int) and not isinstance(value, bool) else _SHORTEST_LIFE_SECONDS
    return min(max(stated, _SHORTEST_LIFE_SECONDS), _LONGEST_LIFE_SECONDS)
