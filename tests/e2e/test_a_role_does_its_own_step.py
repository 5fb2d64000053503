from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws import REGION
from sandbox.running import Sandbox

CONNECTION, NEIGHBOUR = "hubspot-emea", "netsuite-group"


Clients = Callable[[str], Any]


def rights_of(sandbox: Sandbox, function: str) -> Clients:
    """Clients with the rights of a function, as Lambda gives them to it."""
    operator = boto3.Session(
        region_name=REGION, aws_access_key_id="sandbox-operator", aws_secret_access_key="sandbox-operator"
    )
    role = sandbox.aws.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    sts = operator.client("sts", endpoint_url=sandbox.aws.endpoint_url)
    lent = sts.assume_role(RoleArn=role, RoleSessionName="probe")["Credentials"]
    session = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], REGION)
    return lambda service: session.client(service, endpoint_url=sandbox.aws.endpoint_url)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Clients:
    """Clients with the rights of one connection's receive function."""
    return rights_of(sandbox, sandbox.outputs.parts("Connection")[CONNECTION]["function_name"])


def refused(call: Callable[[], object]) -> bool:
    """Whether IAM denies a call; any other failure is the test's."""
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"AccessDenied", "AccessDeniedException"}:
            raise
        return True
    return False


def test_a_receive_function_reads_no_neighbours_secret(sandbox: Sandbox, client: Clients) -> None:
    """The deployed role reads its own webhook secret, and neither another connection's nor its own API credentials."""
    told = sandbox.outputs.parts("Connection")

    def reads(arn: str) -> bool:
        return not refused(lambda: client("secretsmanager").get_secret_value(SecretId=arn))

    assert reads(told[CONNECTION]["webhook_secret_arn"])
    assert not reads(told[NEIGHBOUR]["webhook_secret_arn"])
    assert not reads(told[CONNECTION]["api_secret_arn"])


def test_a_receive_function_speaks_in_no_neighbours_name(sandbox: Sandbox, client: Clients) -> None:
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


def test_a_receive_function_only_adds_to_its_own_part_of_the_archive(sandbox: Sandbox, client: Clients) -> None:
    """The deployed role writes under its own prefixes, reads nothing back, and knows no ledger."""
    bucket, s3 = sandbox.outputs["ArchiveBucketName"], client("s3")
    for prefix in ("overflow", "rejected", "spool"):
        assert refused(lambda: s3.put_object(Bucket=bucket, Key=f"{prefix}/{NEIGHBOUR}/probe", Body=b""))  # noqa: B023 called at once
    assert not refused(lambda: s3.put_object(Bucket=bucket, Key=f"overflow/{CONNECTION}/probe", Body=b"{}"))
    assert refused(lambda: s3.get_object(Bucket=bucket, Key=f"overflow/{CONNECTION}/probe"))
    assert refused(lambda: client("dynamodb").scan(TableName=sandbox.outputs["LedgerTableName"]))


def queries(sandbox: Sandbox, client: Clients, index: str = "") -> bool:
    """Whether a role may look something up in the ledger, or in one of its indexes."""
    name = index or "pk"
    request = {
        "TableName": sandbox.outputs["LedgerTableName"],
        "KeyConditionExpression": "#0=:0",
        "ExpressionAttributeNames": {"#0": {"cells_by_state": "cell_state"}.get(name, name)},
        "ExpressionAttributeValues": {":0": {"S": "probe"}},
    }
    return not refused(lambda: client("dynamodb").query(**request, **({"IndexName": index} if index else {})))


def test_a_record_function_searches_no_index_and_sends_nothing_to_other_flows(sandbox: Sandbox) -> None:
    """The deployed role reaches the ledger by keys it knows, that of closed books too, and lists records for its own flow alone."""
    flow, other = (sandbox.outputs.parts("Flow")[name] for name in ("forecast_to_plan", "record_to_report"))
    client = rights_of(sandbox, flow["function_name"])
    assert [index for index in ("", "cells_by_state", "catalogue") if queries(sandbox, client, index)] == [""]
    assert refused(lambda: client("sqs").send_message(QueueUrl=other["queue_url"], MessageBody="{}"))
    key = {"pk": {"S": "probe"}, "sk": {"S": "probe"}}
    wanted = {sandbox.outputs["LedgerTableName"]: {"Keys": [key]}}
    assert not refused(lambda: client("dynamodb").batch_get_item(RequestItems=wanted))


def test_a_deliver_function_finds_dirty_cells_and_asks_nobody_for_anything(sandbox: Sandbox) -> None:
    """The deployed role sees what is to be written and which tasks have not ended, and starts no flush by itself."""
    target = sandbox.outputs.parts("Target")["anaplan"]
    client = rights_of(sandbox, target["function_name"])
    found = [index for index in ("", "cells_by_state", "catalogue") if queries(sandbox, client, index)]
    assert found == ["", "cells_by_state"]
    message = {"QueueUrl": target["flush_queue_url"], "MessageBody": "{}", "MessageGroupId": "anaplan"}
    assert refused(lambda: client("sqs").send_message(**message, MessageDeduplicationId="probe"))


def test_whoever_moves_files_puts_them_there_and_can_do_nothing_else(sandbox: Sandbox) -> None:
    """The deployed policy of a connection that drops files, given to a role as one of the company's would be."""
    bucket = json.loads(sandbox.outputs["Intake"])["bucket_name"]
    operator = boto3.Session("sandbox-operator", "sandbox-operator", region_name=REGION)
    iam = operator.client("iam", endpoint_url=sandbox.aws.endpoint_url)
    sts = operator.client("sts", endpoint_url=sandbox.aws.endpoint_url)
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="mover", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="mover", PolicyArn=sandbox.outputs.parts("Drop")["ledger-latam"]["policy_arn"])
    lent = sts.assume_role(RoleArn=role, RoleSessionName="probe")["Credentials"]
    session = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], REGION)
    s3 = session.client("s3", endpoint_url=sandbox.aws.endpoint_url)
    its_own = {"Bucket": bucket, "Key": "incoming/ledger-latam/probe.txt"}
    assert not refused(lambda: s3.put_object(**its_own, Body=b""))
    assert refused(lambda: s3.get_object(**its_own))
    assert refused(lambda: s3.delete_object(**its_own))
    assert refused(lambda: s3.list_objects_v2(Bucket=bucket))
    assert refused(lambda: s3.put_object(Bucket=bucket, Key="incoming/other/probe.txt", Body=b""))
    assert refused(lambda: s3.put_object(Bucket=sandbox.outputs["ArchiveBucketName"], Key=its_own["Key"], Body=b""))
