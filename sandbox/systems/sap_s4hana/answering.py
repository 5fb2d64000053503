"""The forms in which the tenant answers errors."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response


def refusal(status: int, code: str, message: str, moment: datetime) -> JSONResponse:
    """An error of an OData service."""
    stamp = moment.astimezone(UTC).strftime("%Y%m%d%H%M%S.%f0")
    inner = {"transactionid": "SANDBOX", "timestamp": stamp, "errordetails": []}
    body = {"error": {"code": code, "message": {"lang": "en", "value": message}, "innererror": inner}}
    return JSONResponse(body, status_code=status, headers={"dataserviceversion": "1.0"})


def not_logged_on() -> Response:
    """The answer to a caller without a token that holds: a page for people."""
    headers = {"www-authenticate": 'Bearer realm="SANDBOX"'}
    return _page(401, "Logon failed", headers)


def maintenance() -> Response:
    """What is shown instead of everything while the tenant is upgraded."""
    return _page(503, "Service unavailable", {"retry-after": "120"})


def too_long() -> Response:
    """The answer to an address longer than is read."""
    return _page(414, "Request-URI Too Long", {})


def too_many(retry_after_seconds: int) -> Response:
    """The answer to a call above the allowance."""
    return _page(429, "Too Many Requests", {"retry-after": str(retry_after_seconds)})


def token_refused(status: int, code: str, description: str) -> JSONResponse:
    """An error of a token address."""
    return JSONResponse({"error": code, "error_description": description}, status_code=status)


def _page(status: int, title: str, headers: dict[str, str]) -> Response:
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(body, status_code=status, media_type="text/html", headers=headers)
