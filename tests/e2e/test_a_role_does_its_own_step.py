from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws import REGION
from sandbox.running import Sandbox

pytestmark = pytest.mark.xdist_group("sandbox")

CONNECTION, NEIGHBOUR = "hubspot-emea", "netsuite-group"


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Callable[[str], Any]:
    """Clients with the rights of one connection's receive function, as Lambda gives them to it."""
    function = sandbox.outputs.parts("Connection")[CONNECTION]["function_name"]
    operator = boto3.Session(
        region_name=REGION, aws_access_key_id="sandbox-operator", aws_secret_access_key="sandbox-operator"
    )
    role = sandbox.aws.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    sts = operator.client("sts", endpoint_url=sandbox.aws.endpoint_url)
    lent = sts.assume_role(RoleArn=role, RoleSessionName="receive")["Credentials"]
    session = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], REGION)
    return lambda service: session.client(service, endpoint_url=sandbox.aws.endpoint_url)  # type: ignore[call-overload]


def refused(call: Callable[[], object]) -> bool:
    """Whether IAM denies a call; any other failure is the test's."""
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"AccessDenied", "AccessDeniedException"}:
            raise
        return True
    return False


def test_a_receive_function_reads_no_neighbours_secret(sandbox: Sandbox, client: Callable[[str], Any]) -> None:
    """The deployed role reads its own webhook secret, and neither another connection's nor its own API credentials."""
    told = sandbox.outputs.parts("Connection")

    def reads(arn: str) -> bool:
        return not refused(lambda: client("secretsmanager").get_secret_value(SecretId=arn))

    assert reads(told[CONNECTION]["webhook_secret_arn"])
    assert not reads(told[NEIGHBOUR]["webhook_secret_arn"])
    assert not reads(told[CONNECTION]["api_secret_arn"])


def test_a_receive_function_speaks_in_no_neighbours_name(sandbox: Sandbox, client: Callable[[str], Any]) -> None:
    """The deployed role publishes under its own source alone, also where one call carries both."""

    def publishes(*connections: str) -> bool:
        entries = [
            {
                "Source": f"tieout.{connection}",
                "DetailType": "unrouted",
                "Detail": json.dumps({"delivery_id": "probe", "connection": connection, "notices": []}),
                "EventBusName": sandbox.outputs["BusName"],
            }
            for connection in connections
        ]
        return not refused(lambda: client("events").put_events(Entries=entries))

    assert not publishes(NEIGHBOUR)
    assert not publishes(CONNECTION, NEIGHBOUR)


def test_a_receive_function_only_adds_to_its_own_part_of_the_archive(
    sandbox: Sandbox, client: Callable[[str], Any]
) -> None:
    """The deployed role writes under its own prefixes, reads nothing back, and knows no ledger."""
    bucket, s3 = sandbox.outputs["ArchiveBucketName"], client("s3")
    for prefix in ("overflow", "rejected", "spool"):
        assert refused(lambda: s3.put_object(Bucket=bucket, Key=f"{prefix}/{NEIGHBOUR}/probe", Body=b""))  # noqa: B023 called at once
    assert not refused(lambda: s3.put_object(Bucket=bucket, Key=f"overflow/{CONNECTION}/probe", Body=b"{}"))
    assert refused(lambda: s3.get_object(Bucket=bucket, Key=f"overflow/{CONNECTION}/probe"))
    assert refused(lambda: client("dynamodb").scan(TableName=sandbox.outputs["LedgerTableName"]))
