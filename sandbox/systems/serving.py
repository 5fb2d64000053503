"""Serves a simulated system on 127.0.0.1 from a thread of this process."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from starlette.types import ASGIApp

# Longer than clients keep an idle connection (httpx: 5 s), or both give it up at once, and a request is lost in between.
_KEPT_ALIVE_SECONDS = 60


@contextmanager
def serve(app: ASGIApp, *, port: int = 0) -> Iterator[str]:
    """The base URL at which `app` answers until the block ends; port 0 takes a free one.

    Raises:
        RuntimeError: if the server has not started within ten seconds.
    """
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            lifespan="off",
            access_log=False,
            timeout_keep_alive=_KEPT_ALIVE_SECONDS,
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    waited = threading.Event()
    for _ in range(1000):
        if server.started:
            break
        waited.wait(0.01)
    else:
        raise RuntimeError("the simulated system did not start within 10 s")
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _is_news(said: logging.LogRecord) -> bool:
    """Whether a line of the server's log is no report of an answer that was lost on purpose (`sandbox/systems/faults.py`)."""
    return "without completing response" not in said.getMessage()
