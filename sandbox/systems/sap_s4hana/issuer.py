"""The authorization server that gives Event Mesh its tokens: RS256, with the documents by which others find its keys.

https://openid.net/specs/openid-connect-discovery-1_0.html (4), RFC 7517
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.tokens import refusal_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

DISCOVERY_PATH, KEYS_PATH, TOKEN_PATH = "/.well-known/openid-configuration", "/oauth/jwks", "/oauth/token"
_KEY_BITS = 2048
_NOWHERE = "http://127.0.0.1"


class Address:
    """Remembers at which address the tenant is called, which nobody tells it."""

    def __init__(self) -> None:
        self.last = _NOWHERE

    def note(self, scope: Scope) -> None:
        """Note the address of a request."""
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if host:
            self.last = f"{scope['scheme']}://{host}"


class Noting:
    """ASGI middleware that notes at which address it is called."""

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note, and pass on."""
        if scope["type"] == "http":
            self._address.note(scope)
        await self._app(scope, receive, send)


class Issuer:
    """Signs tokens with a key that it makes when it needs one first; a new key leaves the old one published."""

    def __init__(self, settings: TenantSettings, address: Address, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._address = address
        self._now = now
        self._keys: list[rsa.RSAPrivateKey] = []

    @property
    def name(self) -> str:
        """The issuer that its tokens name."""
        return self._settings.issuer or self._address.last

    def routes(self) -> list[Route]:
        """What it answers."""
        return [
            Route(DISCOVERY_PATH, self._discover, methods=["GET"]),
            Route(KEYS_PATH, self._show_keys, methods=["GET"]),
            Route(TOKEN_PATH, self._answer, methods=["POST"]),
        ]

    def token(self, flaw: str = "") -> str:
        """A token for Event Mesh; `flaw` is one of `TOKENS` of `posting.py` that is a flaw of a token."""
        moment = int(self._now().timestamp())
        life = self._settings.mesh_token_seconds
        claims = {
            "iss": "https://somebody-else.example" if flaw == "wrong_issuer" else self.name,
            "sub": self._settings.mesh_client_id,
            "client_id": self._settings.mesh_client_id,
            "aud": "somebody-else" if flaw == "wrong_audience" else self._settings.audience,
            "scope": "something-else" if flaw == "wrong_scope" else self._settings.mesh_scope,
            "iat": moment - 2 * life if flaw == "expired" else moment,
            "exp": moment - life if flaw == "expired" else moment + life,
        }
        own = self._current()
        key = _new_key() if flaw == "wrong_key" else own
        return _signed(claims, key, str(len(self._keys)))

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self._keys.append(_new_key())

    def _current(self) -> rsa.RSAPrivateKey:
        if not self._keys:
            self.rotate()
        return self._keys[-1]

    async def _discover(self, _request: Request) -> Response:
        name = self.name
        body = {
            "issuer": name,
            "token_endpoint": name.rstrip("/") + TOKEN_PATH,
            "jwks_uri": name.rstrip("/") + KEYS_PATH,
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return JSONResponse(body)

    async def _show_keys(self, _request: Request) -> Response:
        self._current()
        return JSONResponse({"keys": [_published(key, str(number)) for number, key in enumerate(self._keys, 1)]})

    async def _answer(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        refused = refusal_of(form, request, self._settings.mesh_client_id, self._settings.webhook_secret)
        if refused is not None:
            return refused
        body = {"access_token": self.token(), "token_type": "Bearer", "expires_in": self._settings.mesh_token_seconds}
        return JSONResponse(body, headers={"cache-control": "no-store"})


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _signed(claims: Mapping[str, Any], key: rsa.RSAPrivateKey, key_id: str) -> str:
    header = {"typ": "JWT", "alg": "RS256", "kid": key_id}
    signed = ".".join(_part(json.dumps(each).encode()) for each in (header, claims))
    return f"{signed}.{_part(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _published(key: rsa.RSAPrivateKey, key_id: str) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    n, e = (_part(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id, "n": n, "e": e}


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
