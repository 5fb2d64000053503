"""Access tokens of Zuora by OAuth 2.0 client credentials, which hold for an hour.

https://developer.zuora.com/v1-api-reference/api/operation/createToken/
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, life_in, token_in
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.ports import Clock

TOKEN_PATH = "/oauth/token"  # noqa: S105 a path
_MARGIN = timedelta(minutes=1)  # longer than any call with the token takes
_USUAL = timedelta(minutes=30)
_TIMEOUT = httpx.Timeout(20, connect=5)
_THROTTLED_SECONDS = 60
_FORBIDDING = frozenset((400, 401, 403))


class AccessTokens(KeptToken):
    """Hands out one access token until a minute before it ends.

    Args:
        credentials: `client_id` and `client_secret` of an OAuth client whose user may read.
        api_base_url: of the tenant's data centre.
    """

    def __init__(self, credentials: Mapping[str, str], api_base_url: str, http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._credentials = credentials
        self._address = api_base_url.rstrip("/") + TOKEN_PATH
        self._http = http

    def _fetch(self) -> tuple[str, datetime]:
        form = {"grant_type": "client_credentials"}
        try:
            form |= {name: self._credentials[name] for name in ("client_id", "client_secret")}
        except KeyError as error:
            raise AccessDeniedError(f"the credentials of Zuora lack {error}") from None
        asked_at = self._clock.now()
        try:
            answer = self._http.post(self._address, data=form, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Zuora's token address: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code)
        body = strict_json.object_in(answer.content)
        life = life_in(body, _USUAL)
        return token_in(body, "Zuora"), asked_at + life - min(_MARGIN, life / 2)


def _refusal(status: int) -> Exception:
    said = f"Zuora's token address answered {status}"
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ThrottledError(said, retry_after_seconds=_THROTTLED_SECONDS)
    return AccessDeniedError(said) if status in _FORBIDDING else UnavailableError(said)
