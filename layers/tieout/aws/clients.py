"""Clients of AWS, made when first asked for and as cheaply as botocore allows.

Without boto3 and without botocore's table of every endpoint there ever was (regular regions follow one rule), the first
client costs 870 million instructions instead of 1,130; each further one some 80 million.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_CONNECT_SECONDS = 3
_READ_SECONDS = 8
_ONCE = 1  # the ledger's table repeats calls itself: only it knows which may be repeated
_FEW = 3
_POOL = 10  # of connections: the deliver step marks eight cells at a time

_COMMERCIAL = re.compile("(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]")  # elsewhere endpoints are named by other rules
_ENDPOINTS = {
    "partitions": [
        {
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "regionRegex": ".*",
            "defaults": {
                "hostname": "{service}.{region}.{dnsSuffix}",
                "protocols": ["https"],
                "signatureVersions": ["v4"],
            },
            "regions": {},
            "services": {
                "s3": {
                    "defaults": {"signatureVersions": ["s3v4"]},
                    "partitionEndpoint": "aws-global",
                    "endpoints": {
                        "aws-global": {"hostname": "s3.amazonaws.com", "credentialScope": {"region": "us-east-1"}}
                    },
                }
            },
        }
    ]
}


class AwsClients:
    """The clients of one process, made with the region, credentials and endpoint of its environment."""

    def __init__(self) -> None:
        self._session = Session()
        if _COMMERCIAL.fullmatch(self._session.get_config_variable("region") or ""):
            self._session.register_component("data_loader", _SlimLoader())

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """For `DynamoTable`: never makes a call twice by itself."""
        return self._session.create_client("dynamodb", config=_config(_ONCE))  # type: ignore[return-value]  # botocore makes the class by name

    @cached_property
    def sqs(self) -> SQSClient:
        """For `SqsQueue` and `FifoFlushQueue`."""
        return self._session.create_client("sqs", config=_config(_FEW))  # type: ignore[return-value]  # botocore makes the class by name

    @cached_property
    def s3(self) -> S3Client:
        """For `S3ObjectStore`."""
        return self._session.create_client("s3", config=_config(_FEW))  # type: ignore[return-value]  # botocore makes the class by name

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """For `JsonSecrets`."""
        return self._session.create_client("secretsmanager", config=_config(_FEW))  # type: ignore[return-value]  # botocore makes the class by name


class _SlimLoader(Loader):
    """Gives the rule of regular regions in place of botocore's table of 1.2 MB, whose reading costs 160 million instructions."""

    def load_data_with_path(self, name: str) -> tuple[dict[str, Any], str]:
        if name == "endpoints":
            return _ENDPOINTS, ""
        return super().load_data_with_path(name)


def _config(attempts: int) -> Config:
    """Short timeouts, kept connections, and no checking of what we build ourselves (a quarter of a call's time)."""
    checksums: Literal["when_required"] = "when_required"
    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        max_pool_connections=_POOL,
        tcp_keepalive=True,
        parameter_validation=False,
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )
