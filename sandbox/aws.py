"""The emulated AWS: started on a port of 127.0.0.1, with IAM enforced, and gone when the block ends."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import boto3
from botocore.config import Config

from sandbox.places import Places, SandboxError, Tell, tool
from sandbox.processes import end_of, running

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

REGION: Final = "eu-central-1"
ACCOUNT = "000000000000"
API_ID = "tieout"
ASSETS_BUCKET = "cdk-assets"
"""Where the CDK puts templates and code; in a real account its bootstrap stack has that bucket."""

_OPERATOR = "sandbox-operator"  # the emulator's root access key; it has no secret worth the name
_START_SECONDS = 30

type Service = Literal["cloudformation", "dynamodb", "events", "iam", "lambda", "logs", "s3", "secretsmanager", "sqs"]


@dataclass(frozen=True, slots=True)
class EmulatedAws:
    """An AWS account on this machine, seen as its owner."""

    endpoint_url: str
    region: str = REGION

    @property
    def api_url(self) -> str:
        """The base URL of the deployed HTTP API; its id is pinned, so the URL is known before the deploy."""
        return f"{self.endpoint_url}/_aws/execute-api/{API_ID}"

    def environment(self) -> dict[str, str]:
        """What the AWS tools and libraries read from the environment to talk to it, and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": _OPERATOR,
            "AWS_SECRET_ACCESS_KEY": _OPERATOR,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @overload
    def client(self, service: Literal["cloudformation"]) -> CloudFormationClient: ...
    @overload
    def client(self, service: Literal["dynamodb"]) -> DynamoDBClient: ...
    @overload
    def client(self, service: Literal["events"]) -> EventBridgeClient: ...
    @overload
    def client(self, service: Literal["iam"]) -> Any: ...  # noqa: ANN401 no types of it are installed
    @overload
    def client(self, service: Literal["lambda"]) -> LambdaClient: ...
    @overload
    def client(self, service: Literal["logs"]) -> CloudWatchLogsClient: ...
    @overload
    def client(self, service: Literal["s3"]) -> S3Client: ...
    @overload
    def client(self, service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
    @overload
    def client(self, service: Literal["sqs"]) -> SQSClient: ...
    def client(self, service: Service) -> object:
        """A boto3 client of one service, with the owner's rights; threads may share it."""
        return _client(service, self.endpoint_url, self.region)


@cache
def _client(service: Service, endpoint_url: str, region: str) -> object:
    return boto3.Session().client(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=_OPERATOR,
        aws_secret_access_key=_OPERATOR,
        config=Config(s3={"addressing_style": "path"}, retries={"mode": "standard", "total_max_attempts": 3}),
    )


@contextmanager
def emulated_aws(places: Places, port: int, tell: Tell = lambda _: None) -> Iterator[EmulatedAws]:
    """An empty emulated AWS that answers at `port` until the block ends.

    Raises:
        SandboxError: if it does not start; the message ends with what its log says.
    """
    tell("starting the emulated AWS, IAM enforced")
    log = places.logs / "emulator.log"
    command = [tool(".venv-sandbox/bin/python"), tool("sandbox/emulator.py")]
    with running(command, env=_emulator_environment(places, port), cwd=places.scratch, log=log) as process:
        aws = EmulatedAws(f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(aws.endpoint_url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SandboxError(f"the emulated AWS did not start; {log} ends with:\n{end_of(log)}")
            _wait(process, 0.05)
        aws.client("s3").create_bucket(Bucket=ASSETS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        yield aws


def _emulator_environment(places: Places, port: int) -> dict[str, str]:
    """Everything the emulator knows; functions inherit it, so nothing of the caller's environment may be in it."""
    return {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": _OPERATOR,
        "AWS_DEFAULT_REGION": REGION,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "HOME": str(places.scratch),
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "PATH": os.defpath,
        "PYTHONUNBUFFERED": "1",
        "S3_DATA_DIR": str(places.scratch / "s3"),
        "SFN_WAIT_SCALE": "0.1",  # what a state machine waits until it tries again
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(places.scratch / "state"),
        "TIEOUT_SANDBOX_API_ID": API_ID,
        "TIEOUT_SANDBOX_PARENT": str(os.getpid()),
        "TMPDIR": str(places.scratch),
    }


def _answers(endpoint_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=1) as answer:  # noqa: S310 own address
            return bool(answer.status == 200)  # noqa: PLR2004
    except (OSError, urllib.error.URLError):
        return False


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
