"""The simulated authentication host: `/token/authenticate`, `refresh`, `validate` and `logout`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.anaplan.tenant import Tenant

if TYPE_CHECKING:
    from starlette.requests import Request


class AuthenticationHost:
    """Answers the four token calls of one tenant."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """The routes of the host."""
        return [
            Route("/token/authenticate", self.authenticate, methods=["POST"]),
            Route("/token/refresh", self.refresh, methods=["POST"]),
            Route("/token/validate", self.validate, methods=["GET"]),
            Route("/token/logout", self.logout, methods=["POST"]),
        ]

    async def authenticate(self, request: Request) -> Response:
        """A new token, 201, for a password or for a signed nonce with a certificate."""
        body = await request.body()
        scheme, _, argument = request.headers.get("authorization", "").partition(" ")
        desk = self._tenant.desk
        proved = desk.knows_user(argument) if scheme == "Basic" else self._proves(scheme, argument, body)
        if not proved:
            return _failure(401, "FAILURE_BAD_CREDENTIAL", "Invalid credentials")
        return _success(request, 201, "Login successful", {"tokenInfo": desk.log_in()})

    async def refresh(self, request: Request) -> Response:
        """The token that replaces a good one."""
        token = _token(request)
        if not self._tenant.desk.is_good(token):
            return _failure(401, "FAILURE_BAD_TOKEN", "Token expired or invalid")
        return _success(request, 200, "Token refreshed", {"tokenInfo": self._tenant.desk.refresh(token)})

    async def validate(self, request: Request) -> Response:
        """Whose token it is."""
        token = _token(request)
        if not token:
            return _failure(400, "FAILURE_BAD_REQUEST", "Bad authorization header")
        if not self._tenant.desk.is_good(token):
            return _failure(401, "FAILURE_BAD_TOKEN", "Token expired or invalid")
        user = {"userGuid": "5d3f7b1e2c4a4f6f9a0b1c2d3e4f5a6b", "userId": self._tenant.settings.username}
        return _success(request, 200, "Token validated", {"userInfo": user})

    async def logout(self, request: Request) -> Response:
        """Ends the token."""
        self._tenant.desk.revoke(_token(request))
        return Response(status_code=204)

    def _proves(self, scheme: str, certificate: str, body: bytes) -> bool:
        try:
            proof = json.loads(body)
            nonce, signature = str(proof["encodedData"]), str(proof["encodedSignedData"])
        except (ValueError, TypeError, KeyError):
            return False
        return scheme == "CACertificate" and self._tenant.desk.proves_certificate(certificate, nonce, signature)


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "AnaplanAuthToken" else ""  # `Bearer` works on the API host alone


def _success(request: Request, status: int, message: str, content: dict[str, object]) -> Response:
    meta = {"validationUrl": str(request.url.replace(path="/token/validate", query=""))}
    return JSONResponse({"meta": meta, "status": "SUCCESS", "statusMessage": message, **content}, status_code=status)


def _failure(status: int, code: str, message: str) -> Response:
    return JSONResponse({"status": code, "statusMessage": message}, status_code=status)
