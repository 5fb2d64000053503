"""The forms in which the account answers errors."""

from __future__ import annotations

from starlette.responses import JSONResponse

_TYPE = "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec10.4"


def refusal(status: int, title: str, code: str, detail: str = "") -> JSONResponse:
    """An error as the REST API words it."""
    errors = [{"detail": detail or title, "o:errorCode": code}]
    return JSONResponse({"type": _TYPE, "title": title, "status": status, "o:errorDetails": errors}, status_code=status)


def over_limit(status: int) -> JSONResponse:
    """The answer to a call above the account's concurrency limit."""
    if status == 429:  # noqa: PLR2004 the REST API's form
        return refusal(status, "Too Many Requests", "CONCURRENCY_LIMIT_EXCEEDED", "Concurrent request limit exceeded.")
    body = {
        "error": {
            "code": "SSS_REQUEST_LIMIT_EXCEEDED",
            "message": "Concurrent request limit exceeded. Request blocked.",
        }
    }
    return JSONResponse(body, status_code=400)
