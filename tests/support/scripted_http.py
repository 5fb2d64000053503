"""An HTTP server on 127.0.0.1 that answers each request as a test tells it, connection tricks included."""

from __future__ import annotations

import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int


@dataclass(frozen=True)
class Said:
    """An answer; `hang_seconds` waits before it, `hang_up` closes the connection instead of giving it, `then_close` after it."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_seconds: float = 0
    hang_up: bool = False
    then_close: bool = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    respond: Callable[[Asked], Said]
    released: threading.Event

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        said = type(self).respond(Asked(self.command, self.path, headers, body, self.client_address[1]))
        if said.hang_seconds:
            self.released.wait(said.hang_seconds)
        self.close_connection = said.hang_up or said.then_close
        if said.hang_up:
            return
        self.send_response_only(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said.body)))
        self.end_headers()
        self.wfile.write(said.body)

    do_GET = do_PUT = do_POST  # noqa: N815 named by http.server

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 as its parent says
        """Print what went wrong, unless a client that waited no longer has hung up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def scripted(respond: Callable[[Asked], Said], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The URL of a server that answers by `respond` until the block ends."""
    released = threading.Event()
    handler = type("Handler", (_Handler,), {"respond": staticmethod(respond), "released": released})
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        released.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
