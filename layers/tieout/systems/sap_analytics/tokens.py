"""Keeps one access token of the tenant by client credentials (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, life_in, oauth_error_in, token_in
from tieout.errors import AccessDeniedError, PermanentError
from tieout.ports import Clock
from tieout.systems.sap_analytics import answers
from tieout.systems.sap_analytics.options import TOKEN_PATH

_RENEWED_BEFORE = timedelta(minutes=1)
_SHORTEST_LIFE = timedelta(seconds=5)
_USUAL_LIFE = timedelta(seconds=600)  # where an answer does not say
_TIMEOUT = httpx.Timeout(20, connect=5)


class AccessTokens(KeptToken):
    """One access token, until a minute before it ends, or until it is refused.

    Args:
        credentials: `client_id` and `client_secret` of an OAuth client of App Integration.
        auth_base_url: where tokens are given.
        http: sends the requests.
        clock: decides when a token is too old.
    """

    def __init__(self, credentials: Mapping[str, str], auth_base_url: str, http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._credentials = credentials
        self._url = auth_base_url.rstrip("/") + TOKEN_PATH
        self._http = http

    def _fetch(self) -> tuple[str, datetime]:
        headers = {"authorization": self._basic(), "accept": "application/json"}
        form = {"grant_type": "client_credentials"}
        request = self._http.build_request("POST", self._url, data=form, headers=headers, timeout=_TIMEOUT)
        response = answers.send(self._http, request, running=False)
        now = self._clock.now()
        body = strict_json.object_in(response.content)
        try:
            answers.judge(response, running=False, of_job=False, now=now)
        except PermanentError as error:
            said = f"sap analytics refuses our client ({response.status_code}) {oauth_error_in(body)}".rstrip()
            raise AccessDeniedError(said) from error
        token = token_in(body, "the token address of sap analytics")
        life = life_in(body, _USUAL_LIFE)
        return token, now + max(life - _RENEWED_BEFORE, _SHORTEST_LIFE)

    def _basic(self) -> str:
        try:
            pair = f"{self._credentials['client_id']}:{self._credentials['client_secret']}"
        except KeyError as error:
            raise AccessDeniedError(f"sap analytics: the secret lacks {error}") from None
        return f"Basic {base64.b64encode(pair.encode()).decode()}"
