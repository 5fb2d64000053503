"""Secrets are fresh within five minutes; clients are cheap and reach AWS as botocore's own do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import botocore.auth
import pytest
from botocore.config import Config
from botocore.session import Session

from tests.support.clock import ManualClock
from tests.support.moto_aws import emulated_aws
from tieout.aws import clients
from tieout.aws.secrets import JsonSecrets

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "a"}}}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/q", "MessageBody": "b"}),
    "s3": ("get_object", {"Bucket": "archive-1", "Key": "rejected/a b+ü.json"}),
    "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
}


def test_a_rotated_secret_is_used_within_five_minutes() -> None:
    """Until then the one kept is used without asking; a holder that was refused with it makes us ask at once."""
    with emulated_aws() as aws:
        aws.secrets.create_secret(Name="api", SecretString=json.dumps({"token": "first"}))
        clock = ManualClock()
        secrets = JsonSecrets(aws.secrets, clock)
        assert secrets.get("api") == {"token": "first"}
        aws.secrets.put_secret_value(SecretId="api", SecretString=json.dumps({"token": "second"}))
        clock.advance(299)
        assert secrets.get("api") == {"token": "first"}
        clock.advance(1)
        assert secrets.get("api") == {"token": "second"}
        aws.secrets.put_secret_value(SecretId="api", SecretString=json.dumps({"token": "third"}))
        secrets.forget("api")
        assert secrets.get("api") == {"token": "third"}


@pytest.fixture
def _forgotten_clients() -> Iterator[None]:
    """No client is kept from or for another test."""
    for kept in (clients.open_client, clients._session):
        kept.cache_clear()
    yield
    for kept in (clients.open_client, clients._session):
        kept.cache_clear()


class _SeenError(Exception):
    """The request was seen; it need not be sent."""


def signed(client: Any, service: str) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 botocore makes its clients at run time
    """The URL and the headers a call would be sent with."""
    seen: list[AWSPreparedRequest] = []

    def stop(request: AWSPreparedRequest, **_: object) -> None:
        seen.append(request)
        raise _SeenError

    client.meta.events.register("before-send", stop)
    operation, arguments = CALLS[service]
    with pytest.raises(_SeenError):
        getattr(client, operation)(**arguments)
    unequal = {"User-Agent", "amz-sdk-invocation-id", "amz-sdk-request"}
    return seen[0].url, {name: value for name, value in seen[0].headers.items() if name not in unequal}


@pytest.mark.usefixtures("_forgotten_clients")
@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1"])
def test_a_client_signs_and_addresses_as_botocore_does(
    monkeypatch: pytest.MonkeyPatch, region: str, service: str
) -> None:
    """Without the table of endpoints every call goes to the same URL under the same signature."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: now)
    alike = Config(request_checksum_calculation="when_required", response_checksum_validation="when_required")
    ours, theirs = clients.open_client(service), Session().create_client(service, config=alike)
    assert signed(ours, service) == signed(theirs, service)


@pytest.mark.usefixtures("_forgotten_clients")
def test_the_ledger_repeats_its_calls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of the ledger makes each call once, the others up to three times; all give up in seconds."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    configs = {service: clients.open_client(service).meta.config for service in CALLS}
    attempts = {service: config.retries["total_max_attempts"] for service, config in configs.items()}
    assert attempts == {"dynamodb": 1, "sqs": 3, "s3": 3, "secretsmanager": 3}
    assert all(2 <= config.connect_timeout <= 5 for config in configs.values())
    assert all(5 <= config.read_timeout <= 10 for config in configs.values())


def test_a_client_loads_neither_boto3_nor_the_table_of_endpoints() -> None:
    """What a cold function need not load it does not."""
    program = """
import builtins, sys
from tieout.aws.clients import open_client
opened = []
real = builtins.open
builtins.open = lambda file, *rest, **more: (opened.append(str(file)), real(file, *rest, **more))[1]
open_client("dynamodb")
assert "boto3" not in sys.modules and "concurrent.futures.thread" not in sys.modules
assert opened and not any(name.endswith("endpoints.json") for name in opened), opened
"""
    environment = {"AWS_DEFAULT_REGION": "eu-central-1", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)  # noqa: S603 our own program
