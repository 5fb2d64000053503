"""Access tokens by the OAuth 2.0 JWT bearer flow: an assertion signed with our certificate's key, exchanged at the token address.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from tieout import strict_json
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.jwt import signed_jwt
from tieout.ports import Clock

DEFAULT_LOGIN_URL = "https://login.salesforce.com"
TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 a path
_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_LIFE = timedelta(minutes=3)  # Salesforce takes no longer one
_TIMEOUT = httpx.Timeout(20, connect=5)
_OAUTH_ERROR = re.compile("[a-z_]{1,40}", re.ASCII)
# Codes after which nobody has to change anything, and how long to wait.
_LATER: Mapping[str, float] = {"temporarily_unavailable": 60, "server_error": 60}
_TOO_MANY_LOGINS = "rate_limit_exceeded"
_LOGINS_SECONDS = 900  # logins are counted by the hour


class AccessTokens:
    """Hands out one access token until Salesforce refuses it; safe to use from several threads.

    Salesforce does not say how long a token lives: the session settings of the organisation decide, and each use may
    prolong it.

    Args:
        credentials: `client_id` of the connected app, `username` it acts for, `private_key` in PEM, and `login_url`
            where it is not that of production.
    """

    def __init__(self, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> None:
        self._credentials = credentials
        self._login_url = (credentials.get("login_url") or DEFAULT_LOGIN_URL).rstrip("/")
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""

    def current(self) -> str:
        """The token that was not refused yet, asked for when there is none.

        Raises:
            AccessDeniedError: if Salesforce refuses our certificate or user, or the credentials are incomplete.
            ThrottledError, UnavailableError: if Salesforce gives none now.
        """
        with self._lock:
            if not self._token:
                self._token = self._fetch()
            return self._token

    def forget(self, token: str) -> None:
        """Ask for a new token next time, unless another thread already replaced this one."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def _fetch(self) -> str:
        form = {"grant_type": _GRANT_TYPE, "assertion": self._assertion()}
        try:
            answer = self._http.post(self._login_url + TOKEN_PATH, data=form, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Salesforce's token address: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code, body)
        token = body.get("access_token")
        # What is no header value would raise inside the HTTP library, with the token in the error's text.
        if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
            raise UnavailableError("Salesforce answered 200 without a usable access token")
        return token

    def _assertion(self) -> str:
        try:
            client_id, username = self._credentials["client_id"], self._credentials["username"]
            private_key = self._credentials["private_key"]
        except KeyError as error:
            raise AccessDeniedError(f"the Salesforce credentials lack {error}") from None
        claims: dict[str, str | int] = {
            "iss": client_id,
            "sub": username,
            "aud": self._login_url,
            "exp": int((self._clock.now() + _ASSERTION_LIFE).timestamp()),
        }
        return signed_jwt(claims, private_key, "RS256", {})


def _refusal(status: int, body: Mapping[str, Any]) -> Exception:
    """What a refusal asks of us; of its body only the code of OAuth is told: the description may name the user."""
    stated = body.get("error")
    code = stated if isinstance(stated, str) and _OAUTH_ERROR.fullmatch(stated) else ""
    said = f"Salesforce refuses our certificate: {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS or code == _TOO_MANY_LOGINS:
        return ThrottledError(said, retry_after_seconds=_LOGINS_SECONDS)
    if code in _LATER:
        return UnavailableError(said, retry_after_seconds=_LATER[code])
    is_worded = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_worded and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(f"Salesforce's token address answered {status}")
