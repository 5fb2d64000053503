"""Access tokens by OAuth 2.0 client credentials: the secret of an app registration, exchanged at the token address.

https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/administration/automation-apis-using-s2s-authentication
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, life_in, oauth_error_in, token_in
from tieout.answers import retry_after_seconds
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.ports import Clock

DEFAULT_LOGIN_URL = "https://login.microsoftonline.com"
_SCOPE = "https://api.businesscentral.dynamics.com/.default"
_TIMEOUT = httpx.Timeout(20, connect=5)
_MARGIN = timedelta(seconds=60)  # longer than any call with the token takes
_USUAL_LIFE = timedelta(seconds=300)
_THROTTLED_SECONDS = 60
# Codes after which nobody has to change anything, and how long to wait.
_LATER: Mapping[str, float] = {"temporarily_unavailable": 60, "server_error": 60}


class AccessTokens(KeptToken):
    """Hands out one access token until a minute before it ends.

    Args:
        credentials: `tenant_id` of the Entra tenant, `client_id` and `client_secret` of its app registration, and `login_url`
            where it is not that of the public cloud.
    """

    def __init__(self, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._credentials = credentials
        self._http = http

    def _fetch(self) -> tuple[str, datetime]:
        asked_at = self._clock.now()
        address, form = self._request()
        try:
            answer = self._http.post(address, data=form, timeout=_TIMEOUT, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(f"the token address of Business Central: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer, body)
        life = life_in(body, _USUAL_LIFE)
        return token_in(body, "the token address of Business Central"), asked_at + life - _MARGIN

    def _request(self) -> tuple[str, dict[str, str]]:
        try:
            tenant_id = self._credentials["tenant_id"]
            form = {
                "grant_type": "client_credentials",
                "client_id": self._credentials["client_id"],
                "client_secret": self._credentials["client_secret"],
                "scope": _SCOPE,
            }
        except KeyError as error:
            raise AccessDeniedError(f"the Business Central credentials lack {error}") from None
        login_url = (self._credentials.get("login_url") or DEFAULT_LOGIN_URL).rstrip("/")
        return f"{login_url}/{quote(tenant_id, safe='')}/oauth2/v2.0/token", form


def _refusal(answer: httpx.Response, body: Mapping[str, Any]) -> Exception:
    """What a refusal asks of us."""
    status, code = answer.status_code, oauth_error_in(body)
    said = f"the token address of Business Central answered {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        seconds = retry_after_seconds(answer.headers)
        return ThrottledError(said, retry_after_seconds=_THROTTLED_SECONDS if seconds is None else seconds)
    if code in _LATER:
        return UnavailableError(said, retry_after_seconds=_LATER[code])
    is_worded = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_worded and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(said)
