"""The forms in which the environment and its token address answer errors.

The codes are those of the vendor's table; that of a missing permission, and those of limits, are ours, as it names none:
https://learn.microsoft.com/dynamics365/business-central/dev-itpro/webservices/dynamics-error-codes
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

_CORRELATION = "233b73c2-6ffd-4d0e-8c65-00000000beef"


class ODataError(Exception):
    """A call that the API refuses, with the status and the code it is answered with."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def answer(self) -> Response:
        """The answer, which names the call for the vendor's support."""
        message = f"{self.message}  CorrelationId:  {_CORRELATION}."
        return JSONResponse({"error": {"code": self.code, "message": message}}, status_code=self.status)


def not_authenticated() -> ODataError:
    """Of a token that is none, or no more."""
    return ODataError(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")


def no_permission(table: str) -> ODataError:
    """Of a user whose permission sets do not let them read a table."""
    message = f"Sorry, the current permissions prevented the action. (TableData {table} Read: API)"
    return ODataError(403, "Authorization_Forbidden", message)


def no_segment(name: str) -> ODataError:
    """Of an address with a part that is no resource."""
    return ODataError(404, "BadRequest_ResourceNotFound", f"Resource not found for the segment '{name}'.")


def no_record(type_name: str, record_id: str) -> ODataError:
    """Of a record that does not exist."""
    message = f"The {type_name} does not exist. Identification fields and values: SystemId='{{{record_id.upper()}}}'"
    return ODataError(404, "Internal_RecordNotFound", message)


def limited(status: int, retry_after_seconds: int) -> Response:
    """The answer to a call above a limit (429), or one that waited too long for its turn (503)."""
    code, message = {
        429: ("Application_TooManyRequests", "Too many requests reached. Actual (100). Maximum (100)."),
        503: ("Internal_ServiceUnavailable", "The service is temporarily unavailable."),
    }[status]
    answer = ODataError(status, code, message).answer()
    answer.headers["Retry-After"] = str(retry_after_seconds)
    return answer


def gateway_timeout() -> Response:
    """The answer to a call that took ten minutes."""
    return ODataError(504, "Internal_GatewayTimeout", "The operation was cancelled because it took too long.").answer()


def oauth_refusal(status: int, error: str, number: int, message: str, now: datetime) -> JSONResponse:
    """An error of the token address.

    https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    """
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {message} Trace ID: {_CORRELATION}",
        "error_codes": [number],
        "timestamp": now.strftime("%Y-%m-%d %H:%M:%SZ"),
        "trace_id": _CORRELATION,
        "correlation_id": _CORRELATION,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return JSONResponse(body, status_code=status)


def address_of(request: Request) -> str:
    """The address of a call without its query."""
    return str(request.url.replace(query=""))


def context_of(request: Request) -> str:
    """What the answer to a call calls its context: where its metadata would be."""
    base, _, path = address_of(request).partition("/api/v2.0/")
    return f"{base}/api/v2.0/$metadata#{path}"
