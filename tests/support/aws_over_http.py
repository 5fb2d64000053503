"""The emulated AWS (moto) behind a socket, for a client that is no SDK: it checks every signature with the SDK's code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.session import Session
from moto import mock_aws

from tests.support.scripted_http import Asked, Said, scripted

REGION = "eu-central-1"
CREDENTIALS = {
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "canary-aws-key",
    "AWS_SESSION_TOKEN": "canary-aws-token",
}
_CONDITIONS = {"IfNoneMatch": "if-none-match", "IfMatch": "if-match"}
_ADDED = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}


class AwsOverHttp:
    """The three services the receive step calls.

    Attributes:
        url: for `AWS_ENDPOINT_URL`.
        asked: every request that came.
    """

    def __init__(self) -> None:
        session = Session()
        session.set_credentials("testing", "testing", "testing")
        made: dict[str, Any] = {
            name: session.create_client(name, region_name=REGION) for name in ("events", "secretsmanager", "s3")
        }
        self.events, self.secretsmanager, self.s3 = made["events"], made["secretsmanager"], made["s3"]
        self.url = ""
        self.asked: list[Asked] = []

    def respond(self, asked: Asked) -> Said:
        """What the emulation answers to a request with a proper signature."""
        self.asked.append(asked)
        if not _is_signed_properly(asked):
            return Said(403, b'{"__type":"InvalidSignatureException"}')
        try:
            if asked.method == "GET":
                return self._read(asked)
            return Said(200, json.dumps(self._carry_out(asked), default=str).encode())
        except ClientError as error:
            code = error.response["Error"]["Code"]
            return Said(400, json.dumps({"__type": code}).encode())

    def _read(self, asked: Asked) -> Said:
        bucket, key = unquote(asked.path).removeprefix("/").split("/", 1)
        found = self.s3.get_object(Bucket=bucket, Key=key)
        return Said(200, found["Body"].read(), {"ETag": found["ETag"]})

    def _carry_out(self, asked: Asked) -> dict[str, Any]:
        target = asked.headers.get("x-amz-target")
        found: dict[str, Any]
        if target == "AWSEvents.PutEvents":
            found = self.events.put_events(**json.loads(asked.body))
        elif target == "secretsmanager.GetSecretValue":
            found = self.secretsmanager.get_secret_value(**json.loads(asked.body))
        else:
            assert asked.method == "PUT"
            bucket, key = unquote(asked.path).removeprefix("/").split("/", 1)
            conditions = {
                name: asked.headers[header] for name, header in _CONDITIONS.items() if header in asked.headers
            }
            found = self.s3.put_object(Bucket=bucket, Key=key, Body=asked.body, **conditions)
        return {name: value for name, value in found.items() if name != "ResponseMetadata"}


@contextmanager
def aws_over_http() -> Iterator[AwsOverHttp]:
    """An emulated AWS at a URL, until the block ends."""
    with mock_aws():
        aws = AwsOverHttp()
        with scripted(aws.respond) as url:
            aws.url = url
            yield aws


def _is_signed_properly(asked: Asked) -> bool:
    authorization = asked.headers.get("authorization", "")
    signed_names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    service = authorization.partition(f"/{REGION}/")[2].partition("/")[0]
    headers = {name: asked.headers[name] for name in signed_names if name not in _ADDED}
    request = AWSRequest(asked.method, f"http://{asked.headers['host']}{asked.path}", headers, asked.body)
    credentials = Credentials(
        CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"], CREDENTIALS["AWS_SESSION_TOKEN"]
    )
    moment = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 the SDK signs naive UTC
    scheme = S3SigV4Auth if service == "s3" else SigV4Auth
    with patch("botocore.auth.get_current_datetime", lambda *_a, **_k: moment):
        scheme(credentials, service, REGION).add_auth(request)
    return bool(request.headers["Authorization"] == authorization)
