"""The simulated files of an environment: put there once under a name, fetched, and removed.

https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/upload.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from sandbox.systems.oracle_epm.environment import Call, refuse
from sandbox.systems.oracle_epm.jobs import run_what_is_due

if TYPE_CHECKING:
    from collections.abc import Callable


def _for_administrators(answering: Callable[[Call], Response]) -> Callable[[Call], Response]:
    def answer(call: Call) -> Response:
        run_what_is_due(call)
        return answering(call) if call.is_administrators else refuse(403, "You do not have the role that this needs.")

    return answer


@_for_administrators
def upload(call: Call) -> Response:
    """Put a file there; one of that name is never overwritten."""
    name = call.part("name")
    if name in call.environment.files:
        return refuse(400, f"A file named {name} already exists.")
    call.environment.files[name] = call.body
    return JSONResponse({"status": 0, "details": None, "links": []})


@_for_administrators
def download(call: Call) -> Response:
    """The file's bytes."""
    content = call.environment.files.get(call.part("name"))
    if content is None:
        return refuse(404, "The file does not exist.")
    return Response(content, media_type="application/octet-stream")


@_for_administrators
def remove(call: Call) -> Response:
    """Have it there no more."""
    if call.environment.files.pop(call.part("name"), None) is None:
        return refuse(404, "The file does not exist.")
    return JSONResponse({"status": 0, "details": None, "links": []})
