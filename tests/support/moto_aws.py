"""An emulated AWS inside the test process (moto), with the line's resources as the stacks declare them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from botocore.config import Config
from botocore.session import Session
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

LEDGER = "ledger"
ARCHIVE = "archive"
OPERATOR_LOG = "operator-log"
REGION = "eu-central-1"
_NEVER_CHANGED = frozenset({"S", "N", "B", "BOOL", "NULL"})  # a write puts another value in the place of such a one


class EmulatedAws:
    """Clients of the emulated AWS, each made once, when it is asked for."""

    def __init__(self) -> None:
        self._session = Session()
        self._session.set_credentials("testing", "testing", "testing")

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The ledger's service."""
        client: DynamoDBClient = self._client("dynamodb")
        return client

    @cached_property
    def sqs(self) -> SQSClient:
        """The queues'."""
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def s3(self) -> S3Client:
        """The archive's."""
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def secrets(self) -> SecretsManagerClient:
        """The secrets'."""
        client: SecretsManagerClient = self._client("secretsmanager")
        return client

    def _client(self, service: str) -> Any:  # noqa: ANN401 botocore makes its clients at run time
        config = Config(region_name=REGION, retries={"total_max_attempts": 1}, parameter_validation=False)
        return self._session.create_client(service, config=config)

    def create_ledger(self, name: str = LEDGER) -> str:
        """The ledger's table with its indexes, empty."""
        texts = ("pk", "sk", "cell_state", "catalogue")
        indexes: Any = [
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": attribute, "KeyType": "HASH"},
                    {"AttributeName": "pk", "KeyType": "RANGE"},
                ],
                "Projection": projection,
            }
            for index, attribute, projection in (
                (
                    "cells_by_state",
                    "cell_state",
                    {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["dirty_since", "cube"]},
                ),
                ("catalogue", "catalogue", {"ProjectionType": "KEYS_ONLY"}),
            )
        ]
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in texts],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            GlobalSecondaryIndexes=indexes,
        )
        return name

    def create_queue(self, name: str, **attributes: object) -> str:
        """A queue's URL; a name that ends in `.fifo` makes a FIFO queue.

        Made where moto keeps its queues: a stage has some twenty, and to ask for each costs more than most tests.
        """
        texts = {key: str(value) for key, value in attributes.items()}
        if name.endswith(".fifo"):
            texts["FifoQueue"] = "true"
        queue = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].create_queue(name, None, **texts)
        return queue.url(urlparse(self.sqs.meta.endpoint_url))

    def create_operator_log(self, name: str = OPERATOR_LOG) -> str:
        """The bucket of the operators' log, which keeps every version."""
        self.create_archive(name)
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    def create_archive(self, name: str = ARCHIVE) -> str:
        """The archive bucket, empty."""
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})  # type: ignore[typeddict-item]
        return name


def _copy(item: Item, memo: dict[int, Any]) -> Item:
    """A copy that has what is never changed in common with the item: moto copies a whole table for each transaction."""
    attributes = {
        name: each if each.type in _NEVER_CHANGED else deepcopy(each, memo) for name, each in item.attrs.items()
    }
    copied = Item(item.hash_key, item.range_key, {})
    copied.attrs = LimitedSizeDict(attributes)
    return copied


def _is_same(value: DynamoType, other: DynamoType) -> bool:
    """As moto says it; the keys of a table are texts, which are what they are written as."""
    if value.type == "S":
        return other.type == "S" and bool(value.value == other.value)
    return value.type == other.type and bool(value.cast_value == other.cast_value)


def _hash(value: DynamoType) -> int:
    return hash(value.value if value.type == "S" else (value.type, value.cast_value))


Item.__deepcopy__ = _copy  # type: ignore[assignment,method-assign]
DynamoType.__eq__, DynamoType.__hash__ = _is_same, _hash  # type: ignore[assignment,method-assign]


@contextmanager
def emulated_aws() -> Iterator[EmulatedAws]:
    """Within it, every AWS call of the process is answered by the emulation."""
    with mock_aws():
        yield EmulatedAws()
