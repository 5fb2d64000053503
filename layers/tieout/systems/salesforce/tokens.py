"""Access tokens by the OAuth 2.0 JWT bearer flow: an assertion signed with our certificate's key, exchanged at the token address.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, oauth_error_in, token_in
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.jwt import signed_jwt
from tieout.ports import Clock

DEFAULT_LOGIN_URL = "https://login.salesforce.com"
TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 a path
_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_LIFE = timedelta(minutes=3)  # Salesforce takes no longer one
_TIMEOUT = httpx.Timeout(20, connect=5)
# Codes after which nobody has to change anything, and how long to wait.
_LATER: Mapping[str, float] = {"temporarily_unavailable": 60, "server_error": 60}
_TOO_MANY_LOGINS = "rate_limit_exceeded"
_LOGINS_SECONDS = 900  # logins are counted by the hour


class AccessTokens(KeptToken):
    """Hands out one access token until Salesforce refuses it.

    Salesforce does not say how long a token lives: the session settings of the organisation decide, and each use may
    prolong it.

    Args:
        credentials: `client_id` of the connected app, `username` it acts for, `private_key` in PEM, and `login_url`
            where it is not that of production.
    """

    def __init__(self, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._credentials = credentials
        self._login_url = (credentials.get("login_url") or DEFAULT_LOGIN_URL).rstrip("/")
        self._http = http

    def _fetch(self) -> tuple[str, None]:
        form = {"grant_type": _GRANT_TYPE, "assertion": self._assertion()}
        try:
            answer = self._http.post(self._login_url + TOKEN_PATH, data=form, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Salesforce's token address: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code, body)
        return token_in(body, "Salesforce"), None

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
    """What a refusal asks of us."""
    code = oauth_error_in(body)
    said = f"Salesforce refuses our certificate: {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS or code == _TOO_MANY_LOGINS:
        return ThrottledError(said, retry_after_seconds=_LOGINS_SECONDS)
    if code in _LATER:
        return UnavailableError(said, retry_after_seconds=_LATER[code])
    is_worded = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_worded and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(f"Salesforce's token address answered {status}")
