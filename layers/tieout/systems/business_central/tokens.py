"""Access tokens by OAuth 2.0 client credentials: the secret of an app registration, exchanged at the token address.

https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/administration/automation-apis-using-s2s-authentication
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from tieout import strict_json
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.ports import Clock

DEFAULT_LOGIN_URL = "https://login.microsoftonline.com"
_SCOPE = "https://api.businesscentral.dynamics.com/.default"
_TIMEOUT = httpx.Timeout(20, connect=5)
_MARGIN = timedelta(seconds=60)  # longer than any call with the token takes
_DEFAULT_LIFE_SECONDS = 300
_OAUTH_ERROR = re.compile("[a-z_]{1,40}", re.ASCII)
_SECONDS = re.compile("[0-9]{1,6}", re.ASCII)
# Codes after which nobody has to change anything, and how long to wait.
_LATER: Mapping[str, float] = {"temporarily_unavailable": 60, "server_error": 60}


class AccessTokens:
    """Hands out one access token until shortly before it ends; safe to use from several threads.

    Args:
        credentials: `tenant_id` of the Entra tenant, `client_id` and `client_secret` of its app registration, and `login_url`
            where it is not that of the public cloud.
    """

    def __init__(self, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> None:
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._ends_at: datetime | None = None

    def current(self) -> str:
        """A token that is still good for a minute, asked for when there is none.

        Raises:
            AccessDeniedError: if our secret is refused, or the credentials are incomplete.
            ThrottledError, UnavailableError: if none is given now.
        """
        with self._lock:
            if self._ends_at is None or self._clock.now() >= self._ends_at:
                self._fetch()
            return self._token

    def forget(self, token: str) -> None:
        """Ask for a new token next time, unless another thread already replaced this one."""
        with self._lock:
            if token == self._token:
                self._ends_at = None

    def _fetch(self) -> None:
        asked_at = self._clock.now()
        address, form = self._request()
        try:
            answer = self._http.post(address, data=form, timeout=_TIMEOUT, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(f"the token address of Business Central: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer, body)
        token = body.get("access_token")
        # What is no header value would raise inside the HTTP library, with the token in the error's text.
        if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
            raise UnavailableError("the token address of Business Central answered 200 without a usable access token")
        self._token = token
        self._ends_at = asked_at + timedelta(seconds=_life_seconds(body.get("expires_in"))) - _MARGIN

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
    """What a refusal asks of us; of its body only the code of OAuth is told: the description names the tenant and the app."""
    status, stated = answer.status_code, body.get("error")
    code = stated if isinstance(stated, str) and _OAUTH_ERROR.fullmatch(stated) else ""
    said = f"the token address of Business Central answered {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        seconds = answer.headers.get("retry-after", "").strip()
        return ThrottledError(said, retry_after_seconds=float(seconds) if _SECONDS.fullmatch(seconds) else 60)
    if code in _LATER:
        return UnavailableError(said, retry_after_seconds=_LATER[code])
    is_worded = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_worded and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(said)


def _life_seconds(value: object) -> int:
    """`expires_in`, which comes as a number or as text."""
    text = str(value)
    return int(text) if _SECONDS.fullmatch(text) else _DEFAULT_LIFE_SECONDS
