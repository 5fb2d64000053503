"""What a person who plants a fault in the sandbox sees of it: the fault, and no traceback of ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import Fault, FaultPlan, Misbehaving
from sandbox.systems.serving import serve

if TYPE_CHECKING:
    from starlette.requests import Request


async def echo(request: Request) -> Response:
    """An answer made of what was asked."""
    return JSONResponse({"asked": (await request.body()).decode()})


async def remove(_request: Request) -> Response:
    """An answer that has no body."""
    return Response(status_code=204)


def test_a_lost_answer_is_done_and_breaks_off_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """The caller gets no whole answer, once; the simulated system says nothing of it."""
    plan = FaultPlan()
    plan.plant(Fault(kind="lost_answer"))
    with serve(Misbehaving(Starlette(routes=[Route("/", echo, methods=["POST"])]), plan)) as url:
        log = logging.getLogger("uvicorn.error")
        log.addHandler(caplog.handler)  # only now: starting the server takes all handlers away
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(url, content=b"once")
        assert httpx.post(url, content=b"twice").json() == {"asked": "twice"}
        log.removeHandler(caplog.handler)
    assert plan.fired == {"lost_answer": 1}
    assert caplog.text == ""


def test_an_answer_without_a_body_is_lost_as_any_other() -> None:
    """Such an answer is whole with its headers: cut behind them it would arrive, on a connection about to break."""
    plan = FaultPlan()
    plan.plant(Fault(kind="lost_answer"))
    with serve(Misbehaving(Starlette(routes=[Route("/", remove, methods=["DELETE"])]), plan)) as url:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.delete(url)
        assert httpx.delete(url).status_code == 204
