"""AWS clients of the functions: one per service and process, with short time-outs and few retries."""

from __future__ import annotations

import functools
from typing import Any

import boto3
from botocore.config import Config

_CONNECT_SECONDS = 3
_READ_SECONDS = 10
# Only the table knows which of its calls may be made again, so its client makes each once.
_ATTEMPTS = {"dynamodb": 1}
_USUAL_ATTEMPTS = 3


@functools.cache
def open_client(service: str) -> Any:  # noqa: ANN401 boto3 makes its clients at run time
    """The process's client of a service."""
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS.get(service, _USUAL_ATTEMPTS)},
        tcp_keepalive=True,
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]
