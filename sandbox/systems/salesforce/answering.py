"""The forms in which the organisation answers errors."""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from sandbox.systems.salesforce.soql import SoqlError


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """An error of the REST API: a list of one."""
    return JSONResponse([{"message": message, "errorCode": code}], status_code=status)


def query_refusal(soql: str, error: SoqlError) -> JSONResponse:
    """The answer to a query that is wrong somewhere: what stands there, and what is wrong with it."""
    message = str(error)
    if error.start is not None:
        before, after = soql[max(0, error.start - 40) : error.start], soql[error.start : error.start + 40]
        caret = " " * len(before) + "^"
        message = f"\n{before}{after}\n{caret}\nERROR at Row:1:Column:{error.start + 1}\n{message}"
    return refusal(400, error.code, message)


def oauth_refusal(code: str, description: str) -> JSONResponse:
    """An error of the token address."""
    return JSONResponse({"error": code, "error_description": description}, status_code=400)


def maintenance() -> Response:
    """What is shown instead of everything while Salesforce is worked on."""
    page = "<html><head><title>Salesforce - Maintenance</title></head><body><p>We are down for maintenance.</p></body></html>"
    return Response(page, status_code=503, media_type="text/html")


def too_long() -> Response:
    """The answer to an address longer than is read."""
    return Response("<html><body><h1>414 URI Too Long</h1></body></html>", status_code=414, media_type="text/html")
