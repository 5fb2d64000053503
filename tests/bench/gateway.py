"""The emulated AWS (moto) behind a TLS socket, for functions that run in processes of their own: counts every request."""

from __future__ import annotations

import json
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.models.table import Table

REGION = "eu-central-1"
_S3_OPERATIONS = {"PUT": "PutObject", "GET": "GetObject", "DELETE": "DeleteObject"}


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One request a function made of AWS."""

    service: str
    operation: str
    body: bytes

    def plain(self) -> Any:  # noqa: ANN401 JSON
        """The parameters of a JSON service."""
        return json.loads(self.body)


@dataclass
class AwsGateway:
    """Answers as AWS would, from the emulation of this process.

    Attributes:
        url: for `AWS_ENDPOINT_URL`.
        calls: every request since the last `forget`.
    """

    url: str = ""
    calls: list[AwsCall] = field(default_factory=list)
    _emulation: BotocoreStubber = field(default_factory=BotocoreStubber)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        service = _service_of(headers)
        with self._one_at_a_time:
            self.calls.append(AwsCall(service, _operation_of(method, path, headers), body))
            plain_headers = HTTPHeaders()
            for name, value in headers.items():
                plain_headers[name] = value
            url = f"https://{service}.{REGION}.amazonaws.com{path}"
            asked = AWSPreparedRequest(method, url, plain_headers, body, stream_output=False)
            answered = self._emulation.process_request(asked)
        assert answered is not None, f"the emulation has no {service}"
        status, said, content = answered
        raw = content.encode() if isinstance(content, str) else content
        return status, {str(name): str(value) for name, value in said.items()}, raw

    def counted(self) -> Counter[str]:
        """How often each operation was called, as `service.Operation`."""
        return Counter(f"{call.service}.{call.operation}" for call in self.calls)

    def forget(self) -> None:
        """Count from now on."""
        self.calls.clear()


@contextmanager
def serving_aws(context: ssl.SSLContext) -> Iterator[AwsGateway]:
    """The gateway at a URL until the block ends; its state is that of the `mock_aws` around it."""
    gateway = AwsGateway()
    handler = type("Handler", (_Handler,), {"gateway": gateway})
    # moto copies the whole table once for each item of a transaction, to roll back; nothing here ever rolls back.
    unmoved = patch.object(Table, "__deepcopy__", lambda table, _memo: table, create=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads, server.block_on_close = True, False
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    gateway.url = f"https://127.0.0.1:{server.server_port}"
    try:
        with unmoved:
            yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: AwsGateway

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        status, said, content = self.gateway.answer(self.command, self.path, headers, body)
        self.send_response_only(status)
        for name, value in said.items():
            if name.lower() not in {"content-length", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_PUT = do_GET = do_DELETE = do_POST  # noqa: N815 named by http.server

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


def _service_of(headers: Mapping[str, str]) -> str:
    """The service a request is signed for."""
    return headers.get("authorization", "").partition(f"/{REGION}/")[2].partition("/")[0]


def _operation_of(method: str, path: str, headers: Mapping[str, str]) -> str:
    target = headers.get("x-amz-target")
    if target:
        return target.rpartition(".")[2]
    is_bucket = "/" not in urlsplit(path).path.strip("/")
    return "ListObjectsV2" if is_bucket and method == "GET" else _S3_OPERATIONS[method]
