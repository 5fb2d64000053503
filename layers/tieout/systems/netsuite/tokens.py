"""Access tokens by OAuth 2.0 client credentials: a JWT signed with our certificate's key, exchanged at the token address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, life_in, oauth_error_in, token_in
from tieout.errors import AccessDeniedError, UnavailableError
from tieout.jwt import signed_jwt
from tieout.ports import Clock
from tieout.systems.netsuite.answers import refusal

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 a path
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE = timedelta(minutes=10)  # NetSuite takes anything under 60
_MARGIN = timedelta(seconds=60)  # longer than any call with the token takes
_USUAL_LIFE = timedelta(seconds=300)


class AccessTokens(KeptToken):
    """Hands out one access token until a minute before it ends.

    Args:
        credentials: `client_id` of the integration record, `certificate_id` of the mapping, `private_key` in PEM.
    """

    def __init__(
        self, base_url: str, credentials: Mapping[str, str], scope: str, http: httpx.Client, clock: Clock
    ) -> None:
        super().__init__(clock)
        self._address = base_url.rstrip("/") + TOKEN_PATH
        self._credentials = credentials
        self._scope = scope
        self._http = http

    def _fetch(self) -> tuple[str, datetime]:
        asked_at = self._clock.now()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(asked_at),
        }
        try:
            answer = self._http.post(self._address, data=form)
        except httpx.HTTPError as error:
            raise UnavailableError(f"netsuite token address: {type(error).__name__}") from error
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _token_refusal(answer, body)
        life = life_in(body, _USUAL_LIFE)
        return token_in(body, "netsuite"), asked_at + life - _MARGIN

    def _assertion(self, now: datetime) -> str:
        try:
            client_id, certificate_id = self._credentials["client_id"], self._credentials["certificate_id"]
            private_key = self._credentials["private_key"]
        except KeyError as error:
            raise AccessDeniedError(f"the NetSuite credentials lack {error}") from error
        claims: dict[str, str | int] = {
            "iss": client_id,
            "scope": self._scope,
            "aud": self._address,
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_LIFE).timestamp()),
        }
        # RS256 is not among the algorithms NetSuite takes.
        return signed_jwt(claims, private_key, "PS256", {"kid": certificate_id})


def _token_refusal(answer: httpx.Response, body: Mapping[str, Any]) -> Exception:
    code = oauth_error_in(body)
    if answer.status_code == httpx.codes.BAD_REQUEST and code:
        return AccessDeniedError(f"netsuite refuses our certificate: {code}")
    return refusal(answer, AccessDeniedError)
