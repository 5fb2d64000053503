"""What proves us to Oracle: tokens of an identity domain, by a signed assertion or a refresh token, or a user name and password.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/authentication_oath.html
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

from tieout import strict_json
from tieout.access_tokens import KeptToken, oauth_error_in, token_in
from tieout.answers import retry_after_seconds
from tieout.errors import AccessDeniedError, ThrottledError, TieoutError, UnavailableError
from tieout.jwt import signed_jwt
from tieout.ports import Clock
from tieout.systems.oracle_epm.options import Options

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 a path
ASSERTION_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_MARGIN = timedelta(minutes=4)  # longer than any write with the token takes
_DEFAULT_LIFE_SECONDS = 600  # for an answer that does not say; an hour is usual
_ASSERTION_LIFE = timedelta(minutes=5)
_ADMINISTRATORS = "administrator_"
_THROTTLED_SECONDS = 60.0
_WANTED = {
    "assertion": ("client_id", "client_secret", "username", "private_key", "key_alias"),
    "oauth": ("client_id", "refresh_token"),
    "basic": ("username", "password"),
}


class Login(Protocol):
    """What goes into the `Authorization` header."""

    @property
    def scheme(self) -> str:
        """The first word of the header."""
        ...

    def current(self) -> str:
        """What follows it; raises as `KeptToken.current`."""
        ...

    def forget(self, value: str) -> bool:
        """Note that it was refused; whether there can be another one."""
        ...


class PasswordLogin:
    """A user name and password, sent with every call.

    Args:
        credentials: `username`, in older environments with the identity domain before it (`domain.user`), and `password`.
    """

    scheme = "Basic"

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._credentials = credentials

    def current(self) -> str:
        """Both, as Basic authentication sends them; raises `AccessDeniedError` where one is missing."""
        _demand(self._credentials, "basic")
        return _basic(self._credentials["username"], self._credentials["password"])

    def forget(self, _value: str) -> bool:
        """There is no other password."""
        return False


class IdentityDomain(KeptToken):
    """Hands out one access token of an identity domain until four minutes before it ends.

    Each use of a refresh token gives a new one and ends the old one: this keeps the new one, but nothing stores it, so
    that another process with the old one is refused.

    Args:
        options: whom to ask, and how to prove us.
        credentials: `client_id`, and `client_secret` of a confidential application. For an assertion `username`, whom the
            application acts for, `private_key` in PEM and `key_alias` of the certificate that the domain has of it; else
            `refresh_token`.
    """

    scheme = "Bearer"

    def __init__(self, options: Options, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> None:
        super().__init__(clock)
        self._options = options
        self._credentials = credentials
        self._http = http
        self._refresh_token = credentials.get("refresh_token", "")

    def _fetch(self) -> tuple[str, datetime]:
        asked_at = self._clock.now()
        url = self._options.auth_base_url.rstrip("/") + TOKEN_PATH
        form, headers = self._form(asked_at), self._client_proof()
        try:
            answer = self._http.post(url, data=form, headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(f"oracle_epm: the identity domain: {type(error).__name__}") from None
        body = strict_json.object_in(answer.content)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer, body)
        self._keep_refresh_token(body)
        life = timedelta(seconds=_life_seconds(body.get("expires_in")))
        return token_in(body, "the identity domain"), asked_at + life - min(_MARGIN, life / 2)

    def _form(self, now: datetime) -> dict[str, str]:
        _demand(self._credentials, self._options.authentication)
        scope = {"scope": self._options.scope} if self._options.scope else {}
        if self._options.authentication == "assertion":
            return {"grant_type": ASSERTION_GRANT, "assertion": self._assertion(now), **scope}
        client = {} if self._credentials.get("client_secret") else {"client_id": self._credentials["client_id"]}
        return {"grant_type": "refresh_token", "refresh_token": self._refresh_token, **client, **scope}

    def _assertion(self, now: datetime) -> str:
        """Says that the application acts for the user: a token without one has no role in Planning."""
        claims: dict[str, str | int] = {
            "iss": self._credentials["client_id"],
            "sub": self._credentials["username"],
            "aud": self._options.assertion_audience,
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_LIFE).timestamp()),
        }
        return signed_jwt(claims, self._credentials["private_key"], "RS256", {"kid": self._credentials["key_alias"]})

    def _client_proof(self) -> dict[str, str]:
        secret = self._credentials.get("client_secret")
        return {"Authorization": f"Basic {_basic(self._credentials['client_id'], secret)}"} if secret else {}

    def _keep_refresh_token(self, body: Mapping[str, Any]) -> None:
        given = body.get("refresh_token")
        if isinstance(given, str) and given:
            self._refresh_token = given


def login_of(options: Options, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> Login:
    """The login that the options ask for."""
    if options.authentication == "basic":
        return PasswordLogin(credentials)
    return IdentityDomain(options, credentials, http, clock)


def administrators(credentials: Mapping[str, str]) -> dict[str, str]:
    """The same credentials with what the secret holds for a service administrator (`administrator_username` and others) instead.

    Jobs and files are open to that role alone, which the user who sets cells should not have.
    """
    own = {
        name.removeprefix(_ADMINISTRATORS): said
        for name, said in credentials.items()
        if name.startswith(_ADMINISTRATORS)
    }
    return {**credentials, **own}


def _demand(credentials: Mapping[str, str], authentication: str) -> None:
    missing = [name for name in _WANTED[authentication] if not credentials.get(name)]
    if missing:
        raise AccessDeniedError(f"oracle_epm: the secret lacks {', '.join(missing)}")


def _refusal(answer: httpx.Response, body: Mapping[str, Any]) -> TieoutError:
    """What a refusal asks of us; a refresh token that was used or is older than a week is `invalid_grant`."""
    status, code = answer.status_code, oauth_error_in(body)
    said = f"oracle_epm: the identity domain answered {status} {code}".rstrip()
    if status == httpx.codes.TOO_MANY_REQUESTS:
        seconds = retry_after_seconds(answer.headers)
        return ThrottledError(said, retry_after_seconds=_THROTTLED_SECONDS if seconds is None else seconds)
    is_worded = bool(code) or status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    if is_worded and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return AccessDeniedError(said)
    return UnavailableError(said)


def _life_seconds(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else _DEFAULT_LIFE_SECONDS


def _basic(name: str, secret: str) -> str:
    return b64encode(f"{name}:{secret}".encode()).decode("ascii")
