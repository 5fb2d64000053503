"""Keeps one Anaplan token alive: by certificate or password, refreshed before it ends, one renewal at a time."""

from __future__ import annotations

import os
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from tieout import strict_json
from tieout.errors import AccessDeniedError, MalformedError, PermanentError, TransientError, UnavailableError
from tieout.moments import moment_of_milliseconds
from tieout.ports import Clock
from tieout.systems.anaplan import answers
from tieout.systems.anaplan.options import Options

_NONCE_BYTES = 150  # 100 to 200 are allowed; the vendor's own client takes 150
_DOCUMENTED_LIFETIME = timedelta(minutes=30)  # for an answer without expiresAt; 35 were seen live
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_WANTED = {"certificate": ("certificate_pem", "private_key_pem"), "basic": ("username", "password")}


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token and when it ends; it has no repr, so that it cannot slip into a log."""

    value: str
    ends_at: datetime


class TokenKeeper:
    """The one place that logs in; safe to use from several threads, which then share one renewal.

    Args:
        options: where and how to log in.
        credentials: `certificate_pem` and `private_key_pem`, or `username` and `password`.
        http: sends the requests.
        clock: decides when a token is refreshed.
        nonce: that many random bytes, signed to prove the private key.
    """

    def __init__(
        self,
        options: Options,
        credentials: Mapping[str, str],
        http: httpx.Client,
        clock: Clock,
        nonce: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._options = options
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._nonce = nonce
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> Token:
        """A token good for a call now: logs in where there is none or it has ended, refreshes in its last minutes."""
        with self._lock:
            now = self._clock.now()
            if self._token is None or now >= self._token.ends_at:
                self._token = self._log_in()
            elif now >= self._token.ends_at - timedelta(seconds=self._options.refresh_margin_seconds):
                self._token = self._refreshed(self._token)
            return self._token

    def renewed(self, rejected: Token) -> Token:
        """A token other than one Anaplan answered 401 to; where another thread already renewed it, that one.

        A rejected token cannot be refreshed, so this logs in.
        """
        with self._lock:
            if self._token is rejected or self._token is None:
                self._token = self._log_in()
            return self._token

    def _refreshed(self, token: Token) -> Token:
        try:
            return self._ask("refresh", {"Authorization": f"AnaplanAuthToken {token.value}"})
        except TransientError:
            return token  # it has minutes left; the next call tries again
        except PermanentError:
            return self._log_in()

    def _log_in(self) -> Token:
        missing = [name for name in _WANTED[self._options.authentication] if not self._credentials.get(name)]
        if missing:
            raise AccessDeniedError(f"anaplan: the secret lacks {', '.join(missing)}")
        if self._options.authentication == "basic":
            login = f"{self._credentials['username']}:{self._credentials['password']}"
            return self._ask("authenticate", {"Authorization": f"Basic {_base64(login.encode())}"})
        return self._log_in_by_certificate()

    def _log_in_by_certificate(self) -> Token:
        nonce = self._nonce(_NONCE_BYTES)
        proof = {
            "encodedData": _base64(nonce),
            "encodedSignedData": _base64(_signature(nonce, self._credentials["private_key_pem"])),
        }
        # The whole text of the PEM file is encoded, as Anaplan Connect does, not the certificate inside it.
        certificate = _base64(self._credentials["certificate_pem"].encode())
        headers = {"Authorization": f"CACertificate {certificate}", "Content-Type": "application/json"}
        return self._ask("authenticate", headers, strict_json.dump(proof).encode())

    def _ask(self, operation: str, headers: Mapping[str, str], content: bytes = b"") -> Token:
        url = f"{self._options.auth_base_url.rstrip('/')}/token/{operation}"
        request = self._http.build_request("POST", url, headers=dict(headers), content=content, timeout=_TIMEOUT)
        response = answers.send(self._http, request, writing=False)
        now = self._clock.now()
        try:
            answers.judge(response, writing=False, now=now)
        except MalformedError as error:
            raise AccessDeniedError(f"anaplan refuses the login ({response.status_code})") from error
        return _token_of(answers.content_of(response, writing=False), now)


def _token_of(content: Mapping[str, Any], now: datetime) -> Token:
    """The token of an answer; whatever a refresh returns is kept, since it may or may not be a new value."""
    info = content.get("tokenInfo")
    value = info.get("tokenValue") if isinstance(info, dict) else None
    if not isinstance(info, dict) or not isinstance(value, str) or not _is_header_text(value):
        if str(content.get("status", "")).startswith("FAILURE"):
            raise AccessDeniedError("anaplan refuses the login")
        raise UnavailableError("anaplan: a login without a token")
    return Token(value, _end_of(info, now))


def _is_header_text(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable()


def _end_of(info: Mapping[str, Any], now: datetime) -> datetime:
    milliseconds = info.get("expiresAt")
    if isinstance(milliseconds, int) and not isinstance(milliseconds, bool):
        try:
            return moment_of_milliseconds(milliseconds)
        except MalformedError:
            pass
    return now + _DOCUMENTED_LIFETIME


def _signature(nonce: bytes, private_key_pem: str) -> bytes:
    """The RSA signature (PKCS #1 v1.5, SHA-512) of the raw nonce."""
    # Imported here: 40 ms that a warm function and a login by password never need.
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415

    try:
        # It is our own key: proving its primes anew costs fifty signatures, and whoever gets a wrong one refuses it.
        key = serialization.load_pem_private_key(
            private_key_pem.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError) as error:
        raise AccessDeniedError("anaplan: the secret's private_key_pem is no unencrypted PEM key") from error
    if not isinstance(key, RSAPrivateKey):
        raise AccessDeniedError("anaplan: the secret's private_key_pem is no RSA key")
    return key.sign(nonce, PKCS1v15(), hashes.SHA512())


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
